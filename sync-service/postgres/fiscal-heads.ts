import { isoTime } from '@portillon/core/base/clock.ts';
import type { FiscalAnchor, FiscalHead } from '@portillon/core/wire/messages.ts';
import {
  type FiscalVerdict,
  fiscalVerdict,
  type KeptAnchor,
  type Rollback,
} from '../members/fiscal-anchors.ts';
import type { Reporter } from '../members/row-change.ts';
import { announce } from './announcements.ts';
import type { Database, Sql } from './database.ts';

export interface FiscalHeadsTaken extends Omit<FiscalVerdict, 'news'> {
  /** What was known before, at most one for each chain. */
  readonly anchors: readonly FiscalAnchor[];
}

/**
 * Keeps the heads that an edge tells, and opens a case for each chain that has lost what was known of it. One transaction
 * under the lock of the edge's row. `rollbacks` names those whose case was opened by this call.
 */
export async function takeInFiscalHeads(
  database: Database,
  reporter: Reporter & { readonly counter: number },
  heads: readonly FiscalHead[],
  base: { readonly nowMs: number; readonly newCaseId: () => string },
): Promise<FiscalHeadsTaken> {
  const { edgeId, counter } = reporter;
  const now = isoTime(base.nowMs);
  const told = await knownAnchors(database, edgeId);
  const atOnce = fiscalVerdict(told, heads, counter);
  if (atOnce.news.length === 0 && atOnce.rollbacks.length === 0) {
    // Nothing to write, as almost always; what another push writes meanwhile comes later, or came before unseen.
    return { anchors: told.map(asAnchor), rollbacks: [], notKept: atOnce.notKept };
  }
  return database.transaction(async (sql) => {
    await sql.query('select 1 from edges where id = $1 for update', [edgeId]);
    const known = await knownAnchors(sql, edgeId);
    const { news, rollbacks, notKept } = fiscalVerdict(known, heads, counter);
    for (const head of news) await keep(sql, edgeId, head, now, counter);
    const opened: Rollback[] = [];
    for (const rollback of rollbacks) {
      if (await openCase(sql, reporter, rollback, now, base.newCaseId())) opened.push(rollback);
    }
    if (opened.length > 0) await announce(sql, 'live');
    return {
      anchors: known.map(asAnchor),
      rollbacks: opened,
      notKept,
    };
  });
}

function knownAnchors(sql: Sql, edgeId: string): Promise<KeptAnchor[]> {
  return sql.query<KeptAnchor>(
    'select chain, no, signature, told_at as at, counter from fiscal_heads where edge_id = $1 order by chain',
    [edgeId],
  );
}

function asAnchor({ chain, no, signature, at }: KeptAnchor): FiscalAnchor {
  return { chain, no, signature, at };
}

async function keep(sql: Sql, edgeId: string, head: FiscalHead, now: string, counter: number): Promise<void> {
  const { chain, no, signature } = head;
  await sql.query(
    `insert into fiscal_heads (edge_id, chain, no, signature, told_at, counter) values ($1, $2, $3, $4, $5, $6)
     on conflict (edge_id, chain) do update
       set no = excluded.no, signature = excluded.signature, told_at = excluded.told_at, counter = excluded.counter`,
    [edgeId, chain, no, signature, now, counter],
  );
  await sql.query(
    'insert into fiscal_head_history (edge_id, chain, no, signature, told_at) values ($1, $2, $3, $4, $5)',
    [edgeId, chain, no, signature, now],
  );
}

/** False when there has been a case for this edge, chain and number. */
async function openCase(
  sql: Sql,
  { edgeId, clubId }: Reporter,
  { chain, knownNo, detail }: Rollback,
  now: string,
  caseId: string,
): Promise<boolean> {
  const first = await sql.query(
    'insert into fiscal_rollbacks (edge_id, chain, no) values ($1, $2, $3) on conflict do nothing returning 1',
    [edgeId, chain, knownNo],
  );
  if (first.length === 0) return false;
  await sql.query(
    `insert into cases (id, club_id, edge_id, at, kind, amount_cents, detail)
     values ($1, $2, $3, $4, 'journal-rolled-back', 0, $5)`,
    [caseId, clubId, edgeId, now, detail],
  );
  return true;
}
