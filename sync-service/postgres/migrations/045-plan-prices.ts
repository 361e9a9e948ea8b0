/**
 * Prices of plans by club and day (core/sale/SPEC.md, SA90 to SA92). What stands in a plan is its price where none is set. Plans are
 * told to each club at its own price from now on, and so are in no chunk of a full start any more.
 */
export const planPrices = `
create table plan_prices (
  id uuid primary key,
  plan_id uuid not null references plans,
  -- Neither: the whole network.
  legal_entity_id uuid references legal_entities,
  club_id uuid references clubs,
  -- On the calendar of each club.
  valid_from date not null,
  -- Null: from then on what the level above says counts again.
  price_cents integer check (price_cents between 0 and 1000000),
  joining_fee_cents integer check (joining_fee_cents between 0 and 1000000),
  set_at timestamptz not null,
  -- Null: the file that the base began with.
  set_by uuid references staff_users,
  reason text not null,
  withdrawn_at timestamptz,
  withdrawn_by uuid references staff_users,
  withdrawn_reason text,
  check (legal_entity_id is null or club_id is null),
  check ((price_cents is null) = (joining_fee_cents is null)),
  check ((withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null) = (withdrawn_reason is null))
);
create index plan_prices_of_plan on plan_prices (plan_id);

create function refuse_change_of_price() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.withdrawn_at is null and new.withdrawn_at is not null
     and (to_jsonb(new) - array['withdrawn_at', 'withdrawn_by', 'withdrawn_reason'])
       = (to_jsonb(old) - array['withdrawn_at', 'withdrawn_by', 'withdrawn_reason']) then
    return new;
  end if;
  raise exception 'a price that was set is never changed: it is withdrawn, or another one is set';
end
$$;
create trigger plan_prices_stay before update or delete on plan_prices
  for each row execute function refuse_change_of_price();

-- Up to when prices that begin were told.
alter table plans add column prices_told_at timestamptz not null default now();

drop index feed_changes_own;
create index feed_changes_own on feed_changes (version)
  where kind not in ('edge-key', 'person')
    and (kind <> 'credential' or record #> '{account,debts,0}' is not null);
delete from feed_snapshots;
`;
