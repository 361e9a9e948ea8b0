import type { Clock } from '@portillon/core/base/clock.ts';
import { type EventId, newId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { eventHash, genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import type { EventBody, EventOf, OutboxEvent } from '@portillon/core/wire/event.ts';
import type { Reader, Tx } from './connection.ts';

/** The longest body that the wire carries (core/wire/event.ts), in characters. */
const bodyMaxLength = 65_536;
/** The newest event, or the last one that was erased where none came after it. */
const newestEvent = `SELECT seq, hash FROM (SELECT seq, hash FROM outbox ORDER BY seq DESC LIMIT 1)
  UNION ALL SELECT erased_seq, erased_hash FROM edge_state WHERE erased_hash IS NOT NULL
  ORDER BY seq DESC LIMIT 1`;

const eventColumns = 'seq, event_id AS eventId, body, prev_hash AS prevHash, hash';

/**
 * What the edge owes the base: immutable events, numbered without gaps and chained by hash. What the base and its backups
 * surely hold is erased from the beginning on (push-receipts.ts).
 */
export class Outbox {
  readonly #read: Reader;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(read: Reader, clock: Clock, random: Random) {
    this.#read = read;
    this.#clock = clock;
    this.#random = random;
  }

  /** Part of the transaction that records what happened. A number is used again only if that transaction is undone. */
  async appendEvent(tx: Tx, body: EventBody): Promise<OutboxEvent> {
    const last = await tx.get<{ seq: number; hash: string }>(newestEvent);
    const seq = (last?.seq ?? 0) + 1;
    const prevHash = last?.hash ?? genesisHash;
    const eventId = newId<'event'>(this.#clock, this.#random) satisfies EventId;
    const text = canonicalJson(body);
    invariant(text.length <= bodyMaxLength, `an event of ${text.length} characters cannot be pushed`);
    const event = { seq, eventId, body: text, prevHash, hash: eventHash(prevHash, seq, eventId, text) };
    await tx.run('INSERT INTO outbox (seq, event_id, body, prev_hash, hash) VALUES (?, ?, ?, ?, ?)', [
      seq,
      eventId,
      text,
      prevHash,
      event.hash,
    ]);
    return event;
  }

  /** Events after `seq`, in order, at most `limit`; a batch ends with the event that passes the length of bodies. */
  after(seq: number, limit: number, bodiesLength = 1_048_576): Promise<readonly OutboxEvent[]> {
    return this.#read.all<OutboxEvent>(
      `SELECT seq, eventId, body, prevHash, hash FROM (
         SELECT *, SUM(LENGTH(body)) OVER (ORDER BY seq) - LENGTH(body) AS lengthBefore FROM (
           SELECT ${eventColumns} FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?))
       WHERE lengthBefore < ? ORDER BY seq`,
      [seq, limit, bodiesLength],
    );
  }

  /** Of the event, also of the last one that was erased; that of the beginning of the chain for 0, null for any other. */
  async eventHash(seq: number): Promise<string | null> {
    if (seq === 0) return genesisHash;
    const row = await this.#read.get<{ hash: string }>(
      `SELECT hash FROM outbox WHERE seq = ?1
       UNION ALL SELECT erased_hash FROM edge_state WHERE erased_seq = ?1 LIMIT 1`,
      [seq],
    );
    return row?.hash ?? null;
  }

  /** What was sold to a member here, and what they said here with a card in hand, as far as it is kept; oldest first. */
  async saidBy(memberId: string): Promise<readonly EventOf<'sale.completed' | 'consent.answered'>[]> {
    const rows = await this.#read.all<{ body: string }>(
      `SELECT body FROM outbox
        WHERE instr(body, ?1) > 0 AND json_extract(body, '$.type') IN ('sale.completed', 'consent.answered')
          AND ?1 IN (json_extract(body, '$.memberId'), json_extract(body, '$.member.memberId'))
        ORDER BY seq`,
      [memberId],
    );
    return rows.map(({ body }) => JSON.parse(body) as EventOf<'sale.completed' | 'consent.answered'>);
  }

  /** Events that the base has not yet said to be applied. */
  async count(): Promise<number> {
    const row = await this.#read.get<{ left: number }>(
      `SELECT MAX(0, COALESCE((SELECT MAX(seq) FROM outbox), 0) - applied_seq) AS left FROM edge_state`,
    );
    return row?.left ?? 0;
  }

  async appliedThrough(): Promise<{ readonly seq: number; readonly epoch: number }> {
    const row = await this.#read.get<{ seq: number; epoch: number }>(
      'SELECT applied_seq AS seq, applied_epoch AS epoch FROM edge_state',
    );
    return row ?? { seq: 0, epoch: 0 };
  }

  /** A base that was restored says a lower number in a later epoch; the events are still here and count again. */
  async saveAppliedThrough(tx: Tx, seq: number, epoch: number): Promise<void> {
    await tx.run('UPDATE edge_state SET applied_seq = ?, applied_epoch = ?', [seq, epoch]);
  }
}
