import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { FrameReader } from '../../line/frame-reader.ts';
import { SupervisedLine } from '../../line/supervised-line.ts';
import type { Connection, Transport } from '../../transport/transport.ts';
import type { Gate, GateAlarm, GateDirection, GateStanding, SensedPassage } from '../gate.ts';
import { GateInputs, type GateInputsOptions } from '../gate-inputs.ts';
import { holdMs, renewHoldMs, tellAgainMs } from '../hold-open.ts';
import {
  bitsOf,
  encodeModbus,
  exceptionFlag,
  flashOn,
  type ModbusFrame,
  ModbusParser,
  modbusExceptions,
  modbusFunctions,
  readBits,
  switchRelay,
} from './modbus-rtu.ts';

export interface ModbusGateOptions extends Omit<GateInputsOptions, 'pulseMs'> {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Address of the board on the bus, 1 to 247. */
  readonly unit?: number;
  /** Relay that releases the entry, from 0. */
  readonly entryRelay?: number;
  /** Relay that releases the exit; none where it turns freely, as it must when this program is gone (I9). */
  readonly exitRelay?: number | undefined;
  /** Relay of the turnstile's free passage, or the entry relay of a door; none where nothing can hold it open. */
  readonly holdRelay?: number | undefined;
  /** How long the entry stays released; the board counts it in steps of 100 ms. */
  readonly pulseMs?: number;
  /** Rest between two polls. A poll holds the line: about 6 ms at 38400 baud, 20 ms at 9600. */
  readonly pollMs?: number;
  /** How long the board may take to answer. */
  readonly answerLimitMs?: number;
}

type ReleaseResult = Result<{ readonly releasedMonotonicMs: number }, Fault>;

/** An order that waits for its turn on the line. */
interface Waiting<Asked, Answer> {
  readonly asked: Asked;
  readonly settle: (result: Answer) => void;
}

const relayCount = 8;
const inputCount = 8;
/** Polls without an answer before the board counts as gone. */
const pollTries = 3;
/** The order itself goes out at most twice, and the second time only once the relay was seen at rest. */
const releaseTries = 2;
/** Rest before the sample that confirms a change; contacts bounce for less. */
const confirmMs = 10;
/** Rest between polls of a board that does not answer. */
const restWhenDownMs = 250;

/**
 * A relay and input board on a serial line (Modbus RTU), wired to a turnstile. One exchange at a time:
 *
 *   poll inputs ─ rest ─ poll inputs ─ rest ─ …      an order ends the rest and goes ahead of the next poll
 */
