/** Of which zone of the club a gate is, null for the club itself; and how many are in each zone, as the edge told last. */
export const zones = `
alter table decisions add column zone text;
alter table passages add column zone text;
alter table occupancy add column zones jsonb;
`;
