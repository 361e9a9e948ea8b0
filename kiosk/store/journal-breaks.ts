import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Reader, Tx } from './connection.ts';
import type { BrokenChain } from './fiscal-tail-check.ts';

/** FJ41: where a check found the journal broken, until an operator has settled it. */
export const journalBreaks = {
  /** Once for as long as it is open. */
  async remember(tx: Tx, { chain, no, problem }: BrokenChain, nowMs: number): Promise<void> {
    const open = await journalBreaks.open(tx);
    if (open.some((known) => known.chain === chain && known.no === no)) return;
    await tx.run('INSERT INTO journal_break (chain, no, problem, found_at_ms) VALUES (?, ?, ?, ?)', [
      chain,
      no,
      problem,
      nowMs,
    ]);
  },

  /** Oldest first. */
  open(read: Reader): Promise<readonly BrokenChain[]> {
    return read.all<BrokenChain>(
      'SELECT chain, no, problem FROM journal_break WHERE settled_by IS NULL ORDER BY break_id',
    );
  },

  /** Why nothing may be sold; null when nothing is open. */
  async fault(read: Reader): Promise<Fault | null> {
    const [first] = await journalBreaks.open(read);
    return first ? fault('journal.broken', `${first.chain}1 number ${first.no} ${first.problem}`) : null;
  },

  /** All that are open, by the id of the member of staff who had them looked into. */
  async settle(tx: Tx, operator: string, nowMs: number): Promise<readonly BrokenChain[]> {
    const open = await journalBreaks.open(tx);
    await tx.run('UPDATE journal_break SET settled_by = ?, settled_at_ms = ? WHERE settled_by IS NULL', [
      operator,
      nowMs,
    ]);
    return open;
  },
};
