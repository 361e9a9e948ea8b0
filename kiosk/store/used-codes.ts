import type { CredentialId } from '@portillon/core/base/ids.ts';
import { passStepAt } from '@portillon/core/crypto/pass-layout.ts';
import type { Reader, Tx } from './connection.ts';

/**
 * The last code of each pass that led in through a gate of this edge (PS10): one number a pass, so that it is bounded by
 * how many passes there are, whatever is scanned. Kept on the disk: a picture must not open after a restart either.
 */
export class UsedCodes {
  readonly #read: Reader;
  readonly #lastStep = new Map<CredentialId, number>();

  constructor(read: Reader) {
    this.#read = read;
  }

  /** Fills the memory from the disk; once, before the first question. */
  async load(): Promise<void> {
    const rows = await this.#read.all<{ id: string; step: number }>(
      'SELECT credential_id AS id, step FROM used_code',
    );
    for (const { id, step } of rows) this.#lastStep.set(id as CredentialId, step);
  }

  /** From memory, with what was taken and is not written yet. */
  isUsed(credentialId: CredentialId, step: number): boolean {
    return step <= (this.#lastStep.get(credentialId) ?? -1);
  }

  /** At once, before it is written: another gate may ask in the same moment. */
  take(credentialId: CredentialId, step: number): void {
    this.#lastStep.set(credentialId, Math.max(step, this.#lastStep.get(credentialId) ?? -1));
  }

  /** In the transaction of the decision that let it in. */
  async keep(tx: Tx, credentialId: CredentialId, step: number): Promise<void> {
    await tx.run(
      `INSERT INTO used_code (credential_id, step) VALUES (?, ?)
       ON CONFLICT (credential_id) DO UPDATE SET step = MAX(step, excluded.step)`,
      [credentialId, step],
    );
  }

  /** RT8: some of those that were good before that moment, and are no more; resolves with how many. */
  async endBefore(tx: Tx, beforeMs: number, atOnce: number): Promise<number> {
    const ended = await tx.all<{ id: CredentialId; step: number }>(
      `DELETE FROM used_code WHERE credential_id IN (SELECT credential_id FROM used_code WHERE step < ? LIMIT ?)
       RETURNING credential_id AS id, step`,
      [passStepAt(beforeMs), atOnce],
    );
    tx.onCommitted(() => {
      for (const { id, step } of ended) if (this.#lastStep.get(id) === step) this.#lastStep.delete(id);
    });
    return ended.length;
  }
}
