import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type CancelTimer, type Clock, delay, isoTime } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { inPieces } from '../../line/pieces.ts';
import type { NamedFault, SimAction, SimView } from '../../sim.ts';
import { SimDevice } from '../../sim-device.ts';
import { NotPossible } from '../../world/not-possible.ts';
import { type PrinterCommand, readCommand } from './escpos-commands.ts';
import { codesOf, linesOf, Paper } from './paper.ts';
import { paperSvg } from './paper-svg.ts';
import { type RealTimeCommand, RealTimeFilter } from './real-time-commands.ts';

export interface EscPosSimOptions {
  readonly name: string;
  readonly clock: Clock;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Width of the roll; 80 unless told. */
  readonly paperMm?: 58 | 80;
  /** Characters in a line, where a model differs. */
  readonly columns?: number;
  /** How long a line of text takes: 20 ms at 200 mm a second. */
  readonly rowMs?: number;
  /** Lines on a new roll. */
  readonly rollRows?: number;
  readonly random?: Random;
}

/** A piece of paper as it can be read. */
export interface PrintedPaper {
  readonly index: number;
  readonly lines: readonly string[];
  /** Data of its QR codes, from top to bottom. */
  readonly qr: readonly string[];
  readonly cut: boolean;
  readonly torn: boolean;
  readonly startedAt: string;
}

const actions: readonly SimAction[] = [
  {
    name: 'tear-off',
    words: 'Take the receipt',
    args: { index: 'number of the paper; the last unless told' },
  },
  { name: 'new-roll', words: 'Put in a new roll of paper' },
];

const faults: readonly NamedFault[] = [
  { name: 'paper-out', words: 'No paper' },
  { name: 'paper-near-end', words: 'The roll is nearly used up' },
  { name: 'cover-open', words: 'The cover is open' },
  { name: 'cutter-error', words: 'The cutter is blocked' },
  { name: 'silent', words: 'Prints, but never answers' },
  { name: 'garbled', words: 'Answers bytes that make no sense' },
  { name: 'unasked', words: 'Sends an answer that nobody asked for before each right one' },
  { name: 'cable-pulled', words: 'Network cable out' },
  { name: 'power-off', words: 'No power: what was not yet printed is forgotten' },
  { name: 'paper-out-mid-print', words: 'The paper ends six lines into the next receipt' },
  { name: 'cover-open-mid-print', words: 'The cover is opened six lines into the next receipt' },
  { name: 'power-off-mid-print', words: 'The power goes six lines into the next receipt' },
];

/** Faults that wait for the middle of a receipt, and what each turns into there. */
const midPrint = new Map([
  ['paper-out-mid-print', 'paper-out'],
  ['cover-open-mid-print', 'cover-open'],
  ['power-off-mid-print', 'power-off'],
]);
const midPrintRows = 6;

const nearEndRows = 150;
const bufferLimit = 65_536;
const pieceGapMs = 1;
const waitingLimit = 4;

/**
 * A receipt printer on the network. It reads its stream with a decoder of its own, prints line by line, stops where it is
 * when paper, cover or cutter fail and goes on when they are well again, and serves one connection at a time: the next
 * waits unanswered until the first is closed.
 */
export class EscPosSim extends SimDevice {
  readonly model = 'escpos';
  readonly columns: number;
  readonly #rowMs: number;
  readonly #rollRows: number;
  readonly #random: Random;
  readonly #paper: Paper;
  readonly #torn = new Set<number>();
  #port: number;
  #server: Server | undefined;
  #started = false;
  #socket: Socket | undefined;
  readonly #waiting: Socket[] = [];
  #filter = new RealTimeFilter();
  #buffer = new Uint8Array(0);
  #automaticMask = 0;
  #rowsLeft: number;
  #cancelRow: CancelTimer | undefined;
  #cutterJammed = false;
  #sending: Promise<void> = Promise.resolve();
  #switching: Promise<unknown> = Promise.resolve();

