import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type CancelTimer, type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { encodeTlv, parseTlv, type TlvField } from '@portillon/drivers/payment-terminal/concert-tlv/tlv.ts';
import { inPieces } from '../../line/pieces.ts';
import type { NamedFault, SimAction, SimView } from '../../sim.ts';
import { SimDevice } from '../../sim-device.ts';
import { NotPossible } from '../../world/not-possible.ts';

export interface CaisseApSimOptions {
  readonly name: string;
  readonly clock: Clock;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** How long the terminal waits for a card before it gives up by itself. */
  readonly inputLimitMs?: number;
  /** How long the bank takes to answer. */
  readonly bankMs?: number;
  readonly random?: Random;
}

const bankAnswers = ['approve', 'decline', 'timeout-after-approval'] as const;
export type BankAnswer = (typeof bankAnswers)[number];

/** One entry of the terminal's own journal. */
export interface BookedTransaction {
  readonly reference: string;
  readonly action: 'debit' | 'credit' | 'cancellation';
  readonly amountCents: number;
  readonly done: boolean;
  /** Of a cancellation that was done: the reference of the debit it gave back. */
  readonly undoes: string | null;
  /** Field AF where nothing was done. */
  readonly reason: string | null;
  readonly atMs: number;
}

interface Job {
  readonly action: 'debit' | 'credit' | 'cancellation';
  readonly phase: 'waiting-card' | 'asking-bank';
  readonly reference: string;
  readonly amountCents: number;
  readonly request: ReadonlyMap<string, string>;
  readonly socket: Socket;
  readonly sinceMonotonicMs: number;
}

