import { isoTime } from '@portillon/core/base/clock.ts';
import type { PurgeOrderRecord } from '@portillon/core/wire/messages.ts';
import type { Kept } from '../../privacy/erasure-holds.ts';
import { answerDueMs, type BaseStore } from '../../privacy/purge-progress.ts';
import { announce } from '../announcements.ts';
import { changedPeople } from '../club-people.ts';
import { credentialRecords } from '../credential-feed.ts';
import type { Sql } from '../database.ts';
import { writeFeed } from '../feed.ts';
import { whileTakingAway } from '../member-names.ts';
import { isNameUnread, traitsOf } from './erasure-plan.ts';
import { forgetInWords, type WordsPlace } from './words-about.ts';

export interface Erasure {
  readonly memberId: string;
  readonly orderId: string;
  readonly requestId: string | null;
  readonly why: 'request' | 'restored' | 'kept-long-enough';
  readonly kept: readonly Kept[];
  /** Rows that named the member, of one who was forgotten before and came back with a backup (PV64). */
  readonly words?: readonly WordsPlace[];
  readonly nowMs: number;
}

/** PV37: words that name the member could not be looked for. */
const nameUnread = 'the name of the member could not be read';

type Purpose = 'person' | 'photo' | 'contract' | 'mandate';

/** Documents that stay, under the archive key, and until when. */
function keptDocuments(kept: readonly Kept[]): { purpose: Purpose; until: string }[] {
  return kept.flatMap(({ what, until }) =>
    (what === 'contract' || what === 'mandate') && until !== null ? [{ purpose: what, until }] : [],
  );
}

/**
 * PV30: takes the person out of every table, and orders it of every box, in the caller's transaction. What is left are ids: sales,
 * periods, consents and the fiscal journal keep theirs. The key is destroyed afterwards (`destroyKeys`), since it lies elsewhere.
 */
export async function eraseMember(sql: Sql, erasure: Erasure): Promise<void> {
  const { memberId, orderId, requestId, why, nowMs } = erasure;
  const now = isoTime(nowMs);
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [memberId]);
  await sql.query(whileTakingAway);
  const traits = await traitsOf(sql, memberId, { asFarAsKnown: why === 'restored' });
  // Of one who is forgotten once more the store of the keys says where words named them (PV64).
  const isUnread = why !== 'restored' && (await isNameUnread(sql, memberId));
  const kept = keptDocuments(erasure.kept);
  await sql.query(
    `insert into purge_orders (id, member_id, request_id, why, made_at, due_at) values ($1, $2, $3, $4, $5, $6)`,
    [orderId, memberId, requestId, why, now, isoTime(nowMs + answerDueMs)],
  );
  const words = traits ? await forgetInWords(sql, memberId, traits, erasure.words) : [];
  await sql.query('update purge_orders set words = $2 where id = $1', [orderId, JSON.stringify(words)]);
  await sql.query(
    `insert into erased_members (member_id, order_id, erased_at, kept) values ($1, $2, $3, $4)
     on conflict (member_id) do update set order_id = excluded.order_id, kept = excluded.kept`,
    [memberId, orderId, now, JSON.stringify(kept)],
  );
  // From here on the triggers of forget_again() empty every row of this member that is written.
  const digests = await sql.query<{ digest: string }>(
    'select digest from attachments where member_id = $1 order by digest',
    [memberId],
  );
  const documents = await sql.query(
    `update attachments set problem = problem
      where member_id = $1 and sealed is not null and purpose <> all($2::text[]) returning 1`,
    [memberId, kept.map(({ purpose }) => purpose)],
  );
  const wantedNoMore = await sql.query(
    `update attachments set problem = problem
      where member_id = $1 and received_at is null and purpose <> all($2::text[]) returning 1`,
    [memberId, kept.map(({ purpose }) => purpose)],
  );
  await sql.query(
    `delete from attachment_pieces using attachments
      where attachments.digest = attachment_pieces.digest and member_id = $1 and problem = 'erased'`,
    [memberId],
  );
  // A line of the old system is known again by its number, and its member stays forgotten; what it said is not kept.
  await sql.query(`update imported_rows set digest = 'erased' where member_id = $1`, [memberId]);
  await sql.query('delete from possible_duplicates where member_id = $1 or other_member_id = $1', [memberId]);
  if (!kept.some(({ purpose }) => purpose === 'mandate')) {
    await sql.query(
      `update mandates set iban_masked = null
        where member_id = $1`,
      [memberId],
    );
  }
  const credentials = await sql.query<{ id: string }>(
    'update credentials set status = status where member_id = $1 returning id',
    [memberId],
  );
  const credentialIds = credentials.map(({ id }) => id).sort();
  let entries = 0;
  for (const table of ['decisions', 'passages']) {
    const rows = await sql.query(
      `update ${table} set credential_id = null where credential_id = any($1::uuid[]) returning 1`,
      [credentialIds],
    );
    entries += rows.length;
  }
  await sql.query(`delete from told_records where kind = 'credential' and id = any($1::uuid[])`, [
    credentialIds,
  ]);
  const particulars = await sql.query(
    `update members set company = null, suspended_until = null, staff = false where id = $1 returning 1`,
    [memberId],
  );
  const people = await changedPeople(sql, [memberId], nowMs);
  const answers: Record<BaseStore, number | null> = {
    tables: particulars.length + credentials.length + entries,
    words: words.length,
    documents: documents.length + wantedNoMore.length,
    // Lies in another database: done when destroyKeys() says so.
    keys: null,
    feed: credentialIds.length + people.length,
    // Logs name nobody (I8): there is nothing to look for.
    logs: 0,
  };
  for (const [store, erased] of Object.entries(answers)) {
    const fault = store === 'words' && isUnread ? nameUnread : null;
    const state = erased === null ? 'outstanding' : erased > 0 ? 'done' : 'nothing-found';
    await sql.query(
      `insert into purge_answers (order_id, store, state, erased, asked_at, told_at, answered_at, fault)
       values ($1, $2, $3, $4, $5, $5, $6, $7)`,
      [
        orderId,
        store,
        fault === null ? state : 'failed',
        erased ?? 0,
        now,
        erased === null ? null : now,
        fault,
      ],
    );
  }
  await sql.query(
    `insert into purge_answers (order_id, store, edge_id, state, asked_at, told_at)
     select $1, id::text, id, 'outstanding', $2, $2 from edges where status = 'active'`,
    [orderId, now],
  );
  await announce(sql, 'live');
  // W-SNAP-8: full starts that were made before hold the numbers and keys.
  await sql.query('delete from feed_snapshots');
  const record: PurgeOrderRecord = { memberId, digests: digests.map(({ digest }) => digest), credentialIds };
  await writeFeed(
    sql,
    [
      ...(await credentialRecords(sql, credentialIds)),
      { kind: 'purge-order', id: orderId, record },
      // After the order, so that a box counts what it erases for it (W-PERSON-5).
      ...people,
    ],
    nowMs,
  );
}
