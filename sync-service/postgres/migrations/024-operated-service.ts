/**
 * What several processes of the base share instead of remembering it each: how often somebody has asked, and which card keys
 * are the right ones. When each epoch began and why, and where the base was at home then. In which order events were taken in
 * over all edges, for whoever applies them again; null for those of before.
 */
export const operatedService = `
-- Lost with a crash of PostgreSQL, which is as good: it holds for a minute.
create unlogged table request_rates (
  -- The address asked for.
  what text not null,
  -- Who asked, as a keyed digest.
  who text not null,
  until_at timestamptz not null,
  count integer not null,
  primary key (what, who)
);
create index request_rates_by_end on request_rates (until_at);

alter table meta
  -- By version, a digest of the keys.
  add column card_keys jsonb not null default '{}',
  -- Cluster, timeline and database, as PostgreSQL tells them: another one came back from a backup.
  add column home text;

create table epochs (
  epoch integer primary key check (epoch >= 1),
  began_at timestamptz not null,
  reason text not null check (reason in ('first', 'told', 'moved', 'proved')),
  -- Of 'proved': which edge held a receipt of the base, and for which number.
  edge_id uuid,
  through bigint
);
insert into epochs (epoch, began_at, reason) select epoch, now(), 'first' from meta;

create sequence edge_event_order;
alter table edge_events add column applied_order bigint;
alter table edge_events alter column applied_order set default nextval('edge_event_order');
`;