const actions: readonly SimAction[] = [
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

const faults: readonly NamedFault[] = [
  { name: 'decline', words: 'The bank declines every card' },
  {
    name: 'timeout-after-approval',
    words: 'The bank approves and books, the connection dies before the answer',
  },
  { name: 'busy', words: 'At work for another till: connections are refused' },
  { name: 'out-of-order', words: 'Says that it cannot work' },
  { name: 'garbled', words: 'Answers bytes that make no sense' },
  { name: 'wrong-echo', words: 'Answers for another amount and another reference' },
  { name: 'silent', words: 'Accepts connections and never answers' },
  { name: 'cable-pulled', words: 'Network cable out' },
  { name: 'full-pan', words: 'Misbehaves: sends whole card numbers, expiry dates and tickets' },
  { name: 'slow-segments', words: 'Answers arrive in pieces (on from the start)' },
];

const actionNames = { '0': 'debit', '1': 'credit', '2': 'cancellation' } as const;
const actionCodes = { debit: '0', credit: '1', cancellation: '2' } as const;

const requestQuietMs = 20;
const pieceGapMs = 10;
const listenRetryMs = 100;
const resultShownMs = 5_000;
const keptTransactions = 1_000;
const longestRequest = 16_384;
const welcome = ['BIENVENUE', ''];

/** The card that people hold against it; a test number that no bank gives out. */
const wholePan = '4970109876544869';

/**
 * A Caisse-AP terminal on the counter: one customer at a time, and connections refused meanwhile. It goes on with a
 * payment whose line was lost, books what the bank approved, and tells the truth about it when asked (CD T, CD 3).
 */
export class CaisseApSim extends SimDevice {
  readonly model = 'caisse-ap';
  readonly #random: Random;
  readonly #inputLimitMs: number;
  readonly #bankMs: number;
  #port: number;
  #server: Server | undefined;
  #started = false;
  readonly #sockets = new Set<Socket>();
  #job: Job | undefined;
  #display: readonly string[] = welcome;
  #bank: BankAnswer = 'approve';
  readonly #booked: BookedTransaction[] = [];
  #cancelJobTimer: CancelTimer = () => undefined;
  #cancelDisplayTimer: CancelTimer = () => undefined;
  #cancelListenTimer: CancelTimer = () => undefined;
  #serial = 6_647;

  constructor(options: CaisseApSimOptions) {
    super(options, actions, faults);
    this.#port = options.port ?? 0;
    this.#inputLimitMs = options.inputLimitMs ?? 60_000;
    this.#bankMs = options.bankMs ?? 1_200;
    this.#random = options.random ?? new SeededRandom(1);
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  /** The terminal's journal, oldest first. */
  get booked(): readonly BookedTransaction[] {
    return this.#booked;
  }

  async start(): Promise<void> {
    await this.setFault('slow-segments', true);
    this.#started = true;
    try {
      await this.#followListening();
    } catch (error) {
      throw new Error(
        `The port ${this.#port} of ${this.name} cannot be opened: ${(error as Error).message}.`,
      );
    }
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelJobTimer();
    this.#cancelDisplayTimer();
    this.#job = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await this.#followListening();
  }

  view(): SimView {
    const job = this.#job;
    return {
      display: this.#display,
      phase: job?.phase ?? 'idle',
      action: job?.action ?? null,
      amountCents: job?.amountCents ?? null,
      reference: job?.reference ?? null,
      waitingMs: job ? Math.round(this.clock.monotonicMs() - job.sinceMonotonicMs) : null,
      waitingLimitMs: job ? (job.phase === 'waiting-card' ? this.#inputLimitMs : this.#bankMs) : null,
      bank: this.#bank,
      transactions: this.#booked.slice(-20),
      faults: this.faultsOn,
    };
  }

  protected override async perform(
    action: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    switch (action) {
      case 'present-card':
        return this.#presentCard(args.bank === undefined ? this.#bank : bankAnswer(args.bank));
      case 'set-bank':
        this.#bank = bankAnswer(args.bank);
        this.changed();
        return undefined;
      default:
        return this.#pressRedKey();
    }
  }

  protected override async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'cable-pulled' && on) for (const socket of this.#sockets) socket.resetAndDestroy();
    if (name === 'cable-pulled' || name === 'busy') this.#listenAgain();
  }

  /** Refusing means not listening: a terminal that is at work does not accept and then wait. */
  async #followListening(): Promise<void> {
    this.#cancelListenTimer();
    const wanted = this.#started && !this.#job && !this.hasFault('busy') && !this.hasFault('cable-pulled');
    if (wanted && !this.#server) {
      const server = createServer((socket) => this.#serve(socket));
      this.#server = server;
      server.listen(this.#port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address !== null && typeof address === 'object') this.#port = address.port;
    } else if (!wanted && this.#server) {
      this.#server.close(); // ends the listening at once; connections that are open go on
      this.#server = undefined;
    }
  }

  /** Another program may have taken the port while we did not listen: it is tried until it is free again. */
  #listenAgain(): void {
    this.#followListening().catch(() => {
      this.#server = undefined;
      this.#cancelListenTimer = this.clock.setTimer(listenRetryMs, () => this.#listenAgain());
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    let received = new Uint8Array(0);
    let cancelQuiet: CancelTimer = () => undefined;
    socket.on('error', () => undefined); // the other end left while we wrote: its own end tells the story
    socket.on('close', () => {
      cancelQuiet();
      this.#sockets.delete(socket);
    });
    socket.on('data', (bytes) => {
      cancelQuiet();
      received = Uint8Array.from([...received, ...bytes]);
      if (received.length > longestRequest) {
        socket.destroy();
        return;
      }
      const text = parseTlv(received);
      if (text.kind === 'partial') return;
      cancelQuiet = this.clock.setTimer(requestQuietMs, () => {
        const request = received;
        received = new Uint8Array(0);
        if (text.kind === 'malformed') {
          this.record(request, `nonsense: ${text.detail}`);
          this.#answer(socket, new Map(), '01', [{ tag: 'AF', value: '09' }]);
        } else {
          this.record(request, meaningOf(text.fields));
          this.#handle(socket, text.fields);
        }
      });
    });
  }

  #handle(socket: Socket, request: ReadonlyMap<string, string>): void {
    if (this.hasFault('silent')) return;
    const refuse = (reason: string) => this.#answer(socket, request, '01', [{ tag: 'AF', value: reason }]);
    const action = request.get('CD');
    if (action === 'T' || action === '3') this.#tellStatus(socket, request);
    else if (this.hasFault('out-of-order')) refuse('07');
    else if (action === 'I') this.#answer(socket, request, '10', []);
    else if (action !== '0' && action !== '1' && action !== '2') refuse('12');
    else if (!/^[0-9]{2,12}$/.test(request.get('CB') ?? '')) refuse('09');
    else if (this.#job) refuse('07');
    else this.#begin(socket, request, actionNames[action]);
  }

  #begin(socket: Socket, request: ReadonlyMap<string, string>, action: Job['action']): void {
    const payment = {
      action,
      reference: request.get('CH') ?? '',
      amountCents: Number(request.get('CB')),
      request,
      socket,
      sinceMonotonicMs: this.clock.monotonicMs(),
    };
    if (action === 'cancellation') {
      this.#show(['ANNULATION', 'MERCI DE PATIENTER']);
      this.#enter({ ...payment, phase: 'asking-bank' }, this.#bankMs, () => this.#cancelBooked());
    } else {
      const word = action === 'credit' ? 'CREDIT' : 'MONTANT';
      this.#show([`${word} ${euros(payment.amountCents)} EUR`, 'PRESENTEZ VOTRE CARTE']);
      this.#enter({ ...payment, phase: 'waiting-card' }, this.#inputLimitMs, () =>
        this.#fail('08', 'DELAI DEPASSE'),
      );
    }
  }

  #enter(job: Job, limitMs: number, then: () => void): void {
    this.#cancelJobTimer();
    this.#job = job;
    this.#cancelJobTimer = this.clock.setTimer(limitMs, then);
    this.changed();
    this.#listenAgain();
  }

  #presentCard(bank: BankAnswer): void {
    const job = this.#job;
    if (job?.phase !== 'waiting-card') {
      throw new NotPossible('now', 'The terminal does not wait for a card.');
    }
    this.#show(['DEMANDE EN COURS', 'MERCI DE PATIENTER']);
    this.#enter(
      { ...job, phase: 'asking-bank', sinceMonotonicMs: this.clock.monotonicMs() },
      this.#bankMs,
      () => {
        if (bank === 'decline' || this.hasFault('decline')) this.#fail('04', 'PAIEMENT REFUSE');
        else this.#approve(bank === 'timeout-after-approval' || this.hasFault('timeout-after-approval'));
      },
    );
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
    if (debit) this.#approve(this.hasFault('timeout-after-approval'), debit.reference);
    else this.#fail('10', 'ANNULATION IMPOSSIBLE');
  }

  #approve(loseAnswer: boolean, undoes: string | null = null): void {
    const shown = undoes === null ? ['PAIEMENT ACCEPTE', 'REPRENEZ VOTRE CARTE'] : ['PAIEMENT ANNULE', ''];
    const job = this.#finish({ done: true, undoes, reason: null }, shown);
    if (!job) return;
    if (loseAnswer) job.socket.resetAndDestroy();
    else this.#answer(job.socket, job.request, '10', this.#slipFields());
  }

  #fail(reason: string, shown: string): void {
    const job = this.#finish({ done: false, undoes: null, reason }, [shown, '']);
    if (!job) return;
    // Without the amount, as an Ingenico Desk/5000 answers when the customer cancels.
    const echoed = new Map([...job.request].filter(([tag]) => reason !== '11' || tag !== 'CB'));
    this.#answer(job.socket, echoed, '01', [{ tag: 'AF', value: reason }]);
  }

  /** Books the outcome before anything is said about it. */
  #finish(
    outcome: Pick<BookedTransaction, 'done' | 'undoes' | 'reason'>,
    shown: readonly string[],
  ): Job | undefined {
    const job = this.#job;
    if (!job) return undefined;
    this.#cancelJobTimer();
    this.#booked.push({
      reference: job.reference,
      action: job.action,
      amountCents: job.amountCents,
      ...outcome,
      atMs: this.clock.wallMs(),
    });
    if (this.#booked.length > keptTransactions) this.#booked.shift();
    this.#job = undefined;
    this.#show(shown);
    this.#cancelDisplayTimer = this.clock.setTimer(resultShownMs, () => this.#show(welcome));
    this.#listenAgain();
    return job;
  }

  #tellStatus(socket: Socket, request: ReadonlyMap<string, string>): void {
    const reference = request.get('CH');
    const entry = lastWord(this.#booked.filter((booked) => booked.reference === reference));
    if (this.#job && this.#job.reference === reference) {
      this.#answer(socket, request, '11', []);
      return;
    }
    if (!entry) {
      this.#answer(socket, request, '01', [{ tag: 'AF', value: '00' }]);
      return;
    }
    const found = new Map(request);
    found.set('CD', actionCodes[entry.action]);
    found.set('CB', String(entry.amountCents).padStart(12, '0'));
    if (entry.done) this.#answer(socket, found, '10', this.#slipFields());
    else this.#answer(socket, found, '01', [{ tag: 'AF', value: entry.reason ?? '00' }]);
  }

  /** In the order of the recorded exchange of the akretion simulator. */
  #slipFields(): readonly TlvField[] {
    this.#serial += 1;
    const fields = [
      { tag: 'CC', value: '00B' },
      { tag: 'CI', value: '2' },
      { tag: 'AC', value: String(this.#serial).padStart(6, '0') },
      { tag: 'AA', value: this.hasFault('full-pan') ? wholePan : `497010######${wholePan.slice(-4)}` },
      { tag: 'AI', value: 'A0000000421010' },
      { tag: 'CG', value: '6424242' },
    ];
    if (!this.hasFault('full-pan')) return fields;
    return [...fields, { tag: 'AB', value: '2912' }, { tag: 'AK', value: `CARTE ${wholePan} FIN 12/29` }];
  }

  #answer(
    socket: Socket,
    request: ReadonlyMap<string, string>,
    outcome: string,
    more: readonly TlvField[],
  ): void {
    const fields: TlvField[] = [];
    for (const tag of ['CZ', 'CJ', 'CA', 'CE', 'BA', 'CD', 'CB', 'CH']) {
      const value = request.get(tag);
      if (value !== undefined)
        fields.push({ tag, value: this.hasFault('wrong-echo') ? wrong(tag, value) : value });
    }
    if (fields.length === 0) fields.push({ tag: 'CZ', value: '0300' });
    const bytes = encodeTlv([...fields, { tag: 'AE', value: outcome }, ...more]);
    if (this.hasFault('garbled')) bytes.set(bytes.subarray(0, 12).map((byte) => byte ^ 0x80));
    void this.#send(socket, bytes);
  }

  async #send(socket: Socket, bytes: Uint8Array): Promise<void> {
    const pieces = this.hasFault('slow-segments') ? inPieces(bytes, this.#random) : [bytes];
    for (const piece of pieces) {
      if (socket.destroyed) return;
      socket.write(piece);
      await delay(this.clock, pieceGapMs);
    }
  }

  #show(lines: readonly string[]): void {
    this.#cancelDisplayTimer();
    this.#display = lines;
    this.changed();
  }
}

