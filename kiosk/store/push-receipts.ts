import type { Clock } from '@portillon/core/base/clock.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import type { Reader, Tx } from './connection.ts';

const dayMs = 86_400_000;
/** Of each, in one transaction: a gate waits for it. */
const erasedAtOnce = 200;

interface Erased {
  readonly through: number;
  /** How many rows are gone, and by how many events it went on. */
  readonly rows: number;
  readonly moved: number;
}

/** A receipt that is old enough. */
interface Old {
  readonly epoch: number;
  readonly through: number;
  readonly atMs: number;
  readonly receivedAtMs: number;
}

const receiptColumns = 'epoch, through_seq AS through, hash, at, keep_days AS keepDays, signature';

/** What the base has signed to hold, and the erasing of what its backups hold too (W-RECEIPT-2 to W-RECEIPT-4). */
export class PushReceipts {
  readonly #read: Reader;
  readonly #clock: Clock;

  constructor(read: Reader, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** In place of the one of the same day. What it no longer covers was lost, so older receipts for more count no more. */
  async keep(tx: Tx, receipt: PushReceipt): Promise<void> {
    const { epoch, through, hash, at, keepDays, signature } = receipt;
    const day = at.slice(0, 10);
    await tx.run('DELETE FROM push_receipt WHERE epoch = ? AND (day = ? OR through_seq > ?)', [
      epoch,
      day,
      through,
    ]);
    await tx.run(
      `INSERT INTO push_receipt (epoch, day, through_seq, hash, at, at_ms, keep_days, signature, received_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [epoch, day, through, hash, at, Date.parse(at), keepDays, signature, this.#clock.wallMs()],
    );
    // Of epochs that are over the last one stays, as proof.
    await tx.run(
      `DELETE FROM push_receipt AS old WHERE epoch < ? AND EXISTS (
         SELECT 1 FROM push_receipt WHERE epoch = old.epoch AND at_ms > old.at_ms)`,
      [epoch],
    );
  }

  /** The last one of each epoch. */
  lastOfEpochs(): Promise<readonly PushReceipt[]> {
    return this.#read.all<PushReceipt>(
      `SELECT ${receiptColumns} FROM push_receipt AS last WHERE NOT EXISTS (
         SELECT 1 FROM push_receipt WHERE epoch = last.epoch AND at_ms > last.at_ms) ORDER BY epoch`,
    );
  }

  async erasedThrough(): Promise<number> {
    const row = await this.#read.get<{ seq: number }>('SELECT erased_seq AS seq FROM edge_state');
    return row?.seq ?? 0;
  }

  /**
   * Erases a bounded part of what a receipt covers that is older than the backups of the base, and says through where that
   * went. Events whose attachment must stay are passed over, and go with it later.
   */
  async eraseSent(tx: Tx, newest: PushReceipt): Promise<number> {
    const state = await tx.get<{ erased: number; applied: number }>(
      'SELECT erased_seq AS erased, applied_seq AS applied FROM edge_state',
    );
    invariant(state, 'the state of the edge has its row');
    const keptMs = newest.keepDays * dayMs;
    const old = await tx.get<{ through: number; atMs: number; receivedAtMs: number }>(
      `SELECT through_seq AS through, at_ms AS atMs, received_at_ms AS receivedAtMs FROM push_receipt
        WHERE epoch = ? AND at_ms <= ? AND received_at_ms <= ? ORDER BY at_ms DESC LIMIT 1`,
      [newest.epoch, Date.parse(newest.at) - keptMs, this.#clock.wallMs() - keptMs],
    );
    if (!old) return state.erased;
    const mayGo = Math.min(old.through, newest.through, state.applied);
    return (await this.#eraseSome(tx, { ...old, epoch: newest.epoch }, mayGo)).through;
  }

  /**
   * RT10: the same where the base has signed for nothing since, by our own clock alone: what it signed for before that moment, and
   * which its backups hold for as long. Resolves with the number of rows that are gone; 0 when there is nothing more.
   */
  async eraseAged(tx: Tx, nowMs: number, beforeMs: number): Promise<number> {
    const old = await tx.get<Old & { applied: number; keepDays: number }>(
      `SELECT epoch, through_seq AS through, at_ms AS atMs, received_at_ms AS receivedAtMs, applied_seq AS applied,
              keep_days AS keepDays
         FROM push_receipt JOIN edge_state ON applied_epoch = epoch
        WHERE received_at_ms < ? AND received_at_ms <= ? - keep_days * ${dayMs} ORDER BY at_ms DESC LIMIT 1`,
      [beforeMs, nowMs],
    );
    if (!old) return 0;
    // What was confirmed since is in every backup by now, too.
    const receivedAtMs = Math.min(beforeMs, nowMs - old.keepDays * dayMs);
    const { rows, moved } = await this.#eraseSome(
      tx,
      { ...old, receivedAtMs },
      Math.min(old.through, old.applied),
    );
    return Math.max(rows, moved);
  }

  async #eraseSome(tx: Tx, old: Old, mayGo: number): Promise<Erased> {
    const state = await tx.get<{ erased: number }>('SELECT erased_seq AS erased FROM edge_state');
    invariant(state, 'the state of the edge has its row');
    const through = Math.max(state.erased, Math.min(mayGo, state.erased + erasedAtOnce));
    let rows = await tx.run(
      `DELETE FROM attachment WHERE number IN (
         SELECT number FROM attachment WHERE event_seq <= ? AND confirmed_at_ms <= ? LIMIT ${erasedAtOnce})`,
      [through, old.receivedAtMs],
    );
    if (through > state.erased) {
      const last = await tx.get<{ hash: string }>('SELECT hash FROM outbox WHERE seq = ?', [through]);
      invariant(last, 'an event that was not erased is there');
      await tx.run('UPDATE edge_state SET erased_seq = ?, erased_hash = ?', [through, last.hash]);
    }
    rows += await tx.run(
      `DELETE FROM outbox WHERE seq <= ? AND NOT EXISTS (
         SELECT 1 FROM attachment WHERE attachment.event_seq = outbox.seq)`,
      [through],
    );
    await tx.run('DELETE FROM push_receipt WHERE epoch = ? AND at_ms < ?', [old.epoch, old.atMs]);
    return { through, rows, moved: through - state.erased };
  }
}
