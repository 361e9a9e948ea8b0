import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import type { DeviceAbout, DeviceState } from '../../device.ts';
import type {
  AuthoriseRequest,
  EarlierPayment,
  PaymentOutcome,
  PaymentTerminal,
  TerminalCapabilities,
  TerminalTotals,
  UndoRequest,
} from '../payment-terminal.ts';
import type { Apdu } from './apdu.ts';
import { HeldPayment, type HoldEnd } from './held-payment.ts';
import { judgePayment, type StoredTransaction, storedTransaction } from './stored-transaction.ts';
import { codeWords } from './zvt-codes.ts';
import {
  encodeAuthorisation,
  encodeEndOfDay,
  encodeRefund,
  encodeRepeatReceipt,
  encodeReversal,
  readNumbers,
  type ZvtStatus,
  zvtAnswers,
} from './zvt-messages.ts';
import { badAnswer, inDoubt, notFound, undone } from './zvt-outcomes.ts';
import { type ZvtExchange, type ZvtPatience, ZvtSession, type ZvtSessionOptions } from './zvt-session.ts';

export interface ZvtTerminalOptions extends ZvtSessionOptions {
  /** Field 01, 30 s: after how long without an answer of ours the terminal lets go of a sale; 1 to 255. */
  readonly answerLimitSeconds?: number;
  /** How long a question of the terminal waits for a decision before it hears `not yet`, 20 s; less than the above. */
  readonly holdAnswerMs?: number;
  /** How long a sale is held at most, 120 s. */
  readonly holdLimitMs?: number;
}

const keptEnds = 100;

/**
 * A payment terminal that speaks ZVT (ECR interface 700), over TCP or a serial line. It can hold: nothing is booked before
 * `complete`. `held-payment.ts` draws a sale, `zvt-conversation.ts` one command.
 */
export class ZvtTerminal implements PaymentTerminal {
  readonly capabilities: TerminalCapabilities = {
    canHold: true,
    canQuery: true,
    canAbort: true,
    canPrint: false,
    canRefund: true,
    canReconcile: true,
    tellsOffline: true,
  };
  readonly #options: ZvtTerminalOptions;
  readonly #log: Log;
  readonly #session: ZvtSession;
  readonly #answerLimitSeconds: number;
  readonly #holdAnswerMs: number;
  readonly #holdLimitMs: number;
  /** Something that concerns money is under way. */
  #working = false;
  #held: HeldPayment | undefined;
  /** How sales ended that were asked of this process, by reference. */
  readonly #ends = new Map<string, HoldEnd>();
  /** Receipts whose reversal got no answer that can be believed: `already reversed` then means that it was us. */
  readonly #reversalsInDoubt = new Set<string>();
  /** The terminal's number of the last transaction that we said yes to (tag 1F1F), and its receipt, or the one found before. */
  #receiptMirror: Uint8Array | null = null;
  #lastReceipt: string | null = null;

  constructor(options: ZvtTerminalOptions) {
    this.#options = options;
    this.#log = options.log.child({ device: 'payment-terminal', address: options.transport.address });
    this.#session = new ZvtSession({ ...options, log: this.#log });
    this.#answerLimitSeconds = options.answerLimitSeconds ?? 30;
    this.#holdAnswerMs = options.holdAnswerMs ?? 20_000;
    this.#holdLimitMs = options.holdLimitMs ?? 120_000;
    invariant(
      this.#holdAnswerMs < this.#answerLimitSeconds * 1_000,
      'we answer before the terminal gives up',
    );
  }

  get state(): DeviceState {
    return this.#session.state;
  }

  get about(): DeviceAbout {
    return this.#session.about;
  }

  /** Bytes that made no message, or one that nobody had asked for, since start. */
  get discardedBytes(): number {
    return this.#session.discardedBytes;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#session.onState(listener);
  }

  start(): void {
    this.#session.start();
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }

  /** Asked of the terminal once a program (06 20); from then on this program has seen what was booked. */
  async latestStored(): Promise<string | null> {
    if (this.#lastReceipt === null && !this.#working && this.state.status === 'ready') {
      const last = await this.#lastStored('prompt');
      if (last.kind === 'stored') this.#lastReceipt = last.status.numbers?.receipt ?? null;
    }
    return this.#lastReceipt;
  }

