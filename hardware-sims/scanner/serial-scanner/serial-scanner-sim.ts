import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { encodeSerialScan } from '@portillon/drivers/scanner/serial/serial-scan.ts';
import { inPieces } from '../../line/pieces.ts';
import { type LineWatch, PtyLine } from '../../line/pty-line.ts';
import type { NamedFault, SimView } from '../../sim.ts';
import { SimDevice } from '../../sim-device.ts';
import { NotPossible } from '../../world/not-possible.ts';

export interface SerialScannerSimOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Where the serial port appears. */
  readonly path: string;
  readonly baud?: number;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  /** `aim`: it sends `]Q1` before each code, as for a QR code. */
  readonly symbology?: 'none' | 'aim' | undefined;
  readonly random?: Random;
  readonly watch?: LineWatch;
}

/** Between two pieces of a code; a real scanner's USB packets are about 1 ms apart. */
const pieceGapMs = 1;
/** A scanner that needs no hand reads what is still held before it again. */
const repeats = 8;
const repeatEveryMs = 100;
const longCode = 4_096;
const endlessEveryMs = 20;

const faults: readonly NamedFault[] = [
  { name: 'cable-pulled', words: 'Cable out' },
  { name: 'garbled', words: 'Noise comes with the code: bytes that are no text' },
  { name: 'whole', words: 'A code comes in one piece (as a rule it comes in several)' },
  { name: 'torn', words: 'The second half of every code is lost on the way, and its suffix with it' },
  { name: 'four-kilobytes', words: 'Every code is read as one of 4,096 characters' },
  { name: 'repeats', words: 'Reads what it sees again, ten times a second for a while' },
  { name: 'never-stops', words: 'Sends without end and without a suffix, as fast as the line carries' },
];

/** A scanner in presentation mode: it reads what is held before it and sends it, and listens to nothing. */
export class SerialScannerSim extends SimDevice {
  readonly model = 'serial-scanner';
  readonly address: string;
  readonly #line: PtyLine;
  readonly #form: Required<Parameters<typeof encodeSerialScan>>[1];
  readonly #random: Random;
  readonly #baud: number;
  #started = false;
  #lastText: string | null = null;
  #cancelEndless: CancelTimer = () => undefined;

  constructor(options: SerialScannerSimOptions) {
    super(
      options,
      [{ name: 'scan', words: 'Hold a code before the scanner', args: { text: 'what the code says' } }],
      faults,
    );
    this.#line = new PtyLine(options.path, options.watch);
    this.#baud = options.baud ?? 115_200;
    this.address = `serial://${options.path}?baud=${this.#baud}`;
    this.#form = {
      prefix: options.prefix ?? '',
      suffix: options.suffix ?? '\r',
      symbology: options.symbology === 'aim' ? ']Q1' : '',
    };
    this.#random = options.random ?? new SeededRandom(1);
    this.#line.onData((bytes) => this.record(bytes, 'a scanner is told nothing'));
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#line.plugIn();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelEndless();
    await this.#line.unplug();
  }

  view(): SimView {
    return { pluggedIn: this.#line.pluggedIn, lastText: this.#lastText, faults: this.faultsOn };
  }

  protected async perform(_action: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (typeof args.text !== 'string') throw new NotPossible('unknown', 'A scan needs the text of the code.');
    if (!this.#line.pluggedIn) throw new NotPossible('now', 'The cable of the scanner is out.');
    this.#lastText = args.text;
    this.changed();
    await this.#send(args.text);
    for (let again = 1; again < repeats && this.hasFault('repeats'); again++) {
      await delay(this.clock, repeatEveryMs);
      await this.#send(args.text);
    }
    return undefined;
  }

  protected async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'never-stops') {
      this.#cancelEndless();
      if (on) this.#sendEndlessly();
    }
    if (name !== 'cable-pulled' || !this.#started) return;
    await (on ? this.#line.unplug() : this.#line.plugIn());
  }

  async #send(text: string): Promise<void> {
    const code = encodeSerialScan(
      this.hasFault('four-kilobytes') ? text.padEnd(longCode, '.') : text,
      this.#form,
    );
    const whole = this.hasFault('torn') ? code.subarray(0, code.length >> 1) : code;
    const bytes = this.hasFault('garbled') ? withNoise(whole) : whole;
    const pieces = this.hasFault('whole') ? [bytes] : inPieces(bytes, this.#random);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await delay(this.clock, pieceGapMs);
      if (this.#line.pluggedIn) this.#line.write(piece);
    }
  }

  #sendEndlessly(): void {
    const perTick = Math.round((this.#baud / 10) * (endlessEveryMs / 1_000));
    if (this.#line.pluggedIn) this.#line.write(new Uint8Array(perTick).fill(0x41));
    this.#cancelEndless = this.clock.setTimer(endlessEveryMs, () => this.#sendEndlessly());
  }
}

/** FF is in no UTF-8 text. */
function withNoise(code: Uint8Array): Uint8Array {
  const middle = code.length >> 1;
  return Uint8Array.of(...code.subarray(0, middle), 0xff, ...code.subarray(middle));
}
