/**
 * Orders that a web shop gives and that wait for collection at a kiosk: what was paid there, and a membership that no sale of
 * ours stands behind. One that no box has claimed names none.
 */
export const webOrders = `
alter table orders
  alter column edge_id drop not null,
  alter column made_by drop not null,
  add column made_by_key uuid references api_keys,
  -- The shop's own number of the order, and what it says of payment and contract.
  add column shop_reference text,
  add column shop_record jsonb,
  add constraint whose_order check ((made_by is null) = (made_by_key is not null)),
  add constraint shop_order check ((kind = 'collection') = (made_by_key is not null)),
  add constraint claimed_or_of_shop check (edge_id is not null or kind = 'collection');
create unique index orders_of_shop on orders (made_by_key, shop_reference);
create index orders_by_time on orders (made_at, id) where kind = 'collection';

alter table memberships alter column sale_id drop not null;
`;
