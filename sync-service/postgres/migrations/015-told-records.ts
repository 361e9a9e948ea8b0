/**
 * What the base told of clubs, plans and credentials, and from when until when: what it knew at a moment can be asked again.
 * With it, what a club that was cut off decided otherwise than the base would have.
 */
export const toldRecords = `
create table told_records (
  kind text not null,
  id uuid not null,
  version bigint not null,
  -- By the clock of the base; null while it is told still.
  from_at timestamptz not null,
  to_at timestamptz,
  record jsonb,
  primary key (kind, id, version)
);
-- What was told before anybody kept it counts as told ever since.
insert into told_records (kind, id, version, from_at, record)
  select kind, id, version, '1970-01-01T00:00:00Z', record from feed_changes
   where kind in ('club', 'plan', 'credential');

create table outage_findings (
  decision_id uuid primary key references decisions,
  club_id uuid not null references clubs,
  edge_id uuid not null references edges,
  -- When it was decided, by the clock of the edge.
  at timestamptz not null,
  found_at timestamptz not null,
  -- What the base would have done: of 'refuse' the reason it would have given, of 'let-in' the one that the gate gave.
  would text not null check (would in ('refuse', 'let-in')),
  reason text not null,
  -- Since when the base had told the edge, in vain, what would have changed it; null where the age alone decided.
  told_at timestamptz
);
create index outage_findings_of_club on outage_findings (club_id, at);
create trigger outage_findings_stay before update or delete on outage_findings
  for each row execute function refuse_change();

-- When the base heard of a sale; null where it did before anybody kept it.
alter table sales add column received_at timestamptz;

-- A case that staff opened about a decision, once.
create table decision_cases (
  decision_id uuid primary key references decisions,
  case_id uuid not null references cases,
  user_id uuid not null references staff_users
);

create index decisions_of_credential on decisions (credential_id, at);
create index passages_of_decision on passages (decision_id);
`;
