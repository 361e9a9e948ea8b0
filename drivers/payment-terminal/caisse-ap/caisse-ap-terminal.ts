import { type CancelTimer, type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import type { Connection, Transport } from '../../transport/transport.ts';
import type {
  AuthoriseRequest,
  PaymentOutcome,
  PaymentTerminal,
  TerminalCapabilities,
  TerminalTotals,
} from '../payment-terminal.ts';
import {
  badAnswer,
  type CaisseApAction,
  type CaisseApAnswer,
  type CaisseApCharge,
  type CaisseApTill,
  chargeOutcome,
  encodeRequest,
  openTill,
  readAnswer,
  statusOutcome,
} from './caisse-ap-messages.ts';

export interface CaisseApTerminalOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly till?: CaisseApTill;
  /** How long a debit or a cancellation may take; the protocol says 180 s. */
  readonly answerLimitMs?: number;
  /** How long an answer that needs no customer may take (identification, status). */
  readonly promptLimitMs?: number;
  /** Silence that ends an answer: nothing in the text marks its end. */
  readonly quietMs?: number;
  /** How often the terminal is asked to identify itself while it is at rest. */
  readonly pingEveryMs?: number;
  /** How long a terminal that refuses connections is asked again before it counts as busy. */
  readonly refusedRetryMs?: number;
}

type Exchange =
  | { readonly kind: 'answered'; readonly answer: CaisseApAnswer }
  /** No connection: the request never left. */
  | { readonly kind: 'not-sent'; readonly fault: Fault }
  /** Bytes may have left, and no answer that can be believed came back. */
  | { readonly kind: 'lost'; readonly fault: Fault };

/** The longest answer: three tickets of 999 characters and all short fields; more is not this protocol. */
const longestAnswer = 16_384;
const refusedPauseMs = 100;
const reportNames = { debit: 'payment', credit: 'refund', cancellation: 'reversal' } as const;
const stopped = fault('transport.closed', 'the driver was stopped');

/**
 * Caisse-AP over IP: the terminal listens, one request and one answer a connection, no hold, no cancel from the till.
 *
 *   authorise ─ open ─ debit ─▶ … customer … ─▶ answer ─▶ captured | declined | cancelled | timed-out
 *                 │                 └─ line lost, time-out, answer that does not fit ─▶ in-doubt (statusOf settles it)
 *                 └─ refused ─▶ busy | not-sent
 */
export class CaisseApTerminal implements PaymentTerminal {
  readonly capabilities: TerminalCapabilities = {
    canHold: false,
    canQuery: true,
    canAbort: false,
    canPrint: false,
    canRefund: true,
    canReconcile: false,
    tellsOffline: false,
  };
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #till: CaisseApTill;
  readonly #answerLimitMs: number;
  readonly #promptLimitMs: number;
  readonly #quietMs: number;
  readonly #pingEveryMs: number;
  readonly #refusedRetryMs: number;
  readonly #status = new DeviceStatus();
  #connection: Connection | undefined;
  /** The end of the queue of exchanges: a terminal serves one connection at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #charging = false;
  #running: Promise<void> | undefined;
  #stopping = false;
  #wake: () => void = () => undefined;

  constructor(options: CaisseApTerminalOptions) {
    this.#transport = options.transport;
    this.#clock = options.clock;
    this.#log = options.log.child({ device: 'payment-terminal', address: options.transport.address });
    this.#till = options.till ?? openTill;
    this.#answerLimitMs = options.answerLimitMs ?? 180_000;
    this.#promptLimitMs = options.promptLimitMs ?? 5_000;
    this.#quietMs = options.quietMs ?? 200;
    this.#pingEveryMs = options.pingEveryMs ?? 30_000;
    this.#refusedRetryMs = options.refusedRetryMs ?? 3_000;
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  start(): void {
    invariant(!this.#running, 'a terminal is started once');
    this.#running = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#connection?.close();
    await this.#running;
    await this.#last;
    this.#status.set({ status: 'stopped' });
  }

  authorise(request: AuthoriseRequest): Promise<PaymentOutcome> {
    return this.#charge('debit', request);
  }

  reverse(request: AuthoriseRequest): Promise<PaymentOutcome> {
    return this.#charge('cancellation', request);
  }

  refund(request: AuthoriseRequest): Promise<PaymentOutcome> {
    return this.#charge('credit', request);
  }

  /** Nothing is ever held here: an answer means that the money was taken. */
  async complete(): Promise<PaymentOutcome> {
    return { kind: 'declined', reason: 'not-permitted' };
  }

  async reconcile(): Promise<TerminalTotals> {
    return { kind: 'unavailable', fault: fault('terminal.cannot', 'Caisse-AP tells no totals') };
  }

  /** The protocol has no cancel from the till; the screen points to the red key. */
  async abort(): Promise<void> {
    return undefined;
  }

