import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../../card/card-channel.ts';
import type { DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { type LineState, SupervisedLine } from '../../line/supervised-line.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CardDispenser, CardMovement, DispenserStatus } from '../card-dispenser.ts';
import { CardMovements } from '../card-movements.ts';
import { OrderTurns } from '../order-turns.ts';
import { restingState, stateAfter } from '../resting-state.ts';
import { pause, waitUntilTaken } from '../wait-taken.ts';
import { K7Link } from './k7-link.ts';
import {
  apduWhole,
  has,
  isMoving,
  type K7CommandName,
  k7FaultOf,
  k7StatusOf,
  k7TroubleOf,
} from './k7-message.ts';

export interface TtceK7x0DispenserOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 15, as set on the unit's switches. */
  readonly deviceAddress?: number | undefined;
}

const restPollMs = 2_000;
const pollMs = 250;
/** The maker recommends to wait so long for a card (_Development Reference Process_). */
const longestMovementMs = 12_000;
/** A card that has lain still for so long after an order was not moved by it. */
const stillMs = 1_000;

type IsThere = (status: DispenserStatus) => boolean;

/** TTCE K720, K730 and K750 with the module for CPU cards. */
export class TtceK7x0Dispenser implements CardDispenser {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #line: SupervisedLine;
  readonly #status = new DeviceStatus();
  readonly #turns = new OrderTurns();
  readonly #movements = new CardMovements();
  #link: K7Link | undefined;
  #cancelPoll: CancelTimer = () => undefined;
  #stopping = false;

