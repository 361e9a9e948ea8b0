/**
 * Cases that staff settle, and what edges tell of their fiscal journals. What is written once for good is held to that by
 * the database itself.
 */
export const casesAndFiscalHeads = `
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;

alter table cases
  -- What the customer was told, where that is not the reference of the sale.
  add column reference text,
  -- What was tried before the case was opened: a list of short texts.
  add column tried jsonb not null default '[]',
  -- A settlement is a row of its own, below.
  drop column settled_at;
create index cases_by_time on cases (at);
create trigger cases_stay before update or delete on cases
  for each row execute function refuse_change();

create table case_settlements (
  case_id uuid primary key references cases,
  settled_at timestamptz not null,
  user_id uuid not null references staff_users,
  -- As it was then.
  user_name text not null,
  outcome text not null,
  words text not null
);
create index case_settlements_by_time on case_settlements (settled_at desc);
create trigger case_settlements_stay before update or delete on case_settlements
  for each row execute function refuse_change();

-- The highest head ever told of each chain.
create table fiscal_heads (
  edge_id uuid not null references edges,
  chain text not null,
  no bigint not null check (no >= 1),
  signature text not null,
  told_at timestamptz not null,
  -- Of the request that told it: one with a lower counter was sent before.
  counter bigint not null,
  primary key (edge_id, chain)
);

-- When each of them was told first.
create table fiscal_head_history (
  edge_id uuid not null references edges,
  chain text not null,
  no bigint not null,
  signature text not null,
  told_at timestamptz not null,
  primary key (edge_id, chain, no)
);
create trigger fiscal_head_history_stays before update or delete on fiscal_head_history
  for each row execute function refuse_change();

-- For which number of a chain a case has been opened.
create table fiscal_rollbacks (
  edge_id uuid not null references edges,
  chain text not null,
  no bigint not null,
  primary key (edge_id, chain, no)
);
`;
