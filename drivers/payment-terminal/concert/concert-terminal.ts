import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceState } from '../../device.ts';
import { SupervisedLine } from '../../line/supervised-line.ts';
import type { Connection, Transport } from '../../transport/transport.ts';
import {
  type Charge,
  ChargeOnlyTerminal,
  stoppedFault,
  type TerminalExchange,
  unansweredOutcome,
} from '../charge-only-terminal.ts';
import { badAnswer, type TlvTill } from '../concert-tlv/tlv-messages.ts';
import type { AuthoriseRequest, PaymentOutcome } from '../payment-terminal.ts';
import { type ConcertDialect, type ConcertDialectName, concertDialect } from './concert-dialect.ts';
import { ConcertLink } from './concert-link.ts';
import { concertLimits, type SessionLimits, type SessionReport } from './concert-session.ts';

export interface ConcertTerminalOptions {
  /** A serial line; 9600 baud, 7 data bits and even parity as terminals are delivered, or 8N1. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly dialect: ConcertDialectName;
  /** Of these, Concert V2 uses the number only. */
  readonly till?: TlvTill;
  /** From the request to its answer, the customer's time included; Concert says 180 s. */
  readonly answerLimitMs?: number;
  /** From a question to an answer that needs no customer. */
  readonly promptLimitMs?: number;
  readonly limits?: Partial<SessionLimits>;
  /** How often the terminal is looked at while it is at rest. */
  readonly pingEveryMs?: number;
}

/** ENQ is repeated three to five times (pyTeliumManager, pypostelium). A look at rest may be wrong once. */
const chargeTries = 4;
const lookTries = 2;

type Exchange = TerminalExchange<Uint8Array>;

/** The question that is being put. */
interface UnderWay {
  readonly limitMs: number;
  readonly settle: (exchange: Exchange) => void;
  /** From here on the terminal may have the question, and what it says is the answer. */
  hasLeft: boolean;
  cancelLimit: CancelTimer;
}

const nothing = new Uint8Array(0);

/**
 * A terminal on a serial line that speaks Concert, in either dialect.
 *
 *   authorise ─ ENQ ─ ACK ─ request ─▶ … customer … ─▶ terminal calls ─ answer ─▶ captured | declined | cancelled …
 *                │            └─ line lost, time-out, answer that does not fit ─▶ in-doubt (V3: statusOf settles it)
 *                └─ NAK ─▶ busy        └─ silence ─▶ not-sent
 */
export class ConcertTerminal extends ChargeOnlyTerminal {
  readonly #line: SupervisedLine;
  readonly #dialect: ConcertDialect;
  readonly #answerLimitMs: number;
  readonly #promptLimitMs: number;
  readonly #limits: SessionLimits;
  #link: ConcertLink | undefined;
  #underWay: UnderWay | undefined;
  #unasked = 0;

