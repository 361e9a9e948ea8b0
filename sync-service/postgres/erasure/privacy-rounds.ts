import { delay, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { BaseContext } from '../../http/base-context.ts';
import { answerDueMs, tellAgainMs } from '../../privacy/purge-progress.ts';
import { announce } from '../announcements.ts';
import { putUnderMemberKeys } from '../attachments.ts';
import type { Sql } from '../database.ts';
import { writeFeed } from '../feed.ts';
import { applyRetention } from '../retention.ts';
import { destroyKeys } from './destroy-keys.ts';
import { eraseMember } from './erase-member.ts';
import { logPrivacy } from './privacy-log.ts';

const roundMs = 3_600_000;
const atOnce = 200;

/**
 * What the base does about erasure by itself, at its start and every hour. Any number of processes may do it at once: each row is
 * taken by one. The returned function ends it.
 */
export function startPrivacyRounds(base: BaseContext): () => Promise<void> {
  const stopped = new AbortController();
  const work = async () => {
    while (!stopped.signal.aborted) {
      await privacyRound(base, stopped.signal).catch((error: Error) =>
        base.log.warn('privacy.round-failed', { detail: error.message }),
      );
      await delay(base.clock, roundMs, stopped.signal).catch(() => 'stopped');
    }
  };
  const working = work();
  return async () => {
    stopped.abort();
    await working;
  };
}

export async function privacyRound(base: BaseContext, stopping: AbortSignal): Promise<void> {
  // What was brought over from another system, or came before there were keys of members.
  while (!base.stopping.aborted && (await putUnderMemberKeys(base, base.clock.wallMs())) > 0);
  await forgetAgain(base);
  const ended = await applyRetention(base, { onceADay: true, stopping });
  if (ended) base.log.info('privacy.retention', { ...ended });
  await finishKeys(base);
  await endKeeping(base);
  await tellAgain(base);
  await base.memberKeys.removeRemains();
}

/**
 * PV34: a base that came back from a backup in which somebody was still there. Their key is destroyed, and its store says by which
 * order; the same order is given again, so that an answer that a box sends once more counts.
 */
export async function forgetAgain(base: BaseContext): Promise<void> {
  const destroyed = await base.memberKeys.destroyed();
  if (destroyed.length === 0) return;
  const rows = await base.database.query<{ memberId: string }>(
    'select member_id as "memberId" from erased_members',
  );
  const known = new Set(rows.map(({ memberId }) => memberId));
  for (const { memberId, orderId, words } of destroyed) {
    if (known.has(memberId)) continue;
    const kept = await base.memberKeys.keepsArchive(memberId);
    await base.database.transaction(async (sql) => {
      await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [memberId]);
      const done = await sql.query('select 1 from erased_members where member_id = $1', [memberId]);
      if (done.length > 0) return;
      const nowMs = base.clock.wallMs();
      await eraseMember(sql, {
        memberId,
        orderId,
        requestId: null,
        why: 'restored',
        // What was kept, and until when, went with the backup: as long as its key is there, the longest of all terms.
        kept: kept
          ? (['contract', 'mandate'] as const).map((what) => ({
              what,
              count: 1,
              until: isoTime(nowMs + longestKeepingMs),
            }))
          : [],
        words,
        nowMs,
      });
      await logPrivacy(sql, base, null, { action: 'restored', memberId, orderId });
      base.log.warn('privacy.forgotten-again', { orderId, memberId });
    });
  }
}

/** Five years (privacy/erasure-holds.ts). */
const longestKeepingMs = 5 * 366 * 86_400_000;

/** PV31: of a base that died between the tables and the keys, or of a store of keys that came back from its backup. */
async function finishKeys(base: BaseContext): Promise<void> {
  const destroyed = new Set((await base.memberKeys.destroyed()).map(({ memberId }) => memberId));
  const erased = await base.database.query<{ memberId: string; orderId: string; owed: boolean }>(
    `select member_id as "memberId", erased_members.order_id as "orderId", state = 'outstanding' as owed
       from erased_members join purge_answers
         on purge_answers.order_id = erased_members.order_id and store = 'keys'`,
  );
  for (const { memberId, orderId, owed } of erased) {
    if (owed || !destroyed.has(memberId)) await destroyKeys(base, orderId);
  }
}

