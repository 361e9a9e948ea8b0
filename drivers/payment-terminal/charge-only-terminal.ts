import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Device, DeviceAbout, DeviceState } from '../device.ts';
import { DeviceStatus } from '../line/device-status.ts';
import type {
  AuthoriseRequest,
  PaymentOutcome,
  PaymentTerminal,
  TerminalCapabilities,
  TerminalTotals,
} from './payment-terminal.ts';

/** The requests that move money. */
export type Charge = 'debit' | 'credit' | 'cancellation';

/** How one question and its answer went. */
export type TerminalExchange<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** The terminal is there and works for somebody else: the request never left. */
  | { readonly kind: 'busy' }
  /** The request never left, or was refused before it was understood. */
  | { readonly kind: 'not-sent'; readonly fault: Fault }
  /** Bytes may have left, and no answer that can be believed came back. */
  | { readonly kind: 'lost'; readonly fault: Fault };

export interface ChargeOnlyTerminalOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** How often a terminal at rest is asked how it is. */
  readonly pingEveryMs: number;
  /** Whether the dialect has a question about an earlier payment. */
  readonly canQuery: boolean;
}

/** What a request for money came to when there is no answer to read. */
export type Unanswered = Exclude<TerminalExchange<never>, { readonly kind: 'answered' }>;

const reportNames = { debit: 'payment', credit: 'refund', cancellation: 'reversal' } as const;

/** Why the driver itself ended what was under way. */
export const stoppedFault = fault('transport.closed', 'the driver was stopped');

/**
 * A terminal that can only charge, as those of the Concert family: no hold, no cancel from the till, no totals. The model
 * says how a question is put and what an answer means; one question at a time, and the state at rest, are settled here.
 */
export abstract class ChargeOnlyTerminal implements PaymentTerminal, Device {
  readonly capabilities: TerminalCapabilities;
  protected readonly clock: Clock;
  protected readonly log: Log;
  readonly #pingEveryMs: number;
  readonly #status = new DeviceStatus();
  #charging = false;
  #running: Promise<void> | undefined;
  #stopping = false;
  /** The end of the queue of exchanges. */
  #last: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;
  #lookWanted = false;
  #about: DeviceAbout = {};

  constructor({ clock, log, pingEveryMs, canQuery }: ChargeOnlyTerminalOptions) {
    this.capabilities = {
      canHold: false,
      canQuery,
      canAbort: false,
      canPrint: false,
      canRefund: true,
      canReconcile: false,
      tellsOffline: false,
    };
    this.clock = clock;
    this.log = log;
    this.#pingEveryMs = pingEveryMs;
  }

  /** Asks for money and says what became of it. */
  protected abstract charge(action: Charge, request: AuthoriseRequest): Promise<PaymentOutcome>;
  /** Asks what became of a payment. */
  protected abstract askStatus(request: AuthoriseRequest): Promise<PaymentOutcome>;
  /** Asks a terminal at rest how it is. */
  protected abstract identify(): Promise<DeviceState>;
  /** Closes what is open, so that whatever is under way ends. */
  protected abstract close(): Promise<void>;

  get state(): DeviceState {
    return this.#status.state;
  }

  get about(): DeviceAbout {
    return this.#about;
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
    await this.close();
    await this.#running;
    await this.#last;
    this.#status.set({ status: 'stopped' });
  }

  /** These protocols know a payment by our own reference, or cannot be asked. */
  async latestStored(): Promise<null> {
    return null;
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
    const cannot = fault('terminal.cannot', 'the protocol tells no totals');
    return { kind: 'unavailable', fault: cannot, mayHaveClosed: false };
  }

  /** No cancel from the till; the screen points to the red key. */
  async abort(): Promise<void> {
    return undefined;
  }

  async statusOf(request: AuthoriseRequest): Promise<PaymentOutcome> {
    const outcome = await this.askStatus(request);
    this.#report('payment status', request, outcome);
    return outcome;
  }

  /** Of any answer: most tell the terminal's number and contract with a payment only. */
  protected toldAbout(about: DeviceAbout): void {
    this.#about = { ...this.#about, ...about };
  }

  protected get isStopping(): boolean {
    return this.#stopping;
  }

  /** A terminal serves one question at a time: the others wait here. */
  protected inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const asked = this.#last.then(ask);
    this.#last = asked;
    return asked;
  }

  /** Has the terminal looked at without waiting for the end of the rest, or right after the charge under way. */
  protected lookNow(): void {
    this.#lookWanted = true;
    this.#wake();
  }

  async #charge(action: Charge, request: AuthoriseRequest): Promise<PaymentOutcome> {
    if (this.#charging) return { kind: 'busy' };
    if (this.state.status === 'faulted' && this.state.fault.code === 'terminal.out-of-order') {
      return { kind: 'out-of-order', fault: this.state.fault };
    }
    this.#charging = true;
    try {
      const outcome = await this.charge(action, request);
      this.#report(reportNames[action], request, outcome);
      return outcome;
    } finally {
      this.#charging = false;
      if (this.#lookWanted) this.#wake();
    }
  }

  #report(event: string, request: AuthoriseRequest, outcome: PaymentOutcome): void {
    this.log.info(event, {
      reference: request.reference,
      amountCents: request.amountCents,
      outcome: outcome.kind,
      reason: outcome.kind === 'declined' ? outcome.reason : undefined,
      fault: 'fault' in outcome ? outcome.fault.code : undefined,
      detail: 'fault' in outcome ? outcome.fault.detail : undefined,
    });
  }

  /** Asks the terminal how it is, at once and then after every rest. */
  async #watch(): Promise<void> {
    while (!this.#stopping) {
      if (!this.#charging) {
        this.#lookWanted = false;
        this.#status.set(await this.identify());
      }
      await this.#rest();
    }
  }

  async #rest(): Promise<void> {
    // A terminal that is not well is asked more often, so that sales are back on the screen soon after it is.
    const isWell = this.state.status === 'ready';
    const restMs = isWell ? this.#pingEveryMs : Math.min(this.#pingEveryMs, 5_000);
    if (this.#stopping || (this.#lookWanted && !this.#charging)) return;
    await new Promise<void>((resolve) => {
      const cancel: CancelTimer = this.clock.setTimer(restMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** Nothing was taken, or nobody knows. */
export function unansweredOutcome(exchange: Unanswered): PaymentOutcome {
  switch (exchange.kind) {
    case 'busy':
      return exchange;
    case 'not-sent':
      return exchange;
    case 'lost':
      return { kind: 'in-doubt', fault: exchange.fault };
  }
}
