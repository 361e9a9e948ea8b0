/** Between which bounds a count is, as the edge judges its sensors; null from an edge that told none. */
export const occupancyBounds = `
alter table occupancy
  add column low integer check (low >= 0),
  add column high integer check (high >= 0);
`;
