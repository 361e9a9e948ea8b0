/** Where clocks leave it open whether a yes or a no came last, the no counts (privacy/kept/SPEC.md, CL4). */
export const noInDoubt = `
-- CL4 of each record; of several the stricter counts, until there is a yes that was said after both had been merged. Every no
-- counts that has no such yes after it.
create or replace function consent_now(member uuid, what text) returns text language sql stable as $$
  with recursive said as (
    select member_id, act, coalesce(edge_id, key_id) as teller, least(at, received_at) as moment,
           least(at + interval '5 minutes', received_at) as latest,
           case when at + interval '5 minutes' < received_at then at - interval '5 minutes' else least(at, received_at) end as earliest
      from consents
     where member_id = any(array(select records_of(array[member]))) and purpose = what
  ), one_since (record, other, moment) as (
    select member_id, member_id, '-infinity'::timestamptz from said where act <> 'given'
    union
    select record, case when members.id = other then members.merged_into else members.id end,
           greatest(moment, coalesce((select at from member_merges where gone_id = members.id and undone_at is null), 'infinity'))
      from one_since join members on members.merged_into = other or (members.id = other and members.merged_into is not null)
  )
  select act from said as one
   where act = 'given' or not exists (
           select 1 from said as yes join one_since on record = one.member_id and other = yes.member_id
            where yes.act = 'given' and yes.moment > one_since.moment
              and case when yes.teller = one.teller then yes.moment > one.moment else yes.earliest > one.latest end)
   order by (act = 'given'), moment desc limit 1
$$;
select photos_go(array(select records_of(array(
  select member_id from consents where purpose = 'photo'
   group by member_id having bool_or(act = 'given') and bool_or(act <> 'given')))));
`;
