import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { planInEffect } from '@portillon/core/access/plan-in-effect.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type LateDecision, outageAgeMs, reviewDecision, type ToldThen } from '../members/late-decision.ts';
import type { Reporter } from '../members/row-change.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Sql } from './database.ts';
import { ToldRecords } from './told-records.ts';

interface LateRow extends Omit<LateDecision, 'atMs' | 'clubId'> {
  readonly id: string;
  readonly at: string;
  /** This edge sold to the member between the age of its book and the decision, and the base had not heard of it. */
  readonly soldTo: boolean;
  /** Likewise of money given back: what it ended had ended at this edge. */
  readonly gaveBack: boolean;
}

/**
 * W-OUTAGE-2: looks again at those decisions of a batch that were taken on data of an outage. At the end of the batch's
 * transaction, so that a finding is written with the decision, once.
 */
export async function reviewLate(
  sql: Sql,
  { edgeId, clubId }: Reporter,
  decisionIds: readonly string[],
  nowMs: number,
): Promise<void> {
  if (decisionIds.length === 0) return;
  const rows = await sql.query<LateRow>(
    `select late.id, late.at, late.credential_id as "credentialId", late.presented, late.by_number as "byNumber",
            late.outcome, late.reason, late.data_age_ms as "dataAgeMs",
            exists (
              select 1 from credentials join sales on sales.member_id = credentials.member_id
               where credentials.id = late.credential_id and sales.edge_id = late.edge_id and sales.received_at > late.at
                 and sales.at between late.at - coalesce(late.data_age_ms, 0) * interval '1 ms' and late.at
            ) as "soldTo",
            exists (
              select 1 from credentials join sales on sales.member_id = credentials.member_id
                     join refunds on refunds.sale_id = sales.id
               where credentials.id = late.credential_id and refunds.edge_id = late.edge_id
                 and refunds.at between late.at - coalesce(late.data_age_ms, 0) * interval '1 ms' and late.at
            ) as "gaveBack"
       from decisions as late
      where late.id = any($1::uuid[]) and late.credential_id is not null and late.direction = 'entry'
        and (late.data_age_ms is null or late.data_age_ms > $2)
      order by late.at, late.id`,
    [decisionIds, outageAgeMs],
  );
  if (rows.length === 0) return;
  const told = await ToldRecords.read(
    sql,
    { credentialIds: [...new Set(rows.map(({ credentialId }) => credentialId))], clubIds: [clubId] },
    Math.min(...rows.map(({ at }) => Date.parse(at))),
  );
  for (const row of rows) {
    const decision = { ...row, clubId, atMs: Date.parse(row.at) };
    const known = told.credential(row.credentialId, decision.atMs);
    if (!known?.record) continue;
    const then = await toldThen(sql, edgeId, told, decision, known.record);
    const finding = then && reviewDecision(decision, then);
    if (!finding || (finding.would === 'let-in' && row.gaveBack)) continue;
    if (row.soldTo && !(await edgesOwnWordAgrees(sql, edgeId, told, decision, finding.would))) continue;
    const sinceMs = newsOf(told, decision, known.record);
    await sql.query(
      `insert into outage_findings (decision_id, club_id, edge_id, at, found_at, would, reason, told_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        row.id,
        clubId,
        edgeId,
        row.at,
        isoTime(nowMs),
        finding.would,
        finding.reason,
        sinceMs === null ? null : isoTime(sinceMs),
      ],
    );
  }
}

type Late = LateDecision & { readonly id: string };

async function toldThen(
  sql: Sql,
  edgeId: string,
  told: ToldRecords,
  { atMs, clubId }: Late,
  credential: CredentialRecord,
): Promise<ToldThen | null> {
  const club = told.club(clubId, atMs)?.record;
  if (!club) return null;
  const plan = told.plan(planInEffect(credential, atMs), atMs)?.record ?? null;
  const companyInside = await isInside(
    sql,
    edgeId,
    credential.standing?.company?.memberIds ?? [],
    isoTime(atMs),
  );
  return { club, credential, plan, companyInside };
}

/** When the base last told something that the book of the edge did not have yet; null where it told nothing new, or had no book to go by. */
function newsOf(
  told: ToldRecords,
  { atMs, clubId, credentialId, dataAgeMs }: Late,
  credential: CredentialRecord,
): number | null {
  if (dataAgeMs === null) return null;
  const bookMs = atMs - dataAgeMs;
  const news = [
    told.credential(credentialId, atMs),
    told.plan(planInEffect(credential, atMs), atMs),
    told.club(clubId, atMs),
  ].flatMap((one) => (one && one.fromMs > bookMs ? [one.fromMs] : []));
  return news.length === 0 ? null : Math.max(...news);
}

/** W-OUTAGE-4: what the edge itself sold or settled while it was cut off is taken in by now. */
async function edgesOwnWordAgrees(
  sql: Sql,
  edgeId: string,
  told: ToldRecords,
  decision: Late,
  would: 'refuse' | 'let-in',
): Promise<boolean> {
  const [now] = await credentialRecords(sql, [decision.credentialId]);
  if (now?.kind !== 'credential' || !now.record) return false;
  const then = await toldThen(sql, edgeId, told, decision, now.record);
  return then !== null && reviewDecision(decision, then)?.would === would;
}

/** One of these members went in through this edge by then and did not leave the club (AC46); a ticket for one entry is a guest’s (AC38). */
async function isInside(
  sql: Sql,
  edgeId: string,
  memberIds: readonly string[],
  at: string,
): Promise<boolean> {
  if (memberIds.length === 0) return false;
  const rows = await sql.query<{ direction: string }>(
    `select distinct on (credentials.member_id) passages.direction
       from passages join credentials on credentials.id = passages.credential_id
      where credentials.member_id = any($1::uuid[]) and not credentials.single_use and passages.edge_id = $2
        and (passages.zone is null or passages.direction = 'entry')
        and passages.at < $3 and passages.at > $3::timestamptz - interval '16 hours'
      order by credentials.member_id, passages.at desc`,
    [memberIds, edgeId, at],
  );
  return rows.some(({ direction }) => direction === 'entry');
}
