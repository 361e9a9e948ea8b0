/** A record that waits for another one, which mostly comes at once, is a case only when it goes on waiting (adapters/SPEC.md, AD25). */
export const adapterParkedCases = `
alter table adapter_parked add column case_due_at timestamptz;
create index adapter_parked_due on adapter_parked (adapter, case_due_at) where case_due_at is not null;
`;