export class ModbusGate implements Gate {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #unit: number;
  readonly #entryRelay: number;
  readonly #exitRelay: number | undefined;
  readonly #holdRelay: number | undefined;
  readonly #pulseMs: number;
  readonly #pollMs: number;
  readonly #answerLimitMs: number;
  readonly #line: SupervisedLine;
  readonly #status = new DeviceStatus();
  readonly #inputs: GateInputs;
  #release: Waiting<GateDirection, ReleaseResult> | undefined;
  #keep: Waiting<GateStanding, Result<void, Fault>> | undefined;
  #standing: GateStanding = 'normal';
  /** When the board is to be told again how the gate stands, in monotonic ms. */
  #tellAtMs = Number.POSITIVE_INFINITY;
  /** Why it could not be told. */
  #notTold: Fault | undefined;
  #endRest: () => void = () => undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(options: ModbusGateOptions) {
    this.#clock = options.clock;
    this.#log = options.log.child({ device: 'gate', address: options.transport.address });
    this.#unit = options.unit ?? 1;
    this.#entryRelay = options.entryRelay ?? 0;
    this.#exitRelay = options.exitRelay;
    this.#holdRelay = options.holdRelay;
    this.#pulseMs = options.pulseMs ?? 5_000;
    this.#inputs = new GateInputs({ ...options, log: this.#log, pulseMs: this.#pulseMs });
    this.#pollMs = options.pollMs ?? 40;
    this.#answerLimitMs = options.answerLimitMs ?? 300;
    this.#line = new SupervisedLine({ transport: options.transport, clock: options.clock, log: options.log });
    this.#line.onState((line) => {
      this.#endRest();
      if (line.status === 'connected') this.#working = this.#work(line.connection);
      else if (line.status === 'disconnected')
        this.#status.set({ status: 'disconnected', fault: line.fault });
      else if (line.status === 'stopped') this.#status.set({ status: 'stopped' });
    });
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  /** Bytes that made no frame, since start. */
  get discardedBytes(): number {
    return this.#line.discardedBytes;
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
    this.#line.start();
  }

  async stop(): Promise<void> {
    await this.#line.stop();
    await this.#working;
  }

  release(
    direction: GateDirection = 'entry',
    { evenIfLocked = false }: { readonly evenIfLocked?: boolean } = {},
  ): Promise<ReleaseResult> {
    if (direction === 'exit' && this.#exitRelay === undefined) {
      return Promise.resolve(ok({ releasedMonotonicMs: this.#clock.monotonicMs() }));
    }
    const away = this.#away();
    if (away) return Promise.resolve(err(away));
    const isLocked = direction === 'entry' && this.#standing === 'locked' && !this.#inputs.isFire;
    if (isLocked && !evenIfLocked) return Promise.resolve(err(fault('gate.locked', 'staff keep it locked')));
    // Pulses never queue: the second person would walk through a release that the first one's check did not cover.
    if (this.#release) return Promise.resolve(err(fault('gate.refused', 'a release is under way')));
    return new Promise((settle) => {
      this.#release = { asked: direction, settle };
      this.#endRest();
    });
  }

  async keep(standing: GateStanding): Promise<Result<void, Fault>> {
    if (standing === 'held-open' && this.#holdRelay === undefined) {
      return err(fault('gate.cannot-hold-open', 'no holdRelay is configured'));
    }
    if (this.#keep) return err(fault('gate.refused', 'another order is under way'));
    const away = this.#away();
    if (standing !== 'held-open') this.#stands(standing);
    if (away) return err(away);
    return new Promise((settle) => {
      this.#keep = { asked: standing, settle };
      this.#endRest();
    });
  }

  resume(standing: GateStanding): void {
    this.#stands(standing);
  }

  stillReleased(forMs: number): void {
    this.#inputs.released(this.#clock.monotonicMs(), forMs);
  }

  /** From now on; the board is told at the next turn. */
  #stands(standing: GateStanding): void {
    this.#standing = standing;
    this.#tellAtMs = Number.NEGATIVE_INFINITY;
    this.#inputs.heldByStaff(standing === 'held-open', this.#clock.monotonicMs());
  }

  #away(): Fault | undefined {
    const state = this.state;
    if (state.status === 'disconnected') return state.fault;
    if (this.#line.connection && state.status !== 'starting') return undefined;
    return fault('gate.no-answer', 'the board has not been reached yet');
  }

  /** Until the connection ends: releases when asked to, polls otherwise. */
  async #work(connection: Connection): Promise<void> {
    let end: Fault | undefined;
    connection.onEnd((reason) => {
      end = reason.by === 'world' ? reason.fault : fault('transport.closed', 'closed by the driver');
      this.#endRest();
    });
    const frames = new FrameReader({
      connection,
      parser: new ModbusParser('answers'),
      clock: this.#clock,
      onDiscarded: (count) => this.#line.countDiscarded(count),
    });
    const ask = (question: ModbusFrame) => this.#ask(connection, frames, question);
    this.#inputs.forget();
    let failures = 0;
    // What it was told before it lost its power it does not know any more (GT4).
    if (this.#standing !== 'normal') this.#tellAtMs = Number.NEGATIVE_INFINITY;
    while (!end) {
      if (this.#keep) {
        const kept = await this.#order(ask, this.#keep.asked);
        this.#settleKeep(kept);
      } else if (this.#release) {
        const released = await this.#pulse(ask, this.#release.asked);
        this.#settleRelease(released);
      } else if (failures === 0 && this.#clock.monotonicMs() >= this.#tellAtMs) {
        await this.#tell(ask);
      } else {
        failures = (await this.#poll(ask, failures)) ? 0 : failures + 1;
        if (failures === pollTries && this.#standing !== 'normal') this.#tellAtMs = Number.NEGATIVE_INFINITY;
        if (!this.#release && !this.#keep && !end) await this.#rest(this.#restMs(failures));
      }
    }
    this.#settleRelease(err(end));
    this.#settleKeep(err(end));
  }

  /** An order of staff; `held-open` counts once the board has confirmed it (GT7). */
  async #order(ask: Ask, standing: GateStanding): Promise<Result<void, Fault>> {
    const told = await this.#toldTo(ask, standing);
    if (told.ok || standing !== 'held-open') {
      this.#standing = standing;
      this.#inputs.heldByStaff(standing === 'held-open', this.#clock.monotonicMs());
      this.#noteTold(told);
    }
    return told;
  }

  async #tell(ask: Ask): Promise<void> {
    this.#noteTold(await this.#toldTo(ask, this.#standing));
  }

  #noteTold(told: Result<void, Fault>): void {
    if (!told.ok && this.#notTold === undefined) {
      const { code, detail } = told.error;
      this.#log.warn('standing not told', { standing: this.#standing, fault: code, detail });
    }
    this.#notTold = told.ok ? undefined : told.error;
    const again = told.ok ? (this.#standing === 'held-open' ? renewHoldMs : null) : tellAgainMs;
    this.#tellAtMs = again === null ? Number.POSITIVE_INFINITY : this.#clock.monotonicMs() + again;
  }

  /** These orders may go out twice: the second changes nothing. */
  async #toldTo(ask: Ask, standing: GateStanding): Promise<Result<void, Fault>> {
    for (const frame of this.#ordersOf(standing)) {
      let answer = await ask(frame);
      if (!answer.ok && answer.error.code === 'gate.no-answer') answer = await ask(frame);
      if (!answer.ok) return answer;
    }
    return ok(undefined);
  }

  #ordersOf(standing: GateStanding): readonly ModbusFrame[] {
    const hold = this.#holdRelay;
    if (standing === 'held-open') return hold === undefined ? [] : [flashOn(this.#unit, hold, holdMs)];
    // A pulse under way ends with the lock.
    const off = new Set([
      ...(hold === undefined ? [] : [hold]),
      ...(standing === 'locked' ? [this.#entryRelay] : []),
    ]);
    return [...off].map((relay) => switchRelay(this.#unit, relay, false));
  }

  #restMs(failures: number): number {
    if (failures >= pollTries) return restWhenDownMs;
    return this.#inputs.isUnsettled ? Math.min(confirmMs, this.#pollMs) : this.#pollMs;
  }

  #rest(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(forMs, resolve);
      this.#endRest = () => {
        cancel();
        resolve();
      };
    });
  }

  async #poll(ask: Ask, failures: number): Promise<boolean> {
    const answer = await ask(readBits(this.#unit, modbusFunctions.readInputs, 0, inputCount));
    const bits = answer.ok ? bitsOf(answer.value, inputCount) : undefined;
    if (!bits) {
      const reason = answer.ok
        ? fault('line.garbled', 'another number of inputs than asked for')
        : answer.error;
      this.#pollFailed(reason, failures + 1);
      return false;
    }
    const nowMs = this.#clock.monotonicMs();
    this.#inputs.take(bits, nowMs, { settled: false });
    const trouble = this.#inputs.trouble(nowMs) ?? this.#notTold;
    this.#status.set(trouble ? { status: 'faulted', fault: trouble } : { status: 'ready' });
    return true;
  }

  #pollFailed(reason: Fault, failures: number): void {
    if (reason.code === 'gate.refused') this.#status.set({ status: 'faulted', fault: reason });
    else if (failures >= pollTries && !reason.code.startsWith('transport.')) {
      this.#status.set({ status: 'disconnected', fault: reason });
    }
  }

  /**
   * Sends the pulse. Without an answer the relay is asked: closed, the order arrived; open while the pulse would still
   * last, it did not and may go out again; later than that nobody can tell.
   */
  async #pulse(ask: Ask, direction: GateDirection): Promise<ReleaseResult> {
    const askedMs = this.#clock.monotonicMs();
    if (direction === 'entry' && this.#standing === 'held-open') {
      // A pulse of the same relay would only shorten it.
      const told = await this.#toldTo(ask, 'held-open');
      this.#noteTold(told);
      return told.ok ? ok({ releasedMonotonicMs: this.#clock.monotonicMs() }) : told;
    }
    const relay = direction === 'entry' ? this.#entryRelay : (this.#exitRelay ?? this.#entryRelay);
    const released = () => {
      if (direction === 'entry') this.#inputs.released(this.#clock.monotonicMs());
    };
    released();
    let last: Fault = fault('gate.no-answer', 'not sent');
    for (let attempt = 1; attempt <= releaseTries; attempt++) {
      const sentMs = this.#clock.monotonicMs();
      const answer = await ask(flashOn(this.#unit, relay, this.#pulseMs));
      if (answer.ok) {
        released();
        return this.#released(askedMs, direction);
      }
      last = answer.error;
      if (last.code === 'gate.refused' || last.code.startsWith('transport.')) return err(last);
      const relays = await ask(readBits(this.#unit, modbusFunctions.readCoils, 0, relayCount));
      const closed = relays.ok ? bitsOf(relays.value, relayCount)?.[relay] : undefined;
      if (closed === true) {
        released();
        return this.#released(askedMs, direction);
      }
      const couldHaveEnded = this.#clock.monotonicMs() - sentMs >= this.#pulseMs;
      if (closed === undefined || couldHaveEnded) return err(last);
    }
    return err(last);
  }

  #released(askedMs: number, direction: GateDirection): ReleaseResult {
    const releasedMonotonicMs = this.#clock.monotonicMs();
    this.#log.info('released', { direction, afterMs: Math.round(releasedMonotonicMs - askedMs) });
    return ok({ releasedMonotonicMs });
  }

  async #ask(
    connection: Connection,
    frames: FrameReader<ModbusFrame>,
    question: ModbusFrame,
  ): Promise<Result<ModbusFrame, Fault>> {
    this.#countUnasked(frames.takeWaiting().length);
    frames.forgetPartial();
    const discardedBefore = this.discardedBytes;
    const written = await connection.write(encodeModbus(question));
    if (!written.ok) return written;
    const dueMs = this.#clock.monotonicMs() + this.#answerLimitMs;
    for (;;) {
      const answer = await frames.next(Math.max(0, dueMs - this.#clock.monotonicMs()));
      if (!answer.ok) {
        if (answer.error.code !== 'line.no-answer') return answer;
        frames.forgetPartial();
        const garbled = this.discardedBytes > discardedBefore;
        return err(
          garbled
            ? fault('line.garbled', `unit ${this.#unit} answers nonsense`)
            : fault('gate.no-answer', `unit ${this.#unit} is silent`),
        );
      }
      if (!answers(question, answer.value)) {
        this.#countUnasked(1);
        continue;
      }
      if ((answer.value.functionCode & exceptionFlag) === 0) return answer;
      const exception = answer.value.data[0] ?? 0;
      const words = modbusExceptions[exception] ?? 'unknown';
      return err(
        fault('gate.refused', `function ${question.functionCode}: exception ${exception}, ${words}`),
      );
    }
  }

  #countUnasked(count: number): void {
    if (count > 0) this.#log.warn('answer to no question', { fault: 'line.unexpected-reply', count });
  }

  #settleKeep(result: Result<void, Fault>): void {
    const waiting = this.#keep;
    this.#keep = undefined;
    waiting?.settle(result);
  }

  #settleRelease(result: ReleaseResult): void {
    const waiting = this.#release;
    if (!waiting) return;
    this.#release = undefined;
    if (!result.ok) {
      this.#log.warn('release failed', { fault: result.error.code, detail: result.error.detail });
    }
    waiting.settle(result);
  }
}

type Ask = (question: ModbusFrame) => Promise<Result<ModbusFrame, Fault>>;

/** FC05 echoes the whole order; the others name at least unit and function. */
function answers(question: ModbusFrame, answer: ModbusFrame): boolean {
  if (answer.unit !== question.unit) return false;
  if (answer.functionCode === (question.functionCode | exceptionFlag)) return true;
  if (answer.functionCode !== question.functionCode) return false;
  if (question.functionCode !== modbusFunctions.writeCoil) return true;
  return Buffer.compare(answer.data, question.data) === 0;
}