  constructor(options: ConcertTerminalOptions) {
    const log = options.log.child({ device: 'payment-terminal', address: options.transport.address });
    const dialect = concertDialect(options.dialect, options.till);
    super({
      clock: options.clock,
      log,
      pingEveryMs: options.pingEveryMs ?? 30_000,
      canQuery: dialect.status !== null,
    });
    this.#dialect = dialect;
    this.#answerLimitMs = options.answerLimitMs ?? 180_000;
    this.#promptLimitMs = options.promptLimitMs ?? 5_000;
    this.#limits = { ...concertLimits, ...options.limits };
    this.#line = new SupervisedLine({ transport: options.transport, clock: options.clock, log });
    this.#line.onState((line) => {
      if (line.status === 'connected') this.#connected(line.connection);
      this.lookNow();
    });
  }

  /** Bytes that made no sense, since start. */
  get discardedBytes(): number {
    return this.#line.discardedBytes;
  }

  override start(): void {
    this.#line.start();
    super.start();
  }

  protected override async charge(action: Charge, request: AuthoriseRequest): Promise<PaymentOutcome> {
    const { text, read } = this.#dialect.charge(action, request);
    const exchange = await this.#exchange(text, this.#answerLimitMs, chargeTries);
    if (exchange.kind === 'answered') return read(exchange.answer);
    return unansweredOutcome(exchange);
  }

  protected override async askStatus(request: AuthoriseRequest): Promise<PaymentOutcome> {
    const question = this.#dialect.status?.(request);
    if (!question) {
      return {
        kind: 'in-doubt',
        fault: fault('terminal.cannot', 'Concert V2 has no question about a payment'),
      };
    }
    const exchange = await this.#exchange(question.text, this.#promptLimitMs, chargeTries);
    if (exchange.kind === 'answered') return question.read(exchange.answer);
    const reason =
      exchange.kind === 'busy' ? fault('terminal.no-answer', 'at work, takes no call') : exchange.fault;
    return { kind: 'in-doubt', fault: reason };
  }

  protected override async identify(): Promise<DeviceState> {
    if (this.#line.state.status === 'opening') return { status: 'starting' };
    const question = this.#dialect.identification?.();
    const exchange = await this.#exchange(question?.text ?? null, this.#promptLimitMs, lookTries);
    switch (exchange.kind) {
      case 'answered':
        return question?.read(exchange.answer) ?? { status: 'ready' };
      case 'busy':
        // It is there and well enough to say so; a charge is told that it is busy.
        return { status: 'ready' };
      case 'not-sent': {
        const isGarbled = exchange.fault.code === 'terminal.bad-answer';
        return { status: isGarbled ? 'faulted' : 'disconnected', fault: exchange.fault };
      }
      case 'lost':
        return { status: 'faulted', fault: exchange.fault };
    }
  }

  protected override close(): Promise<void> {
    return this.#line.stop();
  }

  #connected(connection: Connection): void {
    const link = new ConcertLink({
      clock: this.clock,
      limits: this.#limits,
      // A write that fails is followed by the end of the connection.
      write: (bytes) => void connection.write(bytes),
      onReport: (report) => this.#heardOf(report),
      onDiscarded: (count) => this.#line.countDiscarded(count),
    });
    this.#link = link;
    connection.onData((bytes) => link.receive(bytes));
    connection.onEnd((end) => {
      link.end();
      this.#link = undefined;
      this.#lost(end.by === 'world' ? end.fault : stoppedFault);
    });
  }

  /** `text` null: only whether somebody accepts a call. */
  #exchange(text: Uint8Array | null, limitMs: number, mostTries: number): Promise<Exchange> {
    return this.inTurn(async () => {
      const link = this.#link;
      if (!link) return { kind: 'not-sent', fault: this.#whyClosed() };
      return new Promise<Exchange>((resolve) => {
        const underWay: UnderWay = {
          limitMs,
          hasLeft: false,
          cancelLimit: () => undefined,
          settle: (exchange) => {
            underWay.cancelLimit();
            this.#underWay = undefined;
            resolve(exchange);
          },
        };
        this.#underWay = underWay;
        link.say(text, mostTries);
      });
    });
  }

  #heardOf(report: SessionReport): void {
    const underWay = this.#underWay;
    switch (report.kind) {
      case 'leaving':
        if (underWay) underWay.hasLeft = true;
        return;
      case 'sent':
        if (!report.acknowledged) this.log.warn('request not acknowledged', { fault: 'line.no-answer' });
        if (underWay) this.#awaitAnswer(underWay);
        return;
      case 'reached':
        underWay?.settle({ kind: 'answered', answer: nothing });
        return;
      case 'not-taken':
        underWay?.settle(notTaken(report.why, underWay.hasLeft));
        return;
      case 'heard':
        this.toldAbout(this.#dialect.about(report.text));
        if (underWay?.hasLeft) underWay.settle({ kind: 'answered', answer: report.text });
        else this.#countUnasked();
        return;
      case 'not-understood':
        if (underWay?.hasLeft)
          underWay.settle({ kind: 'lost', fault: badAnswer('every repeat was damaged') });
        return;
      case 'stray':
        this.log.debug('out of turn on the line', { token: report.token });
    }
  }

  #awaitAnswer(underWay: UnderWay): void {
    const { limitMs } = underWay;
    const silence = fault('terminal.no-answer', `no answer within ${limitMs} ms`);
    underWay.cancelLimit = this.clock.setTimer(limitMs, () =>
      underWay.settle({ kind: 'lost', fault: silence }),
    );
  }

  #lost(reason: Fault): void {
    const underWay = this.#underWay;
    underWay?.settle({ kind: underWay.hasLeft ? 'lost' : 'not-sent', fault: reason });
  }

  #countUnasked(): void {
    this.#unasked++;
    this.log.warn('answer to a question that was given up', {
      fault: 'line.unexpected-reply',
      total: this.#unasked,
    });
  }

  #whyClosed(): Fault {
    const line = this.#line.state;
    if (this.isStopping || line.status === 'stopped') return stoppedFault;
    return line.status === 'disconnected'
      ? line.fault
      : fault('transport.unreachable', 'the line is being opened');
  }
}

function notTaken(why: 'silence' | 'refusal' | 'noise', hasLeft: boolean): Exchange {
  if (hasLeft) return { kind: 'not-sent', fault: fault('line.garbled', 'the terminal refused every repeat') };
  switch (why) {
    case 'refusal':
      return { kind: 'busy' };
    case 'noise':
      return { kind: 'not-sent', fault: badAnswer('calls are answered by noise') };
    case 'silence':
      return { kind: 'not-sent', fault: fault('terminal.no-answer', 'takes no call') };
  }
}
