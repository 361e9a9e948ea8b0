/**
 * What webhooks hear of members, of what they come in with, and of cases: ids and states. Once for a statement, and nothing is
 * looked at while nobody listens.
 */
export const webhooksOfMembers = `
create function webhooks_listening() returns table (id uuid, kinds text[], legal_entity_id uuid) language sql stable as $$
  select webhooks.id, webhooks.kinds, api_keys.legal_entity_id
    from webhooks join api_keys on api_keys.id = webhooks.key_id
   where webhooks.ended_at is null and api_keys.revoked_at is null and api_keys.expires_at > now()
$$;

create function webhooks_want(what text[]) returns boolean language sql stable as $$
  select exists (select 1 from webhooks where ended_at is null and kinds && what)
$$;

create function webhook_body(what text, told jsonb) returns text language sql stable as $$
  select jsonb_build_object('type', what, 'timestamp', iso_time(now()), 'data', told)::text
$$;

create function tell_of_new_members() returns trigger language plpgsql as $$
begin
  if not webhooks_want(array['member.created']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, 'member.created', added.id,
         webhook_body('member.created', jsonb_build_object('memberId', added.id, 'homeClubId', home_club_id))
    from added join clubs on clubs.id = home_club_id
    join webhooks_listening() as hook on 'member.created' = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id);
  return null;
end
$$;
create trigger members_told_new after insert on members referencing new table as added
  for each statement execute function tell_of_new_members();

-- Whoever was forgotten is told of as that (erased_members). The other record of a merge only to who may see it.
create function tell_of_members() returns trigger language plpgsql as $$
begin
  if not webhooks_want(array['member.changed', 'member.merged']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, told.kind, told.id, webhook_body(told.kind, jsonb_build_object('memberId', told.id) ||
           case told.kind when 'member.changed' then jsonb_build_object('homeClubId', told.home_club_id)
           else jsonb_build_object('state', case when told.merged_into is null then 'apart' else 'merged' end,
                  'mergedInto', case when hook.legal_entity_id is null or hook.legal_entity_id = other.legal_entity_id
                                     then told.merged_into end) end)
    from (select 'member.changed' as kind, after.id, after.home_club_id, after.merged_into
            from after join before on before.id = after.id
           where (before.home_club_id, before.given_name, before.family_name, before.birth_date, before.email, before.phone,
                  before.language) is distinct from
                 (after.home_club_id, after.given_name, after.family_name, after.birth_date, after.email, after.phone,
                  after.language)
             and not exists (select 1 from erased_members where erased_members.member_id = after.id)
           union all
          select 'member.merged', after.id, after.home_club_id, after.merged_into
            from after join before on before.id = after.id
           where before.merged_into is distinct from after.merged_into) as told
    join clubs on clubs.id = told.home_club_id
    left join members as stays on stays.id = told.merged_into
    left join clubs as other on other.id = stays.home_club_id
    join webhooks_listening() as hook on told.kind = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id);
  return null;
end
$$;
create trigger members_told after update on members referencing old table as before new table as after
  for each statement execute function tell_of_members();

create function tell_of_forgotten() returns trigger language plpgsql as $$
begin
  if not webhooks_want(array['member.erased']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, 'member.erased', member_id,
         webhook_body('member.erased', jsonb_build_object('memberId', member_id, 'at', iso_time(erased_at)))
    from added join members on members.id = member_id join clubs on clubs.id = home_club_id
    join webhooks_listening() as hook on 'member.erased' = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id);
  return null;
end
$$;
create trigger erased_members_told after insert on erased_members referencing new table as added
  for each statement execute function tell_of_forgotten();

-- Those that the API shows: no ticket of a day, nothing that stands for a card to be made, nothing that is nobody's.
create function tell_of_new_credentials() returns trigger language plpgsql as $$
begin
  if not webhooks_want(array['credential.issued']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, 'credential.issued', added.id, webhook_body('credential.issued',
           jsonb_build_object('credentialId', added.id, 'memberId', member_id, 'clubId', home_club_id, 'kind', kind,
                              'validFrom', iso_time(valid_from), 'validTo', iso_time(valid_to), 'status', status))
    from added join clubs on clubs.id = home_club_id
    join webhooks_listening() as hook on 'credential.issued' = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id)
   where member_id is not null and not single_use and kind <> 'voucher';
  return null;
end
$$;
create trigger credentials_told_new after insert on credentials referencing new table as added
  for each statement execute function tell_of_new_credentials();

create function tell_of_credentials() returns trigger language plpgsql as $$
begin
  if not webhooks_want(array['credential.blocked', 'credential.unblocked']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, told.kind, told.id, webhook_body(told.kind, jsonb_build_object('credentialId', told.id,
           'memberId', told.member_id, 'clubId', told.home_club_id))
    from (select case after.status when 'blocked' then 'credential.blocked' else 'credential.unblocked' end as kind,
                 after.id, after.member_id, after.home_club_id
            from after join before on before.id = after.id
           where before.status <> after.status and after.status in ('blocked', 'active')
             and after.member_id is not null and not after.single_use and after.kind <> 'voucher') as told
    join clubs on clubs.id = told.home_club_id
    join webhooks_listening() as hook on told.kind = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id);
  return null;
end
$$;
create trigger credentials_told after update on credentials referencing old table as before new table as after
  for each statement execute function tell_of_credentials();

-- A kiosk has carried out the order for another card.
create function tell_of_replacement() returns trigger language plpgsql as $$
begin
  if not webhooks_want(array['credential.replaced']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, 'credential.replaced', lost.id, webhook_body('credential.replaced',
           jsonb_build_object('credentialId', lost.id, 'memberId', lost.member_id, 'clubId', lost.home_club_id,
                              'replacedBy', (select id from credentials where sale_id = new.result_id order by id limit 1)))
    from credentials as lost join clubs on clubs.id = home_club_id
    join webhooks_listening() as hook on 'credential.replaced' = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id)
   where lost.id = new.credential_id and lost.kind <> 'voucher';
  return null;
end
$$;
create trigger orders_replaced_told after update of status on orders for each row
  when (new.status = 'collected' and old.status <> 'collected' and new.kind = 'card-replacement')
  execute function tell_of_replacement();

create function tell_of_new_cases() returns trigger language plpgsql as $$
begin
  if not webhooks_want(array['case.opened']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, 'case.opened', added.id, webhook_body('case.opened',
           jsonb_build_object('caseId', added.id, 'clubId', club_id, 'kind', kind, 'amountCents', coalesce(amount_cents, 0),
                              'at', iso_time(at)))
    from added join clubs on clubs.id = club_id
    join webhooks_listening() as hook on 'case.opened' = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id);
  return null;
end
$$;
create trigger cases_told after insert on cases referencing new table as added
  for each statement execute function tell_of_new_cases();

create function tell_of_settlements() returns trigger language plpgsql as $$
begin
  if not webhooks_want(array['case.settled']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, 'case.settled', cases.id, webhook_body('case.settled',
           jsonb_build_object('caseId', cases.id, 'clubId', club_id, 'kind', kind, 'outcome', outcome,
                              'at', iso_time(added.settled_at)))
    from added join cases on cases.id = case_id join clubs on clubs.id = club_id
    join webhooks_listening() as hook on 'case.settled' = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id);
  return null;
end
$$;
create trigger case_settlements_told after insert on case_settlements referencing new table as added
  for each statement execute function tell_of_settlements();
`;
