import { type CancelTimer, type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { GateAlarmKind } from '@portillon/core/wire/event.ts';
import type { EdgeStore } from '../../store/edge-store.ts';

export interface GateAlarmsOptions {
  readonly gateId: string;
  readonly store: EdgeStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onEvent: () => void;
  /** Whether the board tells how things are: while it is away, nothing is known to have ended. */
  readonly isKnown: () => boolean;
}

interface OpenAlarm {
  readonly alarmId: string;
  /** How often it has begun, this once included. */
  times: number;
  /** When it went off, as long as it may come back. */
  offAtMs: number | null;
  cancelEnd: CancelTimer;
}

/** An alarm has ended once nothing was heard of it for so long; twice as long for each that began in the hour before. */
const quietMs = 10_000;
const longestQuietMs = 600_000;
const hourMs = 3_600_000;

/**
 * Makes of what the inputs of a gate tell alarms that begin and end, each an event to the base. One that comes back while it
 * is hardly over is the same one, counted (GT9): an input that chatters makes few of them, however long it does.
 */
export class GateAlarms {
  readonly #options: GateAlarmsOptions;
  readonly #open = new Map<GateAlarmKind, OpenAlarm>();
  /** When alarms of a kind began in the last hour, in monotonic ms. */
  readonly #begins = new Map<GateAlarmKind, number[]>();
  #writing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: GateAlarmsOptions) {
    this.#options = options;
  }

  /** Alarms that had not ended when the edge did go on, and end unless they are heard of again (GT10). */
  async resume(): Promise<void> {
    const { store, gateId, clock } = this.#options;
    for (const { alarmId, kind } of await store.gates.openAlarms(gateId)) {
      const open: OpenAlarm = { alarmId, times: 1, offAtMs: clock.wallMs(), cancelEnd: () => undefined };
      this.#open.set(kind, open);
      this.#endLater(kind, open);
    }
  }

  /** It begins, or it ends. */
  turned(kind: GateAlarmKind, on: boolean): void {
    const open = this.#open.get(kind);
    if (on && !open) this.#begin(kind);
    else if (on && open && open.offAtMs !== null) {
      open.cancelEnd();
      open.offAtMs = null;
      open.times += 1;
    } else if (!on && open && open.offAtMs === null) {
      open.offAtMs = this.#options.clock.wallMs();
      this.#endLater(kind, open);
    }
  }

  /** Something that is over as it happens. */
  moment(kind: GateAlarmKind): void {
    this.turned(kind, true);
    this.turned(kind, false);
  }

  /** Resolves when what was heard is written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { cancelEnd } of this.#open.values()) cancelEnd();
    await this.#writing;
  }

  #begin(kind: GateAlarmKind): void {
    const { gateId, store, clock, random, log } = this.#options;
    const alarmId = newId<'alarm'>(clock, random);
    const nowMs = clock.monotonicMs();
    this.#open.set(kind, { alarmId, times: 1, offAtMs: null, cancelEnd: () => undefined });
    this.#begins.set(kind, [...this.#lately(kind), nowMs]);
    const at = isoTime(clock.wallMs());
    log.warn('gate.alarm', { gateId, kind, alarmId });
    this.#write(() => store.write((tx) => store.gates.raiseAlarm(tx, { alarmId, at, gateId, kind })));
  }

  #lately(kind: GateAlarmKind): number[] {
    const nowMs = this.#options.clock.monotonicMs();
    return (this.#begins.get(kind) ?? []).filter((beganMs) => nowMs - beganMs < hourMs);
  }

  #endLater(kind: GateAlarmKind, open: OpenAlarm): void {
    if (this.#stopped) return;
    const earlier = Math.max(0, this.#lately(kind).length - 1);
    const waitMs = Math.min(quietMs * 2 ** Math.min(earlier, 10), longestQuietMs);
    open.cancelEnd();
    open.cancelEnd = this.#options.clock.setTimer(waitMs, () => {
      if (this.#options.isKnown()) this.#end(kind, open);
      else this.#endLater(kind, open);
    });
  }

  #end(kind: GateAlarmKind, { alarmId, times, offAtMs }: OpenAlarm): void {
    const { gateId, store, clock, log } = this.#options;
    this.#open.delete(kind);
    const at = isoTime(offAtMs ?? clock.wallMs());
    log.info('gate.alarm-over', { gateId, kind, alarmId, times });
    this.#write(() => store.write((tx) => store.gates.endAlarm(tx, { alarmId, at, times })));
  }

  #write(work: () => Promise<void>): void {
    this.#writing = this.#writing
      .then(work)
      .then(() => this.#options.onEvent())
      .catch((error: unknown) => {
        const { gateId, log } = this.#options;
        log.error('gate.alarm-not-recorded', { gateId, detail: String(error) });
      });
  }
}
