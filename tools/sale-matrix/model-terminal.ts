import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Cents } from '@portillon/core/base/money.ts';
import type {
  AuthoriseRequest,
  CardSlip,
  EarlierPayment,
  PaymentOutcome,
  PaymentTerminal,
  TerminalCapabilities,
  TerminalTotals,
  UndoRequest,
} from '@portillon/drivers/payment-terminal/payment-terminal.ts';
import { ModelDevice } from './model-device.ts';
import type { TrialScript } from './trial-script.ts';

/** `charge` as Concert V3 and Caisse-AP, `charge-unasked` as Concert V2, `hold` as ZVT. */
export const terminalFamilies = ['charge', 'charge-unasked', 'hold'] as const;
export type TerminalFamily = (typeof terminalFamilies)[number];

interface Entry {
  readonly amountCents: Cents;
  state: 'held' | 'taken' | 'let-go' | 'undone' | 'reversal' | 'given';
}

const lost: Fault = fault('transport.pulled', 'the line died');
const unreached: Fault = fault('transport.unreachable', 'nobody answers');

/** What a payment terminal and the bank behind it have booked, and what they say of it. */
export class ModelTerminal extends ModelDevice implements PaymentTerminal {
  readonly capabilities: TerminalCapabilities;
  readonly #script: TrialScript;
  readonly #book = new Map<string, Entry>();
  readonly #holds: boolean;
  /** It approves by itself, and says so. */
  approvesOffline = false;
  /** How often money was asked for. */
  requests = 0;

  constructor(family: TerminalFamily, script: TrialScript) {
    super();
    this.#script = script;
    this.#holds = family === 'hold';
    this.capabilities = {
      canHold: this.#holds,
      canQuery: family !== 'charge-unasked',
      canAbort: false,
      canPrint: false,
      canRefund: true,
      canReconcile: false,
      tellsOffline: false,
    };
  }

  /** What the bank holds for the club when everything is over; below zero where the club gave money. */
  get takenCents(): number {
    const sign = { taken: 1, given: -1 } as const;
    return [...this.#book.values()].reduce(
      (sum, { state, amountCents }) =>
        sum + (state === 'taken' || state === 'given' ? sign[state] * amountCents : 0),
      0,
    );
  }

  /** How many payments were booked, undone ones included. */
  get payments(): number {
    return [...this.#book.values()].filter(({ state }) => state === 'taken' || state === 'undone').length;
  }

  /** The line to the program died, or nobody answered in time: what is held is let go. */
  letGo(): void {
    for (const entry of this.#book.values()) if (entry.state === 'held') entry.state = 'let-go';
  }

  async latestStored(): Promise<null> {
    return null;
  }

  async authorise({ reference, amountCents }: AuthoriseRequest): Promise<PaymentOutcome> {
    this.requests += 1;
    const answer = this.#script.choose('authorise', [
      'approved',
      'declined',
      'cancelled',
      'timed-out',
      'busy',
      'out-of-order',
      'not-sent',
      'lost-before',
      'lost-after',
    ]);
    await this.#script.moment('before authorise');
    if (answer === 'approved' || answer === 'lost-after') {
      this.#book.set(reference, { amountCents, state: this.#holds ? 'held' : 'taken' });
    }
    await this.#script.moment('after authorise');
    switch (answer) {
      case 'approved':
        return {
          kind: this.#holds ? 'held' : 'captured',
          slip: { ...slipOf(amountCents), offline: this.approvesOffline || null },
        };
      case 'declined':
        return { kind: 'declined', reason: 'refused' };
      case 'cancelled':
      case 'timed-out':
      case 'busy':
        return { kind: answer };
      case 'out-of-order':
        return { kind: answer, fault: fault('terminal.out-of-order', 'says so') };
      case 'not-sent':
        return { kind: answer, fault: unreached };
      case 'lost-before':
      case 'lost-after':
        this.letGo();
        return { kind: 'in-doubt', fault: lost };
    }
  }

