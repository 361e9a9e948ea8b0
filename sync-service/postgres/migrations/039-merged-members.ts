/** Two records of one person, found when particulars arrive, and merged by a person (members/SPEC.md). */
export const mergedMembers = `
-- An order of a web shop is told by no box.
alter table cases alter column edge_id drop not null;
alter table possible_duplicates add column case_id uuid;
create index possible_duplicates_of_case on possible_duplicates (case_id);

-- The record of the same person that stays, when this one was merged into it.
alter table members add column merged_into uuid references members;
create index members_merged on members (merged_into) where merged_into is not null;

-- An e-mail address or a phone number counts with the date of birth or with the name.
create index members_by_name_and_email on members (
  regexp_replace(lower(normalize(given_name || ' ' || family_name, NFD)), '[\u0300-\u036f]', '', 'g'), lower(email));
create index members_by_name_and_phone on members (
  regexp_replace(lower(normalize(given_name || ' ' || family_name, NFD)), '[\u0300-\u036f]', '', 'g'),
  right(regexp_replace(phone, '\\D', '', 'g'), 9));

create table member_merges (
  id uuid primary key,
  gone_id uuid not null references members,
  stays_id uuid not null references members,
  case_id uuid references cases,
  at timestamptz not null,
  user_id uuid not null references staff_users,
  user_name text not null,
  reason text not null,
  -- Ids by table: what was moved, and what the one that stays had of its own. What it has more by now came since.
  moved jsonb not null,
  own jsonb not null,
  -- What bears on access of the one that stays, before and after.
  standing_before jsonb not null,
  standing_after jsonb not null,
  undone_at timestamptz,
  undone_by uuid references staff_users,
  undone_by_name text,
  undone_reason text
);
create unique index member_merges_in_force on member_merges (gone_id) where undone_at is null;
create index member_merges_of_stays on member_merges (stays_id);
`;
