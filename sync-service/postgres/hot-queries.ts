/**
 * Tables that grow with what happens, each with the column by which it would be partitioned. Whatever is written names it; whatever
 * is asked while a box pushes or reads is confined by it, or goes to single rows by their own id.
 */
export const partitionKeys = {
  edge_events: 'edge_id',
  parked_events: 'edge_id',
  edge_counters: 'edge_id',
  members: 'id',
  memberships: 'member_id',
  credentials: 'member_id',
  attachments: 'member_id',
  mandates: 'member_id',
  debts: 'member_id',
  consents: 'member_id',
  sales: 'club_id',
  decisions: 'club_id',
  passages: 'club_id',
  cases: 'club_id',
  // The feed is one list for the network, in one order: it is asked by version, and would be kept whole.
  feed_changes: 'id',
  told_records: 'id',
} as const;

export interface HotQuery {
  /** Its words, up to where no other has the same, with single spaces. */
  readonly asks: string;
  /** In this folder; null where it is put together from the rows of an event. */
  readonly file: string | null;
  /** What its look into a large table is confined by: a column that stands in the condition of an index. */
  readonly by: string;
  /** `partition`: never leaves one. `row`: single rows by an id that the edge named; `feed`: the list of the network. */
  readonly within: 'partition' | 'row' | 'feed';
}

