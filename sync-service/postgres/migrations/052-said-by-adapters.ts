/** A change of access may be the word of a member base of others (adapters/SPEC.md), and not of somebody of the staff. */
export const saidByAdapters = `
alter table access_changes alter column user_id drop not null;
alter table access_changes add column adapter text references adapters;
alter table access_changes add constraint access_changes_by_one check (num_nonnulls(user_id, adapter) = 1);
`;
