/** A price to come that was set here is withdrawn by what a member base of others says (adapters/SPEC.md, AD32). */
export const comingPricesOfAdapters = `
alter table plan_prices add column withdrawn_adapter text references adapters;
alter table plan_prices drop constraint plan_prices_check2;
alter table plan_prices add constraint plan_prices_withdrawn check (
  (withdrawn_at is null) = (withdrawn_reason is null)
  and (withdrawn_at is null) = (withdrawn_by is null and withdrawn_adapter is null)
  and (withdrawn_by is null or withdrawn_adapter is null));

create or replace function refuse_change_of_price() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.withdrawn_at is null and new.withdrawn_at is not null
     and (to_jsonb(new) - array['withdrawn_at', 'withdrawn_by', 'withdrawn_adapter', 'withdrawn_reason'])
       = (to_jsonb(old) - array['withdrawn_at', 'withdrawn_by', 'withdrawn_adapter', 'withdrawn_reason']) then
    return new;
  end if;
  raise exception 'a price that was set is never changed: it is withdrawn, or another one is set';
end
$$;
`;