/** What is asked of the large tables for every push, every attachment and every look into the feed. */
export const hotQueries: readonly HotQuery[] = [
  {
    asks: 'with recursive stays as ( select id as asked, id, merged_into from members where id = any($1::uuid[])',
    file: 'records-of-person.ts',
    by: 'id',
    within: 'row',
  },
  // Each side of a pair by an index of its own: date of birth, or name, with the other key.
  {
    asks: 'with found as ( insert into possible_duplicates (member_id, other_member_id, keys, found_at)',
    file: 'possible-duplicates.ts',
    by: 'birth_date',
    within: 'row',
  },
  {
    asks: 'select seq, hash from edge_events where edge_id = $1 and seq = any($2::bigint[])',
    file: 'push-batch.ts',
    by: 'edge_id',
    within: 'partition',
  },
  {
    asks: 'select digest from attachments where edge_id = $1 and received_at is null',
    file: 'push-batch.ts',
    by: 'edge_id',
    within: 'row',
  },
  {
    asks: 'update sales set received_at = $2 where club_id = $3',
    file: 'push-batch.ts',
    by: 'club_id',
    within: 'partition',
  },
  {
    asks: 'select distinct on (detail) sales.id as "saleId", reference, at, total_cents as "totalCents", detail from sales',
    file: 'other-sellers-terminal.ts',
    by: 'club_id',
    within: 'partition',
  },
  {
    asks: 'select passages.credential_id from passages join decisions on decisions.id = passages.decision_id',
    file: 'event-application.ts',
    by: 'credential_id',
    within: 'row',
  },
  {
    asks: 'select passages.credential_id as "credentialId", clubs.name as "clubName", passages.at from passages',
    file: 'event-application.ts',
    by: 'credential_id',
    within: 'row',
  },
  {
    asks: 'select id from credentials where id = any($1::uuid[]) and not single_use',
    file: 'events-application.ts',
    by: 'id',
    within: 'row',
  },
  {
    asks: "select 1 from decisions where club_id = $1 and id = $2 and edge_id = $3 and credential_id = $4 and outcome = 'granted'",
    file: 'event-application.ts',
    by: 'club_id',
    within: 'partition',
  },
  {
    asks: 'select 1 from credentials where id = $1 and single_use',
    file: 'event-application.ts',
    by: 'id',
    within: 'row',
  },
  {
    asks: 'select 1 from members where id = $1',
    file: 'event-application.ts',
    by: 'id',
    within: 'partition',
  },
  {
    asks: 'select id as "membershipId", plan_id as "planId", valid_from as "validFrom", valid_to as "validTo" from memberships where member_id = $1',
    file: 'event-application.ts',
    by: 'member_id',
    within: 'partition',
  },
  { asks: 'from debts where id = any($1::uuid[])', file: 'event-application.ts', by: 'id', within: 'row' },
  {
    asks: 'select id from credentials where member_id = $1 and not single_use',
    file: 'credential-feed.ts',
    by: 'member_id',
    within: 'partition',
  },
  {
    asks: 'from decisions where club_id = $1 and id = any($2::uuid[]) and credential_id is not null',
    file: 'outage-findings.ts',
    by: 'club_id',
    within: 'partition',
  },
  {
    asks: 'from (select distinct member_id from credentials where id = any($1::uuid[])',
    file: 'credential-feed.ts',
    by: 'id',
    within: 'row',
  },
  {
    asks: 'select * from credentials where id = any($1::uuid[])',
    file: 'credential-feed.ts',
    by: 'id',
    within: 'row',
  },
  {
    asks: "from memberships where member_id = any($1::uuid[]) order by (status = 'active'), valid_from, id",
    file: 'credential-feed.ts',
    by: 'member_id',
    within: 'partition',
  },
  {
    asks: 'from debts where member_id = any($1::uuid[]) and settled_at is null order by since, id',
    file: 'credential-feed.ts',
    by: 'member_id',
    within: 'partition',
  },
  {
    asks: 'select id, suspended_until as "suspendedUntil", staff, company from members where id = any($1::uuid[])',
    file: 'credential-feed.ts',
    by: 'id',
    within: 'partition',
  },
  {
    asks: 'select id, language from members where id = any($1::uuid[])',
    file: 'credential-feed.ts',
    by: 'id',
    within: 'partition',
  },
  {
    asks: 'from credentials as holders where id = $1',
    file: 'event-application.ts',
    by: 'id',
    within: 'row',
  },
  {
    asks: `select member_id as "memberId" from credentials where id = $1 and member_id is not null and status = 'active'`,
    file: 'consents.ts',
    by: 'id',
    within: 'row',
  },
  {
    asks: 'select distinct purpose, consent_now(member_id, purpose) as state from consents where member_id = $1',
    file: 'consents.ts',
    by: 'member_id',
    within: 'partition',
  },
  {
    asks: 'from consents left join lateral (',
    file: 'consents.ts',
    by: 'member_id',
    within: 'partition',
  },
  { asks: 'update told_records set to_at = $3', file: 'told-records.ts', by: 'id', within: 'partition' },
  { asks: 'delete from told_records using', file: 'told-records.ts', by: 'id', within: 'partition' },
  {
    asks: 'select purpose, member_id, received_at from attachments where digest = $1 and edge_id = $2',
    file: 'attachments.ts',
    by: 'digest',
    within: 'row',
  },
  {
    asks: 'select reference from mandates where member_id = $1 and attachment_digest = $2',
    file: 'attachments.ts',
    by: 'member_id',
    within: 'partition',
  },
  {
    asks: 'update attachments set sealed = $2, received_at = $3, problem = $4, key_part = $5 where digest = $1 and member_id = $6',
    file: 'attachments.ts',
    by: 'member_id',
    within: 'partition',
  },
  {
    asks: 'update members set given_name = $2, family_name = $3, birth_date = $4, email = $5, phone = $6 where id = $1',
    file: 'attachments.ts',
    by: 'id',
    within: 'partition',
  },
  {
    asks: "update mandates set status = case when status = 'awaited' then $2 else status end",
    file: 'attachments.ts',
    by: 'member_id',
    within: 'partition',
  },
  { asks: 'from feed_changes where version > $1', file: 'feed.ts', by: 'version', within: 'feed' },
  {
    asks: 'select attachments.member_id as "memberId" from attachments join feed_changes',
    file: 'club-people.ts',
    by: 'digest',
    within: 'row',
  },
  {
    asks: 'select sealed, purpose, member_id, key_part from attachments where digest = $1',
    file: 'attachments.ts',
    by: 'digest',
    within: 'row',
  },
  {
    asks: 'with asked as (select distinct id from unnest($1::uuid[]) as id), wanted as (',
    file: 'club-people.ts',
    by: 'member_id',
    within: 'partition',
  },
  {
    asks: 'with head as materialized ( select highest from edge_counter_heads where edge_id = $1 for update )',
    file: 'request-counters.ts',
    by: 'edge_id',
    within: 'partition',
  },
  // Written from what an event changes (members/event-rows.ts).
  { asks: 'update credentials set status = $1 where id = $2', file: null, by: 'id', within: 'row' },
  {
    asks: 'update credentials set valid_to = $1, plan_id = $2 where member_id = $3',
    file: null,
    by: 'member_id',
    within: 'partition',
  },
];
