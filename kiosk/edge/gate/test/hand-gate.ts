import type { Fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type {
  Gate,
  GateAlarm,
  GateDirection,
  GateStanding,
  SensedPassage,
} from '@portillon/drivers/gate/gate.ts';
import { DeviceStatus } from '@portillon/drivers/line/device-status.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';

/** A gate without a line, moved by hand: what is asked here is what the edge makes of one. */
export class HandGate implements Gate {
  readonly #status = new DeviceStatus();
  readonly #passages = new Listeners<[SensedPassage]>();
  readonly #alarms = new Listeners<[GateAlarm]>();
  /** Orders as they came: `release entry`, `keep locked`, `resume held-open`, `still released for 900 ms`. */
  readonly asked: string[] = [];
  /** What it answers instead of doing it. */
  fault: Fault | null = null;

  constructor() {
    this.#status.set({ status: 'ready' });
  }

  get state() {
    return this.#status.state;
  }

  becomes(state: Parameters<DeviceStatus['set']>[0]): void {
    this.#status.set(state);
  }

  onState: Gate['onState'] = (listener) => this.#status.onState(listener);
  onPassage: Gate['onPassage'] = (listener) => this.#passages.add(listener);
  onAlarm: Gate['onAlarm'] = (listener) => this.#alarms.add(listener);

  start(): void {
    this.#status.set({ status: 'ready' });
  }

  async stop(): Promise<void> {
    this.#status.set({ status: 'stopped' });
  }

  async release(
    direction: GateDirection = 'entry',
    { evenIfLocked = false }: { readonly evenIfLocked?: boolean } = {},
  ): Promise<Result<{ readonly releasedMonotonicMs: number }, Fault>> {
    this.asked.push(`release ${direction}${evenIfLocked ? ' even if locked' : ''}`);
    return this.fault ? err(this.fault) : ok({ releasedMonotonicMs: 0 });
  }

  async keep(standing: GateStanding): Promise<Result<void, Fault>> {
    this.asked.push(`keep ${standing}`);
    return this.fault ? err(this.fault) : ok(undefined);
  }

  resume(standing: GateStanding): void {
    this.asked.push(`resume ${standing}`);
  }

  stillReleased(forMs: number): void {
    this.asked.push(`still released for ${forMs} ms`);
  }

  walk(direction: GateDirection): void {
    this.#passages.notify({ direction, sensedMonotonicMs: 0 });
  }

  alarm(kind: 'held-open' | 'fire', on: boolean): void {
    this.#alarms.notify({ kind, on, atMonotonicMs: 0 });
  }

  force(): void {
    this.#alarms.notify({ kind: 'forced', atMonotonicMs: 0 });
  }
}
