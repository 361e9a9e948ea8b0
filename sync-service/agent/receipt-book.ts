import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { PushAnswer } from '@portillon/core/wire/messages.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import { receiptHolds } from '@portillon/core/wire/receipt-holds.ts';
import type { AgentStore, EdgeIdentity } from './agent-store.ts';

/** A base that holds less than it once signed to hold (W-RECEIPT-5). */
export interface BaseRegression {
  /** Of the receipt that proves it, and of the base now; the same where it does not say that it was brought back. */
  readonly signedInEpoch: number;
  readonly epoch: number;
  /** What it had signed to hold, and what it held when it was found out. */
  readonly from: number;
  readonly to: number;
}

export interface BelievedReceipt {
  readonly receipt: PushReceipt;
  /** False where the event that it names is not here any more, or not yet again: then it lets nothing be erased. */
  readonly isOfOurEvent: boolean;
}

const eraseEveryMs = 3_600_000;

/** What the base has signed to hold: believed or not, kept, held against it, and the licence to erase. */
export class ReceiptBook {
  readonly #store: AgentStore;
  readonly #clock: Clock;
  readonly #log: Log;
  /** The last receipt of each epoch, by epoch. */
  #kept: Map<number, PushReceipt> | null = null;
  #eraseFromMs = 0;

  constructor(store: AgentStore, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** The receipt of an answer, if it is to be believed (W-RECEIPT-2); null where there is none. */
  async believed(identity: EdgeIdentity, answer: PushAnswer): Promise<BelievedReceipt | null> {
    const { receipt, epoch, appliedThrough } = answer;
    if (!receipt) return null;
    const ours = await this.#store.eventHash(receipt.through);
    const flaw = flawOf(identity, receipt, { epoch, appliedThrough, ours });
    if (flaw === null) return { receipt, isOfOurEvent: ours !== null };
    this.#log.error('sync.receipt-not-believed', { through: receipt.through, detail: flaw });
    return null;
  }

  /** What a receipt that was believed proves against the base; null while it holds what it signed for (W-RECEIPT-5). */
  async regression(receipt: PushReceipt): Promise<BaseRegression | null> {
    const kept = [...(await this.#receipts()).values()].filter(({ epoch }) => epoch <= receipt.epoch);
    const highest = kept.sort((a, b) => b.through - a.through)[0];
    if (!highest || highest.through <= receipt.through) return null;
    const { epoch: signedInEpoch, through: from } = highest;
    return { signedInEpoch, epoch: receipt.epoch, from, to: receipt.through };
  }

  /** What a push shows to the base (W-EPOCH-5): the newest of the latest epoch; undefined while there is none. */
  async newest(): Promise<PushReceipt | undefined> {
    const kept = await this.#receipts();
    return kept.get(Math.max(...kept.keys()));
  }

  /** True when it has to be kept: it covers more or less than the one before, or is the first of its day. */
  async isNews(receipt: PushReceipt): Promise<boolean> {
    const before = (await this.#receipts()).get(receipt.epoch);
    return before?.through !== receipt.through || dayOf(before) !== dayOf(receipt);
  }

  /** Once it is on the disk. */
  async kept(receipt: PushReceipt): Promise<void> {
    (await this.#receipts()).set(receipt.epoch, receipt);
  }

  /** The number through which events have been erased here. */
  erasedThrough(): Promise<number> {
    return this.#store.erasedThrough();
  }

  /** Erases a part of what may go, each hour, and at once again while there is more. */
  async eraseWhatMayGo(newest: PushReceipt): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#eraseFromMs) return;
    const before = await this.erasedThrough();
    const through = await this.#store.eraseSent(newest);
    if (through === before) this.#eraseFromMs = nowMs + eraseEveryMs;
    else this.#log.info('sync.sent-events-erased', { count: through - before, through });
  }

  async #receipts(): Promise<Map<number, PushReceipt>> {
    this.#kept ??= new Map((await this.#store.receipts()).map((receipt) => [receipt.epoch, receipt]));
    return this.#kept;
  }
}

function flawOf(
  { networkKey, edgeId }: EdgeIdentity,
  receipt: PushReceipt,
  heard: { readonly epoch: number; readonly appliedThrough: number; readonly ours: string | null },
): string | null {
  if (receipt.epoch !== heard.epoch || receipt.through !== heard.appliedThrough) {
    return 'the answer says otherwise';
  }
  if (!receiptHolds(networkKey, edgeId, receipt)) return 'the network did not sign it';
  return heard.ours === null || heard.ours === receipt.hash ? null : 'the hash is not that of our event';
}

function dayOf({ at }: PushReceipt): string {
  return at.slice(0, 10);
}
