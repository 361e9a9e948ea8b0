/** Requests to be forgotten, the orders that come of them, and the answer of every store (sync-service/privacy/SPEC.md). */
export const erasure = `
-- Under which key of the member the bytes lie (keys/member-keys.ts); null for bytes as they came, sealed to the key of the base.
alter table attachments add column key_part text check (key_part in ('person', 'archive'));
create index attachments_as_they_came on attachments (digest) where key_part is null and sealed is not null;

-- A request is found by what its person says of themselves.
create index sales_by_reference on sales (reference);
create index members_by_phone on members (right(regexp_replace(phone, '\\D', '', 'g'), 9));

create table erasure_requests (
  id uuid primary key,
  member_id uuid not null references members,
  -- How it came, and which particulars were compared and agreed: their names, never what was typed.
  way text not null,
  matched jsonb not null,
  made_at timestamptz not null,
  made_by uuid not null references staff_users,
  made_by_name text not null,
  state text not null check (state in ('open', 'carried-out', 'withdrawn', 'declined')),
  closed_at timestamptz,
  closed_by_name text,
  reason text
);
create index erasure_requests_by_time on erasure_requests (made_at);
create unique index erasure_requests_open on erasure_requests (member_id) where state = 'open';

create table purge_orders (
  id uuid primary key,
  -- Not always a member that the base knows: it may have come back from a backup, and hear of them later.
  member_id uuid not null,
  request_id uuid references erasure_requests,
  -- restored: the base came back from a backup in which the member was still there.
  why text not null check (why in ('request', 'restored', 'kept-long-enough')),
  made_at timestamptz not null,
  due_at timestamptz not null
);
create index purge_orders_of_member on purge_orders (member_id);

-- One row a store that owes an answer; an order is done when none is left that is not settled.
create table purge_answers (
  order_id uuid not null references purge_orders,
  -- A place in the base (privacy/stores-of-the-base.ts), or the id of an edge.
  store text not null,
  edge_id uuid references edges,
  state text not null
    check (state in ('outstanding', 'done', 'nothing-found', 'deferred', 'failed', 'settled-by-hand')),
  erased integer not null default 0,
  waiting integer not null default 0,
  fault text,
  asked_at timestamptz not null,
  -- When it was told last, and how often: what is overdue is told again.
  told_at timestamptz not null,
  times_told integer not null default 1,
  answered_at timestamptz,
  primary key (order_id, store)
);
create index purge_answers_owed on purge_answers (told_at) where state in ('outstanding', 'deferred', 'failed');

-- Who was forgotten: whatever comes of them later brings no person back.
create table erased_members (
  member_id uuid primary key,
  order_id uuid not null references purge_orders,
  erased_at timestamptz not null,
  -- Documents that the law keeps, under a key of their own: purpose, and until when.
  kept jsonb not null
);
create index erased_members_kept on erased_members (erased_at) where kept <> '[]';

-- Who did what at the privacy desk. Ids, no names of members.
create table privacy_log (
  id uuid primary key,
  at timestamptz not null,
  -- Null where the base did it by itself.
  user_id uuid references staff_users,
  user_name text,
  action text not null,
  member_id uuid,
  request_id uuid,
  order_id uuid,
  detail jsonb not null
);
create index privacy_log_by_time on privacy_log (at);
create trigger privacy_log_stays before update or delete on privacy_log
  for each row execute function refuse_change();

-- What is written once may lose a name, and nothing else, while a member is erased: no other column may change.
create or replace function refuse_change() returns trigger language plpgsql as $$
declare
  words constant text[] := array['words', 'reason', 'detail', 'tried'];
begin
  if tg_op = 'UPDATE' and current_setting('portillon.erasing', true) = 'on'
     and tg_table_name in ('cases', 'case_settlements', 'access_changes')
     and to_jsonb(new) - words = to_jsonb(old) - words then
    return new;
  end if;
  raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;

-- Whatever is written about a member who was forgotten, by whom and however late, says no more than ids.
create function forget_again() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from erased_members) then return new; end if;
  case tg_table_name
  when 'members' then
    if exists (select 1 from erased_members where member_id = new.id) then
      new.given_name := null; new.family_name := null; new.birth_date := null;
      new.email := null; new.phone := null; new.language := 'und';
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
create trigger members_forgotten before insert or update on members for each row execute function forget_again();
create trigger credentials_forgotten before insert or update on credentials
  for each row execute function forget_again();
create trigger attachments_forgotten before insert or update on attachments
  for each row execute function forget_again();
create trigger decisions_forgotten before insert on decisions for each row execute function forget_again();
create trigger passages_forgotten before insert on passages for each row execute function forget_again();
`;
