/** Keys of other systems. The key itself is nowhere: who has the table cannot call. */
export const apiKeys = `
create table api_keys (
  id uuid primary key,
  name text not null,
  -- The part of the key that finds its row, and the SHA-256 of the part that proves it.
  selector text not null unique,
  secret_hash text not null,
  scopes text[] not null,
  -- Null: the whole network.
  legal_entity_id uuid references legal_entities,
  calls_per_minute integer not null check (calls_per_minute >= 1),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  -- The minute of the last call, counted from 1970, and the calls in it.
  minute bigint not null default 0,
  calls integer not null default 0
);

-- Whose page was read by which key: ids only, nothing of what was read.
create table api_reads (
  id uuid primary key,
  key_id uuid not null references api_keys,
  at timestamptz not null,
  route text not null,
  member_ids uuid[] not null
);
create index api_reads_of_member on api_reads using gin (member_ids);
create index api_reads_by_time on api_reads (at);
`;
