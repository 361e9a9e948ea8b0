/**
 * Orders that staff give and a kiosk carries out, money given back by them, and the price of another card. A record of the
 * feed may concern one club.
 */
export const orders = `
alter table networks
  -- Price of a card that stands in for a lost one, tax included; its VAT as of a plan.
  add column card_fee jsonb not null default '{"cents":0,"vatRate":2000}';

create table orders (
  id uuid primary key,
  kind text not null,
  club_id uuid not null references clubs,
  -- The box that is to carry it out.
  edge_id uuid not null references edges,
  code_hash text not null,
  status text not null check (status in ('open', 'collected', 'cancelled', 'in-doubt')),
  sale_id uuid references sales,
  member_id uuid references members,
  credential_id uuid references credentials,
  amount_cents integer not null check (amount_cents >= 0),
  lines jsonb not null,
  -- Membership and cards of the sale end with it.
  ends_membership boolean not null,
  reason text not null,
  -- The case that it settles, and the one that says that nobody knows its outcome.
  case_id uuid references cases,
  doubt_case_id uuid,
  made_at timestamptz not null,
  made_by uuid not null references staff_users,
  -- As they were then.
  made_by_name text not null,
  expires_at timestamptz not null,
  closed_at timestamptz,
  closed_by_name text,
  -- The sale or refund that it led to.
  result_id uuid unique
);
create unique index orders_by_code on orders (code_hash) where status = 'open';
create index orders_of_club on orders (club_id, made_at);
create index orders_of_sale on orders (sale_id);
create index orders_of_case on orders (case_id);

create table refunds (
  id uuid primary key,
  reference text not null,
  -- No order where the base has lost it: what was given back was given back.
  order_id uuid unique references orders,
  sale_id uuid not null references sales,
  club_id uuid not null references clubs,
  edge_id uuid not null references edges,
  at timestamptz not null,
  total_cents integer not null check (total_cents > 0),
  lines jsonb not null,
  payment jsonb not null,
  fiscal_record_no bigint not null,
  fiscal_characters text not null
);
create index refunds_of_sale on refunds (sale_id);
create trigger refunds_stay before update or delete on refunds
  for each row execute function refuse_change();

-- Null concerns the whole network.
alter table feed_changes add column club_id uuid;
`;
