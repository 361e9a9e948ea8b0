import type { Clock } from '@portillon/core/base/clock.ts';
import { type Id, newId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { Reader, Tx } from './connection.ts';

/** `019ab3c4-d5e6`, the front of an id. */
const millisecondLength = 13;

export const releaseIntent = 'gate.release';
export const ticketPrintIntent = 'print.ticket';

export type IntentId = Id<'intent'>;

/** An irreversible act about to be done: charge, move a card, write a card, print, release. */
export interface Intent {
  /** What is to be done, in words with a dot: `payment.charge`. */
  readonly kind: string;
  /** What it is done for: the id of the sale, of the decision. */
  readonly subject: string;
  /** What is needed to ask the device later what happened. Never personal data. */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export interface UnfinishedIntent extends Intent {
  readonly intentId: IntentId;
  readonly recordedAtMs: number;
}

/** Intent before effect: what the edge was about to do, so that a start after a crash asks the device what became of it. */
export class Intents {
  readonly #read: Reader;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(read: Reader, clock: Clock, random: Random) {
    this.#read = read;
    this.#clock = clock;
    this.#random = random;
  }

  async recordIntent(tx: Tx, intent: Intent): Promise<IntentId> {
    const intentId = newId<'intent'>(this.#clock, this.#random);
    await tx.run(
      'INSERT INTO intent (intent_id, kind, subject, detail, recorded_at_ms) VALUES (?, ?, ?, ?, ?)',
      [intentId, intent.kind, intent.subject, JSON.stringify(intent.detail), this.#clock.wallMs()],
    );
    return intentId;
  }

  /** `outcome` in a word: `done`, `failed`, `not-done`. An intent has one outcome. */
  async recordOutcome(tx: Tx, intentId: IntentId, outcome: string): Promise<void> {
    const changed = await tx.run(
      'UPDATE intent SET outcome = ?, outcome_at_ms = ? WHERE intent_id = ? AND outcome IS NULL',
      [outcome, this.#clock.wallMs(), intentId],
    );
    invariant(changed === 1, `intent ${intentId} is unknown or has an outcome already`);
  }

  /**
   * What became of each intent of this kind for this subject, oldest first; null where nobody knows. Looks only at intents
   * no older than `since`, an id made before any of them: ids begin with their millisecond, and the table is ordered by them.
   */
  async outcomesOf(kind: string, subject: string, since: Id<string>): Promise<readonly (string | null)[]> {
    const rows = await this.#read.all<{ outcome: string | null }>(
      'SELECT outcome FROM intent WHERE intent_id >= ? AND kind = ? AND subject = ? ORDER BY intent_id',
      [since.slice(0, millisecondLength), kind, subject],
    );
    return rows.map(({ outcome }) => outcome);
  }

  /** RT8: some of those before that moment whose end is known, and of those that name a ticket or a card any: a gate that is there no more never says how its last one ended; resolves with how many. */
  endBefore(tx: Tx, beforeMs: number, atOnce: number): Promise<number> {
    const hex = Math.floor(beforeMs).toString(16).padStart(12, '0');
    return tx.run(
      `DELETE FROM intent WHERE intent_id IN (
         SELECT intent_id FROM intent WHERE intent_id < ? AND (outcome IS NOT NULL OR kind IN (?, ?)) ORDER BY intent_id LIMIT ?)`,
      [`${hex.slice(0, 8)}-${hex.slice(8)}`, releaseIntent, ticketPrintIntent, atOnce],
    );
  }

  /** Oldest first. */
  async unfinishedIntents(): Promise<readonly UnfinishedIntent[]> {
    const rows = await this.#read.all<{
      intentId: IntentId;
      kind: string;
      subject: string;
      detail: string;
      recordedAtMs: number;
    }>(
      `SELECT intent_id AS intentId, kind, subject, detail, recorded_at_ms AS recordedAtMs
       FROM intent WHERE outcome IS NULL ORDER BY recorded_at_ms, intent_id`,
    );
    return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Intent['detail'] }));
  }
}
