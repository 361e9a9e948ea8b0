/**
 * Clubs that come from another system: what was brought over of it, how far each club is, and who may be the same person
 * twice. What is brought over names no sale and no box.
 */
export const legacyClubs = `
alter table memberships alter column sale_id drop not null;
alter table attachments alter column edge_id drop not null;

-- A line of the old system and the row that it became. The same line again is known by it.
create table imported_rows (
  club_id uuid not null references clubs,
  system text not null,
  kind text not null check (kind in ('members', 'memberships', 'badges', 'debts', 'photos')),
  source_id text not null,
  member_id uuid not null references members,
  -- Id of the row; of a photo, none.
  row_id uuid,
  -- SHA-256 of what the line said.
  digest text not null,
  imported_at timestamptz not null,
  -- A badge that is in the base and that no edge was told of.
  held boolean not null default false,
  -- By a roll back.
  ended_at timestamptz,
  primary key (club_id, system, kind, source_id)
);
create index imported_rows_of_member on imported_rows (member_id);
create index imported_rows_held on imported_rows (club_id, source_id) where held;

create table import_runs (
  id uuid primary key,
  club_id uuid not null references clubs,
  system text not null,
  started_at timestamptz not null,
  -- Null while it runs, and for good where it was cut off.
  ended_at timestamptz,
  report jsonb
);
create index import_runs_of_club on import_runs (club_id, ended_at);

create table reconciliations (
  id uuid primary key,
  club_id uuid not null references clubs,
  at timestamptz not null,
  differences integer not null check (differences >= 0),
  report jsonb not null
);
create index reconciliations_of_club on reconciliations (club_id, at);

create table club_migrations (
  club_id uuid primary key references clubs,
  state text not null check (state in ('legacy', 'both', 'migrated', 'rolled-back')),
  since timestamptz not null
);

create table club_migration_changes (
  id uuid primary key,
  club_id uuid not null references clubs,
  at timestamptz not null,
  from_state text,
  to_state text not null,
  -- Null for the command, whose words say who called it.
  user_id uuid references staff_users,
  -- As it was then.
  by_name text not null,
  reason text not null,
  -- Lines of the list that stood against it.
  despite jsonb not null default '[]'
);
create index club_migration_changes_of_club on club_migration_changes (club_id, at);
create trigger club_migration_changes_stay before update or delete on club_migration_changes
  for each row execute function refuse_change();

-- Two members who may be one person. Nothing is merged by it; who settles it sets the time.
create table possible_duplicates (
  member_id uuid not null references members,
  other_member_id uuid not null references members,
  -- Which keys agree: email, phone, name; each with the date of birth.
  keys jsonb not null,
  found_at timestamptz not null,
  settled_at timestamptz,
  primary key (member_id, other_member_id),
  check (member_id < other_member_id)
);
create index possible_duplicates_of_other on possible_duplicates (other_member_id);
create index members_by_birth_date on members (birth_date);

create index credentials_by_any_number on credentials (card_uid) where card_uid is not null;
create index credentials_by_any_code on credentials (code_hash) where code_hash is not null;
`;
