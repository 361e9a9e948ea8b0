import { type CancelTimer, type Clock, withTimeLimit } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { Listeners } from '../../line/listeners.ts';
import { deviceStateOf, type OsdpLine, type OsdpReader } from '../../osdp/osdp-line.ts';
import { commands, type ReaderEvent, readEvent } from '../../osdp/osdp-messages.ts';
import type { LinkStatus } from '../../osdp/reader-link.ts';
import type { Gate, GateAlarm, SensedPassage } from '../gate.ts';
import { PassageSensor } from '../passage-sensor.ts';
import { ReleaseWindow } from '../release-window.ts';

export interface OsdpGateOptions {
  readonly line: OsdpLine;
  readonly clock: Clock;
  readonly log: Log;
  /** Address of the board on the line, 0 to 126. */
  readonly unit: number;
  /** Output that releases the entry, from 0. */
  readonly output?: number | undefined;
  /** How long the entry stays released; the board counts it in steps of 100 ms. */
  readonly pulseMs?: number | undefined;
  /** Inputs that sense a passage each way, from 0. */
  readonly entryInput?: number | undefined;
  readonly exitInput?: number | undefined;
  /** Input that is on while the door stands open. */
  readonly doorInput?: number | undefined;
  /** Input that the fire panel switches on. */
  readonly fireInput?: number | undefined;
  /** A sensor that is on for longer is stuck; a door that is open for longer is held open. */
  readonly stuckAfterMs?: number | undefined;
  readonly heldOpenAfterMs?: number | undefined;
}

type ReleaseResult = Result<{ readonly releasedMonotonicMs: number }, Fault>;

/** A board whose answer to a release was lost is asked for its output, if it is back so soon. */
const askAgainWithinMs = 2_000;
/** Faults after which nobody knows whether the order arrived. */
const unknownOutcomes: readonly string[] = ['reader.no-answer', 'line.garbled', 'reader.channel-lost'];

