/**
 * Gates write thousands of rows at a time. That edge and club exist is known before the first of them: the row of the edge,
 * which names its club, is locked for the whole batch, and neither is ever deleted. To look both up again for each row took
 * longer than to write it.
 */
export const eventsManyAtATime = `
alter table edge_events drop constraint edge_events_edge_id_fkey;
alter table decisions drop constraint decisions_edge_id_fkey, drop constraint decisions_club_id_fkey;
alter table passages drop constraint passages_edge_id_fkey, drop constraint passages_club_id_fkey;
create index refunds_of_edge on refunds (edge_id, at);
`;