  async statusOf(request: AuthoriseRequest): Promise<PaymentOutcome> {
    const exchange = await this.#exchange('status', request, this.#promptLimitMs);
    const outcome: PaymentOutcome =
      exchange.kind === 'answered'
        ? statusOutcome(this.#till, request, exchange.answer)
        : { kind: 'in-doubt', fault: exchange.fault };
    this.#report('payment status', request, outcome);
    return outcome;
  }

  async #charge(action: CaisseApCharge, request: AuthoriseRequest): Promise<PaymentOutcome> {
    if (this.#charging) return { kind: 'busy' };
    if (this.state.status === 'faulted' && this.state.fault.code === 'terminal.out-of-order') {
      return { kind: 'out-of-order', fault: this.state.fault };
    }
    this.#charging = true;
    // Taken before the exchange: a terminal that answered at the last ping and refuses now is busy, not gone.
    const wasReached = this.state.status === 'ready' || this.state.status === 'faulted';
    const exchange = await this.#exchange(action, request, this.#answerLimitMs);
    this.#charging = false;
    const outcome = this.#outcomeOf(action, request, exchange, wasReached);
    this.#report(reportNames[action], request, outcome);
    return outcome;
  }

  #outcomeOf(
    action: CaisseApCharge,
    request: AuthoriseRequest,
    exchange: Exchange,
    wasReached: boolean,
  ): PaymentOutcome {
    switch (exchange.kind) {
      case 'answered':
        return chargeOutcome(this.#till, action, request, exchange.answer);
      case 'lost':
        return { kind: 'in-doubt', fault: exchange.fault };
      case 'not-sent':
        return wasReached && exchange.fault.code === 'transport.unreachable'
          ? { kind: 'busy' }
          : { kind: 'not-sent', fault: exchange.fault };
    }
  }

  #report(event: string, request: AuthoriseRequest, outcome: PaymentOutcome): void {
    this.#log.info(event, {
      reference: request.reference,
      amountCents: request.amountCents,
      outcome: outcome.kind,
      reason: outcome.kind === 'declined' ? outcome.reason : undefined,
      fault: 'fault' in outcome ? outcome.fault.code : undefined,
      detail: 'fault' in outcome ? outcome.fault.detail : undefined,
    });
  }

  /** Asks the terminal to identify itself, at once and then after every rest. */
  async #watch(): Promise<void> {
    while (!this.#stopping) {
      if (!this.#charging) this.#status.set(await this.#identify());
      await this.#rest();
    }
  }

  async #rest(): Promise<void> {
    const isWell = this.state.status === 'ready';
    // A terminal that is not well is asked more often, so that sales are back on the screen soon after it is.
    const restMs = isWell ? this.#pingEveryMs : Math.min(this.#pingEveryMs, 5_000);
    if (this.#stopping) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.setTimer(restMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  async #identify(): Promise<DeviceState> {
    const exchange = await this.#exchange('identification', undefined, this.#promptLimitMs);
    switch (exchange.kind) {
      case 'not-sent':
        return { status: 'disconnected', fault: exchange.fault };
      case 'lost':
        return { status: 'faulted', fault: exchange.fault };
      case 'answered':
        if (exchange.answer.outcome === '10') return { status: 'ready' };
        return {
          status: 'faulted',
          fault: fault('terminal.out-of-order', `identification refused (AF ${exchange.answer.reason})`),
        };
    }
  }

  #exchange(
    action: CaisseApAction,
    payment: AuthoriseRequest | undefined,
    limitMs: number,
  ): Promise<Exchange> {
    const request = encodeRequest(this.#till, action, payment);
    const exchange = this.#last.then(() => this.#converse(request, limitMs));
    this.#last = exchange;
    return exchange;
  }

  async #converse(request: Uint8Array, limitMs: number): Promise<Exchange> {
    const opened = await this.#open();
    if ('fault' in opened) return { kind: 'not-sent', fault: opened.fault };
    this.#connection = opened.connection;
    const exchange = await this.#ask(opened.connection, request, limitMs);
    await opened.connection.close();
    this.#connection = undefined;
    return exchange;
  }

  /** Opening is safe to repeat: a terminal between two connections refuses for a moment. */
  async #open(): Promise<{ readonly connection: Connection } | { readonly fault: Fault }> {
    const startedMs = this.#clock.monotonicMs();
    for (;;) {
      if (this.#stopping) return { fault: stopped };
      const opened = await this.#transport.open();
      if (opened.ok && !this.#stopping) return { connection: opened.value };
      if (opened.ok) {
        await opened.value.close();
        return { fault: stopped };
      }
      const waitedMs = this.#clock.monotonicMs() - startedMs;
      if (opened.error.code !== 'transport.unreachable' || waitedMs >= this.#refusedRetryMs) {
        return { fault: opened.error };
      }
      await delay(this.#clock, refusedPauseMs);
    }
  }

  #ask(connection: Connection, request: Uint8Array, limitMs: number): Promise<Exchange> {
    return new Promise((resolve) => {
      let received = new Uint8Array(0);
      let cancelQuiet: CancelTimer = () => undefined;
      // The connection is closed by our caller at once, which ends its listeners with it.
      const settle = (exchange: Exchange): void => {
        cancelQuiet();
        cancelLimit();
        resolve(exchange);
      };
      const lost = (reason: Fault): void => settle({ kind: 'lost', fault: reason });
      const cancelLimit = this.#clock.setTimer(limitMs, () =>
        lost(fault('terminal.no-answer', `no whole answer within ${limitMs} ms`)),
      );
      connection.onData((bytes) => {
        cancelQuiet();
        received = Uint8Array.from([...received, ...bytes]);
        if (received.length > longestAnswer) {
          lost(badAnswer(`more than ${longestAnswer} bytes`));
          return;
        }
        const text = readAnswer(received);
        if (text.kind === 'malformed') lost(badAnswer(text.detail));
        else if (text.kind === 'whole') {
          cancelQuiet = this.#clock.setTimer(this.#quietMs, () =>
            settle({ kind: 'answered', answer: text.answer }),
          );
        }
      });
      connection.onEnd((end) => {
        const text = readAnswer(received);
        if (text.kind === 'whole') settle({ kind: 'answered', answer: text.answer });
        else lost(end.by === 'world' ? end.fault : stopped);
      });
      void connection.write(request).then((written) => {
        if (!written.ok) lost(written.error);
      });
    });
  }
}
