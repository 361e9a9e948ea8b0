import { type CancelTimer, type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import {
  mayTakeOffline,
  type OfflineLimits,
  type OfflineStanding,
  offlineStanding,
} from '@portillon/core/sale/offline-approvals.ts';
import type { Tx } from '../../store/connection.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { UnsettledApproval } from '../../store/offline-approvals.ts';

interface OfflineGuardOptions {
  readonly store: EdgeStore;
  readonly limits: OfflineLimits;
  /** The terminal tells ends of day, and so settles what is unsettled (SA41). */
  readonly canSettle: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A limit was reached, or none is any more: what can be sold has changed. */
  readonly onChange: () => void;
  /** Something was written that the base may be told of. */
  readonly onEvent: () => void;
}

/** An approval grows old by itself; everything else that changes calls `look`. */
const lookEveryMs = 60_000;
/** As many as a case carries (core/wire/event.ts). */
const namedMost = 20;

/**
 * What the terminal approved without the bank and has not settled (SA40 to SA44, core/sale/SPEC.md): whether more may be
 * sold, and the case when it takes too long.
 */
export class OfflineGuard {
  readonly #options: OfflineGuardOptions;
  #unsettled: readonly UnsettledApproval[] = [];
  #cancelLook: CancelTimer = () => undefined;
  #turn: Promise<void> = Promise.resolve();
  #lastLimit: OfflineStanding['limit'] = null;
  #stopped = false;

  constructor(options: OfflineGuardOptions) {
    this.#options = options;
  }

  get standing(): OfflineStanding {
    const { limits, clock, canSettle } = this.#options;
    const standing = offlineStanding(this.#unsettled, limits, clock.wallMs());
    return canSettle ? standing : { ...standing, limit: null };
  }

  /** SA42. */
  mayTake(amountCents: number): boolean {
    return mayTakeOffline(this.standing, amountCents, this.#options.limits);
  }

  /** Reads what is unsettled, and opens the case where one is due. Resolves when that is done; never rejects. */
  look(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#stopped) return;
      this.#cancelLook();
      try {
        this.#unsettled = await this.#options.store.offlineApprovals.unsettled();
        await this.#tellTooOld();
      } catch (error) {
        this.#options.log.error('offline-approvals.failed', { detail: String(error) });
      }
      if (this.#stopped) return;
      this.#tellLimit();
      this.#cancelLook = this.#options.clock.setTimer(lookEveryMs, () => void this.look());
    });
    return this.#turn;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelLook();
    await this.#turn;
  }

  #tellLimit(): void {
    const { limit, count, amountCents } = this.standing;
    if (limit === this.#lastLimit) return;
    this.#lastLimit = limit;
    const { log, onChange } = this.#options;
    if (limit)
      log.warn('offline-approvals.limit', { limit, count, amountCents, code: 'terminal.offline-limit' });
    else log.info('offline-approvals.settled');
    onChange();
  }

  /** SA44. */
  async #tellTooOld(): Promise<void> {
    const { store, clock, limits, onEvent } = this.#options;
    const isTooOld = ({ told, approvedAtMs }: UnsettledApproval) =>
      !told && clock.wallMs() - approvedAtMs >= limits.mostAgeMs;
    if (!this.#unsettled.some(isTooOld)) return;
    const told = await store.write(async (tx) => {
      const unsettled = await store.offlineApprovals.unsettled(tx);
      if (!unsettled.some(isTooOld)) return false;
      await this.#openCase(tx, unsettled);
      await store.offlineApprovals.markTold(tx);
      return true;
    });
    this.#unsettled = await store.offlineApprovals.unsettled();
    if (told) onEvent();
  }

  async #openCase(tx: Tx, unsettled: readonly UnsettledApproval[]): Promise<void> {
    const { store, clock, random } = this.#options;
    const amountCents = unsettled.reduce((sum, approval) => sum + approval.amountCents, 0);
    await store.outbox.appendEvent(tx, {
      type: 'case.opened',
      caseId: newId<'case'>(clock, random),
      at: isoTime(clock.wallMs()),
      kind: 'offline-approvals-old',
      saleId: null,
      saleReference: null,
      amountCents,
      tried: unsettled
        .slice(0, namedMost)
        .map(
          (approval) =>
            `${approval.paymentReference}: ${(approval.amountCents / 100).toFixed(2)}, record ${approval.recordNo}, ${isoTime(approval.approvedAtMs)}`,
        ),
      detail: `approved without the bank and not settled: ${unsettled.length}`,
    });
  }
}
