import { type CancelTimer, type Clock, withTimeLimit } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DeviceAbout, DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { deviceStateOf, type OsdpLine, type OsdpReader } from '../../osdp/osdp-line.ts';
import { commands, type OsdpCommand, type ReaderEvent, readEvent } from '../../osdp/osdp-messages.ts';
import type { LinkStatus } from '../../osdp/reader-link.ts';
import type { Gate, GateAlarm, GateDirection, GateStanding, SensedPassage } from '../gate.ts';
import { GateInputs, type GateInputsOptions } from '../gate-inputs.ts';
import { holdMs, renewHoldMs, tellAgainMs } from '../hold-open.ts';

export interface OsdpGateOptions extends Omit<GateInputsOptions, 'pulseMs'> {
  readonly line: OsdpLine;
  readonly clock: Clock;
  /** Address of the board on the line, 0 to 126. */
  readonly unit: number;
  /** Output that releases the entry, from 0. */
  readonly output?: number | undefined;
  /** Output that releases the exit; none where it turns freely, as it must when this program is gone (I9). */
  readonly exitOutput?: number | undefined;
  /** Output of the turnstile's free passage, or the entry output of a door; none where nothing can hold it open. */
  readonly holdOutput?: number | undefined;
  /** How long the entry stays released; the board counts it in steps of 100 ms. */
  readonly pulseMs?: number | undefined;
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
  readonly #exitOutput: number | undefined;
  readonly #holdOutput: number | undefined;
  readonly #pulseMs: number;
  readonly #inputs: GateInputs;
  readonly #status = new DeviceStatus();
  readonly #stopListening: readonly (() => void)[];
  #cancelLook: CancelTimer = () => undefined;
  #standing: GateStanding = 'normal';
  /** The board may not know how the gate is to stand. */
  #mustTell = false;
  #cancelTell: CancelTimer = () => undefined;
  /** Why it could not be told. */
  #notTold: Fault | undefined;
  #linkStatus: LinkStatus = { name: 'starting' };
  #inputsKnown = false;
  #asking = false;
  #releasing = false;
  #stopped = false;

