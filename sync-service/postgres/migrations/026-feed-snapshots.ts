/** Full starts for edges (feed-snapshots.ts), made by one process for all. The bytes are compressed already. */
export const feedSnapshots = `
create table feed_snapshots (
  id uuid primary key,
  epoch integer not null,
  version bigint not null,
  records integer not null,
  digest text not null,
  made_at timestamptz not null
);
create table feed_snapshot_chunks (
  snapshot_id uuid not null references feed_snapshots on delete cascade,
  index integer not null,
  digest text not null,
  records integer not null,
  bytes bytea not null,
  primary key (snapshot_id, index)
);
alter table feed_snapshot_chunks alter column bytes set storage external;

-- What is not told to every edge alike (ownPart in feed.ts).
create index feed_changes_own on feed_changes (version)
  where kind not in ('plan', 'edge-key') and (kind <> 'credential' or record #> '{account,debts,0}' is not null);
`;
