import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { Connection } from '../../transport/transport.ts';
import { type Apdu, encodeApdu } from './apdu.ts';
import type { ApduLine, ApduLineOptions } from './apdu-line.ts';
import { Inbox } from './inbox.ts';
import { BlockParser, type BlockToken, blockAnswers, encodeBlock } from './serial-block.ts';

export interface BlockLineOptions extends ApduLineOptions {
  /** T1: silence inside a block that makes it damaged (PA00P016: 200 ms). */
  readonly byteGapMs?: number;
  /** T2: how long a block waits for its acknowledgement (5 s), before each of two repeats. */
  readonly ackLimitMs?: number;
}

interface Sending {
  readonly bytes: Uint8Array;
  tries: number;
  readonly settle: (result: Result<void, Fault>) => void;
}

const mostTries = 3;

/**
 * APDUs over a serial line. Each block is answered with one byte before it is looked at:
 *
 *   block ──▶                    again after 5 s of silence or a NAK, three times in all
 *         ◀── 06 | 15
 *         ◀── block              a new block instead of 06 says that ours has arrived
 *   06 | 15 ──▶                  15 for a damaged one: the terminal sends it again
 *
 * Blocks carry no number. One that equals the last while nothing of ours has arrived since is that one again, its
 * acknowledgement lost: it is acknowledged and dropped. To take it for a new question would answer twice, and the second
 * `80 00` would book a sale (rule ZV3 of the README).
 */
export class BlockLine implements ApduLine {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #inbox: Inbox;
  readonly #parser = new BlockParser();
  readonly #onDiscarded: (count: number) => void;
  readonly #byteGapMs: number;
  readonly #ackLimitMs: number;
  readonly #outbox: Sending[] = [];
  #sending: Sending | undefined;
  #cancelAckLimit: CancelTimer = () => undefined;
  #cancelGap: CancelTimer = () => undefined;
  #unanswered: Uint8Array | undefined;
  #damagedInRow = 0;
  #end: Fault | undefined;

  constructor(options: BlockLineOptions) {
    const { connection, clock, onDiscarded } = options;
    this.#connection = connection;
    this.#clock = clock;
    this.#onDiscarded = onDiscarded;
    this.#byteGapMs = options.byteGapMs ?? 200;
    this.#ackLimitMs = options.ackLimitMs ?? 5_000;
    this.#inbox = new Inbox({ clock, onDiscarded });
    connection.onData((bytes) => this.#receive(bytes));
    connection.onEnd((end) =>
      this.#ended(end.by === 'world' ? end.fault : fault('transport.closed', 'closed by the driver')),
    );
  }

  send(apdu: Apdu): Promise<Result<void, Fault>> {
    if (this.#end) return Promise.resolve(err(this.#end));
    return new Promise((resolve) => {
      this.#outbox.push({ bytes: encodeBlock(apdu), tries: 0, settle: resolve });
      if (!this.#sending) this.#sendNext();
    });
  }

  next(limitMs: number): Promise<Result<Apdu, Fault>> {
    return this.#inbox.next(limitMs);
  }

  onArrival(listener: () => void): () => void {
    return this.#inbox.onArrival(listener);
  }

  forgetWaiting(): void {
    this.#inbox.forgetWaiting();
  }

  #sendNext(): void {
    this.#sending = this.#outbox.shift();
    if (this.#sending) this.#try(this.#sending);
  }

  #try(sending: Sending): void {
    sending.tries++;
    this.#cancelAckLimit();
    this.#cancelAckLimit = this.#clock.setTimer(this.#ackLimitMs, () =>
      this.#again(sending, 'line.no-answer'),
    );
    void this.#connection.write(sending.bytes).then((written) => {
      if (!written.ok) this.#ended(written.error);
    });
  }

  #again(sending: Sending, why: 'line.no-answer' | 'line.garbled'): void {
    if (sending.tries < mostTries) this.#try(sending);
    else this.#sent(err(fault(why, `a block was not acknowledged in ${mostTries} tries`)));
  }

  #sent(result: Result<void, Fault>): void {
    const sending = this.#sending;
    if (!sending) return;
    this.#cancelAckLimit();
    if (result.ok) this.#unanswered = undefined;
    this.#sendNext();
    sending.settle(result);
  }

  #receive(bytes: Uint8Array): void {
    this.#cancelGap();
    const parsed = this.#parser.push(bytes);
    if (parsed.discarded > 0) this.#onDiscarded(parsed.discarded);
    for (const token of parsed.frames) this.#take(token);
    if (!this.#parser.isInsideBlock) return;
    this.#cancelGap = this.#clock.setTimer(this.#byteGapMs, () => {
      this.#onDiscarded(this.#parser.reset());
      this.#take({ kind: 'damaged' });
    });
  }

  #take(token: BlockToken): void {
    switch (token.kind) {
      case 'ack':
        this.#sent(ok(undefined));
        return;
      case 'nak':
        if (this.#sending) this.#again(this.#sending, 'line.garbled');
        return;
      case 'damaged':
        this.#takeDamaged();
        return;
      case 'apdu':
        this.#takeApdu(token.apdu);
        return;
    }
  }

  #takeDamaged(): void {
    this.#answer(blockAnswers.nak);
    if (++this.#damagedInRow < mostTries) return;
    this.#damagedInRow = 0;
    this.#inbox.put(err(fault('line.garbled', 'every repeat of a block was damaged')));
  }

  #takeApdu(apdu: Apdu): void {
    this.#damagedInRow = 0;
    const bytes = encodeApdu(apdu);
    const isRepeat = this.#unanswered !== undefined && Buffer.compare(this.#unanswered, bytes) === 0;
    if (!isRepeat) this.#sent(ok(undefined));
    this.#answer(blockAnswers.ack);
    if (isRepeat) {
      this.#onDiscarded(bytes.length);
      return;
    }
    this.#unanswered = bytes;
    this.#inbox.put(ok(apdu));
  }

  /** A failure to write ends the connection, which tells it. */
  #answer(byte: number): void {
    void this.#connection.write(Uint8Array.of(byte));
  }

  #ended(reason: Fault): void {
    if (this.#end) return;
    this.#end = reason;
    this.#cancelGap();
    const unsent = this.#outbox.splice(0);
    this.#sent(err(reason));
    for (const { settle } of unsent) settle(err(reason));
    this.#inbox.end(reason);
  }
}
