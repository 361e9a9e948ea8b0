import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, type FaultCode, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../card/card-channel.ts';
import type { DeviceState } from '../device.ts';
import { DeviceStatus } from '../line/device-status.ts';
import { type LineState, SupervisedLine } from '../line/supervised-line.ts';
import type { Connection, Transport } from '../transport/transport.ts';
import type { CardDispenser, CardMovement, DispenserStatus } from './card-dispenser.ts';
import { CardMovements } from './card-movements.ts';
import { OrderTurns } from './order-turns.ts';
import { restingState, stateAfter } from './resting-state.ts';
import { waitUntilTaken } from './wait-taken.ts';

export interface DispenserOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a model's link is made over. */
export interface LinkOver {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Log;
  readonly onDiscarded: (count: number) => void;
}

export type IsThere = (status: DispenserStatus) => boolean;

/** How often the device at rest is asked, so that a refill or a jam is seen without an order. */
const restPollMs = 2_000;
/** How often one is asked in front of which somebody stands. */
export const watchPollMs = 250;

/**
 * What the drivers of all models share: the line and the link over it, one order at a time, the question at rest, and when
 * a card is fed or brought to the mouth at all. How a model is asked and how it moves a card is its own.
 */
export abstract class SupervisedDispenser<Link> implements CardDispenser {
  protected readonly clock: Clock;
  protected readonly log: Log;
  protected readonly turns = new OrderTurns();
  protected readonly movements = new CardMovements();
  protected link: Link | undefined;
  protected stopping = false;
  readonly #line: SupervisedLine;
  readonly #status = new DeviceStatus();
  #cancelPoll: CancelTimer = () => undefined;
  #warning: FaultCode | null = null;

  constructor({ transport, clock, log }: DispenserOptions) {
    this.clock = clock;
    this.log = log;
    this.#line = new SupervisedLine({ transport, clock, log });
    this.#line.onState((line) => this.#lineChanged(line));
  }

  abstract activateCard(): Promise<Result<CardChannel, Fault>>;
  abstract capture(): Promise<Result<void, Fault>>;
  abstract reset(): Promise<Result<DispenserStatus, Fault>>;
  abstract capturedCount(): Promise<Result<number | null, Fault>>;
  abstract clearCapturedCount(): Promise<Result<void, Fault>>;

  /** The line is open: what speaks the model's protocol over it. */
  protected abstract linkOver(over: LinkOver): Link;
  /** What the device says of itself now. */
  protected abstract askStatus(): Promise<Result<DispenserStatus, Fault>>;
  /** A card into the encoder; there is none in the path, one in the stacker, and room in the bin. */
  protected abstract feed(before: DispenserStatus): Promise<Result<void, Fault>>;
  /** The card in the encoder to the mouth. */
  protected abstract bringToMouth(before: DispenserStatus): Promise<Result<void, Fault>>;

  get state(): DeviceState {
    return this.#status.state;
  }

  /** DI5: by the sensor that most models have above the last cards. */
  get warning(): FaultCode | null {
    return this.#warning;
  }

  get discardedBytes(): number {
    return this.#line.discardedBytes;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  onMovement(listener: (movement: CardMovement) => void): () => void {
    return this.movements.onMovement(listener);
  }

  start(): void {
    this.#line.start();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.#cancelPoll();
    await this.#line.stop();
    await this.turns.settled();
  }

  status(): Promise<Result<DispenserStatus, Fault>> {
    return this.turns.take(() => this.readStatus());
  }

  stage(): Promise<Result<void, Fault>> {
    return this.turns.take(async () => {
      const before = await this.readStatus();
      if (!before.ok) return before;
      if (before.value.card === 'at-encoder') return ok(undefined);
      if (before.value.card === 'at-mouth') {
        return err(fault('dispenser.refused', 'a card is at the mouth: capture it first'));
      }
      if (before.value.stacker === 'empty') return err(fault('dispenser.stacker-empty', 'by its sensor'));
      if (before.value.binFull) return err(fault('dispenser.bin-full', 'by its sensor'));
      return this.feed(before.value);
    });
  }

  present(): Promise<Result<void, Fault>> {
    return this.turns.take(async () => {
      const before = await this.readStatus();
      if (!before.ok) return before;
      if (before.value.card === 'at-mouth') return ok(undefined);
      if (before.value.card === 'none') return err(fault('dispenser.no-card', 'nothing to present'));
      return this.bringToMouth(before.value);
    });
  }

  waitTaken(limitMs: number, signal?: AbortSignal): Promise<Result<'taken' | 'not-taken', Fault>> {
    const watch = {
      clock: this.clock,
      status: () => this.status(),
      isStopping: () => this.stopping,
      pollMs: watchPollMs,
    };
    return waitUntilTaken(watch, limitMs, signal);
  }

  /** The line opened or broke: what the device had been told before may be forgotten. */
  protected onLine(): void {
    // Nothing, for most models.
  }

  /** Asks for the status, and sets the state of the device by the answer. */
  protected async readStatus(): Promise<Result<DispenserStatus, Fault>> {
    const status = await this.askStatus();
    if (status.ok) {
      this.movements.seen(status.value);
      this.#warning = status.value.stacker === 'low' ? 'dispenser.stacker-low' : null;
    }
    if (this.link) this.#status.set(status.ok ? restingState(status.value) : stateAfter(status.error));
    return status;
  }

  /** Seen beside a status that was asked for: the state follows at once. */
  protected isInTrouble(trouble: Fault): void {
    this.#status.set(stateAfter(trouble));
  }

  /** A chip that does not answer may be one that is not there (DI9, DI10). */
  protected async explainDeadCard(error: Fault): Promise<Result<never, Fault>> {
    if (error.code !== 'card.no-answer') return err(error);
    const status = await this.readStatus();
    const isMissing = status.ok && status.value.card !== 'at-encoder';
    return err(isMissing ? fault('dispenser.no-card', 'no card at the encoder') : error);
  }

  protected whyNoLine(): Fault {
    const { state } = this.#line;
    invariant(state.status !== 'connected', 'a connected line has a link');
    return state.status === 'disconnected'
      ? state.fault
      : fault('transport.closed', `the line is ${state.status}`);
  }

  #lineChanged(line: LineState): void {
    this.#cancelPoll();
    this.link = undefined;
    this.onLine();
    if (line.status === 'connected') {
      this.link = this.linkOver({
        connection: line.connection,
        clock: this.clock,
        log: this.log,
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
    this.#cancelPoll = this.clock.setTimer(delayMs, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    const polled = this.link;
    if (this.turns.isIdle) await this.status();
    if (polled && polled === this.link && !this.stopping) this.#pollIn(restPollMs);
  }
}
