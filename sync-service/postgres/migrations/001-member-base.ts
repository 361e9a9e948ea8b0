/**
 * The member base. Tables carry the key they would be partitioned by (club or member). Times are of the place where the
 * thing happened, except `received_at` and `created_at`.
 */
export const memberBase = `
create table networks (
  id uuid primary key,
  name text not null
);

-- One row: what this base is. The keys name the key file that belongs to it.
create table meta (
  only_row boolean primary key default true check (only_row),
  network_id uuid not null references networks,
  epoch integer not null check (epoch >= 1),
  network_key text not null,
  seal_key text not null
);

create table legal_entities (
  id uuid primary key,
  network_id uuid not null references networks,
  name text not null,
  address text not null,
  siret text not null,
  vat_number text not null
);

create table clubs (
  id uuid primary key,
  legal_entity_id uuid not null references legal_entities,
  name text not null unique,
  time_zone text not null,
  capacity integer not null check (capacity >= 1),
  hours jsonb not null,
  staff_phone text,
  mediator text not null
);

create table plans (
  id uuid primary key,
  network_id uuid not null references networks,
  record jsonb not null
);

create table edges (
  id uuid primary key,
  club_id uuid not null references clubs,
  public_key text not null unique,
  status text not null check (status in ('active', 'revoked')),
  software text not null,
  enrolled_at timestamptz not null,
  last_contact_at timestamptz not null,
  applied_through bigint not null default 0,
  last_hash text not null
);
create index edges_of_club on edges (club_id);

-- Highest request counter of an edge, and those it has used within the window below (request-counters.ts).
create table edge_counter_heads (
  edge_id uuid primary key references edges,
  highest bigint not null default 0
);
create table edge_counters (
  edge_id uuid not null references edges,
  counter bigint not null,
  primary key (edge_id, counter)
);

create table enrolment_codes (
  selector text primary key,
  secret_hash text not null,
  club_id uuid not null references clubs,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  wrong_tries integer not null default 0,
  used_by_key text
);

-- Every event as it was received, byte for byte.
create table edge_events (
  edge_id uuid not null references edges,
  seq bigint not null,
  event_id uuid not null,
  body bytea not null,
  prev_hash text not null,
  hash text not null,
  received_at timestamptz not null,
  primary key (edge_id, seq)
);

create table parked_events (
  edge_id uuid not null,
  seq bigint not null,
  reason text not null,
  parked_at timestamptz not null,
  settled_at timestamptz,
  primary key (edge_id, seq),
  foreign key (edge_id, seq) references edge_events
);

create table members (
  id uuid primary key,
  home_club_id uuid not null references clubs,
  -- From the sealed person attachment; null until it has come.
  given_name text,
  family_name text,
  birth_date date,
  email text,
  phone text,
  language text not null,
  created_at timestamptz not null
);

create table sales (
  id uuid primary key,
  reference text not null,
  club_id uuid not null references clubs,
  edge_id uuid not null references edges,
  legal_entity_id uuid not null references legal_entities,
  member_id uuid not null references members,
  at timestamptz not null,
  language text not null,
  total_cents integer not null,
  lines jsonb not null,
  payment jsonb not null,
  consents jsonb not null,
  receipt text,
  cancelled_at timestamptz,
  reversal_reference text
);
create index sales_of_club on sales (club_id, at);

create table memberships (
  id uuid primary key,
  member_id uuid not null references members,
  plan_id uuid not null references plans,
  club_id uuid not null references clubs,
  sale_id uuid not null references sales,
  valid_from timestamptz not null,
  valid_to timestamptz,
  status text not null check (status in ('active', 'cancelled'))
);
create index memberships_of_member on memberships (member_id);

create table credentials (
  id uuid primary key,
  kind text not null,
  card_uid text,
  member_id uuid not null references members,
  plan_id uuid not null references plans,
  home_club_id uuid not null references clubs,
  sale_id uuid not null references sales,
  valid_from timestamptz not null,
  valid_to timestamptz,
  single_use boolean not null,
  status text not null check (status in ('active', 'blocked', 'spent'))
);
create index credentials_of_member on credentials (member_id);
create index credentials_of_sale on credentials (sale_id);

create table decisions (
  id uuid primary key,
  club_id uuid not null references clubs,
  edge_id uuid not null references edges,
  at timestamptz not null,
  gate_id text not null,
  credential_id uuid,
  presented text not null,
  outcome text not null,
  reason text,
  data_age_ms bigint,
  by_grant boolean not null
);
create index refusals_by_time on decisions (at desc) where outcome = 'refused';

create table passages (
  id uuid primary key,
  club_id uuid not null references clubs,
  edge_id uuid not null references edges,
  at timestamptz not null,
  gate_id text not null,
  direction text not null,
  decision_id uuid,
  credential_id uuid,
  occupancy_after integer not null
);
create index passages_by_time on passages (at desc);
create index passages_of_credential on passages (credential_id);

create table cases (
  id uuid primary key,
  club_id uuid not null references clubs,
  edge_id uuid not null references edges,
  at timestamptz not null,
  kind text not null,
  sale_id uuid,
  sale_reference text,
  amount_cents integer,
  detail text not null,
  settled_at timestamptz
);

-- Named by a sale first, received later. The bytes stay sealed; whoever may see them opens them with the base's key.
create table attachments (
  digest text primary key,
  purpose text not null check (purpose in ('person', 'photo', 'contract')),
  member_id uuid not null references members,
  edge_id uuid not null references edges,
  sealed bytea,
  received_at timestamptz,
  -- Why the bytes could not be opened, when they could not.
  problem text
);
create index attachments_wanted on attachments (edge_id) where received_at is null;
create index attachments_of_member on attachments (member_id, purpose);

-- Told by the edge itself with every push; its word wins over any sum of passages.
create table occupancy (
  edge_id uuid primary key references edges,
  club_id uuid not null references clubs,
  inside integer not null,
  at timestamptz not null
);

-- The last change of each record; null is a tombstone. Versions are handed out in commit order (feed.ts).
create table feed_changes (
  kind text not null,
  id uuid not null,
  version bigint not null unique,
  record jsonb,
  primary key (kind, id)
);
create table feed_head (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into feed_head (version) values (0);

create table staff_users (
  id uuid primary key,
  name text not null unique,
  password_hash text not null,
  created_at timestamptz not null
);

create table staff_sessions (
  token_hash text primary key,
  user_id uuid not null references staff_users,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
`;
