import type { Clock } from '@portillon/core/base/clock.ts';
import { delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { encodeSerialScan } from '@portillon/drivers/scanner/serial/serial-scan.ts';
import { inPieces } from '../../line/pieces.ts';
import { PtyLine } from '../../line/pty-line.ts';
import type { SimView } from '../../sim.ts';
import { SimDevice } from '../../sim-device.ts';
import { NotPossible } from '../../world/not-possible.ts';

export interface SerialScannerSimOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Where the serial port appears. */
  readonly path: string;
  readonly baud?: number;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly random?: Random;
}

/** Between two pieces of a code; a real scanner's USB packets are about 1 ms apart. */
const pieceGapMs = 1;

/** A scanner in presentation mode: it reads what is held before it and sends it, and listens to nothing. */
export class SerialScannerSim extends SimDevice {
  readonly model = 'serial-scanner';
  readonly address: string;
  readonly #line: PtyLine;
  readonly #form: { readonly prefix: string; readonly suffix: string };
  readonly #random: Random;
  #started = false;
  #lastText: string | null = null;

  constructor(options: SerialScannerSimOptions) {
    super(
      options,
      [{ name: 'scan', words: 'Hold a code before the scanner', args: { text: 'what the code says' } }],
      [
        { name: 'cable-pulled', words: 'Cable out' },
        { name: 'garbled', words: 'Noise comes with the code: bytes that are no text' },
        { name: 'whole', words: 'A code comes in one piece (as a rule it comes in several)' },
      ],
    );
    this.#line = new PtyLine(options.path);
    this.address = `serial://${options.path}?baud=${options.baud ?? 115_200}`;
    this.#form = { prefix: options.prefix ?? '', suffix: options.suffix ?? '\r' };
    this.#random = options.random ?? new SeededRandom(1);
    this.#line.onData((bytes) => this.record(bytes, 'a scanner is told nothing'));
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#line.plugIn();
  }

  async stop(): Promise<void> {
    this.#started = false;
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
    const code = encodeSerialScan(args.text, this.#form);
    const bytes = this.hasFault('garbled') ? withNoise(code) : code;
    const pieces = this.hasFault('whole') ? [bytes] : inPieces(bytes, this.#random);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await delay(this.clock, pieceGapMs);
      this.#line.write(piece);
    }
    return undefined;
  }

  protected async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name !== 'cable-pulled' || !this.#started) return;
    await (on ? this.#line.unplug() : this.#line.plugIn());
  }
}

/** FF is in no UTF-8 text. */
function withNoise(code: Uint8Array): Uint8Array {
  const middle = code.length >> 1;
  return Uint8Array.of(...code.subarray(0, middle), 0xff, ...code.subarray(middle));
}
