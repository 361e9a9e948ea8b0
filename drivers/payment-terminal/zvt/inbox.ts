import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, type Result } from '@portillon/core/base/result.ts';
import { type Apdu, encodeApdu } from './apdu.ts';

type Arrival = Result<Apdu, Fault>;

/** More than any terminal sends without being answered; beyond, the oldest go and are counted. */
const keptArrivals = 64;

/** What the terminal has said and nobody has read, and the one who waits for more. */
export class Inbox {
  readonly #clock: Clock;
  readonly #onDiscarded: (count: number) => void;
  #waiting: Arrival[] = [];
  #end: Fault | undefined;
  #asker: ((arrival: Arrival) => void) | undefined;
  #listener: () => void = () => undefined;

  constructor(options: { readonly clock: Clock; readonly onDiscarded: (count: number) => void }) {
    this.#clock = options.clock;
    this.#onDiscarded = options.onDiscarded;
  }

  put(arrival: Arrival): void {
    if (this.#asker) {
      this.#asker(arrival);
      return;
    }
    this.#waiting.push(arrival);
    const oldest = this.#waiting.length > keptArrivals ? this.#waiting.shift() : undefined;
    if (oldest?.ok) this.#onDiscarded(encodeApdu(oldest.value).length);
    this.#listener();
  }

  end(reason: Fault): void {
    this.#end = reason;
    this.#asker?.(err(reason));
    this.#listener();
  }

  next(limitMs: number): Promise<Arrival> {
    invariant(!this.#asker, 'one caller at a time waits for the terminal');
    const first = this.#waiting.shift();
    if (first) return Promise.resolve(first);
    if (this.#end) return Promise.resolve(err(this.#end));
    return new Promise((resolve) => {
      const settle = (arrival: Arrival): void => {
        cancel();
        this.#asker = undefined;
        resolve(arrival);
      };
      const cancel: CancelTimer = this.#clock.setTimer(limitMs, () =>
        settle(err(fault('line.no-answer', `nothing within ${limitMs} ms`))),
      );
      this.#asker = settle;
    });
  }

  onArrival(listener: () => void): () => void {
    this.#listener = listener;
    if (this.#waiting.length > 0 || this.#end) listener();
    return () => {
      this.#listener = () => undefined;
    };
  }

  /** Throws away what waits, counted. */
  forgetWaiting(): void {
    for (const arrival of this.#waiting) if (arrival.ok) this.#onDiscarded(encodeApdu(arrival.value).length);
    this.#waiting = [];
  }
}
