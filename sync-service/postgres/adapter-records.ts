import type {
  MemberRecord,
  MembershipRecord,
  OccupancyRecord,
  OutgoingKind,
  OutgoingMessage,
  PassageRecord,
  SaleRecord,
} from '../adapters/member-base-adapter.ts';
import type { LeasedRow } from './adapter-outbox.ts';
import type { Sql } from './database.ts';

type Found = { readonly key: string; readonly record: unknown };

/** What rows say now, whole. `$1` the ids, `$2` the adapter. */
const queries: Readonly<Record<OutgoingKind, string>> = {
  member: `select members.id as key, members.id, home_club_id as "homeClubId", erased.member_id is not null as erased,
                  given_name as "givenName", family_name as "familyName", birth_date::text as "birthDate", email, phone, language,
                  case when erased.member_id is null then consent_now(members.id, 'news') = 'given' end as "newsConsent"
             from named_members as members left join erased_members as erased on erased.member_id = members.id
            where members.id = any($1::uuid[]) and $2::text is not null`,
  membership: `select memberships.id as key, id, member_id as "memberId", their_id as "memberTheirId", plan_id as "planId",
                      club_id as "clubId", sale_id as "saleId", iso_time(valid_from) as "validFrom",
                      iso_time(valid_to) as "validTo", status
                 from memberships left join adapter_ids on adapter = $2 and kind = 'member' and our_id = member_id
                where id = any($1::uuid[])`,
  sale: `select sales.id as key, id, reference, club_id as "clubId", legal_entity_id as "legalEntityId",
                member_id as "memberId", their_id as "memberTheirId", product, iso_time(at) as at,
                total_cents as "totalCents", lines, payment->>'means' as "paymentMeans",
                fiscal_record_no as "fiscalRecordNo", iso_time(cancelled_at) as "cancelledAt"
           from sales left join adapter_ids on adapter = $2 and kind = 'member' and our_id = member_id
          where id = any($1::uuid[])`,
  // By any box of the club, the club.
  occupancy: `select told.edge_id as key, told.club_id as "clubId", sum(counts.inside)::int as inside,
                     sum(coalesce(counts.low, counts.inside))::int as low,
                     sum(coalesce(counts.high, counts.inside))::int as high, iso_time(min(counts.at)) as at
                from occupancy as told
                join edges on edges.club_id = told.club_id and edges.status = 'active'
                join occupancy as counts on counts.edge_id = edges.id
               where told.edge_id = any($1::uuid[]) and $2::text is not null
               group by told.edge_id, told.club_id`,
  passage: `select passages.id as key, passages.id, passages.club_id as "clubId", gate_id as "gateId", direction,
                   iso_time(passages.at) as at, member_id as "memberId", their_id as "memberTheirId"
              from passages left join credentials on credentials.id = credential_id
              left join adapter_ids on adapter = $2 and adapter_ids.kind = 'member' and our_id = member_id
             where passages.id = any($1::uuid[])`,
};

/** The messages of leased rows, by the id in the queue; of a row that is not there any more, none. */
export async function readMessages(
  sql: Sql,
  adapter: string,
  rows: readonly LeasedRow[],
): Promise<ReadonlyMap<string, OutgoingMessage>> {
  const ids = await sql.query<{
    kind: string;
    ourId: string;
    theirId: string | null;
    revision: string | null;
  }>(
    `select kind, our_id as "ourId", their_id as "theirId", revision from adapter_ids
      where adapter = $1 and our_id = any($2::uuid[])`,
    [adapter, rows.map(({ rowId }) => rowId)],
  );
  const known = new Map(ids.map((each) => [`${each.kind} ${each.ourId}`, each]));
  const messages = new Map<string, OutgoingMessage>();
  for (const kind of new Set(rows.map((row) => row.kind))) {
    const ofKind = rows.filter((row) => row.kind === kind);
    const found = await sql.query<Found & Record<string, unknown>>(queries[kind], [
      ofKind.map(({ rowId }) => rowId),
      adapter,
    ]);
    const records = new Map(found.map(({ key, ...record }) => [key, record]));
    for (const row of ofKind) {
      const record = records.get(row.rowId);
      if (!record) continue;
      const { theirId = null, revision = null } = known.get(`${kind} ${row.rowId}`) ?? {};
      messages.set(row.id, {
        messageId: row.messageId,
        kind,
        version: row.version,
        theirId,
        basedOn: revision,
        // As the query of this kind gives it.
        record: record as unknown as MemberRecord &
          MembershipRecord &
          SaleRecord &
          OccupancyRecord &
          PassageRecord,
      });
    }
  }
  return messages;
}