  /**
   * `held` once the bank has approved. The hold lasts until `complete` or `reverse`, at most `holdLimitMs`; then it is let
   * go, and `complete` answers `not-found`.
   */
  async authorise(request: AuthoriseRequest): Promise<PaymentOutcome> {
    const refusal = this.#refusal();
    if (refusal) return refusal;
    this.#working = true;
    const held = new HeldPayment({
      clock: this.#options.clock,
      request,
      holdAnswerMs: this.#holdAnswerMs,
      holdLimitMs: this.#holdLimitMs,
      onBooking: (status) => this.#count(status),
      askAbort: () => this.#session.abort(),
    });
    this.#held = held;
    void this.#hold(held);
    const outcome = await held.authorised;
    this.#report('payment', request, outcome);
    return outcome;
  }

  /**
   * Answers the terminal's next question with yes, which books. Without a hold it books nothing: `not-found` when this
   * process knows that it was let go, `captured` when it was booked already, else in doubt.
   */
  async complete(payment: EarlierPayment): Promise<PaymentOutcome> {
    const held = this.#heldFor(payment.reference);
    const outcome = held ? await held.decide('book') : this.#withoutHold(payment);
    this.#report('payment completed', payment, outcome);
    return outcome;
  }

  /**
   * Asks the terminal for the latest transaction it has stored (06 20) and holds it against the slip; `judgePayment` says
   * how. What is not the latest any more, and a terminal that cannot repeat, leave it in doubt. So does a reversal in doubt:
   * it is settled by reversing again, for a receipt is given back once.
   */
  async statusOf(payment: EarlierPayment): Promise<PaymentOutcome> {
    const held = this.#heldFor(payment.reference)?.slip;
    if (held) return { kind: 'held', slip: held };
    if (this.#working) return { kind: 'busy' };
    const outcome = judgePayment(payment, await this.#lastStored(), {
      letGo: this.#ends.get(payment.reference) === 'let-go',
      lastReceipt: this.#lastReceipt,
    });
    this.#report('payment status', payment, outcome);
    return outcome;
  }

  /** Lets go of the payment that is held, or gives a booked one back by its receipt (06 30), which needs no card. */
  async reverse(request: UndoRequest): Promise<PaymentOutcome> {
    const held = this.#heldFor(request.payment?.reference ?? this.#held?.request.reference ?? '');
    const outcome =
      held?.request.amountCents === request.amountCents
        ? await held.decide('let-go')
        : await this.#reverseBooked(request);
    this.#report('reversal', request, outcome);
    return outcome;
  }

  async refund(request: UndoRequest): Promise<PaymentOutcome> {
    const refusal = this.#refusal();
    if (refusal) return refusal;
    const outcome = await this.#undo(encodeRefund(this.#session.password, request.amountCents), request);
    this.#report('refund', request, outcome);
    return outcome;
  }

  /**
   * End of day (06 50): the terminal sends what it has to its bank, and tells per scheme how much that was, with what was
   * given back taken off already; it is told here as debits. Closes the batch: the next totals start anew.
   */
  async reconcile(): Promise<TerminalTotals> {
    if (this.#working) return unavailable(badAnswer('it is at work for a customer'), false);
    const totals = totalsOf(await this.#work(encodeEndOfDay(this.#session.password)));
    this.#log.info('end of day', {
      outcome: totals.kind,
      count: totals.kind === 'totals' ? totals.debits.count : undefined,
      amountCents: totals.kind === 'totals' ? totals.debits.amountCents : undefined,
      fault: totals.kind === 'unavailable' ? totals.fault.code : undefined,
    });
    return totals;
  }

  /** 06 B0, as soon as the terminal has begun. It may refuse, for instance while it asks the bank. */
  async abort(): Promise<void> {
    await this.#held?.abort();
  }

