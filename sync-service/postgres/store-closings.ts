import { isoTime } from '@portillon/core/base/clock.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { closingPayloadSchema } from '@portillon/core/journal/closing.ts';
import type { FiscalSigner } from '@portillon/core/journal/fiscal-key.ts';
import { wholeSecond } from '@portillon/core/journal/fiscal-time.ts';
import type { Software } from '@portillon/core/journal/payload-shapes.ts';
import { composeStoreClosing, type SignedClosing } from '@portillon/core/journal/store-closing.ts';
import { storeClosingPayloadSchema } from '@portillon/core/journal/store-closing-payload.ts';
import type { Database, Sql } from './database.ts';

/** How a period of a club stands: what its tills told of it, and who is missing. */
export interface TillsOfPeriod {
  readonly closings: readonly SignedClosing[];
  /** The last closing before, of tills that have none of this period. */
  readonly earlier: readonly SignedClosing[];
  /** Boxes in use whose closing has not been told: name of the till, or the id of the box where no name was ever told. */
  readonly missing: readonly string[];
}

/** A closing over all tills as it is kept. */
export interface StoredClosing {
  readonly no: number;
  readonly corrects: number;
  readonly missing: readonly string[];
  /** Name of the member of staff who signed it off. */
  readonly by: string;
  readonly text: string;
  readonly payload: string;
  readonly signature: string;
}

export type StoreClosingRefusal =
  | 'unknown-club'
  | 'nothing-told'
  | 'period-open'
  | 'two-establishments'
  | 'tills-missing';

interface Asked {
  readonly clubId: string;
  /** `2026-11-22`, `2026-11` or `2026`. */
  readonly period: string;
  /** Whoever signs it off takes it without the tills that are missing (FJ28). */
  readonly withoutMissing: boolean;
  readonly userId: string;
  readonly software: Software;
  readonly nowMs: number;
}

const columns = `no, corrects, missing, text, payload, signature,
  (select name from staff_users where staff_users.id = store_closings.user_id) as by`;

/**
 * Closes a period over all tills of a club (FJ27), in the next place of its chain. The one that is there is given back while
 * there is nothing to correct in it.
 */
export function closeStore(
  database: Database,
  signer: FiscalSigner,
  { clubId, period, withoutMissing, userId, software, nowMs }: Asked,
): Promise<Result<{ readonly closing: StoredClosing; readonly made: boolean }, StoreClosingRefusal>> {
  return database.transaction(async (sql) => {
    const [club] = await sql.query<{ timeZone: string }>(
      'select time_zone as "timeZone" from clubs where id = $1 for update',
      [clubId],
    );
    if (!club) return err('unknown-club');
    const { closings, earlier, missing } = await tillsOfPeriod(sql, clubId, period);
    const [first] = closings;
    if (!first) return err('nothing-told');
    if (Date.parse(first.closing.to) > nowMs) return err('period-open');
    if (closings.some(({ closing }) => closing.est !== first.closing.est)) return err('two-establishments');
    const [before] = await sql.query<StoredClosing>(
      `select ${columns} from store_closings where club_id = $1 and period = $2 order by no desc limit 1`,
      [clubId, period],
    );
    if (before && !needsCorrection(before, closings, missing)) return ok({ closing: before, made: false });
    if (missing.length > 0 && !withoutMissing) return err('tills-missing');
    const [last] = await sql.query<{ no: number; signature: string }>(
      'select no, signature from store_closings where club_id = $1 order by no desc limit 1',
      [clubId],
    );
    const { record } = composeStoreClosing(
      {
        timeZone: club.timeZone,
        software,
        no: (last?.no ?? 0) + 1,
        previousSignature: last?.signature ?? '',
        atMs: wholeSecond(nowMs),
        signer,
      },
      { closings, earlier, missing, corrects: before?.no ?? 0, operator: userId },
    );
    const [closing] = await sql.query<StoredClosing>(
      `insert into store_closings
         (club_id, no, period, corrects, missing, text, payload, signature, made_at, user_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${columns}`,
      [
        clubId,
        record.no,
        period,
        before?.no ?? 0,
        JSON.stringify(missing),
        record.text,
        record.payload,
        record.signature,
        isoTime(nowMs),
        userId,
      ],
    );
    if (!closing) throw new Error('a closing that was written is there');
    return ok({ closing, made: true });
  });
}

/** FJ28: a till that nobody missed may tell of the period later, too: it had not been heard of. */
function needsCorrection(
  before: StoredClosing,
  closings: readonly SignedClosing[],
  missing: readonly string[],
): boolean {
  const { tills } = storeClosingPayloadSchema.parse(JSON.parse(before.payload));
  const signed = new Set(tills.map(({ signature }) => signature));
  return missing.join() !== before.missing.join() || closings.some(({ signature }) => !signed.has(signature));
}

/** Those of a period, the oldest first: what an incomplete one was before it was corrected stays readable. */
export function storeClosingsOf(sql: Sql, clubId: string, period: string): Promise<StoredClosing[]> {
  return sql.query<StoredClosing>(
    `select ${columns} from store_closings where club_id = $1 and period = $2 order by no`,
    [clubId, period],
  );
}

/** Public keys that ever signed such closings, by their id. */
export async function storeKeys(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.query<{ kid: string; publicKey: string }>(
    'select kid, public_key as "publicKey" from store_signing_keys order by since',
  );
  return new Map(rows.map(({ kid, publicKey }) => [kid, publicKey]));
}

export async function tillsOfPeriod(sql: Sql, clubId: string, period: string): Promise<TillsOfPeriod> {
  const told = await sql.query<ToldRow>(
    `select edge_id as "edgeId", payload, signature from till_closings
      where club_id = $1 and period = $2 order by till, edge_id`,
    [clubId, period],
  );
  const closings = told.map(signedClosing);
  const to = closings[0]?.closing.to;
  if (to === undefined) return { closings: [], earlier: [], missing: [] };
  // The newest of each till that was over by then; of this period itself where there is one.
  const newest = await sql.query<ToldRow>(
    `select distinct on (edge_id, till) edge_id as "edgeId", payload, signature from till_closings
      where club_id = $1 and (payload::jsonb->>'to')::timestamptz <= $2 order by edge_id, till, no desc`,
    [clubId, to],
  );
  const inPeriod = new Set(closings.map(({ closing }) => closing.till));
  const earlier = newest.filter((row) => !inPeriod.has(signedClosing(row).closing.till));
  // A box counts from its first taking, practice or duplicate on: before that it closes nothing.
  const inUse = await sql.query<{ id: string }>(
    `select id from edges where club_id = $1 and status = 'active'
        and exists (select 1 from fiscal_head_history as head
                     where head.edge_id = edges.id and chain in ('T', 'X', 'D') and told_at < $2)
      order by id`,
    [clubId, to],
  );
  const toldBy = new Set(told.map(({ edgeId }) => edgeId));
  const missing = inUse
    .filter(({ id }) => !toldBy.has(id))
    .map(({ id }) => {
      const known = earlier.find(({ edgeId }) => edgeId === id);
      return known ? signedClosing(known).closing.till : id;
    });
  return { closings, earlier: earlier.map(signedClosing), missing };
}

interface ToldRow {
  readonly edgeId: string;
  readonly payload: string;
  readonly signature: string;
}

function signedClosing({ payload, signature }: ToldRow): SignedClosing {
  return { closing: closingPayloadSchema.parse(JSON.parse(payload)), signature };
}
