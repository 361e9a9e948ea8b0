import { type CancelTimer, type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceState } from '../../device.ts';
import type { Connection, Transport } from '../../transport/transport.ts';
import {
  type Charge,
  ChargeOnlyTerminal,
  stoppedFault,
  type TerminalExchange,
  unansweredOutcome,
} from '../charge-only-terminal.ts';
import {
  aboutOf,
  badAnswer,
  chargeOutcome,
  encodeRequest,
  identifiedState,
  openTill,
  readAnswer,
  statusOutcome,
  type TlvAction,
  type TlvAnswer,
  type TlvTill,
} from '../concert-tlv/tlv-messages.ts';
import type { AuthoriseRequest, PaymentOutcome } from '../payment-terminal.ts';

export interface CaisseApTerminalOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly till?: TlvTill;
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

type Exchange = Exclude<TerminalExchange<TlvAnswer>, { readonly kind: 'busy' }>;

/** The longest answer: three tickets of 999 characters and all short fields; more is not this protocol. */
const longestAnswer = 16_384;
const refusedPauseMs = 100;

/**
 * Caisse-AP over IP: the terminal listens, one request and one answer a connection, no hold, no cancel from the till.
 *
 *   authorise ─ open ─ debit ─▶ … customer … ─▶ answer ─▶ captured | declined | cancelled | timed-out
 *                 │                 └─ line lost, time-out, answer that does not fit ─▶ in-doubt (statusOf settles it)
 *                 └─ refused ─▶ busy | not-sent
 */
export class CaisseApTerminal extends ChargeOnlyTerminal {
  readonly #transport: Transport;
  readonly #till: TlvTill;
  readonly #answerLimitMs: number;
  readonly #promptLimitMs: number;
  readonly #quietMs: number;
  readonly #refusedRetryMs: number;
  #connection: Connection | undefined;

  constructor(options: CaisseApTerminalOptions) {
    super({
      clock: options.clock,
      log: options.log.child({ device: 'payment-terminal', address: options.transport.address }),
      pingEveryMs: options.pingEveryMs ?? 30_000,
      canQuery: true,
    });
    this.#transport = options.transport;
    this.#till = options.till ?? openTill;
    this.#answerLimitMs = options.answerLimitMs ?? 180_000;
    this.#promptLimitMs = options.promptLimitMs ?? 5_000;
    this.#quietMs = options.quietMs ?? 200;
    this.#refusedRetryMs = options.refusedRetryMs ?? 3_000;
  }

  protected override async askStatus(request: AuthoriseRequest): Promise<PaymentOutcome> {
    const exchange = await this.#exchange('status', request, this.#promptLimitMs);
    return exchange.kind === 'answered'
      ? statusOutcome(this.#till, request, exchange.answer)
      : { kind: 'in-doubt', fault: exchange.fault };
  }

  protected override async charge(action: Charge, request: AuthoriseRequest): Promise<PaymentOutcome> {
    // Taken before the exchange: a terminal that answered at the last ping and refuses now is busy, not gone.
    const wasReached = this.state.status === 'ready' || this.state.status === 'faulted';
    const exchange = await this.#exchange(action, request, this.#answerLimitMs);
    if (exchange.kind === 'answered') return chargeOutcome(this.#till, action, request, exchange.answer);
    const isRefused = exchange.kind === 'not-sent' && exchange.fault.code === 'transport.unreachable';
    return unansweredOutcome(wasReached && isRefused ? { kind: 'busy' } : exchange);
  }

  protected override async identify(): Promise<DeviceState> {
    const exchange = await this.#exchange('identification', undefined, this.#promptLimitMs);
    switch (exchange.kind) {
      case 'not-sent':
        return { status: 'disconnected', fault: exchange.fault };
      case 'lost':
        return { status: 'faulted', fault: exchange.fault };
      case 'answered':
        return identifiedState(exchange.answer);
    }
  }

  protected override async close(): Promise<void> {
    await this.#connection?.close();
  }

  #exchange(action: TlvAction, payment: AuthoriseRequest | undefined, limitMs: number): Promise<Exchange> {
    const request = encodeRequest(this.#till, action, payment);
    return this.inTurn(async () => {
      const exchange = await this.#converse(request, limitMs);
      if (exchange.kind === 'answered') this.toldAbout(aboutOf(exchange.answer));
      return exchange;
    });
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
    const startedMs = this.clock.monotonicMs();
    for (;;) {
      if (this.isStopping) return { fault: stoppedFault };
      const opened = await this.#transport.open();
      if (opened.ok && !this.isStopping) return { connection: opened.value };
      if (opened.ok) {
        await opened.value.close();
        return { fault: stoppedFault };
      }
      const waitedMs = this.clock.monotonicMs() - startedMs;
      if (opened.error.code !== 'transport.unreachable' || waitedMs >= this.#refusedRetryMs) {
        return { fault: opened.error };
      }
      await delay(this.clock, refusedPauseMs);
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
      const cancelLimit = this.clock.setTimer(limitMs, () =>
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
          cancelQuiet = this.clock.setTimer(this.#quietMs, () =>
            settle({ kind: 'answered', answer: text.answer }),
          );
        }
      });
      connection.onEnd((end) => {
        const text = readAnswer(received);
        if (text.kind === 'whole') settle({ kind: 'answered', answer: text.answer });
        else lost(end.by === 'world' ? end.fault : stoppedFault);
      });
      void connection.write(request).then((written) => {
        if (!written.ok) lost(written.error);
      });
    });
  }
}