  async #hold(held: HeldPayment): Promise<void> {
    const command = encodeAuthorisation({
      amountCents: held.request.amountCents,
      answerLimitSeconds: this.#answerLimitSeconds,
      mostStatusInfos: Math.min(0xff, Math.ceil(this.#holdLimitMs / this.#holdAnswerMs) + 2),
      receiptMirror: this.#receiptMirror,
    });
    const parts = {
      onBegun: () => held.begun(),
      answerTo: (status: ZvtStatus, arrived: AbortSignal) => held.answerTo(status, arrived),
    };
    const exchange = await this.#session.exchange(command, parts, 'repeat');
    this.#held = undefined;
    this.#working = false;
    held.ended(exchange);
    if (held.end) this.#ends.set(held.request.reference, held.end);
    keepNewest(this.#ends);
  }

  /** The payment of this reference while it can be decided about. */
  #heldFor(reference: string): HeldPayment | undefined {
    return this.#held?.slip && this.#held.request.reference === reference ? this.#held : undefined;
  }

  #withoutHold(payment: EarlierPayment): PaymentOutcome {
    if (this.#held?.request.reference === payment.reference) return { kind: 'busy' };
    const end = this.#ends.get(payment.reference);
    if (end === 'let-go') return notFound;
    if (end === 'booked' && payment.slip) return { kind: 'captured', slip: payment.slip };
    return inDoubt(badAnswer('nothing is held; ask what became of it'));
  }

  async #reverseBooked(request: UndoRequest): Promise<PaymentOutcome> {
    const refusal = this.#refusal();
    if (refusal) return refusal;
    const receipt = await this.#receiptToReverse(request);
    if (typeof receipt !== 'string') return receipt;
    const outcome = await this.#undo(encodeReversal(this.#session.password, receipt), request);
    const slip = request.payment?.slip;
    const isReversedAlready = outcome.kind === 'declined' && outcome.reason === 'not-found';
    if (isReversedAlready && slip && this.#reversalsInDoubt.has(receipt)) return { kind: 'captured', slip };
    if (outcome.kind === 'in-doubt') keepNewest(this.#reversalsInDoubt.add(receipt));
    return outcome;
  }

  /** The receipt that the slip names, or else that of the latest transaction if it has the amount. */
  async #receiptToReverse(request: UndoRequest): Promise<string | PaymentOutcome> {
    const named = readNumbers(request.payment?.slip?.terminalReceipt ?? '');
    if (named) return named.receipt;
    const last = await this.#lastStored();
    if (last.kind === 'unknown') return inDoubt(last.fault);
    const stored = last.kind === 'stored' ? last.status : undefined;
    return stored?.numbers && stored.amountCents === request.amountCents ? stored.numbers.receipt : notFound;
  }

  async #undo(command: Apdu, request: UndoRequest): Promise<PaymentOutcome> {
    const exchange = await this.#work(command, (status) => this.#count(status));
    return exchange.kind === 'not-sent' ? exchange : undone(exchange, request.amountCents);
  }

  async #lastStored(patience: ZvtPatience = 'customer'): Promise<StoredTransaction> {
    this.#working = true;
    const command = encodeRepeatReceipt(this.#session.password);
    const exchange = await this.#session.exchange(command, {}, 'repeat', patience);
    this.#working = false;
    return storedTransaction(exchange);
  }

  /** Why no money can be asked for now, if so. */
  #refusal(): PaymentOutcome | undefined {
    if (this.#working) return { kind: 'busy' };
    const { state } = this;
    return state.status === 'faulted' && state.fault.code === 'terminal.out-of-order'
      ? { kind: 'out-of-order', fault: state.fault }
      : undefined;
  }

  /** A command that needs no decision of ours: its result is acknowledged at once. */
  async #work(command: Apdu, onDone: (status: ZvtStatus) => void = () => undefined): Promise<ZvtExchange> {
    this.#working = true;
    const exchange = await this.#session.exchange(command, {
      answerTo: async (status) => {
        if (status.resultCode === 0) onDone(status);
        return zvtAnswers.done;
      },
    });
    this.#working = false;
    return exchange;
  }

  /** From our yes on a transaction counts as the last one, whether or not the terminal gets to hear it (rule ZV7). */
  #count(status: ZvtStatus): void {
    if (status.receiptMirror) this.#receiptMirror = status.receiptMirror;
    if (status.numbers) this.#lastReceipt = status.numbers.receipt;
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
}

function keepNewest(kept: Map<string, HoldEnd> | Set<string>): void {
  const [oldest] = kept.keys();
  if (kept.size > keptEnds && oldest !== undefined) kept.delete(oldest);
}

function totalsOf(exchange: ZvtExchange): TerminalTotals {
  switch (exchange.kind) {
    case 'not-sent':
      return unavailable(exchange.fault, false);
    case 'lost':
      return unavailable(exchange.fault, true);
    case 'refused':
    case 'aborted':
      return unavailable(fault('terminal.out-of-order', `no end of day, ${codeWords(exchange.code)}`), false);
    case 'completed': {
      const { status } = exchange.told;
      if (!status?.totals) return unavailable(badAnswer('an end of day without totals (60)'), true);
      if (status.amountCents !== null && status.amountCents !== status.totals.amountCents) {
        return unavailable(badAnswer('the schemes (60) do not add up to the sum (04)'), true);
      }
      return { kind: 'totals', debits: status.totals, credits: { count: 0, amountCents: cents(0) } };
    }
  }
}

function unavailable(why: Fault, mayHaveClosed: boolean): TerminalTotals {
  return { kind: 'unavailable', fault: why, mayHaveClosed };
}
