/** A case about two records that asks no more than another, once one of them was merged, is closed by the merge (same-person/SPEC.md, DU16). */
export const pairsOfMerges = `
-- The merge that closed its case beside its own; asked again once that is undone.
alter table possible_duplicates add column closed_by uuid references member_merges;
create index possible_duplicates_of_merge on possible_duplicates (closed_by) where closed_by is not null;
`;
