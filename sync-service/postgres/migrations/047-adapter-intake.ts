/**
 * What member bases of others say (adapters/SPEC.md): how far they were read, which of their records could not be applied, whom
 * they keep out, and what was changed in rows at their word. And passages, which are told to them.
 */
export const adapterIntake = `
-- How far the changes of the other side are applied: in the transaction of the rows themselves.
create table adapter_intake (
  adapter text primary key references adapters,
  cursor text,
  -- One process reads at a time.
  holder uuid,
  leased_until timestamptz,
  due_at timestamptz not null default now(),
  failures integer not null default 0,
  problem text,
  -- Until then they had nothing more to say.
  read_at timestamptz,
  applied bigint not null default 0
);

alter table adapter_ids
  -- The row was made at their word.
  add column made boolean not null default false,
  -- What they said last of a row that is changed here too; nothing of a person.
  add column said jsonb;
create index adapter_ids_by_theirs on adapter_ids (adapter, kind, their_id) where their_id is not null;
create index imported_rows_by_source on imported_rows (system, kind, source_id);

create table adapter_parked (
  adapter text not null references adapters,
  kind text not null,
  their_id text not null,
  our_id uuid,
  revision text,
  -- As they said it; null is gone.
  record jsonb,
  -- It could not be read at all: there is nothing to try again.
  unread boolean not null default false,
  problem text not null,
  -- What has to be known first.
  waits_for text,
  retry boolean not null default false,
  member_id uuid,
  seq bigint not null default nextval('adapter_numbers'),
  parked_at timestamptz not null,
  primary key (adapter, kind, their_id)
);
create index adapter_parked_of_member on adapter_parked (member_id);

-- Whom, or which credential, they keep out. The key is theirs.
create table adapter_blocks (
  adapter text not null references adapters,
  their_key text not null,
  member_id uuid,
  credential_id uuid,
  at timestamptz not null,
  until_at timestamptz not null,
  -- Of the member: the pause that staff had given.
  before_at timestamptz,
  -- Of the credential: it was open before.
  closed boolean not null default false,
  lifted_at timestamptz,
  primary key (adapter, their_key),
  check (num_nonnulls(member_id, credential_id) = 1)
);
create index adapter_blocks_of_member on adapter_blocks (member_id) where member_id is not null;
create index adapter_blocks_of_credential on adapter_blocks (credential_id) where credential_id is not null;

-- What was changed at their word, for when projections are built again from events.
create table adapter_acts (
  id uuid primary key default gen_random_uuid(),
  adapter text not null references adapters,
  at timestamptz not null,
  in_table text not null check (in_table in ('members', 'memberships', 'credentials')),
  row_id uuid not null,
  columns jsonb not null
);
create index adapter_acts_of_row on adapter_acts (row_id);

create function adapter_parked_forgotten() returns trigger language plpgsql as $$
begin
  delete from adapter_parked where member_id = new.member_id;
  return null;
end
$$;
create trigger erased_members_to_parked after insert on erased_members
  for each row execute function adapter_parked_forgotten();

alter table consents drop constraint consents_channel_check;
alter table consents add constraint consents_channel_check
  check (channel in ('kiosk', 'web-shop', 'staff', 'other-base'));

-- Passages that were dropped because too many waited.
alter table adapters add column dropped bigint not null default 0;
alter table adapter_outbox drop constraint adapter_outbox_kind_check;
alter table adapter_outbox add constraint adapter_outbox_kind_check
  check (kind in ('member', 'membership', 'sale', 'occupancy', 'passage'));

-- As before, and nobody is told what they have said themselves.
create or replace function tell_adapters(what text, told uuid, subject uuid) returns void language plpgsql as $$
begin
  if not exists (select 1 from adapters where ended_at is null) then return; end if;
  insert into adapter_outbox (adapter, kind, row_id, subject_id, version)
  select name, what, told, subject, (select coalesce(max(epoch), 1) from meta)::bigint * 1000000000000 + nextval('adapter_numbers')
    from adapters where ended_at is null and what = any(kinds)
     and name <> coalesce(current_setting('portillon.from_adapter', true), '')
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

-- Of a member in their order, after what is told of the member; of nobody known, in the order of the club.
create function tell_adapters_of_passages() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from adapters where ended_at is null and 'passage' = any(kinds)) then return null; end if;
  insert into adapter_outbox (adapter, kind, row_id, subject_id, version)
  select name, 'passage', fresh.id, coalesce(credentials.member_id, fresh.club_id),
         (select coalesce(max(epoch), 1) from meta)::bigint * 1000000000000 + nextval('adapter_numbers')
    from fresh left join credentials on credentials.id = fresh.credential_id
    join adapters on ended_at is null and 'passage' = any(kinds)
   order by fresh.at, fresh.id
  on conflict (adapter, kind, row_id) do nothing;
  return null;
end
$$;
create trigger passages_to_adapters after insert on passages referencing new table as fresh
  for each statement execute function tell_adapters_of_passages();
`;
