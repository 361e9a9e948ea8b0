import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { NamedFault, SimAction, SimView } from '../sim.ts';
import { NotPossible } from '../world/not-possible.ts';

const bankAnswers = ['approve', 'decline', 'timeout-after-approval'] as const;
export type BankAnswer = (typeof bankAnswers)[number];

export type CounterAction = 'debit' | 'credit' | 'cancellation';

/** One entry of the terminal's own journal. */
export interface BookedTransaction {
  readonly reference: string;
  readonly action: CounterAction;
  readonly amountCents: number;
  readonly done: boolean;
  /** Of a cancellation that was done: the reference of the debit it gave back. */
  readonly undoes: string | null;
  /** Why nothing was done, in the code that Concert V3 gives it (field AF). */
  readonly reason: string | null;
  readonly atMs: number;
}

/** What came of a request, told to the till once the journal has it. */
export type CounterEnding =
  | { readonly kind: 'done' }
  /** Done and booked, and the till is not to hear of it. */
  | { readonly kind: 'done-unheard' }
  | { readonly kind: 'not-done'; readonly reason: string };

/** What a till asks for. */
export interface CounterRequest {
  readonly action: CounterAction;
  readonly reference: string;
  readonly amountCents: number;
  readonly tell: (ending: CounterEnding) => void;
}

interface Job extends CounterRequest {
  readonly phase: 'waiting-card' | 'asking-bank';
  readonly sinceMonotonicMs: number;
}

/** The part of a simulator's options that the terminal on its counter needs. */
export interface CounterTerminalOptions {
  readonly clock: Clock;
  /** How long the terminal waits for a card before it gives up by itself. */
  readonly inputLimitMs?: number;
  /** How long the bank takes to answer. */
  readonly bankMs?: number;
}

export interface CounterTerminalHooks {
  readonly hasFault: (name: string) => boolean;
  /** Something that a person can see has changed. */
  readonly changed: () => void;
  /** A request has begun or ended. */
  readonly occupied: () => void;
}

export const counterActions: readonly SimAction[] = [
  {
    name: 'present-card',
    words: 'Hold a payment card against the terminal',
    args: { bank: bankAnswers.join(' | ') },
  },
  { name: 'red-key', words: 'Press the red key' },
  {
    name: 'set-bank',
    words: 'Decide what the bank will say to the next cards',
    args: { bank: bankAnswers.join(' | ') },
  },
];

/** Faults that do not depend on the line. */
export const counterFaults: readonly NamedFault[] = [
  { name: 'decline', words: 'The bank declines every card' },
  { name: 'out-of-order', words: 'Says that it cannot work' },
  { name: 'garbled', words: 'Answers bytes that make no sense' },
  { name: 'wrong-echo', words: 'Answers for another amount and another reference' },
  { name: 'full-pan', words: 'Misbehaves: sends whole card numbers, expiry dates and tickets' },
];

const resultShownMs = 5_000;
const keptTransactions = 1_000;
const welcome = ['BIENVENUE', ''];

/** The card that people hold against it; a test number that no bank gives out. */
const wholePan = '4970109876544869';

/**
 * What stands on the counter, whatever line it is on: one customer at a time, a bank behind it, a journal. It goes on
 * with a payment whose line was lost and books what the bank approved.
 */
export class CounterTerminal {
  readonly #clock: Clock;
  readonly #inputLimitMs: number;
  readonly #bankMs: number;
  readonly #hooks: CounterTerminalHooks;
  readonly #booked: BookedTransaction[] = [];
  #job: Job | undefined;
  #display: readonly string[] = welcome;
  #bank: BankAnswer = 'approve';
  #cancelJobTimer: CancelTimer = () => undefined;
  #cancelDisplayTimer: CancelTimer = () => undefined;
  #serial = 6_647;

  constructor(options: CounterTerminalOptions, hooks: CounterTerminalHooks) {
    this.#clock = options.clock;
    this.#inputLimitMs = options.inputLimitMs ?? 60_000;
    this.#bankMs = options.bankMs ?? 1_200;
    this.#hooks = hooks;
  }

  /** The terminal's journal, oldest first. */
  get booked(): readonly BookedTransaction[] {
    return this.#booked;
  }

  /** What it is at work on. */
  get job(): CounterRequest | undefined {
    return this.#job;
  }

  /** The number of the card at the terminal as it sends it. */
  get pan(): string {
    return this.#hooks.hasFault('full-pan') ? wholePan : `497010######${wholePan.slice(-4)}`;
  }

  stop(): void {
    this.#cancelJobTimer();
    this.#cancelDisplayTimer();
    this.#job = undefined;
  }