  async complete({ reference, amountCents }: EarlierPayment): Promise<PaymentOutcome> {
    const answer = this.#script.choose('complete', ['booked', 'let-go', 'lost-before', 'lost-after']);
    await this.#script.moment('before complete');
    if (answer === 'let-go' || answer === 'lost-before') this.letGo();
    const entry = this.#book.get(reference);
    const found = entry?.state === 'held';
    if (entry && found) entry.state = 'taken';
    await this.#script.moment('after complete');
    if (answer === 'lost-before' || answer === 'lost-after') return { kind: 'in-doubt', fault: lost };
    return found
      ? { kind: 'captured', slip: slipOf(amountCents) }
      : { kind: 'declined', reason: 'not-found' };
  }

  async statusOf({ reference, amountCents }: EarlierPayment): Promise<PaymentOutcome> {
    if (!this.capabilities.canQuery) {
      return { kind: 'in-doubt', fault: fault('terminal.cannot', 'this dialect cannot be asked') };
    }
    const answer = this.#script.choose('terminal status', ['told', 'unreachable', 'unreachable-always']);
    await this.#script.moment('terminal asked');
    if (answer !== 'told') return { kind: 'in-doubt', fault: unreached };
    switch (this.#book.get(reference)?.state) {
      case 'held':
        return { kind: 'held', slip: slipOf(amountCents) };
      case 'taken':
      case 'undone':
      case 'reversal':
      case 'given':
        return { kind: 'captured', slip: slipOf(amountCents) };
      default:
        return { kind: 'declined', reason: 'not-found' };
    }
  }

  async reverse({ reference, amountCents, payment }: UndoRequest): Promise<PaymentOutcome> {
    const answer = this.#script.choose('reverse', [
      'undone',
      'declined-always',
      'lost-before',
      'lost-after',
      'not-sent-always',
    ]);
    await this.#script.moment('before reverse');
    const entry = this.#book.get(payment?.reference ?? '');
    const reached = answer === 'undone' || answer === 'lost-after';
    const undoable = entry?.state === 'taken' || entry?.state === 'held';
    if (entry && reached && undoable) {
      entry.state = entry.state === 'held' ? 'let-go' : 'undone';
      this.#book.set(reference, { amountCents, state: 'reversal' });
    }
    await this.#script.moment('after reverse');
    if (answer === 'lost-before' || answer === 'lost-after') {
      this.letGo();
      return { kind: 'in-doubt', fault: lost };
    }
    if (answer === 'not-sent-always') return { kind: 'not-sent', fault: unreached };
    if (answer === 'declined-always') return { kind: 'declined', reason: 'not-reversible' };
    return undoable
      ? { kind: 'captured', slip: slipOf(amountCents) }
      : { kind: 'declined', reason: 'not-found' };
  }

  async refund({ reference, amountCents }: AuthoriseRequest): Promise<PaymentOutcome> {
    this.requests += 1;
    const answer = this.#script.choose('refund', [
      'given',
      'declined',
      'cancelled',
      'timed-out',
      'not-sent',
      'lost-before',
      'lost-after',
    ]);
    await this.#script.moment('before refund');
    if (answer === 'given' || answer === 'lost-after') {
      this.#book.set(reference, { amountCents, state: 'given' });
    }
    await this.#script.moment('after refund');
    switch (answer) {
      case 'given':
        return { kind: 'captured', slip: slipOf(amountCents) };
      case 'declined':
        return { kind: 'declined', reason: 'refused' };
      case 'cancelled':
      case 'timed-out':
        return { kind: answer };
      case 'not-sent':
        return { kind: answer, fault: unreached };
      case 'lost-before':
      case 'lost-after':
        return { kind: 'in-doubt', fault: lost };
    }
  }

  async reconcile(): Promise<TerminalTotals> {
    return { kind: 'unavailable', fault: fault('terminal.cannot', 'no totals'), mayHaveClosed: false };
  }

  async abort(): Promise<void> {
    return undefined;
  }
}

function slipOf(amountCents: Cents): CardSlip {
  return {
    maskedPan: '************4869',
    scheme: 'CB',
    authorisation: '664765',
    applicationId: null,
    contactless: true,
    terminalContract: null,
    terminalReceipt: '1',
    offline: null,
    amountCents,
  };
}
