/**
 * Member bases of others (adapters/SPEC.md): which there are, what is still to be told to them, and what they call our rows. The
 * queue is written by triggers, in the transaction of the change itself. It names rows; what they say is read when it is told.
 */
export const adapters = `
create table adapters (
  name text primary key,
  kinds text[] not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  -- The other side does not answer: nothing is told until then.
  paused_until timestamptz,
  failures integer not null default 0,
  problem text,
  last_taken_at timestamptz
);

create table adapter_ids (
  adapter text not null references adapters,
  kind text not null,
  our_id uuid not null,
  their_id text,
  revision text,
  primary key (adapter, kind, our_id)
);

create sequence adapter_numbers;
create table adapter_outbox (
  id uuid primary key default gen_random_uuid(),
  adapter text not null references adapters,
  kind text not null check (kind in ('member', 'membership', 'sale', 'occupancy')),
  row_id uuid not null,
  -- The member, else the row; of occupancy the club. Told in the order of seq.
  subject_id uuid not null,
  seq bigint not null default nextval('adapter_numbers'),
  -- Rises with each change of the row, also when the base comes back from a backup.
  version bigint not null,
  message_id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  state text not null default 'waiting' check (state in ('waiting', 'overruled', 'dead')),
  attempts integer not null default 0,
  first_failed_at timestamptz,
  due_at timestamptz not null default now(),
  leased_until timestamptz,
  problem text,
  settled_at timestamptz,
  unique (adapter, kind, row_id)
);
create index adapter_outbox_due on adapter_outbox (adapter, due_at, seq) where state = 'waiting';
create index adapter_outbox_of_subject on adapter_outbox (adapter, subject_id, seq) where state = 'waiting';
create index adapter_outbox_settled on adapter_outbox (state, settled_at) where state <> 'waiting';

create function tell_adapters(what text, told uuid, subject uuid) returns void language plpgsql as $$
begin
  if not exists (select 1 from adapters where ended_at is null) then return; end if;
  insert into adapter_outbox (adapter, kind, row_id, subject_id, version)
  select name, what, told, subject, (select coalesce(max(epoch), 1) from meta)::bigint * 1000000000000 + nextval('adapter_numbers')
    from adapters where ended_at is null and what = any(kinds)
  on conflict (adapter, kind, row_id) do update
    set version = excluded.version, message_id = excluded.message_id, subject_id = excluded.subject_id, state = 'waiting',
        -- What waits keeps its place, its time and its attempts.
        seq = case adapter_outbox.state when 'waiting' then adapter_outbox.seq else excluded.seq end,
        due_at = case adapter_outbox.state when 'waiting' then adapter_outbox.due_at else now() end,
        attempts = case adapter_outbox.state when 'waiting' then adapter_outbox.attempts else 0 end,
        first_failed_at = case adapter_outbox.state when 'waiting' then adapter_outbox.first_failed_at end,
        problem = case adapter_outbox.state when 'waiting' then adapter_outbox.problem end,
        settled_at = null;
end
$$;

create function tell_adapters_of_row() returns trigger language plpgsql as $$
begin
  case tg_table_name
  when 'members' then perform tell_adapters('member', new.id, new.id);
  when 'memberships' then perform tell_adapters('membership', new.id, new.member_id);
  when 'sales' then perform tell_adapters('sale', new.id, coalesce(new.member_id, new.id));
  when 'occupancy' then perform tell_adapters('occupancy', new.edge_id, new.club_id);
  when 'consents' then
    if exists (select 1 from members where id = new.member_id) then
      perform tell_adapters('member', new.member_id, new.member_id);
    end if;
  end case;
  return null;
end
$$;
create trigger members_to_adapters_new after insert on members for each row execute function tell_adapters_of_row();
create trigger members_to_adapters after update on members for each row
  when (row(old.given_name, old.family_name, old.birth_date, old.email, old.phone, old.language, old.home_club_id)
        is distinct from row(new.given_name, new.family_name, new.birth_date, new.email, new.phone, new.language, new.home_club_id))
  execute function tell_adapters_of_row();
create trigger consents_to_adapters after insert on consents for each row when (new.purpose = 'news')
  execute function tell_adapters_of_row();
create trigger memberships_to_adapters_new after insert on memberships for each row execute function tell_adapters_of_row();
create trigger memberships_to_adapters after update on memberships for each row
  when (old is distinct from new) execute function tell_adapters_of_row();
create trigger sales_to_adapters_new after insert on sales for each row execute function tell_adapters_of_row();
create trigger sales_to_adapters after update on sales for each row
  when (old is distinct from new) execute function tell_adapters_of_row();
create trigger occupancy_to_adapters_new after insert on occupancy for each row execute function tell_adapters_of_row();
-- A count that stays is told again each minute: its age is part of it.
create trigger occupancy_to_adapters after update on occupancy for each row
  when (row(old.inside, old.low, old.high) is distinct from row(new.inside, new.low, new.high)
        or date_trunc('minute', old.at) <> date_trunc('minute', new.at))
  execute function tell_adapters_of_row();
`;
