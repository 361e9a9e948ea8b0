import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { AuthoriseRequest, CardSlip, PaymentOutcome } from '../payment-terminal.ts';
import type { Apdu } from './apdu.ts';
import { slipOf, type ZvtStatus, zvtAnswers } from './zvt-messages.ts';
import { badAnswer, inDoubt, notFound, nothingTaken } from './zvt-outcomes.ts';
import type { ZvtExchange } from './zvt-session.ts';

export interface HeldPaymentOptions {
  readonly clock: Clock;
  readonly request: AuthoriseRequest;
  /** How long a question of the terminal may wait for a decision before it hears `not yet`. */
  readonly holdAnswerMs: number;
  /** How long it is held at most; then it is let go, whoever may still want it. */
  readonly holdLimitMs: number;
  /** We are about to say that the goods are out: from here on the sale counts. */
  readonly onBooking: (status: ZvtStatus) => void;
  /** Sends 06 B0. */
  readonly askAbort: () => Promise<void>;
}

type Decision = 'book' | 'let-go';
/** What became of it: nothing was booked, it was booked, or the answer that tells was lost. */
export type HoldEnd = 'let-go' | 'booked' | 'in-doubt';

/**
 * One sale from its request to its end. The terminal asks again and again whether the goods are out, and books when it
 * hears yes (PA00P015, 2.2.6):
 *
 *   asking ─ 04 0F, 27=00 ─▶ held ─ decide('book')   ─▶ 80 00 ─ 06 0F ─▶ booked
 *      │                      │ └── decide('let-go'), or the limit ─▶ 84 66 ─ 06 1E ─▶ let go
 *      │                      └──── no decision for `holdAnswerMs` ─▶ 84 9C, and the terminal asks again after 2 s
 *      └─ 04 0F, 27≠00, or 06 1E ─▶ nothing taken
 *
 * Nothing but `80 00` books, so a hold that ends in any other way has taken nothing.
 */
export class HeldPayment {
  readonly request: AuthoriseRequest;
  /** Settles once: held, or how it ended before. */
  readonly authorised: Promise<PaymentOutcome>;
  /** Settles once: how a decision came out. */
  readonly decided: Promise<PaymentOutcome>;
  readonly #options: HeldPaymentOptions;
  #authorise: (outcome: PaymentOutcome) => void = () => undefined;
  #settleDecision: (outcome: PaymentOutcome) => void = () => undefined;
  #slip: CardSlip | undefined;
  #heldSinceMs = 0;
  #decision: Decision | undefined;
  #wake: () => void = () => undefined;
  /** `80 00` was given to a good result. */
  #bookingSaid = false;
  /** The result did not fit what we asked; it was let go at once. */
  #misfit: string | undefined;
  #begun = false;
  #abortAsked = false;
  #end: HoldEnd | undefined;

  constructor(options: HeldPaymentOptions) {
    this.#options = options;
    this.request = options.request;
    this.authorised = new Promise((resolve) => {
      this.#authorise = resolve;
    });
    this.decided = new Promise((resolve) => {
      this.#settleDecision = resolve;
    });
  }

  /** What may be decided about: the slip while it is held. */
  get slip(): CardSlip | undefined {
    return this.#end === undefined && this.#decision === undefined ? this.#slip : undefined;
  }

  get end(): HoldEnd | undefined {
    return this.#end;
  }

  /** Answers the terminal's next question so; the first decision counts. */
  decide(decision: Decision): Promise<PaymentOutcome> {
    this.#decision ??= decision;
    this.#wake();
    return this.decided;
  }

  /** The terminal has accepted the request. */
  begun(): void {
    this.#begun = true;
    if (this.#abortAsked) void this.#options.askAbort();
  }

  /** Resolves when the terminal has been asked to stop; at once where it has not begun, and is asked as soon as it has. */
  async abort(): Promise<void> {
    if (this.#slip || this.#end !== undefined) return;
    this.#abortAsked = true;
    if (this.#begun) await this.#options.askAbort();
  }

  async answerTo(status: ZvtStatus, arrived: AbortSignal): Promise<Apdu | null> {
    if (status.resultCode !== 0) return zvtAnswers.done;
    // Asked again after our yes: it was lost on the way, and it still stands.
    if (this.#bookingSaid) return zvtAnswers.done;
    if (!this.#fits(status)) return zvtAnswers.notIssued;
    if (!this.#slip) {
      this.#slip = slipOf(status, this.request.amountCents);
      this.#heldSinceMs = this.#options.clock.monotonicMs();
      this.#authorise({ kind: 'held', slip: this.#slip });
    }
    if (this.#decision === undefined) {
      await this.#wait(arrived);
      if (arrived.aborted) return null;
    }
    if (this.#remainingMs() <= 0) this.#decision ??= 'let-go';
    if (this.#decision === undefined) return zvtAnswers.notYet;
    if (this.#decision === 'let-go') return zvtAnswers.notIssued;
    this.#options.onBooking(status);
    this.#bookingSaid = true;
    return zvtAnswers.done;
  }

  /** The conversation is over: settles whatever waits. */
  ended(ending: ZvtExchange): void {
    const outcome = this.#slip ? this.#decisionOutcome(this.#slip, ending) : this.#outcomeBeforeHold(ending);
    this.#authorise(outcome);
    this.#settleDecision(outcome);
  }

  #fits(status: ZvtStatus): boolean {
    const { amountCents } = this.request;
    if (status.amountCents !== null && status.amountCents !== amountCents) this.#misfit = 'the amount';
    else if (status.currency !== null && status.currency !== '978') this.#misfit = 'the currency';
    return this.#misfit === undefined;
  }

  #outcomeBeforeHold(ending: ZvtExchange): PaymentOutcome {
    this.#end = 'let-go';
    if (ending.kind === 'not-sent') return ending;
    if (this.#misfit === undefined || ending.kind === 'lost') return nothingTaken(ending, this.#abortAsked);
    if (ending.kind === 'completed')
      return inDoubt(badAnswer(`${this.#misfit} is not ours, and it was booked`));
    return { kind: 'declined', reason: 'not-completed' };
  }

  #decisionOutcome(slip: CardSlip, ending: ZvtExchange): PaymentOutcome {
    const isDone = ending.kind === 'completed' && ending.told.status?.resultCode === 0;
    if (this.#bookingSaid) {
      this.#end = isDone ? 'booked' : 'in-doubt';
      if (isDone) return { kind: 'captured', slip };
      return inDoubt('fault' in ending ? ending.fault : badAnswer('it ended the sale after our yes'));
    }
    this.#end = isDone ? 'in-doubt' : 'let-go';
    if (isDone) return inDoubt(badAnswer('it ended well without our yes'));
    if (this.#decision !== 'let-go') return notFound;
    // It lets go by itself too, yet we cannot say that it has done so already.
    return 'fault' in ending ? inDoubt(ending.fault) : { kind: 'captured', slip };
  }

  #remainingMs(): number {
    return this.#heldSinceMs + this.#options.holdLimitMs - this.#options.clock.monotonicMs();
  }

  #wait(arrived: AbortSignal): Promise<void> {
    if (arrived.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        arrived.removeEventListener('abort', done);
        this.#wake = () => undefined;
        resolve();
      };
      const limitMs = Math.max(0, Math.min(this.#options.holdAnswerMs, this.#remainingMs()));
      const cancel: CancelTimer = this.#options.clock.setTimer(limitMs, done);
      arrived.addEventListener('abort', done);
      this.#wake = done;
    });
  }
}
