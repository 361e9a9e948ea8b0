/**
 * What the base took in as an event though no edge told it: a phone that was enrolled by a link. Kept as it was applied, so that
 * projections can be built again.
 */
export const linkedPasses = `
create table base_events (
  id bigint generated always as identity primary key,
  -- On whose behalf.
  edge_id uuid not null references edges,
  body text not null,
  applied_at timestamptz not null
);
create trigger base_events_stay before update or delete on base_events
  for each row execute function refuse_change();
`;
