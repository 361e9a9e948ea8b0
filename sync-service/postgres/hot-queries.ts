/**
 * Tables that grow with what happens, each with the column by which it would be partitioned. Whatever is written names it, and so
 * does whatever is asked while a box pushes or reads, wherever the box or the base knows it by then.
 */
export const partitionKeys = {
  edge_events: 'edge_id',
  parked_events: 'edge_id',
  edge_counters: 'edge_id',
  members: 'id',
  member_names: 'id',
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
  feed_changes: 'id',
  told_records: 'id',
} as const;

/** The feed is one list for the network, in one order: it is asked by version, and would not be partitioned. */
export const keptWhole: readonly string[] = ['feed_changes'];

export type HotQuery = {
  /** Its words, up to where no other has the same, with single spaces. */
  readonly asks: string;
  /** In this folder; null where it is put together from the rows of an event. */
  readonly file: string | null;
} & (
  | {
      /** Every row is sought in the partition that its key names. `feed`: in the list that is kept whole, and nowhere else. */
      readonly within: 'partition' | 'feed';
    }
  | {
      /** Nobody can know the partition: what is asked is where in the network it lies, or whose it is. */
      readonly within: 'network';
      /** Each serves the whole network in one look-up: its first column stands in the query. */
      readonly through: readonly string[];
      readonly because: string;
    }
);

const anyClub = 'a credential is known to a gate by its number alone, at any club, whoever holds it';
const anyTicket = 'a ticket lets in once in the whole network, wherever that was';
const namedByBytes = 'a box names a document by the digest of its bytes; whose it is, is the answer';
const whosever = 'it ends whosever it is: a merge may move it to another member at the same moment';

