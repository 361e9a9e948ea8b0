/** A request to be forgotten may come of a member base of others (privacy/SPEC.md, PV7). */
export const forgottenElsewhere = `
alter table erasure_requests add column adapter text references adapters;
alter table erasure_requests drop constraint erasure_requests_taken_down;
alter table erasure_requests add constraint erasure_requests_taken_down check (num_nonnulls(made_by, edge_id, adapter) = 1);

-- Of what they said in one transaction, the last stands also when projections are built again.
alter table adapter_acts add column seq bigint not null default nextval('adapter_numbers');
`;