/** A board of outputs and inputs on an OSDP line, wired to a turnstile or a door. */
export class OsdpGate implements Gate {
  readonly #line: OsdpLine;
  readonly #board: OsdpReader;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #output: number;
  readonly #pulseMs: number;
  readonly #stuckAfterMs: number;
  readonly #heldOpenAfterMs: number;
  readonly #doorInput: number | undefined;
  readonly #fireInput: number | undefined;
  readonly #status = new DeviceStatus();
  readonly #passages = new Listeners<[SensedPassage]>();
  readonly #alarms = new Listeners<[GateAlarm]>();
  readonly #window: ReleaseWindow;
  readonly #sensors: readonly {
    readonly direction: SensedPassage['direction'];
    readonly input: number;
    readonly sensor: PassageSensor;
  }[];
  readonly #stopListening: readonly (() => void)[];
  #cancelLook: CancelTimer = () => undefined;
  #linkStatus: LinkStatus = { name: 'starting' };
  #inputsKnown = false;
  #asking = false;
  #releasing = false;
  #stopped = false;
  #doorOpenSinceMs: number | null = null;
  #heldOpen = false;
  #fire = false;

  constructor(options: OsdpGateOptions) {
    this.#line = options.line;
    this.#board = options.line.reader(options.unit);
    this.#clock = options.clock;
    this.#log = options.log.child({ device: 'gate', unit: options.unit });
    this.#output = options.output ?? 0;
    this.#pulseMs = options.pulseMs ?? 5_000;
    this.#stuckAfterMs = options.stuckAfterMs ?? 15_000;
    this.#heldOpenAfterMs = options.heldOpenAfterMs ?? 15_000;
    this.#doorInput = options.doorInput;
    this.#fireInput = options.fireInput;
    this.#window = new ReleaseWindow(this.#pulseMs);
    this.#sensors = [
      { direction: 'entry', input: options.entryInput ?? 0, sensor: new PassageSensor(this.#stuckAfterMs) },
      { direction: 'exit', input: options.exitInput ?? 1, sensor: new PassageSensor(this.#stuckAfterMs) },
    ];
    this.#stopListening = [
      this.#board.onStatus((status) => this.#boardIs(status)),
      this.#board.onEvent((event, arrivedMs) => this.#told(event, arrivedMs)),
    ];
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  onPassage(listener: (passage: SensedPassage) => void): () => void {
    return this.#passages.add(listener);
  }

  onAlarm(listener: (alarm: GateAlarm) => void): () => void {
    return this.#alarms.add(listener);
  }

  start(): void {
    this.#line.hold(this);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const stop of this.#stopListening) stop();
    this.#cancelLook();
    await this.#line.letGo(this);
    this.#status.set({ status: 'stopped' });
  }

  async release(): Promise<ReleaseResult> {
    const state = this.state;
    if (state.status === 'disconnected') return err(state.fault);
    if (state.status === 'starting' || state.status === 'stopped') {
      return err(fault('gate.no-answer', 'the board has not been reached yet'));
    }
    // Pulses never queue: the second person would walk through a release that the first one's check did not cover.
    if (this.#releasing) return err(fault('gate.refused', 'a release is under way'));
    this.#releasing = true;
    try {
      return await this.#pulse();
    } finally {
      this.#releasing = false;
    }
  }

  async #pulse(): Promise<ReleaseResult> {
    const askedMs = this.#clock.monotonicMs();
    // From here on an entry may be that of the one who is being let in, whatever the answer will be.
    this.#window.released(askedMs);
    const answer = await this.#board.send(commands.pulse(this.#output, this.#pulseMs));
    if (answer.ok || (unknownOutcomes.includes(answer.error.code) && (await this.#isOutputOn()))) {
      const releasedMonotonicMs = this.#clock.monotonicMs();
      this.#window.released(releasedMonotonicMs);
      this.#log.info('released', { afterMs: Math.round(releasedMonotonicMs - askedMs) });
      return ok({ releasedMonotonicMs });
    }
    const failed = ofGate(answer.error);
    this.#log.warn('release failed', { fault: failed.code, detail: failed.detail });
    return err(failed);
  }

  /** The order went out and no answer came: the board tells, if it comes back while the pulse would still last. */
  async #isOutputOn(): Promise<boolean> {
    const limitMs = Math.min(askAgainWithinMs, this.#pulseMs);
    let stopWaiting: () => void = () => undefined;
    const back = new Promise<void>((resolve) => {
      if (this.#board.status.name === 'online') resolve();
      stopWaiting = this.#board.onStatus((status) => {
        if (status.name === 'online') resolve();
      });
    });
    const waited = await withTimeLimit(this.#clock, limitMs, back);
    stopWaiting();
    if (waited === 'timed-out') return false;
    const answer = await this.#board.send(commands.outputStatus);
    const told = answer.ok ? readEvent(answer.value) : undefined;
    return typeof told === 'object' && told.type === 'outputs' && told.levels[this.#output] === true;
  }

  #boardIs(status: LinkStatus): void {
    this.#linkStatus = status;
    if (status.name === 'down') {
      this.#inputsKnown = false;
      for (const { sensor } of this.#sensors) sensor.forget();
      this.#doorOpenSinceMs = null;
      this.#cancelLook();
    } else if (status.name === 'online' && !this.#inputsKnown) {
      void this.#askInputs();
    }
    this.#showState();
  }

  /** What is on when the channel opens is where we begin: nobody was seen to do it. */
  async #askInputs(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const answer = await this.#board.send(commands.inputStatus);
    this.#asking = false;
    // The answer has come as an event too, and was taken in there.
    if (!answer.ok)
      this.#log.warn('inputs not known', { fault: answer.error.code, detail: answer.error.detail });
  }

  #told(event: ReaderEvent, arrivedMs: number): void {
    if (event.type !== 'inputs') return;
    this.#inputsKnown = true;
    for (const { direction, input, sensor } of this.#sensors) {
      const on = event.levels[input] ?? false;
      sensor.sample(on, arrivedMs);
      // The board has no bounce to wait out: what it tells once holds.
      const sensedMonotonicMs = sensor.sample(on, arrivedMs);
      if (sensedMonotonicMs !== undefined) this.#sensed({ direction, sensedMonotonicMs });
    }
    this.#doorIs(this.#doorInput !== undefined && event.levels[this.#doorInput] === true, arrivedMs);
    this.#fireIs(this.#fireInput !== undefined && event.levels[this.#fireInput] === true, arrivedMs);
    this.#look();
  }

  #sensed(passage: SensedPassage): void {
    this.#log.info('passage', { direction: passage.direction });
    const forced =
      passage.direction === 'entry' && !this.#window.entered(passage.sensedMonotonicMs) && !this.#fire;
    if (forced) this.#alarm({ kind: 'forced', atMonotonicMs: passage.sensedMonotonicMs });
    this.#passages.notify(passage);
  }

  #doorIs(open: boolean, nowMs: number): void {
    if (open) this.#doorOpenSinceMs ??= nowMs;
    else {
      this.#doorOpenSinceMs = null;
      this.#heldOpenIs(false, nowMs);
    }
  }

  #heldOpenIs(on: boolean, nowMs: number): void {
    if (this.#heldOpen === on) return;
    this.#heldOpen = on;
    this.#alarm({ kind: 'held-open', on, atMonotonicMs: nowMs });
  }

  #fireIs(on: boolean, nowMs: number): void {
    if (this.#fire === on) return;
    this.#fire = on;
    this.#alarm({ kind: 'fire', on, atMonotonicMs: nowMs });
  }

  #alarm(alarm: GateAlarm): void {
    this.#log.warn('gate alarm', { kind: alarm.kind, on: 'on' in alarm ? alarm.on : true });
    this.#alarms.notify(alarm);
  }

  /** Looks now, and again when something that is on has been on for too long. */
  #look(): void {
    this.#cancelLook();
    const nowMs = this.#clock.monotonicMs();
    if (this.#doorOpenSinceMs !== null && nowMs - this.#doorOpenSinceMs >= this.#heldOpenAfterMs) {
      this.#heldOpenIs(true, nowMs);
    }
    this.#showState();
    if (!this.#stopped) {
      const nextMs = Math.min(this.#stuckAfterMs, this.#heldOpenAfterMs);
      this.#cancelLook = this.#clock.setTimer(nextMs + 1, () => this.#look());
    }
  }

  #showState(): void {
    if (this.#stopped) return;
    const link = this.#linkStatus;
    const state = deviceStateOf(link);
    if (link.name === 'down') this.#status.set({ status: 'disconnected', fault: ofGate(link.fault) });
    else if (link.name === 'online' && link.refusing) {
      this.#status.set({ status: 'faulted', fault: ofGate(link.refusing) });
    } else if (!this.#inputsKnown) return;
    else {
      const trouble = this.#trouble();
      this.#status.set(trouble ? { status: 'faulted', fault: trouble } : state);
    }
  }

  #trouble(): Fault | undefined {
    if (this.#fire) return fault('gate.fire', 'the fire input is on');
    const nowMs = this.#clock.monotonicMs();
    const stuck = this.#sensors.find(({ sensor }) => sensor.isStuck(nowMs));
    if (stuck) return fault('gate.sensor-stuck', `${stuck.direction} input ${stuck.input} stays on`);
    return this.#heldOpen ? fault('gate.held-open', `door input ${this.#doorInput} stays on`) : undefined;
  }
}

/** The faults of a board are those of its gate. */
function ofGate(reason: Fault): Fault {
  if (reason.code === 'reader.no-answer') return fault('gate.no-answer', reason.detail);
  if (reason.code === 'reader.refused') return fault('gate.refused', reason.detail);
  return reason;
}
