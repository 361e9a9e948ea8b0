import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { FrameParser } from '../framing/frame-parser.ts';
import type { Connection } from '../transport/transport.ts';

export interface FrameReaderOptions<Frame> {
  readonly connection: Connection;
  readonly parser: FrameParser<Frame>;
  readonly clock: Clock;
  /** Told of every byte thrown away: `(count) => line.countDiscarded(count)`. */
  readonly onDiscarded: (count: number) => void;
}

/** Frames that arrived and were not asked for; beyond that the oldest go. */
const keptFrames = 64;

/**
 * Turns the bytes of one connection into frames that a driver asks for one after another. It lives as long as its
 * connection: make a new one for each. For request and answer:
 *
 *   const stale = frames.takeWaiting();                    // answers to questions never asked: count and forget
 *   await connection.write(encode(question));
 *   const answer = await frames.next(300);
 *   if (!answer.ok) …                                      // line.no-answer, transport.pulled or transport.closed
 */
export class FrameReader<Frame> {
  readonly #clock: Clock;
  readonly #parser: FrameParser<Frame>;
  readonly #onDiscarded: (count: number) => void;
  readonly #waiting: Frame[] = [];
  #end: Fault | undefined;
  #asker: ((answer: Result<Frame, Fault>) => void) | undefined;

  constructor(options: FrameReaderOptions<Frame>) {
    this.#clock = options.clock;
    this.#parser = options.parser;
    this.#onDiscarded = options.onDiscarded;
    options.connection.onData((bytes) => this.#receive(bytes));
    options.connection.onEnd((end) => {
      this.#end = end.by === 'world' ? end.fault : fault('transport.closed', 'closed by the driver');
      this.#asker?.(err(this.#end));
    });
  }

  /**
   * The next frame, one that waits already or one that arrives within `limitMs`. Faults: `line.no-answer` after the
   * limit, or the end of the connection once no frame waits any more. One question at a time.
   */
  next(limitMs: number): Promise<Result<Frame, Fault>> {
    invariant(!this.#asker, 'one caller at a time waits for a frame');
    const first = this.#waiting.shift();
    if (first !== undefined) return Promise.resolve(ok(first));
    if (this.#end) return Promise.resolve(err(this.#end));
    return new Promise((resolve) => {
      const settle = (answer: Result<Frame, Fault>): void => {
        cancel();
        this.#asker = undefined;
        resolve(answer);
      };
      const cancel: CancelTimer = this.#clock.setTimer(limitMs, () =>
        settle(err(fault('line.no-answer', `nothing within ${limitMs} ms`))),
      );
      this.#asker = settle;
    });
  }

  /** Frames that have arrived and were not read, taken out of the queue. */
  takeWaiting(): readonly Frame[] {
    return this.#waiting.splice(0);
  }

  /** Forgets half a frame, for instance after a silence that the protocol does not allow inside one. */
  forgetPartial(): void {
    this.#report(this.#parser.reset());
  }

  #receive(bytes: Uint8Array): void {
    const parsed = this.#parser.push(bytes);
    this.#report(parsed.discarded);
    for (const frame of parsed.frames) {
      if (this.#asker) this.#asker(ok(frame));
      else this.#waiting.push(frame);
    }
    const excess = Math.max(0, this.#waiting.length - keptFrames);
    this.#waiting.splice(0, excess);
    this.#report(excess); // a byte each at the least: nothing goes uncounted
  }

  #report(count: number): void {
    if (count > 0) this.#onDiscarded(count);
  }
}
