import { type CancelTimer, type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Apdu, encodeApdu } from '@portillon/drivers/payment-terminal/zvt/apdu.ts';
import {
  BlockParser,
  type BlockToken,
  blockAnswers,
  encodeBlock,
} from '@portillon/drivers/payment-terminal/zvt/serial-block.ts';
import { PtyLine } from '../../line/pty-line.ts';
import type { ZvtSimLine, ZvtSimLineEvents } from './zvt-sim-line.ts';

const pieceGapMs = 2;
const mostTries = 3;
/** Where the content of a block begins, and a byte of it that no damage turns into a mark. */
const damagedByte = 2;

export interface ZvtSimSerialOptions {
  readonly path: string;
  readonly baud: number;
  /** T2: how long a block waits for its acknowledgement. */
  readonly ackLimitMs: number;
}

/** Blocks over a pseudo-terminal: each is acknowledged at once, and sent again up to twice when nobody does. */
export class ZvtSimSerial implements ZvtSimLine {
  readonly address: string;
  readonly #clock: Clock;
  readonly #events: ZvtSimLineEvents;
  readonly #line: PtyLine;
  readonly #ackLimitMs: number;
  #parser = new BlockParser();
  #writing: Promise<void> = Promise.resolve();
  readonly #outbox: Apdu[] = [];
  #sending: { readonly apdu: Apdu; tries: number } | undefined;
  #cancelAckLimit: CancelTimer = () => undefined;
  #started = false;

  constructor(clock: Clock, options: ZvtSimSerialOptions, events: ZvtSimLineEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#ackLimitMs = options.ackLimitMs;
    this.#line = new PtyLine(options.path);
    this.address = `serial://${encodeURI(options.path)}?baud=${options.baud}&stop=2`;
    this.#line.onData((bytes) => this.#receive(bytes));
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#line.plugIn();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#forget();
    await this.#writing;
    await this.#line.unplug();
  }

  send(apdu: Apdu): void {
    this.#outbox.push(apdu);
    if (!this.#sending) this.#sendNext();
  }

  /** A serial line has no end that could be seen: what was to be said is left unsaid. */
  drop(): void {
    this.#forget();
  }

  async pull(out: boolean): Promise<void> {
    if (!this.#started) return;
    if (out) {
      this.#forget();
      await this.#line.unplug();
    } else await this.#line.plugIn();
  }

  #forget(): void {
    this.#cancelAckLimit();
    this.#sending = undefined;
    this.#outbox.length = 0;
    this.#parser = new BlockParser();
  }

  #sendNext(): void {
    this.#cancelAckLimit();
    const apdu = this.#outbox.shift();
    this.#sending = apdu && { apdu, tries: 0 };
    if (this.#sending) this.#try();
  }

  #try(): void {
    const sending = this.#sending;
    if (!sending) return;
    this.#cancelAckLimit();
    if (sending.tries >= mostTries) {
      this.#sendNext();
      return;
    }
    sending.tries++;
    this.#write(this.#asSent(sending.apdu));
    this.#cancelAckLimit = this.#clock.setTimer(this.#ackLimitMs, () => this.#try());
  }

  #asSent(apdu: Apdu): Uint8Array {
    const block = encodeBlock(apdu);
    if (this.#events.isGarbled()) block[damagedByte] = (block[damagedByte] ?? 0) ^ 0x40;
    return block;
  }

  #receive(bytes: Uint8Array): void {
    if (this.#events.isSilent()) return;
    const { frames, discarded } = this.#parser.push(bytes);
    if (discarded > 0) this.#events.onNonsense(bytes);
    for (const token of frames) this.#take(token);
  }

  #take(token: BlockToken): void {
    switch (token.kind) {
      case 'ack':
        if (this.#sending) this.#sendNext();
        return;
      case 'nak':
        this.#try();
        return;
      case 'damaged':
        this.#write(Uint8Array.of(blockAnswers.nak));
        return;
      case 'apdu':
        this.#write(Uint8Array.of(blockAnswers.ack));
        this.#events.onApdu(token.apdu, encodeApdu(token.apdu));
        return;
    }
  }

  #write(bytes: Uint8Array): void {
    this.#writing = this.#writing.then(async () => {
      for (const piece of this.#events.inPieces(bytes)) {
        this.#line.write(piece);
        await delay(this.#clock, pieceGapMs);
      }
    });
  }
}