/** What is asked of the large tables for every push, every attachment and every look into the feed. */
export const hotQueries: readonly HotQuery[] = [
  {
    asks: 'select 1 from sales where club_id = $1 and id = $2',
    file: 'event-application.ts',
    within: 'partition',
  },
  {
    asks: 'select case when cancelled_at is null then total_cents else 0 end as "paidCents"',
    file: 'event-application.ts',
    within: 'partition',
  },
  {
    asks: 'select clubs.name as "clubName", decisions.at from decisions join clubs',
    file: 'event-application.ts',
    within: 'network',
    through: ['decisions_by_number', 'cases_of_copied_badges'],
    because: 'an old badge that was let in at two places at once is a copy: the other place may be any club',
  },
  {
    asks: 'select pg_advisory_xact_lock(hashtextextended(member_id::text, 0)) from credentials where id = $1',
    file: 'event-application.ts',
    within: 'network',
    through: ['credentials_pkey'],
    because: anyClub,
  },
  {
    asks: 'select kind, single_use as "singleUse", status, sale_id as "saleId", member_id as "memberId"',
    file: 'event-application.ts',
    within: 'network',
    through: ['credentials_pkey'],
    because: anyClub,
  },
  {
    asks: 'select cases.kind, cases.sale_id as "saleId", cases.sale_reference as "saleReference" from orders join cases',
    file: 'event-application.ts',
    within: 'network',
    through: ['cases_pkey'],
    because:
      'the order that settles a case names it by its id, and may be for a kiosk of another club than the case',
  },
  {
    asks: 'select received_at is not null as "isWhole" from attachments where digest = $1',
    file: 'attachment-pieces.ts',
    within: 'network',
    through: ['attachments_pkey'],
    because: namedByBytes,
  },
  {
    asks: 'select received_at is not null as "isWhole", coalesce((select sum(octet_length(bytes)) from attachment_pieces',
    file: 'attachment-pieces.ts',
    within: 'network',
    through: ['attachments_pkey'],
    because: namedByBytes,
  },
  {
    asks: 'with recursive stays as ( select id as asked, id, merged_into from members where id = any($1::uuid[])',
    file: 'records-of-person.ts',
    within: 'partition',
  },
  {
    asks: 'with found as ( insert into possible_duplicates (member_id, other_member_id, keys, found_at)',
    file: 'possible-duplicates.ts',
    within: 'network',
    through: [
      'member_names_by_birth_and_name',
      'member_names_by_birth_and_email',
      'member_names_by_birth_and_phone',
      'member_names_by_name_and_email',
      'member_names_by_name_and_phone',
    ],
    because:
      'a person is looked for by name, birth, address and number: whether there is another record of them is the question',
  },
  {
    asks: 'select seq, hash from edge_events where edge_id = $1 and seq = any($2::bigint[])',
    file: 'push-batch.ts',
    within: 'partition',
  },
  {
    asks: 'select digest from attachments where edge_id = $1 and received_at is null',
    file: 'push-batch.ts',
    within: 'network',
    through: ['attachments_wanted'],
    because: 'what a box still owes, of all its members; the index holds nothing that has come',
  },
  {
    asks: 'update sales set received_at = $2 where club_id = $3',
    file: 'push-batch.ts',
    within: 'partition',
  },
  {
    asks: 'select distinct on (detail) sales.id as "saleId", reference, at, total_cents as "totalCents", detail from sales',
    file: 'other-sellers-terminal.ts',
    within: 'partition',
  },
  {
    asks: 'select passages.credential_id from passages join decisions on decisions.club_id = passages.club_id',
    file: 'event-application.ts',
    within: 'network',
    through: ['passages_of_credential'],
    because: anyTicket,
  },
  {
    asks: 'select passages.credential_id as "credentialId", clubs.name as "clubName", passages.at from passages',
    file: 'event-application.ts',
    within: 'network',
    through: ['passages_of_credential'],
    because: anyTicket,
  },
  {
    asks: 'select id from credentials where id = any($1::uuid[]) and not single_use',
    file: 'events-application.ts',
    within: 'network',
    through: ['credentials_pkey'],
    because: anyClub,
  },
  {
    asks: "select 1 from decisions where club_id = $1 and id = $2 and edge_id = $3 and credential_id = $4 and outcome = 'granted'",
    file: 'event-application.ts',
    within: 'partition',
  },
  {
    asks: 'select 1 from credentials where id = $1 and single_use',
    file: 'event-application.ts',
    within: 'network',
    through: ['credentials_pkey'],
    because: anyClub,
  },
  {
    asks: 'select 1 from members where id = $1',
    file: 'event-application.ts',
    within: 'partition',
  },
  {
    asks: 'select id as "membershipId", plan_id as "planId", valid_from as "validFrom", valid_to as "validTo" from memberships where member_id = $1',
    file: 'event-application.ts',
    within: 'partition',
  },
  {
    asks: 'from debts where member_id = $1 and id = any($2::uuid[])',
    file: 'event-application.ts',
    within: 'partition',
  },
  {
    asks: 'select id from credentials where member_id = $1 and not single_use',
    file: 'credential-feed.ts',
    within: 'partition',
  },
  {
    asks: 'from decisions where club_id = $1 and id = any($2::uuid[]) and credential_id is not null',
    file: 'outage-findings.ts',
    within: 'partition',
  },
  {
    asks: 'from (select member_id, count(*)::int as held from credentials where id = any($1::uuid[])',
    file: 'credential-feed.ts',
    within: 'network',
    through: ['credentials_pkey'],
    because:
      'whose what was touched is by now, a merge meanwhile included; their rows are then read by member',
  },
  {
    asks: 'select * from credentials where (member_id = any($1::uuid[]) or member_id is null) and id = any($2::uuid[])',
    file: 'credential-feed.ts',
    within: 'partition',
  },
  {
    asks: "from memberships where member_id = any($1::uuid[]) order by (status = 'active'), valid_from, id",
    file: 'credential-feed.ts',
    within: 'partition',
  },
  {
    asks: 'from debts where member_id = any($1::uuid[]) and settled_at is null order by since, id',
    file: 'credential-feed.ts',
    within: 'partition',
  },
  {
    asks: 'select id, suspended_until as "suspendedUntil", staff, company from members where id = any($1::uuid[])',
    file: 'credential-feed.ts',
    within: 'partition',
  },
  {
    asks: 'select id, language from members where id = any($1::uuid[])',
    file: 'credential-feed.ts',
    within: 'partition',
  },
  {
    asks: 'from credentials as holders where member_id = $1 and id = $2',
    file: 'event-application.ts',
    within: 'partition',
  },
  {
    asks: `select member_id as "memberId" from credentials where id = $1 and member_id is not null and status = 'active'`,
    file: 'consents.ts',
    within: 'network',
    through: ['credentials_pkey'],
    because: anyClub,
  },
  {
    asks: 'select purpose, consent_now($2, purpose) as state from (select distinct purpose from consents where member_id = any($1::uuid[]))',
    file: 'consents.ts',
    within: 'partition',
  },
  {
    asks: 'from consents left join lateral (',
    file: 'consents.ts',
    within: 'partition',
  },
  { asks: 'update told_records set to_at = $3', file: 'told-records.ts', within: 'partition' },
  { asks: 'delete from told_records using', file: 'told-records.ts', within: 'partition' },
  {
    asks: 'select purpose, member_id, received_at from attachments where digest = $1 and edge_id = $2',
    file: 'attachments.ts',
    within: 'network',
    through: ['attachments_pkey'],
    because: namedByBytes,
  },
  {
    asks: 'select reference from mandates where member_id = $1 and attachment_digest = $2',
    file: 'attachments.ts',
    within: 'partition',
  },
  {
    asks: 'with held as ( select digest, row_number() over (order by taken_at desc',
    file: 'attachments.ts',
    within: 'partition',
  },
  {
    asks: 'update attachments set sealed = $2, received_at = $3, problem = $4, key_part = $5 where digest = $1 and member_id = $6',
    file: 'attachments.ts',
    within: 'partition',
  },
  {
    asks: 'update members set person = case when same.id is null then line.person else members.person end',
    file: 'member-names.ts',
    within: 'partition',
  },
  {
    asks: "update mandates set status = case when status = 'awaited' then $2 else status end",
    file: 'attachments.ts',
    within: 'partition',
  },
  { asks: 'from feed_changes where version > $1', file: 'feed.ts', within: 'feed' },
  {
    asks: 'select attachments.member_id as "memberId" from feed_changes join attachments on attachments.member_id',
    file: 'club-people.ts',
    within: 'partition',
  },
  {
    asks: 'select sealed, purpose, key_part from attachments where member_id = $1 and digest = $2',
    file: 'attachments.ts',
    within: 'partition',
  },
  {
    asks: 'with asked as (select id from records_of($1::uuid[]) as id), wanted as (',
    file: 'club-people.ts',
    within: 'network',
    through: ['members_merged'],
    because: 'which other records were merged into one is known by their rows alone; there are few',
  },
  {
    asks: 'with head as materialized ( select highest from edge_counter_heads where edge_id = $1 for update )',
    file: 'request-counters.ts',
    within: 'partition',
  },
  // Written from what an event changes (members/event-rows.ts).
  {
    asks: 'update credentials set status = $1 where id = $2',
    file: null,
    within: 'network',
    through: ['credentials_pkey'],
    because: whosever,
  },
  {
    asks: 'update credentials set valid_to = $1, plan_id = $2 where member_id = $3',
    file: null,
    within: 'partition',
  },
  {
    asks: 'update credentials set status = $1 where sale_id = $2',
    file: null,
    within: 'network',
    through: ['credentials_of_sale'],
    because: whosever,
  },
  {
    asks: 'update memberships set status = $1 where sale_id = $2',
    file: null,
    within: 'network',
    through: ['memberships_of_sale'],
    because: whosever,
  },
  {
    asks: 'update mandates set status = $1 where sale_id = $2',
    file: null,
    within: 'network',
    through: ['mandates_of_sale'],
    because: whosever,
  },
  {
    asks: 'update credentials set card_uid = $1 where id = $2 and sale_id = $3',
    file: null,
    within: 'network',
    through: ['credentials_pkey'],
    because: anyClub,
  },
  {
    asks: 'update credentials set status = $1 where member_id = $2 and kind = $3',
    file: null,
    within: 'partition',
  },
  {
    asks: 'update debts set settled_at = $1, settled_by_sale = $2 where member_id = $3',
    file: null,
    within: 'partition',
  },
  { asks: 'update sales set receipt = $1 where club_id = $2', file: null, within: 'partition' },
  {
    asks: 'update sales set cancelled_at = $1, reversal_reference = $2 where club_id = $3',
    file: null,
    within: 'partition',
  },
];
