import { delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import type { ConcertDialectName } from '@portillon/drivers/payment-terminal/concert/concert-dialect.ts';
import { inPieces } from '../../line/pieces.ts';
import { PtyLine } from '../../line/pty-line.ts';
import type { NamedFault, SimView } from '../../sim.ts';
import { SimDevice } from '../../sim-device.ts';
import {
  type BookedTransaction,
  CounterTerminal,
  type CounterTerminalOptions,
  counterActions,
  counterFaults,
} from '../counter-terminal.ts';
import { TlvConversation, tlvMeaning } from '../tlv-conversation.ts';
import { TerminalEnd } from './terminal-end.ts';
import { V2Conversation, v2Meaning } from './v2-conversation.ts';

export interface ConcertSimOptions extends CounterTerminalOptions {
  readonly name: string;
  /** Where the serial port appears. */
  readonly path: string;
  readonly dialect: ConcertDialectName;
  readonly baud?: number;
  /** How long it waits for the till's ACK, and before it calls again. */
  readonly callMs?: number;
  readonly random?: Random;
}

const faults: readonly NamedFault[] = [
  ...counterFaults,
  {
    name: 'timeout-after-approval',
    words: 'The bank approves and books, the terminal restarts before it answers',
  },
  { name: 'busy', words: 'At work for another till: calls are refused' },
  { name: 'silent', words: 'Hears everything and says nothing' },
  { name: 'cable-pulled', words: 'Serial cable out' },
  { name: 'slow-segments', words: 'Answers arrive in pieces (on from the start)' },
  { name: 'bad-lrc', words: 'Answers arrive damaged twice and are repeated' },
  { name: 'nak', words: 'Refuses every text twice before it takes it' },
  { name: 'short-answer', words: 'Answers without the report that was asked for (Concert V2)' },
];

/** How the two dialects are delivered: the old one with parity, the new one on what USB stacks offer. */
const lineSettings: Readonly<Record<ConcertDialectName, string>> = {
  v2: '&data=7&parity=even',
  v3: '',
};

const pieceGapMs = 2;
const restartMs = 400;
/** What `bad-lrc` and `nak` do twice, so that the third time succeeds. */
const spoiledTimes = 2;

/** A Concert terminal on a serial line: one customer at a time, and calls refused meanwhile. */
export class ConcertSim extends SimDevice {
  readonly model = 'concert';
  readonly address: string;
  readonly #line: PtyLine;
  readonly #random: Random;
  readonly #counter: CounterTerminal;
  readonly #end: TerminalEnd;
  #writing: Promise<void> = Promise.resolve();
  #restarting: Promise<void> = Promise.resolve();
  #refusedInARow = 0;
  #started = false;

  constructor(options: ConcertSimOptions) {
    super(options, counterActions, faults);
    this.address = `serial://${options.path}?baud=${options.baud ?? 9_600}${lineSettings[options.dialect]}`;
    this.#line = new PtyLine(options.path);
    this.#random = options.random ?? new SeededRandom(1);
    const hasFault = (name: string) => this.hasFault(name);
    this.#counter = new CounterTerminal(options, {
      hasFault,
      changed: () => this.changed(),
      occupied: () => undefined,
    });
    const isV2 = options.dialect === 'v2';
    const conversation = isV2
      ? new V2Conversation(this.#counter, hasFault)
      : new TlvConversation(this.#counter, hasFault);
    const meaningOf = isV2 ? v2Meaning : tlvMeaning;
    const end = new TerminalEnd({
      clock: options.clock,
      ...(options.callMs === undefined ? {} : { callMs: options.callMs }),
      write: (bytes) => this.#write(bytes),
      meetCall: () => {
        if (this.hasFault('silent')) return 'ignore';
        // A till that speaks V2 exchanges no text at rest: calls are all that can be garbled then.
        if (isV2 && this.hasFault('garbled')) return 'noise';
        return this.hasFault('busy') || this.#counter.job ? 'refuse' : 'accept';
      },
      accepts: (text) => this.#accepts(text, meaningOf(text)),
      heard: (text) =>
        conversation.hear(text, (answer) => {
          if (answer === null) this.#restart();
          else if (!this.hasFault('silent')) end.answer(answer);
        }),
      spoils: (sending) => this.hasFault('bad-lrc') && sending <= spoiledTimes,
      notUnderstood: (what) => this.record(new Uint8Array(0), what),
    });
    this.#end = end;
    this.#line.onData((bytes) => end.receive(bytes));
  }

  /** The terminal's journal, oldest first. */
  get booked(): readonly BookedTransaction[] {
    return this.#counter.booked;
  }

  async start(): Promise<void> {
    await this.setFault('slow-segments', true);
    this.#started = true;
    await this.#line.plugIn();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#counter.stop();
    this.#end.stop();
    await this.#restarting;
    await this.#line.unplug();
  }

  view(): SimView {
    return { ...this.#counter.view(), pluggedIn: this.#line.pluggedIn, faults: this.faultsOn };
  }

  protected override async perform(
    action: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    return this.#counter.perform(action, args);
  }

  protected override async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name !== 'cable-pulled' || !this.#started) return;
    await (on ? this.#line.unplug() : this.#line.plugIn());
  }

  /** Its port goes away and comes back, as a USB terminal's does; its journal stays. */
  #restart(): void {
    this.#restarting = this.#restarting.then(async () => {
      await this.#line.unplug();
      await delay(this.clock, restartMs);
      if (this.#started && !this.hasFault('cable-pulled')) await this.#line.plugIn();
    });
  }

  #accepts(text: Uint8Array, meaning: string): boolean {
    if (this.hasFault('nak') && this.#refusedInARow < spoiledTimes) {
      this.#refusedInARow++;
      this.record(text, `refused: ${meaning}`);
      return false;
    }
    this.#refusedInARow = 0;
    this.record(text, meaning);
    return true;
  }

  /** One after the other: a control byte must not overtake the pieces before it. */
  #write(bytes: Uint8Array): void {
    const pieces = this.hasFault('slow-segments') ? inPieces(bytes, this.#random) : [bytes];
    this.#writing = this.#writing.then(async () => {
      for (const [index, piece] of pieces.entries()) {
        if (index > 0) await delay(this.clock, pieceGapMs);
        this.#line.write(piece);
      }
    });
  }
}
