import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock } from '@portillon/core/base/clock.ts';

interface Channelled {
  readonly request: object & { readonly path?: string };
  readonly response?: { readonly statusCode: number };
}

const channels = {
  created: 'undici:request:create',
  answered: 'undici:request:headers',
  failed: 'undici:request:error',
};

/** Every push that goes out of this process, watched at the HTTP client of Node: when it went, and what came of it. */
export class WatchedPushes {
  /** From the request to the status line of its answer. */
  readonly answeredMs: number[] = [];
  /** How many of those were told to come again. */
  toldToComeAgain = 0;
  /** How many were answered with anything else than that or 200. */
  refused = 0;
  failed = 0;
  readonly #sentMs = new WeakMap<object, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    subscribe(channels.created, this.#created);
    subscribe(channels.answered, this.#answered);
    subscribe(channels.failed, this.#failed);
  }

  stop(): void {
    unsubscribe(channels.created, this.#created);
    unsubscribe(channels.answered, this.#answered);
    unsubscribe(channels.failed, this.#failed);
  }

  readonly #created = (message: unknown) => {
    const { request } = message as Channelled;
    if (request.path === '/v1/push') this.#sentMs.set(request, this.#clock.monotonicMs());
  };

  readonly #answered = (message: unknown) => {
    const { request, response } = message as Channelled;
    const sentMs = this.#sentMs.get(request);
    if (sentMs === undefined) return;
    this.answeredMs.push(this.#clock.monotonicMs() - sentMs);
    if (response?.statusCode === 503) this.toldToComeAgain += 1;
    else if (response?.statusCode !== 200) this.refused += 1;
  };

  readonly #failed = (message: unknown) => {
    if (this.#sentMs.has((message as Channelled).request)) this.failed += 1;
  };
}
