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
import { noteDevices } from './edge-devices.ts';
import { applyEvents } from './events-application.ts';
import { writeFeed } from './feed.ts';
import { goneFromFeed } from './gates.ts';
import { orderRecords } from './order-feed.ts';
import { findOtherSellersTerminal } from './other-sellers-terminal.ts';
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

/** With the counter of the request: of two of a box, the later one has the higher. */
export interface PushedBy extends Reporter {
  readonly counter: number;
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
  reporter: PushedBy,
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
  reporter: PushedBy,
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

  const fresh = await freshEvents(sql, edgeId, push.events, { appliedThrough, lastHash });
  await keepEvents(sql, edgeId, fresh, now);
  const received = fresh.map(({ seq, body }) => ({
    seq,
    body,
    receivedAt: now,
    caseIds: () => eventCaseIds(edgeId, seq),
  }));
  const applied = await applyEvents(sql, reporter, received);
  await keepParked(sql, edgeId, applied.parked, now);
  const last = fresh.at(-1);
  if (last) {
    appliedThrough = last.seq;
    lastHash = last.hash;
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
  if (push.devices) await noteDevices(sql, reporter, push.devices, nowMs);
  const wanted = await sql.query<{ digest: string }>(
    'select digest from attachments where edge_id = $1 and received_at is null limit $2',
    [edgeId, wantedLimit],
  );
  if (push.events.length > 0 || recounted.length > 0) await announce(sql, 'live');
  await sql.query('update sales set received_at = $2 where club_id = $3 and id = any($1::uuid[])', [
    applied.sales,
    now,
    reporter.clubId,
  ]);
  await findOtherSellersTerminal(sql, reporter, applied.sales);
  await reviewLate(sql, reporter, applied.decided, nowMs);
  await writeFeed(
    sql,
    [
      ...(await credentialRecords(sql, applied.touchedCredentials)),
      ...(await orderRecords(sql, applied.touchedOrders)),
      ...applied.touchedGateOrders.map(goneFromFeed),
    ],
    nowMs,
  );
  return { appliedThrough, lastHash, parked: applied.parked, wanted: wanted.map(({ digest }) => digest) };
}

/** What follows in the chain and was not taken in before. Throws `Refused`: then nothing of the batch is kept. */
async function freshEvents(
  sql: Sql,
  edgeId: string,
  events: readonly OutboxEvent[],
  { appliedThrough, lastHash }: { readonly appliedThrough: number; readonly lastHash: string },
): Promise<OutboxEvent[]> {
  const known = await knownHashes(sql, edgeId, events, appliedThrough);
  const fresh: OutboxEvent[] = [];
  for (const event of events) {
    const before = fresh.at(-1) ?? { seq: appliedThrough, hash: lastHash };
    if (event.seq <= before.seq) {
      const knownHash = known.get(event.seq) ?? fresh.find(({ seq }) => seq === event.seq)?.hash;
      if ((knownHash ?? event.hash) === event.hash) continue;
      throw new Refused({
        code: 'push.fork',
        message: `event ${event.seq} is not the one the base has under this number; nothing was taken in`,
      });
    }
    const flaw = chainBreak(before.seq, before.hash, event);
    if (flaw !== null) {
      const code = event.seq > before.seq + 1 ? 'push.gap' : 'push.broken-chain';
      throw new Refused({ code, message: `${flaw}; the base has applied through ${before.seq}` });
    }
    fresh.push(event);
  }
  return fresh;
}

/** Byte for byte. All bodies go as one value, since bytes alone travel without being spelt out, and are cut apart there. */
async function keepEvents(
  sql: Sql,
  edgeId: string,
  events: readonly OutboxEvent[],
  now: string,
): Promise<void> {
  if (events.length === 0) return;
  const bodies = events.map(({ body }) => Buffer.from(body));
  let end = 0;
  const starts = bodies.map(({ length }) => {
    end += length;
    return end - length + 1;
  });
  await sql.query(
    `insert into edge_events (edge_id, seq, event_id, body, prev_hash, hash, received_at)
     select $1, seq, event_id, substring($3::bytea from start for length), prev_hash, hash, $2
       from unnest($4::bigint[], $5::uuid[], $6::integer[], $7::integer[], $8::text[], $9::text[])
              as event (seq, event_id, start, length, prev_hash, hash)`,
    [
      edgeId,
      now,
      Buffer.concat(bodies),
      events.map(({ seq }) => seq),
      events.map(({ eventId }) => eventId),
      starts,
      bodies.map(({ length }) => length),
      events.map(({ prevHash }) => prevHash),
      events.map(({ hash }) => hash),
    ],
  );
}

async function keepParked(
  sql: Sql,
  edgeId: string,
  parked: PushOutcome['parked'],
  now: string,
): Promise<void> {
  if (parked.length === 0) return;
  await sql.query(
    `insert into parked_events (edge_id, seq, reason, parked_at)
     select $1, seq, reason, $2 from unnest($3::bigint[], $4::text[]) as event (seq, reason)`,
    [edgeId, now, parked.map(({ seq }) => seq), parked.map(({ reason }) => reason)],
  );
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
