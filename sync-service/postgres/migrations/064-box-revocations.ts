/** Boxes that were revoked (core/wire/SPEC.md, W-REVOKE-1): when, by whom and why. */
export const boxRevocations = `
create table box_revocations (
  edge_id uuid primary key references edges,
  at timestamptz not null,
  -- A command on the machine of the base.
  by_name text not null,
  reason text not null
);
create trigger box_revocations_stay before update or delete on box_revocations
  for each row execute function refuse_change();
`;
