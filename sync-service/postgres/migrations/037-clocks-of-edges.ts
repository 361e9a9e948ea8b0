/** How the clock of each edge stands, as it told last; and when somebody vouched to it for the base's clock (W-CLOCK-7). */
export const clocksOfEdges = `
alter table edges add column clock jsonb;
alter table edges add column clock_order_at timestamptz;
create table clock_orders (
  id uuid primary key default gen_random_uuid(),
  edge_id uuid not null references edges,
  made_at timestamptz not null,
  made_by uuid not null,
  made_by_name text not null,
  words text not null
);
`;