  constructor(options: EscPosSimOptions) {
    super(options, actions, faults);
    this.#port = options.port ?? 0;
    this.columns = options.columns ?? (options.paperMm === 58 ? 32 : 48);
    this.#rowMs = options.rowMs ?? 20;
    this.#rollRows = options.rollRows ?? 8_000;
    this.#rowsLeft = this.#rollRows;
    this.#random = options.random ?? new SeededRandom(3);
    this.#paper = new Paper(this.columns, () => isoTime(this.clock.wallMs()));
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#started = true;
    if (this.#isReachable) await this.#listen();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelRow?.();
    this.#cancelRow = undefined;
    this.#unplug();
    await this.#switching;
    await this.#sending;
  }

  /** All paper that was printed on, oldest first. */
  paper(): readonly PrintedPaper[] {
    return this.#paper.receipts.map((receipt) => ({
      index: receipt.index,
      lines: linesOf(receipt),
      qr: codesOf(receipt),
      cut: receipt.cut,
      torn: this.#torn.has(receipt.index),
      startedAt: receipt.startedAt,
    }));
  }

  /** A piece of paper as an image. Throws a sentence when there is none of this number. */
  paperSvg(index: number): string {
    const receipt = this.#paper.receipts.find((candidate) => candidate.index === index);
    if (!receipt) throw new NotPossible('unknown', `There is no paper ${index}.`);
    return paperSvg(receipt, this.columns);
  }

  view(): SimView {
    const last = this.#paper.receipts.at(-1);
    return {
      status: this.#isOffline ? 'stopped' : this.#cancelRow ? 'printing' : 'idle',
      paper: this.#paperEnd ? 'out' : this.#paperNearEnd ? 'nearly out' : 'ok',
      rowsLeft: this.#rowsLeft,
      cover: this.hasFault('cover-open') ? 'open' : 'closed',
      cutter: this.#cutterJammed ? 'blocked' : 'ok',
      bytesWaiting: this.#buffer.length,
      papers: this.#paper.receipts.length,
      rowsOnLastPaper: last?.rows.length ?? 0,
      hangingOut: last && !this.#torn.has(last.index) ? last.index : null,
      faults: this.faultsOn,
    };
  }

  protected override async perform(
    action: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    if (action === 'tear-off') return this.#tearOff(args.index);
    this.#rowsLeft = this.#rollRows;
    await this.setFault('paper-out', false);
    await this.setFault('paper-near-end', false);
    this.#stateChanged();
    return undefined;
  }

  protected override async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'power-off' && on) this.#losePower();
    if ((name === 'cable-pulled' || name === 'power-off') && this.#started) {
      if (on) this.#unplug();
      else if (this.#isReachable && !this.#server) await this.#listen();
    }
    if (name === 'cutter-error' && !on) this.#cutterJammed = false;
    this.#stateChanged();
  }

  get #isReachable(): boolean {
    return !this.hasFault('cable-pulled') && !this.hasFault('power-off');
  }

  get #paperEnd(): boolean {
    return this.hasFault('paper-out') || this.#rowsLeft <= 0;
  }

  get #paperNearEnd(): boolean {
    return this.#paperEnd || this.hasFault('paper-near-end') || this.#rowsLeft < nearEndRows;
  }

  get #isOffline(): boolean {
    return this.#paperEnd || this.hasFault('cover-open') || this.#cutterJammed || this.hasFault('power-off');
  }

  #tearOff(wanted: unknown): { readonly index: number } {
    const receipt = this.#paper.receipts.findLast((candidate) =>
      wanted === undefined ? !this.#torn.has(candidate.index) : candidate.index === wanted,
    );
    if (!receipt || this.#torn.has(receipt.index)) {
      throw new NotPossible('now', 'Nothing hangs out of the printer.');
    }
    if (!receipt.cut) throw new NotPossible('now', 'This receipt has not been cut yet.');
    this.#torn.add(receipt.index);
    this.changed();
    return { index: receipt.index };
  }

  async #listen(): Promise<void> {
    const server = createServer((socket) => this.#connected(socket));
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      throw new Error(
        `The port ${this.#port} of ${this.name} cannot be opened: ${(error as Error).message}.`,
      );
    }
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  #unplug(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    this.#socket?.resetAndDestroy();
  }

  #connected(socket: Socket): void {
    socket.on('error', () => undefined); // the other end left: its own end tells the story
    if (!this.#socket) this.#serve(socket);
    else if (this.#waiting.length < waitingLimit) this.#waiting.push(socket);
    else socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#socket = socket;
    this.#automaticMask = 0;
    this.#filter = new RealTimeFilter();
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('close', () => {
      this.#socket = undefined;
      const next = this.#waiting.shift();
      if (next && !next.destroyed) this.#serve(next);
    });
  }

  #receive(bytes: Uint8Array): void {
    const { rest, commands } = this.#filter.push(bytes);
    const words = commands.map((command) =>
      command.kind === 'ask-status' ? `ask status ${command.n}` : command.kind,
    );
    if (rest.length > 0) words.push(`${rest.length} bytes to print`);
    this.record(bytes, words.join(', '));
    for (const command of commands) this.#carryOut(command);
    this.#buffer = Uint8Array.from([...this.#buffer, ...rest]).slice(0, bufferLimit);
    this.#work();
  }

  #carryOut(command: RealTimeCommand): void {
    switch (command.kind) {
      case 'ask-status':
        this.#answer(Uint8Array.of(this.#realTimeStatus(command.n)));
        return;
      case 'recover':
        this.#cutterJammed = this.hasFault('cutter-error');
        if (command.clears) this.#clear();
        this.#stateChanged();
        return;
      case 'clear-buffers':
        this.#clear();
        this.#cutterJammed = this.hasFault('cutter-error');
        this.#answer(Uint8Array.of(0x37, 0x25, 0x00));
    }
  }

  #losePower(): void {
    this.#cancelRow?.();
    this.#cancelRow = undefined;
    this.#cutterJammed = false;
    this.#automaticMask = 0;
    this.#clear();
  }

  #clear(): void {
    this.#buffer = new Uint8Array(0);
    this.#paper.clear();
  }

  /** Carries out what waits, until something takes time or cannot go on. */
  #work(): void {
    while (!this.#cancelRow && !this.#isOffline) {
      const read = readCommand(this.#buffer);
      if (!read) return;
      if (read.command.kind === 'cut' && this.hasFault('cutter-error')) {
        this.#cutterJammed = true;
        this.#stateChanged();
        return;
      }
      this.#buffer = this.#buffer.slice(read.length);
      this.#execute(read.command);
    }
  }

  #execute(command: PrinterCommand): void {
    switch (command.kind) {
      case 'automatic-status':
        this.#automaticMask = command.mask;
        if (command.mask !== 0) this.#answer(this.#automaticStatus());
        return;
      case 'paper-sensor':
        this.#answer(Uint8Array.of((this.#paperNearEnd ? 0x03 : 0) | (this.#paperEnd ? 0x0c : 0)));
        return;
      case 'process-id':
        this.#answer(Uint8Array.of(0x37, 0x22, ...command.id, 0x00));
        return;
    }
    const rows = this.#paper.apply(command);
    if (rows === 0) return;
    const wasNearEnd = this.#paperNearEnd;
    this.#rowsLeft -= rows;
    if (this.#failsMidPrint()) return;
    this.#cancelRow = this.clock.setTimer(rows * this.#rowMs, () => {
      this.#cancelRow = undefined;
      if (wasNearEnd !== this.#paperNearEnd || this.#paperEnd) this.#stateChanged();
      this.#work();
      this.changed();
    });
    this.changed();
  }

  /** Turns a fault that waited for the middle of a receipt into what it stands for. */
  #failsMidPrint(): boolean {
    const last = this.#paper.receipts.at(-1);
    if (!last || last.cut || last.rows.length < midPrintRows) return false;
    const waiting = [...midPrint].find(([name]) => this.hasFault(name));
    if (!waiting) return false;
    const [name, becomes] = waiting;
    this.#switching = Promise.all([this.setFault(becomes, true), this.setFault(name, false)]);
    return true;
  }

  /** Tells the host, if it wants to be told, and goes on printing where that is possible again. */
  #stateChanged(): void {
    if (this.#automaticMask !== 0) this.#answer(this.#automaticStatus());
    this.#work();
    this.changed();
  }

  #realTimeStatus(n: number): number {
    const always = 0x12;
    switch (n) {
      case 1:
        return always | (this.#isOffline ? 0x08 : 0);
      case 2:
        return (
          always |
          (this.hasFault('cover-open') ? 0x04 : 0) |
          (this.#paperEnd ? 0x20 : 0) |
          (this.#cutterJammed ? 0x40 : 0)
        );
      case 3:
        return always | (this.#cutterJammed ? 0x08 : 0);
      default:
        return always | (this.#paperNearEnd ? 0x0c : 0) | (this.#paperEnd ? 0x60 : 0);
    }
  }

  #automaticStatus(): Uint8Array {
    return Uint8Array.of(
      0x10 | (this.#isOffline ? 0x08 : 0) | (this.hasFault('cover-open') ? 0x20 : 0),
      this.#cutterJammed ? 0x08 : 0,
      (this.#paperNearEnd ? 0x03 : 0) | (this.#paperEnd ? 0x0c : 0),
      0,
    );
  }

  #answer(bytes: Uint8Array): void {
    if (this.hasFault('silent')) return;
    const socket = this.#socket;
    const sent = this.hasFault('garbled') ? bytes.map((byte) => byte | 0x81) : bytes;
    const unasked = this.hasFault('unasked') ? [Uint8Array.of(0x37, 0x22, 0x58, 0x58, 0x58, 0x58, 0x00)] : [];
    this.#sending = this.#sending.then(async () => {
      for (const piece of [...unasked, ...inPieces(sent, this.#random)]) {
        if (!socket || socket.destroyed) return;
        socket.write(piece);
        await delay(this.clock, pieceGapMs);
      }
    });
  }
}
