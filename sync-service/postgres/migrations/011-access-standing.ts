/**
 * What bears on access beyond dates and cards: of a club its policy and closed days, of a member pauses, work, and whom they
 * come in with.
 */
export const accessStanding = `
alter table clubs
  add column policy jsonb,
  add column closures jsonb not null default '[]';

-- What was let in and is to be noted: reasons of the rule.
alter table decisions add column noted jsonb not null default '[]';

alter table members
  add column suspended_until timestamptz,
  add column staff boolean not null default false,
  add column company jsonb;

-- Who changed what of it, and why. Nothing is changed or deleted.
create table access_changes (
  id uuid primary key,
  at timestamptz not null,
  user_id uuid not null references staff_users,
  club_id uuid references clubs,
  member_id uuid references members,
  change jsonb not null,
  reason text not null,
  check ((club_id is null) <> (member_id is null))
);
create index access_changes_of_member on access_changes (member_id);
create index access_changes_of_club on access_changes (club_id);
create trigger access_changes_stay before update or delete on access_changes
  for each row execute function refuse_change();
`;
