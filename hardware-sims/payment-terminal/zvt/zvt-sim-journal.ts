/** One transaction in the terminal's own journal. */
export interface ZvtTransaction {
  /** The terminal's number of it; 0 for one that never got a receipt. */
  readonly receipt: number;
  readonly action: 'debit' | 'credit' | 'cancellation';
  readonly amountCents: number;
  /**
   * `held`: approved, waiting to hear whether the goods are out. `booked`: money moved. `reversed`: let go of before it was
   * booked, or given back afterwards. `declined`: nothing happened.
   */
  readonly state: 'held' | 'booked' | 'reversed' | 'declined';
  /** Approved by the terminal itself; the bank knows nothing of it before the end of the day. */
  readonly offline: boolean;
  /** Of a cancellation: the receipt that it gave back. */
  readonly undoes: number | null;
  /** Result code where nothing was done, hexadecimal. */
  readonly reason: string | null;
  readonly atMs: number;
}

export interface ZvtSimTotals {
  readonly firstReceipt: number;
  readonly lastReceipt: number;
  readonly count: number;
  readonly amountCents: number;
}

const keptTransactions = 1_000;

/** The terminal's journal, truthful at every moment, and its open batch. */
export class ZvtSimJournal {
  readonly #entries: ZvtTransaction[] = [];
  #lastReceipt = 470;
  /** Entries from here on belong to the open batch. */
  #batchStart = 0;

  /** Oldest first. */
  get entries(): readonly ZvtTransaction[] {
    return this.#entries;
  }

  nextReceipt(): number {
    this.#lastReceipt = (this.#lastReceipt % 9_999) + 1;
    return this.#lastReceipt;
  }

  add(entry: ZvtTransaction): ZvtTransaction {
    this.#entries.push(entry);
    if (this.#entries.length > keptTransactions) {
      this.#entries.shift();
      this.#batchStart = Math.max(0, this.#batchStart - 1);
    }
    return entry;
  }

  /** Another state of an entry, its amount too where only a part was issued. */
  turn(receipt: number, state: ZvtTransaction['state'], amountCents?: number): void {
    const index = this.#entries.findLastIndex((entry) => entry.receipt === receipt);
    const entry = this.#entries[index];
    if (!entry) return;
    this.#entries[index] = { ...entry, state, amountCents: amountCents ?? entry.amountCents };
  }

  /** What 06 20 repeats: the latest transaction that moved money. */
  get latestStored(): ZvtTransaction | undefined {
    return this.#entries.findLast((entry) => entry.state === 'booked');
  }

  /** The debit of this receipt, and whether it can still be given back. */
  debit(receipt: number): { readonly entry: ZvtTransaction; readonly isUndone: boolean } | undefined {
    const entry = this.#entries.findLast((known) => known.receipt === receipt && known.action === 'debit');
    if (!entry || entry.state === 'declined' || entry.state === 'held') return undefined;
    return { entry, isUndone: entry.state === 'reversed' };
  }

  /** What is taken and not given back. */
  get takenCents(): number {
    return this.#entries.reduce((sum, entry) => sum + moved(entry), 0);
  }

  /** Ends the batch and tells what was in it. */
  closeBatch(): ZvtSimTotals {
    const batch = this.#entries.slice(this.#batchStart).filter((entry) => moved(entry) !== 0);
    this.#batchStart = this.#entries.length;
    return {
      firstReceipt: batch[0]?.receipt ?? 0,
      lastReceipt: batch.at(-1)?.receipt ?? 0,
      count: batch.length,
      // The field has no sign: more given back than taken shows as nothing.
      amountCents: Math.max(
        0,
        batch.reduce((sum, entry) => sum + moved(entry), 0),
      ),
    };
  }
}

/** A debit that was given back afterwards stands as `reversed`, so its cancellation moves nothing of its own. */
function moved(entry: ZvtTransaction): number {
  if (entry.state !== 'booked' || entry.action === 'cancellation') return 0;
  return entry.action === 'credit' ? -entry.amountCents : entry.amountCents;
}