/** PV33: documents whose time is over go, and their key with the last of them. */
async function endKeeping(base: BaseContext): Promise<void> {
  const nowMs = base.clock.wallMs();
  const over = await base.database.query<{ memberId: string; orderId: string }>(
    `select member_id as "memberId", order_id as "orderId" from erased_members
      where kept <> '[]' and exists (select 1 from jsonb_array_elements(kept) as document
                                      where (document->>'until')::timestamptz <= $1)
      limit ${atOnce}`,
    [isoTime(nowMs)],
  );
  for (const { memberId, orderId } of over) {
    const left = await base.database.transaction(async (sql) => {
      const [row] = await sql.query<{ kept: { purpose: string; until: string }[] }>(
        'select kept from erased_members where member_id = $1 for update',
        [memberId],
      );
      const kept = (row?.kept ?? []).filter(({ until }) => Date.parse(until) > nowMs);
      await sql.query('update erased_members set kept = $2 where member_id = $1', [
        memberId,
        JSON.stringify(kept),
      ]);
      const gone = await sql.query(
        `update attachments set sealed = null, problem = 'erased'
          where member_id = $1 and sealed is not null and purpose <> all($2::text[]) returning 1`,
        [memberId, kept.map(({ purpose }) => purpose)],
      );
      if (!kept.some(({ purpose }) => purpose === 'mandate')) {
        await sql.query('update mandates set iban_masked = null where member_id = $1', [memberId]);
      }
      await logPrivacy(sql, base, null, {
        action: 'documents-erased',
        memberId,
        orderId,
        detail: { count: gone.length },
      });
      return kept.length;
    });
    if (left === 0) await base.memberKeys.destroy(memberId, 'archive', orderId, nowMs);
  }
}

/** PV41: what is overdue is told again, noted, and becomes one case a box. */
export async function tellAgain(base: BaseContext): Promise<void> {
  await base.database.transaction(async (sql) => {
    const nowMs = base.clock.wallMs();
    const now = isoTime(nowMs);
    const owed = await sql.query<{ orderId: string; store: string; edgeId: string; timesTold: number }>(
      `update purge_answers set told_at = $1, times_told = times_told + 1
        where (order_id, store) in (
          select order_id, store from purge_answers
           where state in ('outstanding', 'deferred', 'failed') and edge_id is not null
             and asked_at <= $2 and told_at <= $3
           order by asked_at limit ${atOnce} for update skip locked)
        returning order_id as "orderId", store, edge_id as "edgeId", times_told as "timesTold"`,
      [now, isoTime(nowMs - answerDueMs), isoTime(nowMs - tellAgainMs)],
    );
    if (owed.length === 0) return;
    for (const { orderId, edgeId, timesTold } of owed) {
      base.log.warn('privacy.answer-overdue', { orderId, edgeId, timesTold });
      await logPrivacy(sql, base, null, { action: 'told-again', orderId, detail: { edgeId, timesTold } });
      await openCase(sql, base, orderId, edgeId, now);
    }
    const orderIds = [...new Set(owed.map(({ orderId }) => orderId))];
    const records = await sql.query<{ change: FeedRecord }>(
      `select jsonb_build_object('kind', kind, 'id', id, 'record', record) as change from feed_changes
        where kind = 'purge-order' and id = any($1::uuid[])`,
      [orderIds],
    );
    await announce(sql, 'live');
    await writeFeed(
      sql,
      records.map(({ change }) => change),
      nowMs,
    );
  });
}

async function openCase(
  sql: Sql,
  base: BaseContext,
  orderId: string,
  edgeId: string,
  now: string,
): Promise<void> {
  await sql.query(
    `insert into cases (id, club_id, edge_id, at, kind, detail)
     select $1, club_id, id, $2, 'purge-overdue', $3 from edges
      where id = $4 and not exists (select 1 from cases where kind = 'purge-overdue' and detail = $3 and edge_id = $4)`,
    [newId<'case'>(base.clock, base.random), now, `purge order ${orderId}`, edgeId],
  );
}
