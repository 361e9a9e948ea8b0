import { type CancelTimer, type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { type CredentialId, type MemberId, newId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { cameInShown } from '@portillon/core/wire/event.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { CameInScreen } from '../../bridge/came-in-view.ts';
import type { CameIn } from '../../store/club-people.ts';
import type { EdgeStore } from '../../store/edge-store.ts';

const lookAgainMs = 1_000;

export interface CameInWatchOptions {
  readonly store: EdgeStore;
  readonly identity: () => EdgeIdentity | null;
  readonly timeZone: () => string;
  /** What the box calls itself. */
  readonly boxName: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onEvent: () => void;
  /** Whenever it shows something else than before. */
  readonly show: (screen: CameInScreen) => void;
}

interface Watching {
  readonly credentialId: CredentialId;
  readonly fromRepair: boolean;
  /** Of whom it was written that they were shown. */
  readonly written: Set<MemberId>;
}

/** Staff at the kiosk compare who came in with who it should be, with or without a network (W-PERSON-8). */
export class CameInWatch {
  readonly #options: CameInWatchOptions;
  /** Told apart by identity: one that was ended shows nothing more. */
  #watching: Watching | null = null;
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
    const watching: Watching = { credentialId, fromRepair, written: new Set() };
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

  async #look(watching: Watching): Promise<void> {
    const { store, clock, log } = this.#options;
    invariant(store.people, 'people are shown where they are kept');
    // As many as are recognised at a glance; nobody needs more to compare a face.
    const people = await store.people.cameIn(cameInShown);
    if (this.#watching !== watching) return;
    await this.#write(watching, people);
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

  /** W-PERSON-9: before anything is shown, once for each member in one look of staff. */
  async #write({ credentialId, written }: Watching, people: readonly CameIn[]): Promise<void> {
    const { store, clock, random, boxName, onEvent } = this.#options;
    const read = people.flatMap(({ memberId }) => (memberId && !written.has(memberId) ? [memberId] : []));
    const members = [...new Set(read)];
    if (members.length === 0) return;
    await store.write((tx) =>
      store.outbox.appendEvent(tx, {
        type: 'people.shown',
        at: isoTime(clock.wallMs()),
        credentialId,
        reads: members.map((memberId) => ({ readId: newId<'person-read'>(clock, random), memberId })),
        box: boxName.slice(0, 60),
      }),
    );
    for (const memberId of members) written.add(memberId);
    onEvent();
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
