/**
 * Names, birth dates and contact lie sealed, each under the key of its member; in clear they are in a table that PostgreSQL writes
 * into no log of changes, and that is empty after a crash and in every copy made from that log (docs/decisions/0034-names-unlogged.md).
 */
export const namesUnderKeys = `
alter table members add column person bytea;

-- What lay here in clear, until each is sealed (member-names-sealed.ts); then it goes.
do $$
begin
  if exists (select 1 from members where coalesce(given_name, family_name, birth_date::text, email, phone) is not null) then
    create table members_in_clear as
      select id, given_name, family_name, birth_date, email, phone from members
       where coalesce(given_name, family_name, birth_date::text, email, phone) is not null;
    alter table members_in_clear add primary key (id);
  end if;
end
$$;

create unlogged table member_names (
  id uuid primary key,
  given_name text,
  family_name text,
  birth_date date,
  email text,
  phone text
);
create index member_names_by_family_name on member_names (folded(family_name) text_pattern_ops);
create index member_names_by_given_name on member_names (folded(given_name) text_pattern_ops);
create index member_names_by_email on member_names (lower(email));
create index member_names_by_phone on member_names (right(regexp_replace(phone, '\\D', '', 'g'), 9));
-- Who may be one person; word for word as in possible-duplicates.ts.
create index member_names_by_birth_and_email on member_names (birth_date, lower(email));
create index member_names_by_birth_and_phone on member_names (birth_date, right(regexp_replace(phone, '\\D', '', 'g'), 9));
create index member_names_by_birth_and_name on member_names (birth_date,
  regexp_replace(lower(normalize(given_name || ' ' || family_name, NFD)), '[\u0300-\u036f]', '', 'g'));
create index member_names_by_name_and_email on member_names (
  regexp_replace(lower(normalize(given_name || ' ' || family_name, NFD)), '[\u0300-\u036f]', '', 'g'), lower(email));
create index member_names_by_name_and_phone on member_names (
  regexp_replace(lower(normalize(given_name || ' ' || family_name, NFD)), '[\u0300-\u036f]', '', 'g'),
  right(regexp_replace(phone, '\\D', '', 'g'), 9));

-- What the planner keeps of a column are values out of it, in a table that is logged.
alter table member_names
  alter given_name set statistics 0, alter family_name set statistics 0, alter birth_date set statistics 0,
  alter email set statistics 0, alter phone set statistics 0;
do $$
declare
  expression record;
begin
  for expression in
    select indexrelid::regclass as index, place
      from pg_index cross join lateral generate_series(1, indnatts) as place
     where indrelid = 'member_names'::regclass and indkey[place - 1] = 0
  loop
    execute format('alter index %s alter column %s set statistics 0', expression.index, expression.place);
  end loop;
end
$$;

-- How far the names are opened; gone with them.
create unlogged table member_names_open (
  only_row boolean primary key default true check (only_row),
  through uuid,
  opened integer not null default 0,
  of integer not null,
  opened_at timestamptz
);

-- Whoever asks for names before they are open is told so: none would look like somebody who was forgotten.
create function names_open() returns boolean language plpgsql stable as $$
begin
  if not exists (select 1 from member_names_open where opened_at is not null) then
    raise exception 'the names of members are being opened' using errcode = 'PN001';
  end if;
  return true;
end
$$;

-- What depends on the columns that go.
drop trigger members_to_adapters on members;
alter table members drop column given_name, drop column family_name, drop column birth_date, drop column email, drop column phone;

create view named_members as
  select members.*, given_name, family_name, birth_date, email, phone
    from members left join member_names using (id)
   where (select names_open());

-- Sealed and not changed: nobody hears of it.
create function names_are_sealed_only() returns boolean language sql stable as $$
  select coalesce(current_setting('portillon.sealing', true), '') = 'on'
$$;

create trigger members_to_adapters after update on members for each row
  when (row(old.person, old.language, old.home_club_id) is distinct from row(new.person, new.language, new.home_club_id)
        and not names_are_sealed_only())
  execute function tell_adapters_of_row();

create or replace function tell_of_members() returns trigger language plpgsql as $$
begin
  if names_are_sealed_only() or not webhooks_want(array['member.changed', 'member.merged']) then return null; end if;
  insert into webhook_messages (webhook_id, kind, subject_id, body)
  select hook.id, told.kind, told.id, webhook_body(told.kind, jsonb_build_object('memberId', told.id) ||
           case told.kind when 'member.changed' then jsonb_build_object('homeClubId', told.home_club_id)
           else jsonb_build_object('state', case when told.merged_into is null then 'apart' else 'merged' end,
                  'mergedInto', case when hook.legal_entity_id is null or hook.legal_entity_id = other.legal_entity_id
                                     then told.merged_into end) end)
    from (select 'member.changed' as kind, after.id, after.home_club_id, after.merged_into
            from after join before on before.id = after.id
           where (before.home_club_id, before.person, before.language) is distinct from
                 (after.home_club_id, after.person, after.language)
             and not exists (select 1 from erased_members where erased_members.member_id = after.id)
           union all
          select 'member.merged', after.id, after.home_club_id, after.merged_into
            from after join before on before.id = after.id
           where before.merged_into is distinct from after.merged_into) as told
    join clubs on clubs.id = told.home_club_id
    left join members as stays on stays.id = told.merged_into
    left join clubs as other on other.id = stays.home_club_id
    join webhooks_listening() as hook on told.kind = any(hook.kinds)
     and (hook.legal_entity_id is null or hook.legal_entity_id = clubs.legal_entity_id);
  return null;
end
$$;

-- Whatever is written about a member who was forgotten, by whom and however late, says no more than ids.
create or replace function forget_again() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from erased_members) then return new; end if;
  case tg_table_name
  when 'members' then
    if exists (select 1 from erased_members where member_id = new.id) then
      new.person := null; new.language := 'und';
      delete from member_names where id = new.id;
    end if;
  when 'credentials' then
    if exists (select 1 from erased_members where member_id = new.member_id) then
      new.card_uid := null; new.public_key := null; new.code_hash := null;
      if new.status = 'active' then new.status := 'blocked'; end if;
    end if;
  when 'attachments' then
    if exists (
      select 1 from erased_members where member_id = new.member_id
         and not exists (select 1 from jsonb_array_elements(kept) as document
                          where document->>'purpose' = new.purpose
                            and (document->>'until')::timestamptz > now())
    ) then
      new.sealed := null; new.received_at := coalesce(new.received_at, now()); new.problem := 'erased';
    end if;
  else
    if new.credential_id is not null and exists (
      select 1 from credentials join erased_members on erased_members.member_id = credentials.member_id
       where credentials.id = new.credential_id
    ) then
      new.credential_id := null;
    end if;
  end case;
  return new;
end
$$;

-- Rows whose words named somebody who was forgotten: which they are, not what they said (PV64).
alter table purge_orders add column words jsonb not null default '[]';
`;
