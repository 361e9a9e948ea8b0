/** Closings of tills as they were told, and closings over all tills of a club. What is written once is never changed. */
export const closings = `
create table till_closings (
  edge_id uuid not null references edges,
  till text not null,
  -- In the chain of closings of that till.
  no bigint not null check (no >= 1),
  club_id uuid not null references clubs,
  est text not null,
  level text not null check (level in ('J', 'M', 'A')),
  -- 2026-11-22, 2026-11 or 2026.
  period text not null,
  text text not null,
  payload text not null,
  signature text not null,
  public_key text not null,
  told_at timestamptz not null,
  primary key (edge_id, till, no)
);
create index till_closings_by_period on till_closings (club_id, period);
create trigger till_closings_stay before update or delete on till_closings
  for each row execute function refuse_change();

-- Keys that sign closings over all tills; the private half of the newest lies in the key store of the base.
create table store_signing_keys (
  kid text primary key,
  public_key text not null,
  since timestamptz not null
);
create trigger store_signing_keys_stay before update or delete on store_signing_keys
  for each row execute function refuse_change();

create table store_closings (
  club_id uuid not null references clubs,
  no bigint not null check (no >= 1),
  period text not null,
  -- Of the closing that this one replaces; 0 for none.
  corrects bigint not null,
  -- Names or ids of tills, as the payload says.
  missing jsonb not null,
  text text not null,
  payload text not null,
  signature text not null,
  made_at timestamptz not null,
  user_id uuid not null references staff_users,
  primary key (club_id, no)
);
create index store_closings_by_period on store_closings (club_id, period, no desc);
create trigger store_closings_stay before update or delete on store_closings
  for each row execute function refuse_change();
`;