/** What to tell of a reference: the last thing done under it, or else the last thing tried. */
function lastWord(entries: readonly BookedTransaction[]): BookedTransaction | undefined {
  return entries.findLast((entry) => entry.done) ?? entries.at(-1);
}

function bankAnswer(value: unknown): BankAnswer {
  const known = bankAnswers.find((answer) => answer === value);
  if (!known) throw new NotPossible('unknown', `The bank says one of ${bankAnswers.join(', ')}.`);
  return known;
}

function wrong(tag: string, value: string): string {
  if (tag === 'CB') return String(Number(value) + 100).padStart(value.length, '0');
  return tag === 'CH' ? `X${value.slice(1)}` : value;
}

function meaningOf(request: ReadonlyMap<string, string>): string {
  const names: Readonly<Record<string, string>> = {
    '0': 'debit',
    '1': 'credit',
    '2': 'cancellation',
    '3': 'duplicate',
    I: 'identification',
    T: 'status',
  };
  const action = request.get('CD') ?? '';
  const amount = request.get('CB');
  const words = [names[action] ?? `action ${action}`];
  if (amount !== undefined) words.push(`${euros(Number(amount))} EUR`);
  const reference = request.get('CH');
  if (reference !== undefined) words.push(`reference ${reference}`);
  return words.join(', ');
}

function euros(cents: number): string {
  return `${Math.floor(cents / 100)},${String(cents % 100).padStart(2, '0')}`;
}
