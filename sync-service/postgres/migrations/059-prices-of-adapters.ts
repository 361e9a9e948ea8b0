/** A price that was set here gives way to what a member base of others says (adapters/SPEC.md, AD32). */
export const pricesOfAdapters = `
alter table plan_prices add column adapter text references adapters;
alter table plan_prices add constraint plan_prices_of_adapter
  check (adapter is null or (set_by is null and price_cents is null));
`;
