/**
 * Gates as their edges tell of them, what staff order of them, and their alarms. A passage may have been opened by staff, and a
 * decision may have been made at an exit.
 */
export const gates = `
create table gates (
  edge_id uuid not null references edges,
  gate_id text not null,
  club_id uuid not null references clubs,
  name text not null,
  standing text not null check (standing in ('normal', 'held-open', 'locked')),
  since timestamptz not null,
  -- By which order of staff it stands so.
  order_id uuid,
  can_hold_open boolean not null,
  primary key (edge_id, gate_id)
);
create index gates_of_club on gates (club_id);

create table gate_orders (
  id uuid primary key,
  club_id uuid not null references clubs,
  edge_id uuid not null,
  gate_id text not null,
  action text not null,
  reason text not null,
  words text not null,
  made_at timestamptz not null,
  made_by uuid not null references staff_users,
  -- As it was then.
  made_by_name text not null,
  expires_at timestamptz not null,
  -- unanswered: over, and nothing was heard of it so far.
  status text not null check (status in ('open', 'done', 'expired', 'failed', 'not-known', 'unanswered')),
  fault text,
  settled_at timestamptz,
  foreign key (edge_id, gate_id) references gates
);
create index gate_orders_of_gate on gate_orders (edge_id, gate_id, made_at);
create index gate_orders_by_time on gate_orders (made_at);

create table gate_alarms (
  id uuid primary key,
  club_id uuid not null references clubs,
  edge_id uuid not null references edges,
  gate_id text not null,
  kind text not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  times integer not null default 1,
  acknowledged_at timestamptz,
  acknowledged_by uuid references staff_users,
  acknowledged_by_name text,
  acknowledged_words text
);
create index gate_alarms_by_time on gate_alarms (began_at);
create index gate_alarms_standing on gate_alarms (began_at) where ended_at is null or acknowledged_at is null;

alter table passages add column order_id uuid;
alter table decisions add column direction text not null default 'entry';
`;
