import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import type { DeviceState } from '@portillon/drivers/device.ts';
import type {
  AuthoriseRequest,
  EarlierPayment,
  PaymentOutcome,
  PaymentTerminal,
  TerminalTotals,
  UndoRequest,
} from '@portillon/drivers/payment-terminal/payment-terminal.ts';

/** What whoever practises lets the terminal answer. */
export type PractisedAnswer = 'approved' | 'declined' | 'cancelled';

/** As long as a terminal waits for a card. */
const answerLimitMs = 180_000;

/**
 * Stands where the payment terminal stands while staff practise (SA52): it has no line to anywhere, takes no money, and
 * answers what is chosen on the screen.
 */
export class PracticeTerminal implements PaymentTerminal {
  readonly capabilities = {
    canHold: false,
    canQuery: true,
    canAbort: false,
    canPrint: false,
    canRefund: true,
    canReconcile: false,
    tellsOffline: false,
  };
  readonly #clock: Clock;
  #stopped = false;
  #waiting: ((outcome: PaymentOutcome) => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    // There is no line to supervise.
  }

  get state(): DeviceState {
    return { status: this.#stopped ? 'stopped' : 'ready' };
  }

  /** Whoever waits, or asks from now on, is answered that the time is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting?.({ kind: 'timed-out' });
  }

  onState(): () => void {
    return () => undefined;
  }

  /** False when nothing is being asked. */
  answer(answer: PractisedAnswer, amountCents: AuthoriseRequest['amountCents']): boolean {
    if (!this.#waiting) return false;
    this.#waiting(outcomes[answer](amountCents));
    return true;
  }

  async latestStored(): Promise<null> {
    return null;
  }

  authorise(): Promise<PaymentOutcome> {
    if (this.#stopped) return Promise.resolve({ kind: 'timed-out' });
    return new Promise((resolve) => {
      let cancelLimit: CancelTimer = () => undefined;
      const settle = (outcome: PaymentOutcome) => {
        cancelLimit();
        this.#waiting = null;
        resolve(outcome);
      };
      this.#waiting = settle;
      cancelLimit = this.#clock.setTimer(answerLimitMs, () => settle({ kind: 'timed-out' }));
    });
  }

  async complete(): Promise<PaymentOutcome> {
    return { kind: 'declined', reason: 'not-permitted' };
  }

  /** Nothing was ever taken. */
  async statusOf(_payment: EarlierPayment): Promise<PaymentOutcome> {
    return { kind: 'declined', reason: 'not-found' };
  }

  /** Nothing is taken any more: nothing was. */
  async reverse({ amountCents }: UndoRequest): Promise<PaymentOutcome> {
    return outcomes.approved(amountCents);
  }

  refund(): Promise<PaymentOutcome> {
    return this.authorise();
  }

  async reconcile(): Promise<TerminalTotals> {
    return {
      kind: 'unavailable',
      fault: fault('terminal.cannot', 'a till in practice has no terminal'),
      mayHaveClosed: false,
    };
  }

  async abort(): Promise<void> {
    this.#waiting?.({ kind: 'cancelled' });
  }
}

const outcomes: Readonly<
  Record<PractisedAnswer, (amountCents: AuthoriseRequest['amountCents']) => PaymentOutcome>
> = {
  approved: (amountCents) => ({
    kind: 'captured',
    slip: {
      amountCents,
      maskedPan: '************0000',
      scheme: 'SIMULATION',
      authorisation: 'SIMULATION',
      applicationId: null,
      contactless: false,
      terminalContract: null,
      terminalReceipt: null,
      offline: null,
    },
  }),
  declined: () => ({ kind: 'declined', reason: 'refused' }),
  cancelled: () => ({ kind: 'cancelled' }),
};
