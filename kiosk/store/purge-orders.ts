import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import type { PurgeOutcome } from '@portillon/core/wire/event.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { ClubPeople } from './club-people.ts';
import type { Reader, Tx } from './connection.ts';
import type { Outbox } from './outbox.ts';
import type { Presence } from './presence.ts';

interface PurgeOrder {
  readonly orderId: string;
  readonly memberId: string;
  /** JSON lists. */
  readonly digests: string;
  readonly credentialIds: string;
  readonly told: PurgeOutcome | null;
  readonly erased: number;
  readonly waiting: number;
}

const columns =
  'order_id AS orderId, member_id AS memberId, digests, credential_ids AS credentialIds, told, erased, waiting';

/** Whom an event with attachments is about, as far as it is about somebody. */
const memberOfEvent = `COALESCE(json_extract(outbox.body, '$.member.memberId'), json_extract(outbox.body, '$.memberId'))`;

export interface PurgeOrdersOptions {
  readonly read: Reader;
  readonly write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** Writes the log of the database back and empties it; false when it is in use just now. */
  readonly emptyLog: () => Promise<boolean>;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly people: ClubPeople;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Orders to forget a member (W-PURGE-1 to W-PURGE-3). Taken in with the feed, in one transaction; then carried out:
 *
 *     open ──▶ erased ──▶ answered      erased: the rows are gone, and the bytes of the file with them only once
 *       └─▶ deferred ─┘                 its log was emptied: until then nobody is told that it is done
 *
 * Each step is a transaction of its own, so that the next start goes on where a power cut ended it.
 */
export class PurgeOrders {
  readonly #options: PurgeOrdersOptions;
  /** One at a time; the agent's loops ask for it side by side. */
  #working: Promise<void> = Promise.resolve();
  #underWay = true;

  constructor(options: PurgeOrdersOptions) {
    this.#options = options;
  }

  /**
   * In the transaction of the feed, before people are taken from it: name and photo go at once, and are counted (W-PERSON-7). An
   * order that is told again is carried out again.
   */
  async take(tx: Tx, changes: readonly FeedRecord[]): Promise<void> {
    for (const change of changes) {
      if (change.kind !== 'purge-order' || change.record === null) continue;
      const { memberId, digests, credentialIds } = change.record;
      const erased = await this.#options.people.forget(tx, memberId);
      await tx.run(
        `INSERT INTO purge_order (order_id, member_id, digests, credential_ids, state, erased) VALUES (?, ?, ?, ?, 'open', ?)
         ON CONFLICT (order_id) DO UPDATE SET digests = excluded.digests, credential_ids = excluded.credential_ids,
           state = 'open', erased = excluded.erased`,
        [change.id, memberId, JSON.stringify(digests), JSON.stringify(credentialIds), erased],
      );
      tx.onCommitted(() => {
        this.#underWay = true;
      });
    }
  }

  /** The base has confirmed these bytes: what belongs to somebody who was to be forgotten goes now, however late it came. */
  async confirmed(tx: Tx, digest: string): Promise<void> {
    await tx.run(
      `UPDATE purge_order SET state = 'open', erased = 0
        WHERE state = 'answered' AND member_id IN (
          SELECT ${memberOfEvent} FROM attachment JOIN outbox ON outbox.seq = attachment.event_seq
           WHERE attachment.digest = ?)`,
      [digest],
    );
    tx.onCommitted(() => {
      this.#underWay = true;
    });
  }

  /** RT8: of orders that were answered the member stays, for what comes late of them (W-PURGE-3); which cards they had does not. */
  endCards(tx: Tx, atOnce: number): Promise<number> {
    return tx.run(
      `UPDATE purge_order SET credential_ids = '[]' WHERE order_id IN (
         SELECT order_id FROM purge_order WHERE state = 'answered' AND credential_ids <> '[]' LIMIT ?)`,
      [atOnce],
    );
  }

