import { type Clock, delay } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { laterFeedKinds, toldPhotoMaxBytes } from '@portillon/core/wire/messages.ts';
import type { AgentStore, EdgeIdentity, PeopleOfStore } from './agent-store.ts';
import { BackOff } from './back-off.ts';
import type { BaseClient } from './base-client.ts';
import { Bell } from './bell.ts';

/** Kinds of records that the base is asked for: people only where the box has somebody to show them to (W-PERSON-5). */
export function kindsAskedFor({ people }: AgentStore): string {
  return laterFeedKinds.filter((kind) => kind !== 'person' || people).join(',');
}

const photoLimitMs = 30_000;
const atOnce = 20;
/** Somebody else's events may have rung in vain: it is looked again all the same. */
const lookAgainMs = 60_000;

export interface PhotoFetcherOptions {
  readonly client: BaseClient;
  readonly people: PeopleOfStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Resolves when no event waits to be sent, or when the agent stops. */
  readonly quiet: () => Promise<void>;
  readonly stopped: AbortSignal;
}

/** Fetches the photos of the club's own people who were let in, one at a time, after everything else (W-PERSON-6). */
export class PhotoFetcher {
  readonly #options: PhotoFetcherOptions;
  readonly #bell = new Bell();
  /** Not told to this club, as the base said; asked for again once people are told anew. */
  readonly #notTold = new Set<string>();

  constructor(options: PhotoFetcherOptions) {
    this.#options = options;
  }

  /** Somebody may have been let in. */
  look(): void {
    this.#bell.ring();
  }

  /** Somebody is new, or has another photo. */
  peopleTold(): void {
    this.#notTold.clear();
    this.#bell.ring();
  }

  /** Until the agent stops. */
  async run(identity: EdgeIdentity): Promise<void> {
    const { people, clock, random, stopped } = this.#options;
    const backOff = new BackOff(random);
    while (!stopped.aborted) {
      const wanted = await people.wantedPhotos(atOnce + this.#notTold.size);
      const next = wanted.find((digest) => !this.#notTold.has(digest));
      if (next === undefined) {
        await this.#bell.wait(clock, lookAgainMs, stopped);
        continue;
      }
      const againInMs = await this.#fetch(identity, next);
      if (againInMs === null) backOff.reset();
      else await delay(clock, Math.max(againInMs, backOff.nextMs()), stopped).catch(() => 'stopped');
    }
  }

  /** Null once it is settled; otherwise when to try again at the earliest, in ms. */
  async #fetch(identity: EdgeIdentity, digest: string): Promise<number | null> {
    const { client, people, log, quiet } = this.#options;
    await quiet();
    const came = await client.bytes(`/v1/photos/${digest}`, photoLimitMs, identity);
    if (came.ok && came.value.length <= toldPhotoMaxBytes) {
      await people.keepPhoto(digest, came.value);
      return null;
    }
    // A base of the version before knows no such address (`request.not-found`).
    if (came.ok || came.error.final) {
      this.#notTold.add(digest);
      log.warn('sync.photo-not-told', { code: came.ok ? 'too-large' : came.error.code });
      return null;
    }
    return came.error.retryAfterMs ?? 0;
  }
}
