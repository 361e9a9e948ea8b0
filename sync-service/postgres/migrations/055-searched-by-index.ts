/** What a push looks for in the whole network, by an index that holds little else (hot-queries.ts). */
export const searchedByIndex = `
-- Copies of an old badge, at every entry by its number.
create index cases_of_copied_badges on cases (detail text_pattern_ops) where kind = 'badge-copied';
-- What a sale gave, where it is cancelled.
create index memberships_of_sale on memberships (sale_id);
-- The photo that a box asks for by its digest.
create index feed_changes_of_photo on feed_changes ((record->>'photo')) where kind = 'person';
`;