  /** Does what can be done now; resolves when it is durable. A disk that fails is told to the base, where it can be. */
  carryOut(): Promise<void> {
    if (!this.#underWay) return this.#working;
    this.#working = this.#working.catch(() => 'told to who asked then').then(() => this.#carryOut());
    return this.#working;
  }

  async #carryOut(): Promise<void> {
    const { read, write, emptyLog, log } = this.#options;
    this.#underWay = false;
    try {
      const under = await read.get('SELECT 1 FROM purge_order WHERE state <> ? LIMIT 1', ['answered']);
      if (!under) return;
      await write((tx) => this.#erase(tx));
      const erased = await read.get('SELECT 1 FROM purge_order WHERE state = ? LIMIT 1', ['erased']);
      if (!erased) return;
      if (!(await emptyLog())) {
        this.#underWay = true;
        log.warn('purge.log-in-use');
        return;
      }
      await write((tx) => this.#answer(tx));
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      this.#underWay = true;
      const { code } = error.fault;
      log.error('purge.failed', { fault: code });
      await write((tx) => this.#tellFailed(tx, code)).catch(() => 'told at the next try');
    }
  }

  /** W-PURGE-2. */
  async #erase(tx: Tx): Promise<void> {
    const orders = await tx.all<PurgeOrder>(
      `SELECT ${columns} FROM purge_order WHERE state IN ('open', 'deferred') ORDER BY order_id`,
    );
    for (const order of orders) {
      const { orderId, memberId, digests, credentialIds } = order;
      const held = await tx.all<{ number: number; confirmed: number | null }>(
        `SELECT number, confirmed_at_ms AS confirmed FROM attachment
          WHERE event_seq IS NOT NULL AND digest IN (SELECT value FROM json_each(?))
         UNION
         SELECT number, confirmed_at_ms FROM attachment JOIN outbox ON outbox.seq = attachment.event_seq
          WHERE ${memberOfEvent} = ?`,
        [digests, memberId],
      );
      const ready = held.filter(({ confirmed }) => confirmed !== null).map(({ number }) => number);
      const waiting = held.length - ready.length;
      let erased = await tx.run('DELETE FROM attachment WHERE number IN (SELECT value FROM json_each(?))', [
        JSON.stringify(ready),
      ]);
      erased += await this.#options.presence.forget(tx, memberId, JSON.parse(credentialIds) as string[]);
      erased += await this.#options.people.forget(tx, memberId);
      await tx.run('UPDATE purge_order SET state = ?, erased = erased + ?, waiting = ? WHERE order_id = ?', [
        waiting > 0 ? 'deferred' : 'erased',
        erased,
        waiting,
        orderId,
      ]);
      if (waiting > 0 && order.told === null) {
        await this.#tell(tx, { ...order, erased: order.erased + erased, waiting }, 'deferred');
      }
    }
  }

  async #answer(tx: Tx): Promise<void> {
    const orders = await tx.all<PurgeOrder>(`SELECT ${columns} FROM purge_order WHERE state = 'erased'`);
    for (const order of orders) {
      const wasAnswered = order.told === 'done' || order.told === 'nothing-found';
      if (order.erased > 0 || !wasAnswered) {
        await this.#tell(tx, order, order.erased > 0 ? 'done' : 'nothing-found');
      }
      await tx.run(`UPDATE purge_order SET state = 'answered' WHERE order_id = ?`, [order.orderId]);
    }
  }

  async #tellFailed(tx: Tx, fault: string): Promise<void> {
    const orders = await tx.all<PurgeOrder>(
      `SELECT ${columns} FROM purge_order WHERE state <> 'answered' AND told IS NOT 'failed'`,
    );
    for (const order of orders) await this.#tell(tx, order, 'failed', fault);
  }

  async #tell(tx: Tx, order: PurgeOrder, outcome: PurgeOutcome, fault: string | null = null): Promise<void> {
    const { orderId, erased, waiting } = order;
    const at = isoTime(this.#options.clock.wallMs());
    await this.#options.outbox.appendEvent(tx, {
      type: 'purge.acknowledged',
      at,
      orderId,
      outcome,
      erased,
      waiting,
      fault,
    });
    await tx.run('UPDATE purge_order SET told = ? WHERE order_id = ?', [outcome, orderId]);
  }
}
