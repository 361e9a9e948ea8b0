/** What was said and taken of one person counts for all records of them that were merged, along the whole chain (DU14, DU15). */
export const recordsOfPerson = `
-- These records and every other of the same persons: into which they were merged and which were merged into them, to both ends.
-- Each is looked at once, so that it ends on a ring too. No plain SQL: that would be spelt out in the statement that asks.
create function records_of(members_asked uuid[]) returns setof uuid language plpgsql stable rows 5 as $$
begin return query
  with recursive same (id) as (
    select unnest(members_asked)
    union
    select case when members.id = same.id then members.merged_into else members.id end
      from same join members on members.merged_into = same.id or (members.id = same.id and members.merged_into is not null))
  select same.id from same;
end
$$;

-- CL4 of each record; of several the stricter counts, until there is a yes that was said after both had been merged.
create or replace function consent_now(member uuid, what text) returns text language sql stable as $$
  with recursive said as (
    select member_id, act, least(at, received_at) as moment from consents
     where member_id = any(array(select records_of(array[member]))) and purpose = what
  ), last as (
    select distinct on (member_id) member_id, act, moment from said order by member_id, moment desc, (act = 'given')
  ), one_since (record, other, moment) as (
    select member_id, member_id, '-infinity'::timestamptz from last where act <> 'given'
    union
    select record, case when members.id = other then members.merged_into else members.id end,
           greatest(moment, coalesce((select at from member_merges where gone_id = members.id and undone_at is null), 'infinity'))
      from one_since join members on members.merged_into = other or (members.id = other and members.merged_into is not null)
  )
  select act from last
   where act = 'given' or not exists (
           select 1 from said join one_since on record = last.member_id and other = said.member_id
            where said.act = 'given' and said.member_id <> last.member_id
              and said.moment > last.moment and said.moment > one_since.moment)
   order by (act = 'given'), moment desc limit 1
$$;

-- CL6, of every record of the person.
create or replace function photo_goes() returns trigger language plpgsql as $$
begin
  if consent_now(new.member_id, 'photo') in ('withdrawn', 'not-given') then
    perform photos_go(array(select records_of(array[new.member_id])));
  end if;
  return null;
end
$$;
create function photos_go(records uuid[]) returns void language sql as $$
  update attachments set problem = problem where member_id = any(records) and purpose = 'photo' and problem is null;
  delete from attachment_pieces using attachments
   where attachments.digest = attachment_pieces.digest and member_id = any(records) and purpose = 'photo'
     and problem = 'no-consent';
$$;
select photos_go(array(select id from members
  where (merged_into is not null or id in (select merged_into from members))
    and consent_now(id, 'photo') in ('withdrawn', 'not-given')));
`;