  constructor({ transport, clock, log, deviceAddress = 0 }: TtceK7x0DispenserOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#line = new SupervisedLine({ transport, clock, log });
    this.#line.onState((line) => this.#lineChanged(line, deviceAddress));
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  get discardedBytes(): number {
    return this.#line.discardedBytes;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  onMovement(listener: (movement: CardMovement) => void): () => void {
    return this.#movements.onMovement(listener);
  }

  start(): void {
    this.#line.start();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelPoll();
    await this.#line.stop();
    await this.#turns.settled();
  }

  status(): Promise<Result<DispenserStatus, Fault>> {
    return this.#turns.take(() => this.#readStatus());
  }

  stage(): Promise<Result<void, Fault>> {
    return this.#turns.take(async () => {
      const before = await this.#readStatus();
      if (!before.ok) return before;
      if (before.value.card === 'at-encoder') return ok(undefined);
      if (before.value.card === 'at-mouth') {
        return err(fault('dispenser.refused', 'a card is at the mouth: capture it first'));
      }
      if (before.value.stacker === 'empty') return err(fault('dispenser.stacker-empty', 'by its sensor'));
      if (before.value.binFull) return err(fault('dispenser.bin-full', 'by its sensor'));
      const fed = await this.#move('toEncoder', before.value, ({ card }) => card === 'at-encoder', 'fed');
      if (fed.ok || fed.error.code !== 'dispenser.card-jam') return fed;
      this.#movements.tell('fed');
      await this.#pullJamIntoBin(fed.error);
      return fed;
    });
  }

  activateCard(): Promise<Result<CardChannel, Fault>> {
    return this.#turns.take(async () => {
      const link = this.#link;
      if (!link) return err(this.#whyNoLine());
      const answered = await link.card('activate');
      if (!answered.ok) return answered;
      if (answered.value.kind !== 'success') {
        const { value } = answered;
        return this.#explainDeadCard(
          value.kind === 'failure' ? k7FaultOf(value.code, 'activate') : unexpected('a status'),
        );
      }
      const uid = answered.value.data;
      if (![4, 7, 10].includes(uid.length)) {
        return err(fault('card.refused', 'not a card of ISO 14443-4 type A'));
      }
      return ok({ uid, transmit: (commandApdu) => this.#transmit(commandApdu) });
    });
  }

  present(): Promise<Result<void, Fault>> {
    return this.#turns.take(async () => {
      const before = await this.#readStatus();
      if (!before.ok) return before;
      if (before.value.card === 'at-mouth') return ok(undefined);
      if (before.value.card === 'none') return err(fault('dispenser.no-card', 'nothing to present'));
      // Not `at-mouth`: a quick hand may have taken it before we ask.
      const presented = await this.#move('toMouth', before.value, ({ card }) => card !== 'at-encoder');
      if (!presented.ok && presented.error.code === 'dispenser.card-jam') {
        await this.#pullJamIntoBin(presented.error);
      }
      return presented;
    });
  }

  waitTaken(limitMs: number, signal?: AbortSignal): Promise<Result<'taken' | 'not-taken', Fault>> {
    const watch = {
      clock: this.#clock,
      status: () => this.status(),
      isStopping: () => this.#stopping,
      pollMs,
    };
    return waitUntilTaken(watch, limitMs, signal);
  }

  capture(): Promise<Result<void, Fault>> {
    return this.#turns.take(async () => {
      const before = await this.#readStatus();
      if (!before.ok) {
        return before.error.code === 'dispenser.card-jam' ? this.#pullJamIntoBin(before.error) : before;
      }
      if (before.value.card === 'none') return ok(undefined);
      if (before.value.binFull) return err(fault('dispenser.bin-full', 'by its sensor'));
      return this.#move('toBin', before.value, ({ card }) => card === 'none', 'captured');
    });
  }

  /** RS: what it does with a card in the path is a setting of the unit. */
  reset(): Promise<Result<DispenserStatus, Fault>> {
    return this.#turns.take(async () => {
      const ordered = await this.#order('reset');
      if (!ordered.ok) return ordered;
      await this.#untilStill();
      return this.#readStatus();
    });
  }

  async capturedCount(): Promise<Result<number | null, Fault>> {
    return ok(null);
  }

  async clearCapturedCount(): Promise<Result<void, Fault>> {
    return ok(undefined);
  }

  #lineChanged(line: LineState, deviceAddress: number): void {
    this.#cancelPoll();
    this.#link = undefined;
    if (line.status === 'connected') {
      this.#link = new K7Link({
        connection: line.connection,
        clock: this.#clock,
        log: this.#log,
        deviceAddress,
        onDiscarded: (count) => this.#line.countDiscarded(count),
      });
      this.#pollIn(0);
    } else if (line.status === 'disconnected') {
      this.#status.set({ status: 'disconnected', fault: line.fault });
    } else if (line.status === 'stopped') {
      this.#status.set({ status: 'stopped' });
    }
  }

  #pollIn(delayMs: number): void {
    this.#cancelPoll = this.#clock.setTimer(delayMs, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    const polled = this.#link;
    if (this.#turns.isIdle) await this.status();
    if (polled && polled === this.#link && !this.#stopping) this.#pollIn(restPollMs);
  }

  async #bits(): Promise<Result<number, Fault>> {
    return this.#link ? this.#link.status() : err(this.#whyNoLine());
  }

  async #order(name: K7CommandName): Promise<Result<void, Fault>> {
    return this.#link ? this.#link.order(name) : err(this.#whyNoLine());
  }

  /** Asks for the status, and sets the state of the device by the answer. */
  async #readStatus(): Promise<Result<DispenserStatus, Fault>> {
    const bits = await this.#bits();
    const trouble = bits.ok ? k7TroubleOf(bits.value) : bits.error;
    const status = bits.ok && !trouble ? ok(k7StatusOf(bits.value)) : err(trouble ?? unexpected('nothing'));
    if (status.ok) this.#movements.seen(status.value);
    if (this.#link) this.#status.set(status.ok ? restingState(status.value) : stateAfter(status.error));
    return status;
  }

  /** DI3: a movement is ordered again once, after the card has provably lain where it lay. */
  async #move(
    name: K7CommandName,
    before: DispenserStatus,
    isThere: IsThere,
    counted?: CardMovement,
  ): Promise<Result<void, Fault>> {
    for (let tries = 1; ; tries++) {
      const ordered = await this.#order(name);
      if (!ordered.ok) return ordered;
      const found = await this.#watch(before, isThere);
      if (found === 'there') {
        if (counted) this.#movements.tell(counted);
        await this.#readStatus();
        return ok(undefined);
      }
      if (found === 'not-moved' && tries === 1) continue;
      if (found === 'not-moved') return err(fault('dispenser.refused', 'the card is not moved'));
      if (counted && found.code !== 'dispenser.card-jam') this.#movements.isUnsure(counted);
      return err(found);
    }
  }

  async #watch(before: DispenserStatus, isThere: IsThere): Promise<'there' | 'not-moved' | Fault> {
    const startMs = this.#clock.monotonicMs();
    let stillSinceMs = startMs;
    for (;;) {
      await pause(this.#clock, pollMs);
      const bits = await this.#bits();
      const nowMs = this.#clock.monotonicMs();
      if (!bits.ok) {
        this.#status.set(stateAfter(bits.error));
        return bits.error;
      }
      const trouble = k7TroubleOf(bits.value);
      if (trouble) {
        this.#status.set(stateAfter(trouble));
        return trouble;
      }
      const status = k7StatusOf(bits.value);
      if (!isMoving(bits.value) && isThere(status)) return 'there';
      if (has(bits.value, 'cannotExecute')) return fault('dispenser.refused', 'it cannot do that now');
      if (isMoving(bits.value) || status.card !== before.card) stillSinceMs = nowMs;
      if (nowMs - stillSinceMs >= stillMs) return 'not-moved';
      if (nowMs - startMs >= longestMovementMs || this.#stopping) {
        return fault('dispenser.card-moved', `the card is ${status.card}`);
      }
    }
  }

  async #untilStill(): Promise<void> {
    const endMs = this.#clock.monotonicMs() + longestMovementMs;
    do await pause(this.#clock, pollMs);
    while (await this.#isStillMoving(endMs));
  }

  async #isStillMoving(endMs: number): Promise<boolean> {
    const bits = await this.#bits();
    return bits.ok && isMoving(bits.value) && this.#clock.monotonicMs() < endMs && !this.#stopping;
  }

  /** CP, once. The jam stays when that does not help, until the status tells that a person has freed it. */
  async #pullJamIntoBin(jam: Fault): Promise<Result<void, Fault>> {
    this.#log.warn('card jam: pulling the card into the bin', { detail: jam.detail });
    const ordered = await this.#order('toBin');
    if (!ordered.ok) return ordered;
    await this.#untilStill();
    const after = await this.#readStatus();
    if (!after.ok) return err(after.error.code === 'dispenser.card-jam' ? jam : after.error);
    this.#movements.tell('captured');
    return ok(undefined);
  }

  async #transmit(commandApdu: Uint8Array): Promise<Result<Uint8Array, Fault>> {
    return this.#turns.take(async () => {
      const link = this.#link;
      if (!link) return err(this.#whyNoLine());
      const answered = await link.card('apdu', Uint8Array.of(apduWhole, ...commandApdu));
      if (!answered.ok) return answered;
      const { value } = answered;
      if (value.kind === 'failure') return err(k7FaultOf(value.code, 'apdu'));
      if (value.kind !== 'success' || value.data[0] !== apduWhole) {
        return err(fault('card.refused', 'an answer in several parts, which the manual does not explain'));
      }
      return ok(value.data.slice(1));
    });
  }

  async #explainDeadCard(error: Fault): Promise<Result<never, Fault>> {
    if (error.code !== 'card.no-answer') return err(error);
    const status = await this.#readStatus();
    const isMissing = status.ok && status.value.card !== 'at-encoder';
    return err(isMissing ? fault('dispenser.no-card', 'no card at the encoder') : error);
  }

  #whyNoLine(): Fault {
    const { state } = this.#line;
    invariant(state.status !== 'connected', 'a connected line has a link');
    return state.status === 'disconnected'
      ? state.fault
      : fault('transport.closed', `the line is ${state.status}`);
  }
}

function unexpected(what: string): Fault {
  return fault('line.garbled', `${what} where something else was asked for`);
}
