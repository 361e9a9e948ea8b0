/**
 * Accounts of staff belong to the network, to a legal entity or to clubs, with one role each; who opened, changed or ended them;
 * who read the pages of a member. An account that was there before today stays one of the network.
 */
export const staffRights = `
alter table staff_users
  -- Null for who signs in with another's word (OpenID Connect) only.
  alter column password_hash drop not null,
  add column role text not null default 'network-administrator'
    check (role in ('front-desk', 'manager', 'auditor', 'network-administrator', 'privacy-officer')),
  add column reach text not null default 'network' check (reach in ('network', 'entity', 'clubs')),
  add column legal_entity_id uuid references legal_entities,
  add column issuer text,
  add column subject text,
  add column ended_at timestamptz,
  add constraint entity_of_reach check ((reach = 'entity') = (legal_entity_id is not null)),
  add constraint administrators_see_all check (role <> 'network-administrator' or reach = 'network'),
  add constraint one_of_subject unique (issuer, subject);

create table staff_user_clubs (
  user_id uuid not null references staff_users,
  club_id uuid not null references clubs,
  primary key (user_id, club_id)
);

create table staff_account_changes (
  id uuid primary key,
  at timestamptz not null,
  account_id uuid not null references staff_users,
  -- Null: a command on the machine of the base, or the provider of sign-ins.
  by_user_id uuid references staff_users,
  by_name text not null,
  change jsonb not null
);
create index staff_account_changes_by_time on staff_account_changes (at desc);
create trigger staff_account_changes_stay before update or delete on staff_account_changes
  for each row execute function refuse_change();

alter table staff_sessions
  -- To sign out at the provider, too.
  add column id_token text;

-- One use each, for as long as somebody needs to sign in at the provider.
create table staff_provider_visits (
  state_hash text primary key,
  nonce text not null,
  verifier text not null,
  browser_hash text not null,
  expires_at timestamptz not null
);

-- Logs of who read what: rows are never changed, and go when their time is over (ST10).
create function keep_for_a_year() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.at < now() - interval '365 days' then return old; end if;
  raise exception 'rows of % are never changed, and kept for a year', tg_table_name;
end
$$;

create table person_reads (
  id uuid primary key,
  at timestamptz not null,
  user_id uuid not null,
  -- As it was then.
  user_name text not null,
  -- No reference: it outlives the member.
  member_id uuid not null,
  page text not null,
  came_from text not null
);
create index person_reads_of_member on person_reads (member_id, at desc);
create index person_reads_by_time on person_reads (at);
create trigger person_reads_stay before update or delete on person_reads
  for each row execute function keep_for_a_year();

create table member_searches (
  id uuid primary key,
  at timestamptz not null,
  user_id uuid not null,
  user_name text not null,
  -- Keyed with a secret of the base: nobody finds the words by trying names.
  terms_digest text not null,
  found integer not null
);
create index member_searches_by_time on member_searches (at);
create trigger member_searches_stay before update or delete on member_searches
  for each row execute function keep_for_a_year();

-- A name as it is looked for: small letters, no accents.
create function folded(words text) returns text language sql immutable strict parallel safe as $$
  select lower(regexp_replace(normalize(words, NFKD), '[\\u0300-\\u036f]', '', 'g'))
$$;
create index members_by_family_name on members (folded(family_name) text_pattern_ops);
create index members_by_given_name on members (folded(given_name) text_pattern_ops);
create index members_by_email on members (lower(email));
create index credentials_by_card on credentials (card_uid) where card_uid is not null;

create index sales_of_member on sales (member_id);
-- The newest of a few clubs among those of all.
create index passages_of_club on passages (club_id, at desc);
create index refusals_of_club on decisions (club_id, at desc) where outcome = 'refused';
`;
