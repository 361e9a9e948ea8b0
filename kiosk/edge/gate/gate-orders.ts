import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { GateOrderRecord } from '@portillon/core/wire/messages.ts';
import type { GateStanding } from '@portillon/drivers/gate/gate.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { Tx } from '../../store/connection.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { SettledOrder } from '../../store/gate-records.ts';
import type { GateControl } from './gate-control.ts';

export interface GateOrdersOptions {
  readonly gates: readonly GateControl[];
  readonly store: EdgeStore;
  readonly identity: () => EdgeIdentity | null;
  /** How late it may be at the base, in ms since 1970; null while it has not been heard. */
  readonly latestBaseMs: () => number | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: () => void;
}

type Settled = Pick<SettledOrder, 'outcome' | 'fault'>;

const standings: Readonly<Record<string, GateStanding>> = {
  'hold-open': 'held-open',
  lock: 'locked',
  normal: 'normal',
};

/**
 * What staff order of the gates of this edge, as it comes with the feed: carried out at once or not at all, once, and
 * answered (W-GATE-3, W-GATE-4). Orders of one gate follow each other.
 */
export class GateOrders {
  readonly #options: GateOrdersOptions;
  /** Begun or settled, over restarts. */
  readonly #known = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();

  constructor(options: GateOrdersOptions) {
    this.#options = options;
  }

  /**
   * Before the first word of the base: of what was begun when the edge was killed nobody knows the end, and what had come and
   * was not begun is too late. Nothing opens because a box started.
   */
  async resume(): Promise<void> {
    const { store, identity, onEvent } = this.#options;
    const orders = await store.gates.orders();
    for (const { orderId } of orders) this.#known.add(orderId);
    const edgeId = identity()?.edgeId;
    const came = edgeId ? store.book.gateOrdersTo(edgeId) : [];
    const begun = new Set(orders.filter(({ outcome }) => outcome === null).map(({ orderId }) => orderId));
    for (const { orderId, record } of came) {
      if (begun.has(orderId))
        await this.#settle(orderId, record.gateId, { outcome: 'not-known', fault: null });
      else if (!this.#known.has(orderId))
        await this.#settle(orderId, record.gateId, { outcome: 'expired', fault: null });
    }
    await this.#tellGates();
    onEvent();
  }

  /** The base has told something: perhaps an order. */
  look(): void {
    const { store, identity } = this.#options;
    const edgeId = identity()?.edgeId;
    if (!edgeId) return;
    for (const { orderId, record } of store.book.gateOrdersTo(edgeId)) {
      if (this.#known.has(orderId)) continue;
      this.#known.add(orderId);
      const before = this.#working.get(record.gateId) ?? Promise.resolve();
      this.#working.set(
        record.gateId,
        before
          .then(() => this.#carryOut(orderId, record))
          .catch((error: unknown) => this.#broke(orderId, error)),
      );
    }
  }

  /** Resolves when what was under way is settled. */
  async stop(): Promise<void> {
    await Promise.all(this.#working.values());
  }

  async #carryOut(orderId: string, record: GateOrderRecord): Promise<void> {
    const { gates, log } = this.#options;
    const { gateId, action } = record;
    const control = gates.find((gate) => gate.gateId === gateId);
    const standing = standings[action];
    const isOpening = action === 'open-entry' || action === 'open-exit';
    log.info('gate.order', { gateId, orderId, action });
    if (!this.#mayStill(record)) await this.#settle(orderId, gateId, { outcome: 'expired', fault: null });
    else if (!control || (!standing && !isOpening)) {
      const why = control ? `this box does not know the order ${action}` : `this box has no gate ${gateId}`;
      await this.#settle(orderId, gateId, failed(fault('gate.refused', why)));
    } else if (action === 'open-exit' && !control.told.releasesExit) {
      await this.#settle(orderId, gateId, failed(fault('gate.refused', 'the exit turns freely')));
    } else if (standing) await this.#keep(control, standing, orderId);
    else await this.#open(control, action === 'open-exit' ? 'exit' : 'entry', orderId, record);
  }

  async #open(
    control: GateControl,
    direction: 'entry' | 'exit',
    orderId: string,
    record: GateOrderRecord,
  ): Promise<void> {
    const { store } = this.#options;
    await store.write((tx) => store.gates.beginOrder(tx, orderId));
    const opened = await control.open(orderId, direction, () => this.#mayStill(record));
    await this.#settle(orderId, control.gateId, { ...opened, fault: opened.fault?.code ?? null });
  }

  /** What counts whatever the board says is durable before the board hears of it; what it must confirm, after (GT7). */
  async #keep(control: GateControl, standing: GateStanding, orderId: string): Promise<void> {
    const { store } = this.#options;
    const { gateId } = control;
    const before = control.told;
    await store.write(async (tx) => {
      await store.gates.beginOrder(tx, orderId);
      if (standing !== 'held-open' && !control.isFire) {
        await store.gates.keepStanding(tx, gateId, { standing, orderId });
      }
    });
    const kept = await control.keep(standing, orderId);
    const counts = control.told.orderId === orderId;
    const settled: Settled = counts
      ? { outcome: 'done', fault: kept.ok ? null : kept.error.code }
      : failed(kept.ok ? fault('gate.refused', 'another order came first') : kept.error);
    await this.#settle(orderId, gateId, settled, async (tx) => {
      // Not confirmed: it stands as before.
      const { standing: now, orderId: by } = counts ? control.told : before;
      await store.gates.keepStanding(tx, gateId, { standing: now, orderId: by });
      await store.gates.tell(tx, control.told, isoTime(this.#options.clock.wallMs()));
    });
  }

  async #settle(
    orderId: string,
    gateId: string,
    settled: Settled,
    more: (tx: Tx) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { store, clock, log, onEvent } = this.#options;
    this.#known.add(orderId);
    const at = isoTime(clock.wallMs());
    await store.write(async (tx) => {
      await more(tx);
      await store.gates.settleOrder(tx, { orderId, gateId, at, ...settled });
    });
    log.info('gate.order-settled', { gateId, orderId, outcome: settled.outcome, fault: settled.fault });
    onEvent();
  }

  /** W-GATE-1: the base hears of each gate once, and again when it is another; a gate that is no more has no alarm. */
  async #tellGates(): Promise<void> {
    const { gates, store, clock } = this.#options;
    const at = isoTime(clock.wallMs());
    const left = await store.gates.alarmsOfOthers(gates.map(({ gateId }) => gateId));
    await store.write(async (tx) => {
      for (const { alarmId } of left) await store.gates.endAlarm(tx, { alarmId, at, times: 1 });
      for (const control of gates) await store.gates.tell(tx, control.told, at);
    });
  }

  /** W-GATE-3: not by this box's clock. */
  #mayStill({ expiresAt }: GateOrderRecord): boolean {
    const latestMs = this.#options.latestBaseMs();
    return latestMs !== null && latestMs < Date.parse(expiresAt);
  }

  #broke(orderId: string, error: unknown): void {
    this.#options.log.error('gate.order-broke', { orderId, detail: String(error) });
  }
}

function failed({ code }: Fault): Settled {
  return { outcome: 'failed', fault: code };
}
