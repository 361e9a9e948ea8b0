import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { planInEffect } from '@portillon/core/access/plan-in-effect.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type LateDecision, outageAgeMs, reviewDecision, type ToldThen } from '../members/late-decision.ts';
import type { Reporter } from '../members/row-change.ts';
import { CompanyInside } from './company-inside.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Sql } from './database.ts';
import { OwnDeeds } from './own-deeds.ts';
import { ToldRecords } from './told-records.ts';

interface LateRow extends Omit<LateDecision, 'atMs' | 'clubId'> {
  readonly id: string;
  readonly at: string;
}

/**
 * W-OUTAGE-2: looks again at those decisions of a batch that were taken on data of an outage. At the end of the batch's
 * transaction, so that a finding is written with the decision, once. A club that was cut off tells thousands of them: what
 * bears on them is read for all at once.
 */
export async function reviewLate(
  sql: Sql,
  { edgeId, clubId }: Reporter,
  decisionIds: readonly string[],
  nowMs: number,
): Promise<void> {
  if (decisionIds.length === 0) return;
  const rows = await sql.query<LateRow>(
    `select id, at, credential_id as "credentialId", presented, by_number as "byNumber", outcome, reason,
            data_age_ms as "dataAgeMs"
       from decisions
      where club_id = $1 and id = any($2::uuid[]) and credential_id is not null and direction = 'entry'
        and (data_age_ms is null or data_age_ms > $3)
      order by at, id`,
    [clubId, decisionIds, outageAgeMs],
  );
  if (rows.length === 0) return;
  const late = rows.map((row): Late => ({ ...row, clubId, atMs: Date.parse(row.at) }));
  const credentialIds = [...new Set(late.map(({ credentialId }) => credentialId))];
  const firstMs = Math.min(...late.map(({ atMs }) => atMs));
  const told = await ToldRecords.read(sql, { credentialIds, clubIds: [clubId] }, firstMs);
  const known = late.flatMap((decision) => {
    const record = told.credential(decision.credentialId, decision.atMs)?.record;
    return record ? [{ decision, record }] : [];
  });
  const company = await CompanyInside.read(sql, edgeId, known);
  const ownDeeds = await OwnDeeds.read(sql, clubId, late);
  const suspected = known.flatMap(({ decision, record }) => {
    const then = toldThen(told, decision, record, company);
    const finding = then && reviewDecision(decision, then);
    if (!finding || (finding.would === 'let-in' && ownDeeds.gaveBack(decision))) return [];
    const toldMs = newsOf(told, decision, record);
    return [{ decision, ...finding, toldMs, soldTo: ownDeeds.soldTo(decision) }];
  });
  const doubted = suspected.filter(({ soldTo }) => soldTo).map(({ decision }) => decision);
  const records = await recordsNow(sql, doubted);
  const companyNow = await CompanyInside.read(sql, edgeId, records);
  const confirmed = new Set(
    records.flatMap(({ decision, record }) => {
      const then = toldThen(told, decision, record, companyNow);
      const again = then && reviewDecision(decision, then);
      return again ? [`${decision.id} ${again.would}`] : [];
    }),
  );
  const findings = suspected.filter(
    ({ decision, would, soldTo }) => !soldTo || confirmed.has(`${decision.id} ${would}`),
  );
  if (findings.length === 0) return;
  await sql.query(
    `insert into outage_findings (decision_id, club_id, edge_id, at, found_at, would, reason, told_at)
     select id, $1, $2, at, $3, would, reason, told_at
       from unnest($4::uuid[], $5::timestamptz[], $6::text[], $7::text[], $8::timestamptz[])
              as finding (id, at, would, reason, told_at)`,
    [
      clubId,
      edgeId,
      isoTime(nowMs),
      findings.map(({ decision }) => decision.id),
      findings.map(({ decision }) => isoTime(decision.atMs)),
      findings.map(({ would }) => would),
      findings.map(({ reason }) => reason),
      findings.map(({ toldMs }) => (toldMs === null ? null : isoTime(toldMs))),
    ],
  );
}

type Late = LateDecision & { readonly id: string };

/** A decision, and the record of its credential that counts. */
interface LateWithRecord {
  readonly decision: Late;
  readonly record: CredentialRecord;
}

function toldThen(
  told: ToldRecords,
  decision: Late,
  credential: CredentialRecord,
  company: CompanyInside,
): ToldThen | null {
  const { atMs, clubId } = decision;
  const club = told.club(clubId, atMs)?.record;
  if (!club) return null;
  const plan = told.plan(planInEffect(credential, atMs), atMs)?.record ?? null;
  return { club, credential, plan, companyInside: company.of({ decision, record: credential }) };
}

/** W-OUTAGE-4: what the edge itself sold or settled while it was cut off is taken in by now. */
async function recordsNow(sql: Sql, decisions: readonly Late[]): Promise<LateWithRecord[]> {
  const ids = [...new Set(decisions.map(({ credentialId }) => credentialId))];
  const records = new Map<string, CredentialRecord>();
  for (const now of await credentialRecords(sql, ids)) {
    if (now.kind === 'credential' && now.record) records.set(now.id, now.record);
  }
  return decisions.flatMap((decision) => {
    const record = records.get(decision.credentialId);
    return record ? [{ decision, record }] : [];
  });
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
