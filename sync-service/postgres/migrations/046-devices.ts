/** How the devices of each box stand, as it told last. */
export const devices = `
create table devices (
  edge_id uuid not null references edges,
  name text not null,
  status text not null,
  fault text,
  since timestamptz not null,
  primary key (edge_id, name)
);
`;
