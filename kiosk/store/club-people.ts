import type { Clock } from '@portillon/core/base/clock.ts';
import type { MemberId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import type { FeedRecord, PersonRecord } from '@portillon/core/wire/messages.ts';
import type { PeopleOfStore } from '@portillon/sync-service/agent/agent-store.ts';
import type { KeyStore } from '@portillon/sync-service/secrets/key-store.ts';
import type { Reader, Tx } from './connection.ts';
import { fieldKeyLength, openField, sealField } from './sealed-field.ts';

const keyName = 'people';
/** Whoever was sold to here is told by the base soon after it has heard of it, which is 30 days at most. */
const soldKeptMs = 45 * 24 * 3_600_000;

type PersonChange = Extract<FeedRecord, { kind: 'person' }>;

/** Who came in, as staff are shown. */
export interface CameIn {
  readonly atMs: number;
  /** `own`: of this club, with the name; `other`: a member that this box has no name of; `nobody`: a ticket, or a card unknown so far. */
  readonly who: 'own' | 'other' | 'nobody';
  /** Of the club's own: whom a name and a photo are read of (W-PERSON-9). */
  readonly memberId: MemberId | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** As it was taken (JPEG or PNG); null where there is none, or none was fetched yet. */
  readonly photo: Uint8Array | null;
}

export interface ClubPeopleOptions {
  readonly read: Reader;
  readonly write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly keys: KeyStore;
  readonly clock: Clock;
  /** There is somebody to show them to; without it nothing of a person is asked for or kept (W-PERSON-5). */
  readonly isShown: boolean;
  readonly log: Log;
}

/**
 * Name and photo of the club's own people, for staff who compare them with a face. Each name and each photo is encrypted by
 * itself under a key of this box in its key store; in clear are ids and digests. Nothing of it is in memory between two looks.
 */
export class ClubPeople implements PeopleOfStore {
  readonly #options: ClubPeopleOptions;
  #key: Uint8Array | null = null;

  constructor(options: ClubPeopleOptions) {
    this.#options = options;
  }

  get isShown(): boolean {
    return this.#options.isShown;
  }

  /** At start. A box that begins to ask, or has lost its key, reads the feed once more: it did not bring people before. */
  async begin(): Promise<void> {
    const { read, write, keys, isShown, log } = this.#options;
    const state = await read.get<{ asked: number }>('SELECT people_asked AS asked FROM edge_state');
    const wasAsked = state?.asked === 1;
    const kept = await keys.read(keyName);
    this.#key = isShown ? kept : null;
    if (isShown ? wasAsked && kept : !wasAsked && !kept) return;
    if (wasAsked && isShown) log.warn('people.key-lost');
    if (isShown && !kept) {
      this.#key = systemRandom.bytes(fieldKeyLength);
      await keys.write(keyName, this.#key);
    }
    await write(async (tx) => {
      await tx.run('DELETE FROM book_person');
      await tx.run('DELETE FROM book_photo');
      await tx.run('UPDATE edge_state SET people_asked = ?', [isShown ? 1 : 0]);
      if (isShown) await tx.run('UPDATE edge_state SET feed_cursor = 0, book_snapshot = NULL');
    });
    if (!isShown) await keys.destroy(keyName);
  }

  /** In the transaction of the feed. */
  async apply(tx: Tx, changes: readonly FeedRecord[]): Promise<void> {
    const people = this.#lastOfEach(changes);
    if (people.length === 0) return;
    await this.#put(tx, people, 0);
    const gone = people.filter(({ record }) => record === null).map(({ id }) => id);
    await tx.run(
      'DELETE FROM book_person WHERE staged = 0 AND person_id IN (SELECT value FROM json_each(?))',
      [JSON.stringify(gone)],
    );
    // From here on the base's word counts for those who were sold to here.
    await tx.run(
      `DELETE FROM book_person WHERE sold_at_ms IS NOT NULL
         AND member_id IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(people.flatMap(({ record }) => record?.memberId ?? []))],
    );
    await this.dropPhotos(tx);
  }

  /** Beside the book, as a snapshot tells it. */
  async stage(tx: Tx, records: readonly FeedRecord[]): Promise<void> {
    await this.#put(tx, this.#lastOfEach(records), 1);
  }

  async dropStaged(tx: Tx): Promise<void> {
    await tx.run('DELETE FROM book_person WHERE staged = 1');
  }

  /** With the snapshot: who is not in it is gone, save who was sold to here meanwhile; photos of those who are stay. */
  async finish(tx: Tx): Promise<void> {
    await tx.run(
      `DELETE FROM book_person WHERE staged = 0
         AND (sold_at_ms IS NULL OR member_id IN (SELECT member_id FROM book_person WHERE staged = 1))`,
    );
    await tx.run('UPDATE book_person SET staged = 0');
    await this.dropPhotos(tx);
  }

  /** Of a sale that is drawn up: gone with it, unless it is recorded. */
  async holdPhoto(tx: Tx, memberId: string, digest: string, photo: Uint8Array): Promise<void> {
    await tx.run('INSERT OR REPLACE INTO book_photo (digest, member_id, photo) VALUES (?, ?, ?)', [
      digest,
      memberId,
      sealField(this.#keyOrFail(), aboutPhoto(digest), photo),
    ]);
  }

  /**
   * A member said yes to this photo here: shown until the base has it, and from then on where the base tells of it; it may know
   * of a later no. Of members of other clubs none is kept.
   */
  async showUntilToBase(tx: Tx, memberId: string, digest: string, photo: Uint8Array): Promise<void> {
    const known = await tx.get('SELECT 1 FROM book_person WHERE staged = 0 AND member_id = ?', [memberId]);
    if (!known) return;
    await this.forgetPhoto(tx, memberId);
    await this.holdPhoto(tx, memberId, digest, photo);
  }

  /** The yes to the photo was taken back here: gone before the base hears of it. */
  async forgetPhoto(tx: Tx, memberId: string): Promise<void> {
    await tx.run('DELETE FROM book_photo WHERE member_id = ?', [memberId]);
  }

  /** Sold to here: known at once, and without a network, until the base tells of them (W-PERSON-6). */
  async rememberSold(tx: Tx, person: PersonRecord): Promise<void> {
    await this.#put(tx, [{ kind: 'person', id: person.memberId, record: person }], 0);
    await tx.run('UPDATE book_person SET sold_at_ms = ? WHERE staged = 0 AND person_id = ?', [
      this.#options.clock.wallMs(),
      person.memberId,
    ]);
  }

  /** The sale was undone. */
  async forgetSold(tx: Tx, memberId: string): Promise<void> {
    await tx.run('DELETE FROM book_person WHERE sold_at_ms IS NOT NULL AND member_id = ?', [memberId]);
    await this.dropPhotos(tx);
  }

  /** Of whom the base never told; and photos that it has, and tells nobody of. Resolves with how many were forgotten. */
  async endSold(tx: Tx, nowMs: number): Promise<number> {
    const ended = await tx.run('DELETE FROM book_person WHERE sold_at_ms < ?', [nowMs - soldKeptMs]);
    await this.dropPhotos(tx);
    return ended;
  }

  /** W-PURGE-2. Resolves with how many names and photos went. */
  async forget(tx: Tx, memberId: string): Promise<number> {
    const names = await tx.run('DELETE FROM book_person WHERE member_id = ?', [memberId]);
    return names + (await tx.run('DELETE FROM book_photo WHERE member_id = ?', [memberId]));
  }

  wantedPhotos(limit: number): Promise<readonly string[]> {
    return this.#options.read
      .all<{ digest: string }>(
        `SELECT photo_digest AS digest FROM presence JOIN book_person USING (member_id)
          WHERE staged = 0 AND photo_digest IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM book_photo WHERE digest = photo_digest)
          GROUP BY photo_digest ORDER BY MAX(at_ms) DESC LIMIT ?`,
        [limit],
      )
      .then((rows) => rows.map(({ digest }) => digest));
  }

  async keepPhoto(digest: string, photo: Uint8Array): Promise<void> {
    const sealed = sealField(this.#keyOrFail(), aboutPhoto(digest), photo);
    await this.#options.write((tx) =>
      tx.run(
        `INSERT INTO book_photo (digest, member_id, photo)
         SELECT photo_digest, member_id, ? FROM book_person WHERE photo_digest = ? LIMIT 1
         ON CONFLICT (digest) DO NOTHING`,
        [sealed, digest],
      ),
    );
  }

  /** Those who are inside by the gates of this club, who came last first. */
  async cameIn(limit: number): Promise<readonly CameIn[]> {
    const rows = await this.#options.read.all<{
      atMs: number;
      memberId: string | null;
      personId: string | null;
      name: Uint8Array | null;
      digest: string | null;
      photo: Uint8Array | null;
    }>(
      `SELECT at_ms AS atMs, presence.member_id AS memberId, person_id AS personId, name, digest, photo
         FROM presence
         LEFT JOIN book_person ON book_person.member_id = presence.member_id AND staged = 0
         LEFT JOIN book_photo ON digest = COALESCE(
           (SELECT taken.digest FROM book_photo AS taken JOIN attachment ON attachment.digest = taken.digest
             WHERE taken.member_id = presence.member_id AND event_seq IS NOT NULL AND confirmed_at_ms IS NULL),
           photo_digest)
        WHERE direction = 'entry' AND zone = '' ORDER BY at_ms DESC LIMIT ?`,
      [limit],
    );
    return rows.map(({ atMs, memberId, personId, name, digest, photo }) => {
      const told = personId !== null && name !== null ? this.#name(personId, name) : null;
      return {
        atMs,
        who: told ? 'own' : memberId === null ? 'nobody' : 'other',
        memberId: told ? (memberId as MemberId) : null,
        givenName: told?.givenName ?? null,
        familyName: told?.familyName ?? null,
        photo:
          told && digest !== null && photo ? openField(this.#keyOrFail(), aboutPhoto(digest), photo) : null,
      };
    });
  }

  #name(personId: string, sealed: Uint8Array): Pick<PersonRecord, 'givenName' | 'familyName'> | null {
    const plain = openField(this.#keyOrFail(), aboutName(personId), sealed);
    if (!plain) {
      this.#options.log.error('people.name-unreadable', { personId });
      return null;
    }
    const [givenName = '', familyName = ''] = JSON.parse(plain.toString()) as string[];
    return { givenName, familyName };
  }

  #lastOfEach(changes: readonly FeedRecord[]): readonly PersonChange[] {
    if (!this.isShown) return [];
    const people = changes.filter((change): change is PersonChange => change.kind === 'person');
    return [...new Map(people.map((person) => [person.id, person])).values()];
  }

  /** One statement for however many: the gate's decisions wait behind thousands of them otherwise. */
  async #put(tx: Tx, people: readonly PersonChange[], staged: 0 | 1): Promise<void> {
    const key = this.#key;
    const rows = people.flatMap(({ id, record }) => {
      if (!record || !key) return [];
      const { memberId, givenName, familyName, photo } = record;
      const name = sealField(key, aboutName(id), Buffer.from(JSON.stringify([givenName, familyName])));
      return [[id, memberId, name.toString('hex'), photo]];
    });
    if (rows.length === 0) return;
    await tx.run(
      `INSERT OR REPLACE INTO book_person (staged, person_id, member_id, name, photo_digest)
       SELECT ?, value->>0, value->>1, unhex(value->>2), value->>3 FROM json_each(?)`,
      [staged, JSON.stringify(rows)],
    );
  }

  /**
   * Of whoever has another photo, or none any more, or is gone, or was not sold to. One that is on its way to the base stays until
   * the base has it: it tells the name before.
   */
  async dropPhotos(tx: Tx): Promise<void> {
    await tx.run(
      `DELETE FROM book_photo
        WHERE NOT EXISTS (SELECT 1 FROM book_person WHERE photo_digest = book_photo.digest)
          AND NOT EXISTS (SELECT 1 FROM attachment
                           WHERE attachment.digest = book_photo.digest AND confirmed_at_ms IS NULL)`,
    );
  }

  #keyOrFail(): Uint8Array {
    invariant(this.#key, 'people are kept only under the key of this box');
    return this.#key;
  }
}

const aboutName = (personId: string) => `name of ${personId}`;
const aboutPhoto = (digest: string) => `photo ${digest}`;
