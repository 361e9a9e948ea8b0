/** What staff did to a device on the spot, as the box of that device told it. */
export const interventions = `
create table interventions (
  id uuid primary key,
  club_id uuid not null references clubs,
  edge_id uuid not null references edges,
  at timestamptz not null,
  device text not null check (device in ('card-dispenser')),
  -- The staff card that was held to the kiosk; of which the base may know nothing yet.
  credential_id uuid not null,
  fault_before text,
  fault_after text,
  outcome text not null check (outcome in ('ready', 'not-ready')),
  filled integer,
  emptied integer,
  taken_by_hand integer not null,
  counted jsonb not null,
  -- Found less counted; null where the bin was not emptied.
  bin_difference integer,
  path_difference integer not null
);
create index interventions_by_time on interventions (at);
create trigger interventions_stay before update or delete on interventions
  for each row execute function refuse_change();
`;
