/**
 * What members said yes to, and took back (privacy/kept/SPEC.md): one row an answer, for good. Answers at a kiosk are written by
 * the sale that tells them, whoever applies it.
 */
export const consents = `
-- Every wording that somebody was asked with, word for word.
create table consent_wordings (
  purpose text not null,
  version text not null,
  language text not null,
  digest text not null,
  words text not null,
  primary key (purpose, version, language, digest)
);

create table consents (
  id uuid primary key default gen_random_uuid(),
  -- No reference: the proof outlives the member, by id only.
  member_id uuid not null,
  purpose text not null check (purpose in ('photo', 'news')),
  act text not null check (act in ('given', 'not-given', 'withdrawn')),
  -- Where it was said, and when the base heard of it.
  at timestamptz not null,
  received_at timestamptz not null,
  wording_version text,
  wording_digest text,
  language text,
  channel text not null check (channel in ('kiosk', 'web-shop', 'staff')),
  edge_id uuid,
  sale_id uuid,
  key_id uuid,
  user_id uuid,
  user_name text,
  -- How it was asked, and where that can be read again. Nothing of a person.
  proof jsonb not null,
  check ((channel = 'kiosk') = (edge_id is not null)),
  check ((act = 'withdrawn') = (wording_version is null))
);
create index consents_of_member on consents (member_id, purpose);
create unique index consents_of_sale on consents (sale_id, purpose) where sale_id is not null;
create trigger consents_stay before update or delete on consents
  for each row execute function refuse_change();

-- CL4. The last word; a yes is never later than the base heard of it; of two at one moment the stricter. Null: never asked.
create function consent_now(member uuid, what text) returns text language sql stable as $$
  select act from consents where member_id = member and purpose = what
   order by least(at, received_at) desc, (act = 'given') limit 1
$$;

create function consents_of_sale() returns trigger language plpgsql as $$
begin
  insert into consents (member_id, purpose, act, at, received_at, wording_version, wording_digest, language, channel,
                        edge_id, sale_id, proof)
  select new.member_id, answer->>'purpose', case when (answer->>'given')::boolean then 'given' else 'not-given' end,
         new.at, coalesce(new.received_at, now()), answer->>'wordingVersion', answer->>'wordingDigest', new.language, 'kiosk',
         new.edge_id, new.id, jsonb_build_object('box', 'off-by-default', 'event', 'sale.completed', 'saleId', new.id)
    from jsonb_array_elements(new.consents) as answer
   where answer->>'purpose' in ('photo', 'news')
  on conflict do nothing;
  return null;
end
$$;
create trigger sales_consents after insert on sales for each row execute function consents_of_sale();

-- What was told before today.
insert into consents (member_id, purpose, act, at, received_at, wording_version, wording_digest, language, channel,
                      edge_id, sale_id, proof)
select sales.member_id, answer->>'purpose', case when (answer->>'given')::boolean then 'given' else 'not-given' end,
       sales.at, coalesce(sales.received_at, sales.at), answer->>'wordingVersion', null, sales.language, 'kiosk',
       sales.edge_id, sales.id, jsonb_build_object('box', 'off-by-default', 'event', 'sale.completed', 'saleId', sales.id)
  from sales, jsonb_array_elements(sales.consents) as answer
 where answer->>'purpose' in ('photo', 'news')
on conflict do nothing;

-- CL6. Without a yes there is no photo, whichever of the two comes last.
create function photo_goes() returns trigger language plpgsql as $$
begin
  if consent_now(new.member_id, 'photo') in ('withdrawn', 'not-given') then
    update attachments set problem = problem where member_id = new.member_id and purpose = 'photo' and problem is null;
    delete from attachment_pieces using attachments
     where attachments.digest = attachment_pieces.digest and member_id = new.member_id and purpose = 'photo';
  end if;
  return null;
end
$$;
create trigger consents_photo after insert on consents for each row when (new.purpose = 'photo')
  execute function photo_goes();
create function no_photo_without_consent() returns trigger language plpgsql as $$
begin
  if consent_now(new.member_id, 'photo') in ('withdrawn', 'not-given') then
    new.sealed := null; new.received_at := coalesce(new.received_at, now()); new.problem := 'no-consent';
  end if;
  return new;
end
$$;
create trigger attachments_consent before insert or update on attachments for each row when (new.purpose = 'photo')
  execute function no_photo_without_consent();

create function tell_of_consent() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from webhooks where ended_at is null) then return null; end if;
  perform tell_webhooks('consent.changed', new.member_id,
    (select legal_entity_id from members join clubs on clubs.id = home_club_id where members.id = new.member_id),
    jsonb_build_object('memberId', new.member_id, 'purpose', new.purpose, 'channel', new.channel, 'at', iso_time(new.at),
                       'given', coalesce(consent_now(new.member_id, new.purpose) = 'given', false)));
  return null;
end
$$;
create trigger consents_told after insert on consents for each row execute function tell_of_consent();

-- What a round of retention did (privacy/kept/SPEC.md).
create table retention_runs (
  id uuid primary key default gen_random_uuid(),
  began_at timestamptz not null,
  ended_at timestamptz not null,
  counts jsonb not null
);
create index decisions_with_person on decisions (at) where credential_id is not null;
create index passages_with_person on passages (at) where credential_id is not null;
`;
