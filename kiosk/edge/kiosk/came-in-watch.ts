import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { CredentialId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { CameInScreen } from '../../bridge/came-in-view.ts';
import type { CameIn } from '../../store/club-people.ts';
import type { EdgeStore } from '../../store/edge-store.ts';

/** As many as are recognised at a glance; nobody needs more to compare a face. */
const shownMost = 5;
const lookAgainMs = 1_000;

export interface CameInWatchOptions {
  readonly store: EdgeStore;
  readonly identity: () => EdgeIdentity | null;
  readonly timeZone: () => string;
  readonly clock: Clock;
  readonly log: Log;
  /** Whenever it shows something else than before. */
  readonly show: (screen: CameInScreen) => void;
}

/** Staff at the kiosk compare who came in with who it should be, with or without a network (W-PERSON-8). */
export class CameInWatch {
  readonly #options: CameInWatchOptions;
  /** Told apart by identity: one that was ended shows nothing more. */
  #watching: { readonly fromRepair: boolean } | null = null;
  #shown = '';
  #cancel: CancelTimer = () => undefined;

  constructor(options: CameInWatchOptions) {
    this.#options = options;
  }

  /** Staff of this club alone, whatever entity the club belongs to: those of others work elsewhere. */
  mayBeShownTo(credentialId: CredentialId): boolean {
    const { store, identity } = this.#options;
    const record = store.book.credential(credentialId);
    return store.people !== null && record !== null && record.homeClubId === identity()?.clubId;
  }

  /** The first screen is shown once it was read. */
  async begin(credentialId: CredentialId, fromRepair: boolean): Promise<void> {
    this.end();
    const watching = { fromRepair };
    this.#watching = watching;
    // Who looked, by id; whom they saw is in no log.
    this.#options.log.info('kiosk.people-shown', { credentialId });
    await this.#look(watching);
  }

  /** Nothing of anybody is kept (I8). */
  end(): void {
    this.#cancel();
    this.#watching = null;
    this.#shown = '';
  }

  async #look(watching: { readonly fromRepair: boolean }): Promise<void> {
    const { store, clock, log } = this.#options;
    invariant(store.people, 'people are shown where they are kept');
    const people = await store.people.cameIn(shownMost);
    if (this.#watching !== watching) return;
    const screen: CameInScreen = {
      name: 'came-in',
      people: people.map((person) => this.#shownAs(person)),
      fromRepair: watching.fromRepair,
    };
    const text = JSON.stringify(screen);
    if (text !== this.#shown) {
      this.#shown = text;
      this.#options.show(screen);
    }
    this.#cancel = clock.setTimer(lookAgainMs, () => {
      this.#look(watching).catch((error: unknown) =>
        log.error('kiosk.people-not-read', { detail: String(error) }),
      );
    });
  }

  #shownAs({ atMs, who, givenName, familyName, photo }: CameIn): CameInScreen['people'][number] {
    return {
      atMs,
      at: timeOfDay(atMs, this.#options.timeZone()),
      who,
      name: who === 'own' ? [givenName, familyName].filter(Boolean).join(' ') : null,
      photo:
        photo &&
        `data:image/${photo[0] === 0x89 ? 'png' : 'jpeg'};base64,${Buffer.from(photo).toString('base64')}`,
    };
  }
}

function timeOfDay(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(atMs);
}
