import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { Listeners } from '../line/listeners.ts';
import type { GateAlarm, SensedPassage } from './gate.ts';
import { PassageSensor } from './passage-sensor.ts';

export interface GateInputsOptions {
  readonly log: Log;
  /** Inputs that sense a passage each way, from 0. */
  readonly entryInput?: number | undefined;
  readonly exitInput?: number | undefined;
  /** Input that is on while the door stands open. */
  readonly doorInput?: number | undefined;
  /** Input that the fire panel switches on. */
  readonly fireInput?: number | undefined;
  readonly pulseMs: number;
  /** A sensor that is on for longer is stuck; a door that is open for longer is held open. */
  readonly stuckAfterMs?: number | undefined;
  readonly heldOpenAfterMs?: number | undefined;
}

/** An entry belongs to the last release during its pulse, and so long after it: somebody who was just in the arms. */
const sensingGraceMs = 1_500;
const usualLimitMs = 15_000;

/** What the inputs of a gate tell, whatever board reads them: passages, alarms, and what is the matter. */
export class GateInputs {
  readonly #log: Log;
  readonly #pulseMs: number;
  readonly #heldOpenAfterMs: number;
  readonly #doorInput: number | undefined;
  readonly #fireInput: number | undefined;
  readonly #sensors: readonly {
    readonly direction: SensedPassage['direction'];
    readonly input: number;
    readonly sensor: PassageSensor;
  }[];
  readonly #passages = new Listeners<[SensedPassage]>();
  readonly #alarms = new Listeners<[GateAlarm]>();
  /** Until when an entry is that of somebody who was let in. */
  #releasedUntilMs = Number.NEGATIVE_INFINITY;
  #doorOpenSinceMs: number | null = null;
  #heldOpen = false;
  #fire = false;
  /** Staff hold the gate open: everybody may come in, and the door may stand open. */
  #heldByStaff = false;
  /** After so long something that is on may have been on for too long. */
  readonly lookAgainMs: number;

  constructor(options: GateInputsOptions) {
    const stuckAfterMs = options.stuckAfterMs ?? usualLimitMs;
    this.#log = options.log;
    this.#pulseMs = options.pulseMs;
    this.#heldOpenAfterMs = options.heldOpenAfterMs ?? usualLimitMs;
    this.#doorInput = options.doorInput;
    this.#fireInput = options.fireInput;
    this.lookAgainMs = Math.min(stuckAfterMs, this.#heldOpenAfterMs) + 1;
    this.#sensors = [
      { direction: 'entry', input: options.entryInput ?? 0, sensor: new PassageSensor(stuckAfterMs) },
      { direction: 'exit', input: options.exitInput ?? 1, sensor: new PassageSensor(stuckAfterMs) },
    ];
  }

  onPassage(listener: (passage: SensedPassage) => void): () => void {
    return this.#passages.add(listener);
  }

  onAlarm(listener: (alarm: GateAlarm) => void): () => void {
    return this.#alarms.add(listener);
  }

  /** A sensor has changed and is not believed yet: the next sample should come soon. */
  get isUnsettled(): boolean {
    return this.#sensors.some(({ sensor }) => sensor.isUnsettled);
  }

  /** The entry was released, or may have been. One release lets one person in. */
  released(nowMs: number, forMs = this.#pulseMs + sensingGraceMs): void {
    this.#releasedUntilMs = nowMs + forMs;
  }

  /** Staff hold the gate open from now on, or no longer (GT8). */
  heldByStaff(on: boolean, nowMs: number): void {
    if (on === this.#heldByStaff) return;
    this.#heldByStaff = on;
    // Somebody may just be in the arms, and a door takes its time to close.
    if (!on) this.#releasedUntilMs = nowMs + sensingGraceMs;
    if (!on && this.#doorOpenSinceMs !== null) this.#doorOpenSinceMs = nowMs;
    this.look(nowMs);
  }

  get isFire(): boolean {
    return this.#fire;
  }

  /** The board was lost: what happened meanwhile was not seen. */
  forget(): void {
    for (const { sensor } of this.#sensors) sensor.forget();
    this.#doorOpenSinceMs = null;
  }

  /** What the inputs are now. `settled`: the board has waited out their bounce, so that a change counts at once. */
  take(levels: readonly boolean[], nowMs: number, { settled }: { readonly settled: boolean }): void {
    for (const { direction, input, sensor } of this.#sensors) {
      const on = levels[input] ?? false;
      if (settled) sensor.sample(on, nowMs);
      const sensedMonotonicMs = sensor.sample(on, nowMs);
      if (sensedMonotonicMs !== undefined) this.#sensed({ direction, sensedMonotonicMs });
    }
    const isOn = (input: number | undefined) => input !== undefined && levels[input] === true;
    if (!isOn(this.#doorInput)) this.#doorOpenSinceMs = null;
    else this.#doorOpenSinceMs ??= nowMs;
    const fire = isOn(this.#fireInput);
    if (fire !== this.#fire) {
      this.#fire = fire;
      this.#alarm({ kind: 'fire', on: fire, atMonotonicMs: nowMs });
    }
    this.look(nowMs);
  }

  /** Time has passed. */
  look(nowMs: number): void {
    const heldOpen =
      !this.#heldByStaff &&
      this.#doorOpenSinceMs !== null &&
      nowMs - this.#doorOpenSinceMs >= this.#heldOpenAfterMs;
    if (heldOpen === this.#heldOpen) return;
    this.#heldOpen = heldOpen;
    this.#alarm({ kind: 'held-open', on: heldOpen, atMonotonicMs: nowMs });
  }

  /** What keeps the gate from being well; it goes on releasing all the same. */
  trouble(nowMs: number): Fault | undefined {
    if (this.#fire) return fault('gate.fire', 'the fire input is on');
    const stuck = this.#sensors.find(({ sensor }) => sensor.isStuck(nowMs));
    if (stuck) return fault('gate.sensor-stuck', `${stuck.direction} input ${stuck.input} stays on`);
    return this.#heldOpen ? fault('gate.held-open', `door input ${this.#doorInput} stays on`) : undefined;
  }

  #sensed(passage: SensedPassage): void {
    this.#log.info('passage', { direction: passage.direction });
    if (passage.direction === 'entry') {
      const covered = this.#heldByStaff || passage.sensedMonotonicMs <= this.#releasedUntilMs;
      this.#releasedUntilMs = Number.NEGATIVE_INFINITY;
      // In a fire everybody goes where they can.
      if (!covered && !this.#fire) this.#alarm({ kind: 'forced', atMonotonicMs: passage.sensedMonotonicMs });
    }
    this.#passages.notify(passage);
  }

  #alarm(alarm: GateAlarm): void {
    this.#log.warn('gate alarm', { kind: alarm.kind, on: 'on' in alarm ? alarm.on : true });
    this.#alarms.notify(alarm);
  }
}