  view(): SimView {
    const job = this.#job;
    return {
      display: this.#display,
      phase: job?.phase ?? 'idle',
      action: job?.action ?? null,
      amountCents: job?.amountCents ?? null,
      reference: job?.reference ?? null,
      waitingMs: job ? Math.round(this.#clock.monotonicMs() - job.sinceMonotonicMs) : null,
      waitingLimitMs: job ? (job.phase === 'waiting-card' ? this.#inputLimitMs : this.#bankMs) : null,
      bank: this.#bank,
      transactions: this.#booked.slice(-20),
    };
  }

  /** One of `counterActions`. */
  perform(action: string, args: Readonly<Record<string, unknown>>): void {
    if (action === 'present-card') {
      this.#presentCard(args.bank === undefined ? this.#bank : bankAnswer(args.bank));
    } else if (action === 'set-bank') {
      this.#bank = bankAnswer(args.bank);
      this.#hooks.changed();
    } else this.#pressRedKey();
  }

  /** To be called while there is no job. */
  begin(request: CounterRequest): void {
    const begun = { ...request, sinceMonotonicMs: this.#clock.monotonicMs() };
    if (request.action === 'cancellation') {
      this.#show(['ANNULATION', 'MERCI DE PATIENTER']);
      this.#enter({ ...begun, phase: 'asking-bank' }, this.#bankMs, () => this.#cancelBooked());
    } else {
      const word = request.action === 'credit' ? 'CREDIT' : 'MONTANT';
      this.#show([`${word} ${euros(request.amountCents)} EUR`, 'PRESENTEZ VOTRE CARTE']);
      this.#enter({ ...begun, phase: 'waiting-card' }, this.#inputLimitMs, () =>
        this.#fail('08', 'DELAI DEPASSE'),
      );
    }
  }

  /** A number of its own for an approval. */
  nextAuthorisation(): string {
    this.#serial += 1;
    return String(this.#serial).padStart(6, '0');
  }

  /** What to tell of a reference: the last thing done under it, or else the last thing tried. */
  lastWord(reference: string | undefined): BookedTransaction | undefined {
    const entries = this.#booked.filter((entry) => entry.reference === reference);
    return entries.findLast((entry) => entry.done) ?? entries.at(-1);
  }

  #enter(job: Job, limitMs: number, then: () => void): void {
    this.#cancelJobTimer();
    this.#job = job;
    this.#cancelJobTimer = this.#clock.setTimer(limitMs, then);
    this.#hooks.changed();
    this.#hooks.occupied();
  }

  #presentCard(bank: BankAnswer): void {
    const job = this.#job;
    if (job?.phase !== 'waiting-card') {
      throw new NotPossible('now', 'The terminal does not wait for a card.');
    }
    this.#show(['DEMANDE EN COURS', 'MERCI DE PATIENTER']);
    this.#enter(
      { ...job, phase: 'asking-bank', sinceMonotonicMs: this.#clock.monotonicMs() },
      this.#bankMs,
      () => {
        if (bank === 'decline' || this.#hooks.hasFault('decline')) this.#fail('04', 'PAIEMENT REFUSE');
        else this.#approve(bank === 'timeout-after-approval' || this.#losesAnswers);
      },
    );
  }

  get #losesAnswers(): boolean {
    return this.#hooks.hasFault('timeout-after-approval');
  }

  #pressRedKey(): void {
    if (this.#job?.phase !== 'waiting-card') {
      throw new NotPossible('now', 'The terminal is not waiting for a card: the red key does nothing.');
    }
    this.#fail('11', 'ABANDON');
  }

  /** Undoes the latest payment of the amount that has not been given back. */
  #cancelBooked(): void {
    const givenBack = new Set(this.#booked.map((entry) => entry.undoes));
    const debit = this.#booked.findLast(
      (entry) =>
        entry.action === 'debit' &&
        entry.done &&
        entry.amountCents === this.#job?.amountCents &&
        !givenBack.has(entry.reference),
    );
    if (debit) this.#approve(this.#losesAnswers, debit.reference);
    else this.#fail('10', 'ANNULATION IMPOSSIBLE');
  }

  #approve(loseAnswer: boolean, undoes: string | null = null): void {
    const shown = undoes === null ? ['PAIEMENT ACCEPTE', 'REPRENEZ VOTRE CARTE'] : ['PAIEMENT ANNULE', ''];
    const job = this.#finish({ done: true, undoes, reason: null }, shown);
    job?.tell({ kind: loseAnswer ? 'done-unheard' : 'done' });
  }

  #fail(reason: string, shown: string): void {
    const job = this.#finish({ done: false, undoes: null, reason }, [shown, '']);
    job?.tell({ kind: 'not-done', reason });
  }

  /** Books the outcome before anything is said about it. */
  #finish(
    outcome: Pick<BookedTransaction, 'done' | 'undoes' | 'reason'>,
    shown: readonly string[],
  ): Job | undefined {
    const job = this.#job;
    if (!job) return undefined;
    this.#cancelJobTimer();
    const { reference, action, amountCents } = job;
    this.#booked.push({ reference, action, amountCents, ...outcome, atMs: this.#clock.wallMs() });
    if (this.#booked.length > keptTransactions) this.#booked.shift();
    this.#job = undefined;
    this.#show(shown);
    this.#cancelDisplayTimer = this.#clock.setTimer(resultShownMs, () => this.#show(welcome));
    this.#hooks.occupied();
    return job;
  }

  #show(lines: readonly string[]): void {
    this.#cancelDisplayTimer();
    this.#display = lines;
    this.#hooks.changed();
  }
}

/** What a person chose for the bank, from outside. Throws a sentence when it is none of the answers. */
export function bankAnswer(value: unknown): BankAnswer {
  const known = bankAnswers.find((answer) => answer === value);
  if (!known) throw new NotPossible('unknown', `The bank says one of ${bankAnswers.join(', ')}.`);
  return known;
}

/** As a display writes it, `39,90`. */
export function euros(cents: number): string {
  return `${Math.floor(cents / 100)},${String(cents % 100).padStart(2, '0')}`;
}

/** The card at the terminal, for a misbehaving one that prints it on its ticket. */
export const ticketWithCard = `CARTE ${wholePan} FIN 12/29`;
