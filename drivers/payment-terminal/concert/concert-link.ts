import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { ConcertParser } from './concert-frame.ts';
import {
  atRest,
  limitOf,
  next,
  type SessionInput,
  type SessionLimits,
  type SessionReport,
  type SessionState,
} from './concert-session.ts';

export interface ConcertLinkOptions {
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly write: (bytes: Uint8Array) => void;
  readonly onReport: (report: SessionReport) => void;
  /** Told of every byte thrown away. */
  readonly onDiscarded: (count: number) => void;
}

/** Runs the session over one connection: bytes in and out, and the timer of its state. */
export class ConcertLink {
  readonly #options: ConcertLinkOptions;
  readonly #parser = new ConcertParser();
  #state: SessionState = atRest;
  #cancelLimit: CancelTimer = () => undefined;

  constructor(options: ConcertLinkOptions) {
    this.#options = options;
  }

  /**
   * Calls, and says `text`; without one it hangs up once the call is accepted. Ends in the report `reached`, `not-taken`
   * or `sent`; not to be called before the last one has ended.
   */
  say(text: Uint8Array | null, mostTries: number): void {
    this.#take({ kind: 'say', text, mostTries });
  }

  receive(bytes: Uint8Array): void {
    const { frames, discarded } = this.#parser.push(bytes);
    for (const token of frames) this.#take(token);
    this.#discarded(discarded);
    if (discarded > 0) this.#take({ kind: 'noise' });
  }

  /** The connection is gone. */
  end(): void {
    this.#cancelLimit();
    this.#discarded(this.#parser.reset());
  }

  #take(input: SessionInput): void {
    const before = this.#state;
    const { state, write, reports } = next(before, input);
    this.#state = state;
    if (state !== before) this.#startLimit(state);
    if (write && write.length > 0) this.#options.write(write);
    for (const report of reports) this.#options.onReport(report);
  }

  #startLimit(state: SessionState): void {
    this.#cancelLimit();
    const limitMs = limitOf(state, this.#options.limits);
    if (limitMs === null) return;
    this.#cancelLimit = this.#options.clock.setTimer(limitMs, () => {
      // Half a frame whose rest does not come must not swallow the next one.
      this.#discarded(this.#parser.reset());
      this.#take({ kind: 'limit' });
    });
  }

  #discarded(count: number): void {
    if (count > 0) this.#options.onDiscarded(count);
  }
}
