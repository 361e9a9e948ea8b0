import { isoTime } from '@portillon/core/base/clock.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { chainBreak } from '@portillon/core/crypto/hash-chain.ts';
import type { OutboxEvent } from '@portillon/core/wire/event.ts';
import type { PushRequest } from '@portillon/core/wire/messages.ts';
import { eventCaseIds } from '../members/event-case-id.ts';
import type { Reporter } from '../members/row-change.ts';
import { announce } from './announcements.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Database, Sql } from './database.ts';
import { applyEvent } from './event-application.ts';
import { writeFeed } from './feed.ts';
import { goneFromFeed } from './gates.ts';
import { orderRecords } from './order-feed.ts';
import { reviewLate } from './outage-findings.ts';

export interface PushOutcome {
  readonly appliedThrough: number;
  /** Of event `appliedThrough`; of the beginning of the chain where there is none yet. */
  readonly lastHash: string;
  readonly parked: { seq: number; reason: string }[];
  readonly wanted: string[];
}

export interface PushRefusal {
  readonly code: 'push.gap' | 'push.fork' | 'push.broken-chain';
  readonly message: string;
}

/** Undoes the transaction and carries the refusal out of it. */
class Refused extends Error {
  readonly refusal: PushRefusal;

  constructor(refusal: PushRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

const wantedLimit = 1_000;

/**
 * Takes a batch in: one transaction under the lock of the edge's row, so that two copies of a batch follow each other
 * and the second finds everything done (W-PUSH-1 to W-PUSH-7).
 */
export async function pushBatch(
  database: Database,
  reporter: Reporter,
  push: PushRequest,
  base: { readonly nowMs: number },
): Promise<Result<PushOutcome, PushRefusal>> {
  try {
    return ok(await database.transaction((sql) => takeIn(sql, reporter, push, base)));
  } catch (error) {
    if (error instanceof Refused) return err(error.refusal);
    throw error;
  }
}

async function takeIn(
  sql: Sql,
  reporter: Reporter,
  push: PushRequest,
  { nowMs }: { readonly nowMs: number },
): Promise<PushOutcome> {
  const now = isoTime(nowMs);
  const { edgeId } = reporter;
  const [edge] = await sql.query<{ applied_through: number; last_hash: string }>(
    'select applied_through, last_hash from edges where id = $1 for update',
    [edgeId],
  );
  if (!edge) throw new Error(`edge ${edgeId} has gone`);
  let appliedThrough = edge.applied_through;
  let lastHash = edge.last_hash;

  const known = await knownHashes(sql, edgeId, push.events, appliedThrough);
  const parked: PushOutcome['parked'] = [];
  const touchedCredentials: string[] = [];
  const touchedOrders: string[] = [];
  const decided: string[] = [];
  const sales: string[] = [];
  const touchedGateOrders: string[] = [];
  for (const event of push.events) {
    if (event.seq <= appliedThrough) {
      if ((known.get(event.seq) ?? event.hash) !== event.hash) {
        throw new Refused({
          code: 'push.fork',
          message: `event ${event.seq} is not the one the base has under this number; nothing was taken in`,
        });
      }
      continue;
    }
    const flaw = chainBreak(appliedThrough, lastHash, event);
    if (flaw !== null) {
      const code = event.seq > appliedThrough + 1 ? 'push.gap' : 'push.broken-chain';
      throw new Refused({ code, message: `${flaw}; the base has applied through ${appliedThrough}` });
    }
    await sql.query(
      `insert into edge_events (edge_id, seq, event_id, body, prev_hash, hash, received_at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [edgeId, event.seq, event.eventId, Buffer.from(event.body), event.prevHash, event.hash, now],
    );
    const application = await applyEvent(sql, reporter, event.body, () => eventCaseIds(edgeId, event.seq));
    if (application.parked === null) {
      touchedCredentials.push(...application.touchedCredentials);
      touchedOrders.push(...application.touchedOrders);
      decided.push(...application.decided);
      sales.push(...application.sales);
      touchedGateOrders.push(...application.touchedGateOrders);
    } else {
      parked.push({ seq: event.seq, reason: application.parked });
      await sql.query('insert into parked_events (edge_id, seq, reason, parked_at) values ($1, $2, $3, $4)', [
        edgeId,
        event.seq,
        application.parked,
        now,
      ]);
    }
    appliedThrough = event.seq;
    lastHash = event.hash;
  }

  await sql.query(
    'update edges set applied_through = $2, last_hash = $3, last_contact_at = $4 where id = $1',
    [edgeId, appliedThrough, lastHash, now],
  );
  const { inside, at, low, high, zones } = push.occupancy;
  const recounted = await sql.query(
    `insert into occupancy (edge_id, club_id, inside, at, low, high, zones)
     values ($1, $2, $3, least($4::timestamptz, $5::timestamptz), $6, $7, $8)
     on conflict (edge_id) do update set inside = excluded.inside, at = excluded.at, low = excluded.low,
       high = excluded.high, zones = excluded.zones
      where occupancy.at <= excluded.at
     returning 1`,
    // A time in the future, from an edge whose clock is wrong, would shut out every later count.
    [edgeId, reporter.clubId, inside, at, now, low ?? null, high ?? null, JSON.stringify(zones ?? [])],
  );
  const wanted = await sql.query<{ digest: string }>(
    'select digest from attachments where edge_id = $1 and received_at is null limit $2',
    [edgeId, wantedLimit],
  );
  if (push.events.length > 0 || recounted.length > 0) await announce(sql, 'live');
  await sql.query('update sales set received_at = $2 where id = any($1::uuid[])', [sales, now]);
  await reviewLate(sql, reporter, decided, nowMs);
  await writeFeed(
    sql,
    [
      ...(await credentialRecords(sql, touchedCredentials)),
      ...(await orderRecords(sql, touchedOrders)),
      ...touchedGateOrders.map(goneFromFeed),
    ],
    nowMs,
  );
  return { appliedThrough, lastHash, parked, wanted: wanted.map(({ digest }) => digest) };
}

/** Hashes of the events of this batch that were taken in before. */
async function knownHashes(
  sql: Sql,
  edgeId: string,
  events: readonly OutboxEvent[],
  appliedThrough: number,
): Promise<Map<number, string>> {
  const again = events.map(({ seq }) => seq).filter((seq) => seq <= appliedThrough);
  if (again.length === 0) return new Map();
  const rows = await sql.query<{ seq: number; hash: string }>(
    'select seq, hash from edge_events where edge_id = $1 and seq = any($2::bigint[])',
    [edgeId, again],
  );
  return new Map(rows.map(({ seq, hash }) => [seq, hash]));
}