  constructor(options: OsdpGateOptions) {
    this.#line = options.line;
    this.#board = options.line.reader(options.unit);
    this.#clock = options.clock;
    this.#log = options.log.child({ device: 'gate', unit: options.unit });
    this.#output = options.output ?? 0;
    this.#exitOutput = options.exitOutput;
    this.#holdOutput = options.holdOutput;
    this.#pulseMs = options.pulseMs ?? 5_000;
    this.#inputs = new GateInputs({ ...options, log: this.#log, pulseMs: this.#pulseMs });
    this.#stopListening = [
      this.#board.onStatus((status) => this.#boardIs(status)),
      this.#board.onEvent((event, arrivedMs) => this.#told(event, arrivedMs)),
    ];
  }

  get about(): DeviceAbout {
    return this.#board.about;
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  onPassage(listener: (passage: SensedPassage) => void): () => void {
    return this.#inputs.onPassage(listener);
  }

  onAlarm(listener: (alarm: GateAlarm) => void): () => void {
    return this.#inputs.onAlarm(listener);
  }

  start(): void {
    this.#line.hold(this);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const stop of this.#stopListening) stop();
    this.#cancelLook();
    this.#cancelTell();
    await this.#line.letGo(this);
    this.#status.set({ status: 'stopped' });
  }

  async release(
    direction: GateDirection = 'entry',
    { evenIfLocked = false }: { readonly evenIfLocked?: boolean } = {},
  ): Promise<ReleaseResult> {
    const output = direction === 'entry' ? this.#output : this.#exitOutput;
    if (output === undefined) return ok({ releasedMonotonicMs: this.#clock.monotonicMs() });
    const away = this.#away();
    if (away) return err(away);
    const isLocked = direction === 'entry' && this.#standing === 'locked' && !this.#inputs.isFire;
    if (isLocked && !evenIfLocked) return err(fault('gate.locked', 'staff keep it locked'));
    // Pulses never queue: the second person would walk through a release that the first one's check did not cover.
    if (this.#releasing) return err(fault('gate.refused', 'a release is under way'));
    this.#releasing = true;
    try {
      return await this.#pulse(direction, output);
    } finally {
      this.#releasing = false;
    }
  }

  async keep(standing: GateStanding): Promise<Result<void, Fault>> {
    if (standing === 'held-open' && this.#holdOutput === undefined) {
      return err(fault('gate.cannot-hold-open', 'no holdOutput is configured'));
    }
    const away = this.#away();
    if (standing !== 'held-open') this.#stands(standing);
    if (away) return err(away);
    const told = await this.#tellBoard(standing);
    if (told.ok) this.#stands(standing);
    this.#noteTold(standing === this.#standing ? told : ok(undefined));
    return told;
  }

  resume(standing: GateStanding): void {
    this.#stands(standing);
  }

  stillReleased(forMs: number): void {
    this.#inputs.released(this.#clock.monotonicMs(), forMs);
  }

  #stands(standing: GateStanding): void {
    this.#standing = standing;
    this.#mustTell = true;
    this.#inputs.heldByStaff(standing === 'held-open', this.#clock.monotonicMs());
  }

  #away(): Fault | undefined {
    const state = this.state;
    if (state.status === 'disconnected') return state.fault;
    if (state.status !== 'starting' && state.status !== 'stopped') return undefined;
    return fault('gate.no-answer', 'the board has not been reached yet');
  }

  /** Orders that switch to what is so already change nothing: they may go out again. */
  async #tellBoard(standing: GateStanding): Promise<Result<void, Fault>> {
    for (const order of this.#ordersOf(standing)) {
      const answer = await this.#board.send(order);
      if (!answer.ok) return err(ofGate(answer.error));
    }
    return ok(undefined);
  }

  #ordersOf(standing: GateStanding): readonly OsdpCommand[] {
    const hold = this.#holdOutput;
    if (standing === 'held-open') return hold === undefined ? [] : [commands.pulse(hold, holdMs)];
    // A pulse under way ends with the lock.
    const off = new Set([
      ...(hold === undefined ? [] : [hold]),
      ...(standing === 'locked' ? [this.#output] : []),
    ]);
    return [...off].map((output) => commands.switchOutput(output, false));
  }

  /** Says when the board is to be told again: a hold ends by itself (GT3). */
  #noteTold(told: Result<void, Fault>): void {
    if (!told.ok && this.#notTold === undefined) {
      const { code, detail } = told.error;
      this.#log.warn('standing not told', { standing: this.#standing, fault: code, detail });
    }
    this.#notTold = told.ok ? undefined : told.error;
    this.#mustTell = !told.ok;
    this.#cancelTell();
    if (this.#stopped || (told.ok && this.#standing !== 'held-open')) return;
    this.#cancelTell = this.#clock.setTimer(told.ok ? renewHoldMs : tellAgainMs, () => {
      this.#mustTell = true;
      this.#tellIfReached();
    });
    this.#showState();
  }

  /** A board that is away is told when it is back (GT4). */
  #tellIfReached(): void {
    if (!this.#mustTell || this.#stopped || this.#linkStatus.name !== 'online') return;
    this.#mustTell = false;
    void this.#tellBoard(this.#standing).then((told) => this.#noteTold(told));
  }

  async #pulse(direction: GateDirection, output: number): Promise<ReleaseResult> {
    const askedMs = this.#clock.monotonicMs();
    if (direction === 'entry' && this.#standing === 'held-open') {
      // A pulse of the same output would only shorten it.
      const told = await this.#tellBoard('held-open');
      return told.ok ? ok({ releasedMonotonicMs: this.#clock.monotonicMs() }) : told;
    }
    // From here on an entry may be that of the one who is being let in, whatever the answer will be.
    if (direction === 'entry') this.#inputs.released(askedMs);
    const answer = await this.#board.send(commands.pulse(output, this.#pulseMs));
    if (answer.ok || (unknownOutcomes.includes(answer.error.code) && (await this.#isOutputOn(output)))) {
      const releasedMonotonicMs = this.#clock.monotonicMs();
      if (direction === 'entry') this.#inputs.released(releasedMonotonicMs);
      this.#log.info('released', { direction, afterMs: Math.round(releasedMonotonicMs - askedMs) });
      return ok({ releasedMonotonicMs });
    }
    const failed = ofGate(answer.error);
    this.#log.warn('release failed', { fault: failed.code, detail: failed.detail });
    return err(failed);
  }

  /** The order went out and no answer came: the board tells, if it comes back while the pulse would still last. */
  async #isOutputOn(output: number): Promise<boolean> {
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
    return typeof told === 'object' && told.type === 'outputs' && told.levels[output] === true;
  }

  #boardIs(status: LinkStatus): void {
    this.#linkStatus = status;
    if (status.name === 'down') {
      this.#inputsKnown = false;
      this.#inputs.forget();
      this.#cancelLook();
      this.#cancelTell();
      this.#mustTell ||= this.#standing !== 'normal';
    } else if (status.name === 'online' && !this.#inputsKnown) {
      void this.#askInputs();
    }
    this.#tellIfReached();
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
    // The board has no bounce to wait out: what it tells once holds.
    this.#inputs.take(event.levels, arrivedMs, { settled: true });
    this.#look();
  }

  /** Looks now, and again when something that is on may have been on for too long. */
  #look(): void {
    this.#cancelLook();
    if (this.#stopped) return;
    this.#inputs.look(this.#clock.monotonicMs());
    this.#showState();
    this.#cancelLook = this.#clock.setTimer(this.#inputs.lookAgainMs, () => this.#look());
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
      const trouble = this.#inputs.trouble(this.#clock.monotonicMs()) ?? this.#notTold;
      this.#status.set(trouble ? { status: 'faulted', fault: trouble } : state);
    }
  }
}

/** The faults of a board are those of its gate. */
function ofGate(reason: Fault): Fault {
  if (reason.code === 'reader.no-answer') return fault('gate.no-answer', reason.detail);
  if (reason.code === 'reader.refused') return fault('gate.refused', reason.detail);
  return reason;
}
