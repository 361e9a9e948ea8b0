/** What a plan itself cost before, where another system changes it (adapter-intake): a sale is held against the price of its time. */
export const formerPrices = `
alter table plans add column former_prices jsonb not null default '[]';

create function price_of_plan(record jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'priceCents', coalesce(record #> '{dayEntry,priceCents}', record #> '{prepaid,priceCents}', record -> 'monthlyCents'),
    'joiningFeeCents', record -> 'joiningFeeCents')
$$;
create function keep_former_price() returns trigger language plpgsql as $$
begin
  if price_of_plan(old.record) <> price_of_plan(new.record) then
    new.former_prices := old.former_prices || jsonb_build_array(price_of_plan(old.record) || jsonb_build_object('until', now()));
  end if;
  return new;
end
$$;
create trigger plans_former_price before update on plans for each row execute function keep_former_price();
`;
