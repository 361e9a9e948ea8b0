/**
 * Webhooks: who wants to hear of what, and what is still to be told. Messages are written by triggers, in the transaction of the
 * change itself, whoever makes it. They hold ids, states and amounts, nothing of a person.
 */
export const webhooks = `
create table webhooks (
  id uuid primary key,
  key_id uuid not null references api_keys,
  url text not null,
  kinds text[] not null,
  -- Signs what is told; sealed to the base.
  secret bytea not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_why text
);
create index webhooks_of_key on webhooks (key_id);

create table webhook_messages (
  id uuid primary key default gen_random_uuid(),
  -- Of one subject, in the order of its changes: each waits for the row lock of the one before.
  seq bigint generated always as identity,
  webhook_id uuid not null references webhooks,
  kind text not null,
  subject_id uuid not null,
  body text not null,
  created_at timestamptz not null default now(),
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead')),
  attempts integer not null default 0,
  due_at timestamptz not null default now(),
  -- Some process is about to tell it, until then.
  leased_until timestamptz,
  problem text,
  settled_at timestamptz
);
create index webhook_messages_due on webhook_messages (due_at) where state = 'waiting';
create index webhook_messages_of_subject on webhook_messages (webhook_id, subject_id, seq) where state = 'waiting';
create index webhook_messages_settled on webhook_messages (state, settled_at) where state <> 'waiting';
create index webhook_messages_of_webhook on webhook_messages (webhook_id, created_at, id);

create function iso_time(moment timestamptz) returns text language sql immutable strict as $$
  select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

create function tell_webhooks(what text, subject uuid, entity uuid, told jsonb) returns void language sql as $$
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select webhooks.id, what, subject, jsonb_build_object('type', what, 'timestamp', iso_time(now()), 'data', told)::text
    from webhooks join api_keys on api_keys.id = webhooks.key_id
   where webhooks.ended_at is null and what = any(webhooks.kinds) and api_keys.revoked_at is null
     and api_keys.expires_at > now() and (api_keys.legal_entity_id is null or api_keys.legal_entity_id = entity)
$$;

create function tell_of_sale() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from webhooks where ended_at is null) then return null; end if;
  if tg_op = 'UPDATE' and (old.cancelled_at is not null or new.cancelled_at is null) then return null; end if;
  perform tell_webhooks(case tg_op when 'INSERT' then 'sale.completed' else 'sale.cancelled' end, new.id, new.legal_entity_id,
    jsonb_build_object('saleId', new.id, 'clubId', new.club_id, 'memberId', new.member_id, 'product', new.product,
                       'totalCents', new.total_cents, 'at', iso_time(new.at)));
  return null;
end
$$;
create trigger sales_told after insert or update of cancelled_at on sales for each row execute function tell_of_sale();

create function tell_of_membership() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from webhooks where ended_at is null) then return null; end if;
  if tg_op = 'UPDATE' and old is not distinct from new then return null; end if;
  perform tell_webhooks('membership.changed', new.id, (select legal_entity_id from clubs where id = new.club_id),
    jsonb_build_object('membershipId', new.id, 'memberId', new.member_id, 'planId', new.plan_id, 'clubId', new.club_id,
                       'validFrom', iso_time(new.valid_from), 'validTo', iso_time(new.valid_to), 'status', new.status));
  return null;
end
$$;
create trigger memberships_told after insert or update on memberships for each row execute function tell_of_membership();

create function tell_of_order() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from webhooks where ended_at is null) then return null; end if;
  if tg_op = 'UPDATE' and old.status = new.status then return null; end if;
  perform tell_webhooks('order.changed', new.id,
    (select legal_entity_id from credentials join clubs on clubs.id = home_club_id where credentials.id = new.credential_id),
    jsonb_build_object('orderId', new.id, 'reference', new.shop_reference, 'memberId', new.member_id,
                       'status', case new.status when 'open' then 'waiting' when 'in-doubt' then 'waiting' else new.status end));
  return null;
end
$$;
create trigger orders_told after insert or update of status on orders
  for each row when (new.kind = 'collection') execute function tell_of_order();

-- Once for a statement: there are many passages.
create function tell_of_passages() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from webhooks where ended_at is null and 'passage.sensed' = any(kinds)) then return null; end if;
  perform tell_webhooks('passage.sensed', added.id, clubs.legal_entity_id,
    jsonb_build_object('passageId', added.id, 'clubId', added.club_id, 'gateId', added.gate_id, 'direction', added.direction,
                       'at', iso_time(added.at)))
    from added join clubs on clubs.id = added.club_id;
  return null;
end
$$;
create trigger passages_told after insert on passages referencing new table as added
  for each statement execute function tell_of_passages();
`;
