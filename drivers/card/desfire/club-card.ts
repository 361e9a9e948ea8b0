import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../card-channel.ts';
import type { CardKeys, CardKeyVersion } from './card-keys.ts';
import {
  type ClubCardContent,
  contentLength,
  decodeContent,
  encodeGrant,
  encodeStagedContent,
  grantLengthOffset,
} from './club-card-content.ts';
import {
  type ClubCardLayout,
  cardLevelId,
  cardLevelKey,
  clubFile,
  clubFileId,
  clubKey,
  clubKeySettings,
  clubKeys,
  clubLayout,
  factoryKey,
  firstLayout,
  firstLayoutKey,
} from './club-card-layout.ts';
import { cardKeyNumber, chipVersion, DesfireCard, fileSettings } from './desfire-card.ts';
import { desfireStatus, statusName } from './desfire-codes.ts';
import { sentMacLength, type Travel } from './secure-session.ts';
import { type DesfireAnswer, longestAnswerData } from './wrapped-apdu.ts';

/** As much as one answer frame of an EV1 holds beside its check code: a card without a grant is read in one exchange. */
const firstEv1ReadBytes = longestAnswerData - sentMacLength;
/** Twelve blocks enciphered: a grant of up to 172 bytes is read in one exchange, with no byte more on the air. */
const firstReadBytes = 12 * 16 - 1;

export interface ClubCardOptions {
  readonly channel: CardChannel;
  /** Master keys this edge holds; the card's own keys are derived from them (AN10922). */
  readonly keys: CardKeys;
  /** The system's generator: these bytes are challenges. */
  readonly randomBytes: (count: number) => Uint8Array;
}

export interface ClubCardRead extends ClubCardContent {
  /** Version of the key that the card proved. */
  readonly keyVersion: number;
  /** An edge that holds the key that writes should `renewKeys`. */
  readonly isOutdated: boolean;
}

/**
 * A card of the network: one application, three keys of this card's own, one file with credential id and grant. Every
 * method starts from the beginning (select, authenticate), so it may be called on a card in any state and repeated after a
 * fault. Faults of all of them: `card.gone` and `card.no-answer` when the exchange broke off, and it may be tried again on
 * the same card; `card.not-genuine` and `card.refused` when this card is not to be used: a dispenser retains it (CD15).
 */
export class ClubCard {
  readonly #card: DesfireCard;
  readonly #uid: Uint8Array;
  readonly #keys: CardKeys;

  constructor({ channel, keys, randomBytes }: ClubCardOptions) {
    this.#card = new DesfireCard(channel, randomBytes);
    this.#uid = channel.uid;
    this.#keys = keys;
  }

  /**
   * Makes a card ours and binds it to `credentialId` (16 bytes) with no grant: it opens nothing yet. Takes a factory card,
   * a card staged before (re-bound, whatever was on it erased), one with keys of an older version, or one whose
   * personalisation was cut off at any point. Only on an edge that holds the key that writes.
   */
  async stage(credentialId: Uint8Array): Promise<Result<void, Fault>> {
    this.#mustHoldWritingKey();
    if (this.#tellsRandomNumber()) return err(randomNumber);
    const own = await this.#ensureCardLevelKey();
    if (!own.ok) return own;
    const selected = await this.#selectOrCreateApplication();
    if (!selected.ok) return selected;
    const proven = await this.#ensureOwnKeys();
    if (!proven.ok) return proven;
    const file = await this.#ensureFile();
    if (!file.ok) return file;
    const content = encodeStagedContent(credentialId);
    const written = await this.#write(0, content);
    if (!written.ok) return written;
    return this.#readBack(0, content);
  }

  /**
   * Writes the signed grant (1 to 189 bytes) onto a card staged for this very credential, and reads it back with the key
   * of the gates. Call it only once the sale is paid. A write cut off midway leaves a grant whose signature is wrong, which
   * opens nothing; called again it finishes. `card.not-genuine` when the card is bound to another credential.
   */
  async writeGrant(credentialId: Uint8Array, grant: Uint8Array): Promise<Result<void, Fault>> {
    this.#mustHoldWritingKey();
    const selected = await this.#selectOurs(false);
    if (!selected.ok) return selected;
    const proven = await this.#prove(clubKeys.read);
    if (!proven.ok) return proven;
    const before = await this.#readContent(clubLayout);
    if (!before.ok) return before;
    if (Buffer.compare(before.value.credentialId, credentialId) !== 0) {
      return err(fault('card.not-genuine', 'the card is bound to another sale'));
    }
    const content = encodeGrant(grant);
    const written = await this.#write(grantLengthOffset, content);
    if (!written.ok) return written;
    return this.#readBack(grantLengthOffset, content);
  }

  /**
   * Proves that the card holds its key and reads what it says, in 4 exchanges from EV2 on. `card.not-genuine` for every
   * card that cannot prove the key, be it plain, foreign or copied.
   */
  async read(): Promise<Result<ClubCardRead, Fault>> {
    if (this.#tellsRandomNumber()) return err(randomNumber);
    const selected = await this.#selectOurs(true);
    if (!selected.ok) return selected;
    const layout = selected.value;
    const proven = await this.#prove(layout.readKeyNumber, layout);
    if (!proven.ok) return proven;
    const content = await this.#readContent(layout);
    if (!content.ok) return content;
    const { version } = proven.value;
    const isOutdated = layout === clubLayout && version !== this.#keys.current.version;
    return ok({ ...content.value, keyVersion: version, isOutdated });
  }

  /**
   * Brings the keys of a card to the current version; its content stays as it is. Each key changes with its version in one
   * step, the key that reads last: wherever this is cut off the card can be read, and says that it is outdated. Resolves with
   * how many keys were changed. Only on an edge that holds the key that writes.
   */
  async renewKeys(): Promise<Result<number, Fault>> {
    this.#mustHoldWritingKey();
    const ofCard = await this.#ensureCardLevelKey();
    // Sold before cards had a key of ours there: what lies in our application is none the worse for it.
    if (!ofCard.ok && ofCard.error.code !== 'card.not-genuine') return ofCard;
    const selected = await this.#selectOurs(false);
    if (!selected.ok) return selected;
    const changed = await this.#ensureOwnKeys();
    return changed.ok ? ok(changed.value + (ofCard.ok ? ofCard.value : 0)) : changed;
  }

  #mustHoldWritingKey(): void {
    invariant(this.#keys.mayWrite, 'only an edge that holds the key that writes may write a card');
  }

  #tellsRandomNumber(): boolean {
    return this.#uid.length === 4 && this.#uid[0] === 0x08;
  }

  async #selectOurs(orFirstLayout: boolean): Promise<Result<ClubCardLayout, Fault>> {
    const selected = await this.#card.selectApplication(clubLayout.applicationId);
    if (!selected.ok) return selected;
    if (selected.value.status === desfireStatus.ok) return ok(clubLayout);
    if (orFirstLayout && selected.value.status === desfireStatus.applicationNotFound) {
      const first = await this.#card.selectApplication(firstLayout.applicationId);
      if (!first.ok) return first;
      if (first.value.status === desfireStatus.ok) return ok(firstLayout);
    }
    return err(
      fault('card.not-genuine', `no application of the network: ${statusName(selected.value.status)}`),
    );
  }

  /** While an edge knows several versions it asks the card which one its key has: a guess would cost a failed proof. */
  async #prove(
    keyNumber: number,
    layout: ClubCardLayout = clubLayout,
  ): Promise<Result<CardKeyVersion, Fault>> {
    const keys = await this.#versionOf(keyNumber);
    if (!keys.ok) return keys;
    const key =
      layout === clubLayout
        ? clubKey(keys.value, this.#uid, keyNumber)
        : firstLayoutKey(keys.value, this.#uid);
    const answer = await this.#card.authenticate(keyNumber, key);
    if (answer.ok && answer.value.status === desfireStatus.authenticationError) return err(notOurKey);
    const proven = expectOk(answer, 'authenticate');
    return proven.ok ? keys : proven;
  }

  async #versionOf(keyNumber: number): Promise<Result<CardKeyVersion, Fault>> {
    if (this.#keys.versions.length === 1) return ok(this.#keys.current);
    const told = expectOk(await this.#card.getKeyVersion(keyNumber), 'get key version');
    if (!told.ok) return told;
    const version = told.value[0] ?? 0;
    const keys = this.#keys.ofVersion(version);
    return keys
      ? ok(keys)
      : err(fault('card.not-genuine', `a key of version ${version}, which is not known`));
  }

  async #selectOrCreateApplication(): Promise<Result<unknown, Fault>> {
    const selected = await this.#card.selectApplication(clubLayout.applicationId);
    if (!selected.ok) return selected;
    if (selected.value.status === desfireStatus.applicationNotFound) {
      const erased = await this.#eraseFirstLayout();
      if (!erased.ok) return erased;
      const created = await this.#createApplication();
      if (!created.ok) return created;
    } else {
      const expected = expectOk(selected, 'select application');
      if (!expected.ok) return expected;
    }
    const settings = expectOk(await this.#card.getKeySettings(), 'get key settings');
    if (!settings.ok) return settings;
    return Buffer.compare(settings.value, Uint8Array.from(clubKeySettings)) === 0
      ? settings
      : err(fault('card.not-genuine', 'somebody else has made the application'));
  }

  async #createApplication(): Promise<Result<unknown, Fault>> {
    const atCardLevel = expectOk(await this.#card.selectApplication(cardLevelId), 'select card');
    if (!atCardLevel.ok) return atCardLevel;
    const answer = await this.#card.createApplication(clubLayout.applicationId, clubKeySettings);
    const isLocked =
      answer.ok &&
      (answer.value.status === desfireStatus.authenticationError ||
        answer.value.status === desfireStatus.permissionDenied);
    if (isLocked) return err(lockedCard);
    const created = expectOk(answer, 'create application');
    if (!created.ok) return created;
    return expectOk(await this.#card.selectApplication(clubLayout.applicationId), 'select application');
  }

  /** A card of version 0.1.0 gets the new application beside the old one, whose file must not outlive its sale. */
  async #eraseFirstLayout(): Promise<Result<unknown, Fault>> {
    const selected = await this.#card.selectApplication(firstLayout.applicationId);
    if (!selected.ok) return selected;
    if (selected.value.status === desfireStatus.applicationNotFound) return ok(undefined);
    const told = expectOk(await this.#card.getKeyVersion(firstLayout.readKeyNumber), 'get key version');
    if (!told.ok) return told;
    if (told.value[0] === 0) return ok(undefined); // cut off before it had a file
    const keys = this.#keys.ofVersion(told.value[0] ?? 0);
    if (!keys) return err(notOurKey);
    const key = firstLayoutKey(keys, this.#uid);
    const answer = await this.#card.authenticate(firstLayout.readKeyNumber, key);
    if (answer.ok && answer.value.status === desfireStatus.authenticationError) return err(notOurKey);
    const proven = expectOk(answer, 'authenticate');
    if (!proven.ok) return proven;
    const files = expectOk(await this.#card.getFileIds(), 'list files');
    if (!files.ok || !files.value.includes(clubFileId)) return files;
    return expectOk(await this.#card.deleteFile(clubFileId), 'delete file');
  }

  /**
   * CD18. Resolves with how many keys were changed; `card.not-genuine` when somebody else has the card's key. The version
   * that the card tells is tried first, then the others: it is only a hint.
   */
  async #ensureCardLevelKey(): Promise<Result<number, Fault>> {
    const selected = expectOk(await this.#card.selectApplication(cardLevelId), 'select card');
    if (!selected.ok) return selected;
    const told = expectOk(await this.#card.getKeyVersion(0), 'get key version');
    if (!told.ok) return told;
    for (const version of this.#triedVersions(told.value[0] ?? 0)) {
      const ensured = await this.#ensureCardLevelKeyFrom(version);
      if (ensured.ok || ensured.error !== lockedCard) return ensured;
    }
    return err(lockedCard);
  }

  /** `lockedCard` when the card's key is not of that version; 0 is the factory's. */
  async #ensureCardLevelKeyFrom(version: number): Promise<Result<number, Fault>> {
    const { current } = this.#keys;
    const keys = this.#keys.ofVersion(version);
    const newKey = cardLevelKey(current, this.#uid);
    if (version !== 0) {
      if (!keys?.write) return err(lockedCard);
      const proven = await this.#proveCardLevelKey(keys);
      if (!proven.ok) return proven;
      if (version === current.version) return ok(0);
    }
    const answer =
      version === 0
        ? await this.#card.replaceFactoryKey(newKey, current.version)
        : await this.#card.changeKey({
            keyNumber: cardKeyNumber,
            oldKey: null,
            newKey,
            newVersion: current.version,
          });
    if (answer.ok && answer.value.status === desfireStatus.authenticationError) return err(lockedCard);
    const replaced = expectOk(answer, 'change key of the card');
    if (!replaced.ok) return replaced;
    const proven = await this.#proveCardLevelKey(current);
    return proven.ok ? ok(1) : proven;
  }

  async #proveCardLevelKey(keys: CardKeyVersion): Promise<Result<Uint8Array, Fault>> {
    const answer = await this.#card.authenticate(0, cardLevelKey(keys, this.#uid));
    if (answer.ok && answer.value.status === desfireStatus.authenticationError) return err(lockedCard);
    return expectOk(answer, 'authenticate at card level');
  }

  /** Of every version that this edge knows, and the factory's: the one that was told first. */
  #triedVersions(told: number): readonly number[] {
    const known = [0, ...this.#keys.versions.map(({ version }) => version)];
    const hinted = known.filter((version) => version === told);
    return [...hinted, ...known.filter((each) => each !== told)];
  }

  /** Ends in a session of key 0 of the current version; resolves with how many keys were changed. */
  async #ensureOwnKeys(): Promise<Result<number, Fault>> {
    const { current } = this.#keys;
    const master = await this.#proveMasterKey();
    if (!master.ok) return master;
    const genuine = await this.#mustTellItsNumber();
    if (!genuine.ok) return genuine;
    let changed = 0;
    if (master.value !== current.version) {
      const newKey = clubKey(current, this.#uid, clubKeys.master);
      const newVersion = current.version;
      const answer = await this.#card.changeKey({
        keyNumber: clubKeys.master,
        oldKey: null,
        newKey,
        newVersion,
      });
      const renewed = expectOk(answer, 'change key');
      if (!renewed.ok) return renewed;
      const proven = expectOk(await this.#card.authenticate(clubKeys.master, newKey), 'authenticate');
      if (!proven.ok) return proven;
      changed++;
    }
    for (const keyNumber of [clubKeys.write, clubKeys.read]) {
      const told = expectOk(await this.#card.getKeyVersion(keyNumber), 'get key version');
      if (!told.ok) return told;
      const version = told.value[0] ?? 0;
      if (version === current.version) continue;
      const oldKey = this.#keyOfVersion(version, keyNumber);
      if (!oldKey) return err(notOurKey);
      const newKey = clubKey(current, this.#uid, keyNumber);
      const answer = await this.#card.changeKey({ keyNumber, oldKey, newKey, newVersion: current.version });
      const renewed = expectOk(answer, 'change key');
      if (!renewed.ok) return renewed;
      changed++;
    }
    return ok(changed);
  }

  /**
   * Authenticates with key 0 and resolves with its version, 0 for the factory's. The version that the card tells is tried
   * first, then the others: what is told outside of a session is only a hint.
   */
  async #proveMasterKey(): Promise<Result<number, Fault>> {
    const told = expectOk(await this.#card.getKeyVersion(clubKeys.master), 'get key version');
    if (!told.ok) return told;
    for (const version of this.#triedVersions(told.value[0] ?? 0)) {
      const key = this.#keyOfVersion(version, clubKeys.master);
      if (!key) continue;
      const answer = await this.#card.authenticate(clubKeys.master, key);
      if (answer.ok && answer.value.status === desfireStatus.authenticationError) continue;
      const proven = expectOk(answer, 'authenticate');
      return proven.ok ? ok(version) : proven;
    }
    return err(notOurKey);
  }

  /** Version 0 is the factory's key; undefined when this edge cannot know the key. */
  #keyOfVersion(version: number, keyNumber: number): Uint8Array | undefined {
    if (version === 0) return factoryKey;
    const keys = this.#keys.ofVersion(version);
    if (!keys || (keyNumber !== clubKeys.read && !keys.write)) return undefined;
    return clubKey(keys, this.#uid, keyNumber);
  }

  /** The number in anti-collision anybody can make up; the one under the session is the chip's. */
  async #mustTellItsNumber(): Promise<Result<unknown, Fault>> {
    const number = await this.#numberUnderSession();
    if (!number.ok) return number;
    return Buffer.compare(number.value, this.#uid) === 0
      ? number
      : err(fault('card.not-genuine', 'the chip has another number than the card tells'));
  }

  async #numberUnderSession(): Promise<Result<Uint8Array, Fault>> {
    if (!this.#card.isEv1) return expectOk(await this.#card.getCardUid(), 'get card number');
    const version = expectOk(await this.#card.getVersion(), 'get version');
    return version.ok ? ok(chipVersion(version.value)?.uid ?? new Uint8Array(0)) : version;
  }

  /** A file that somebody else made, with rights for others, is made again. */
  async #ensureFile(): Promise<Result<unknown, Fault>> {
    const wanted = clubFile(this.#card.isEv1);
    const fileIds = expectOk(await this.#card.getFileIds(), 'list files');
    if (!fileIds.ok) return fileIds;
    if (fileIds.value.includes(clubFileId)) {
      const settings = expectOk(await this.#card.getFileSettings(clubFileId), 'get file settings');
      if (!settings.ok || Buffer.compare(settings.value, fileSettings(wanted)) === 0) return settings;
      const deleted = expectOk(await this.#card.deleteFile(clubFileId), 'delete file');
      if (!deleted.ok) return deleted;
    }
    return expectOk(await this.#card.createFile(wanted), 'create file');
  }

  async #write(offset: number, data: Uint8Array): Promise<Result<unknown, Fault>> {
    const proven = await this.#prove(clubKeys.write);
    if (!proven.ok) return proven;
    const travel = this.#travel(clubLayout);
    return expectOk(await this.#card.writeData(clubFileId, offset, data, travel), 'write');
  }

  /** With the key of the gates: what a gate will not be able to read is not handed out. */
  async #readBack(offset: number, data: Uint8Array): Promise<Result<void, Fault>> {
    const proven = await this.#prove(clubKeys.read);
    if (!proven.ok) return proven;
    const travel = this.#travel(clubLayout);
    const readBack = expectOk(
      await this.#card.readData(clubFileId, offset, data.length, travel),
      'read back',
    );
    if (!readBack.ok) return readBack;
    return Buffer.compare(readBack.value, data) === 0
      ? ok(undefined)
      : err(fault('card.not-genuine', 'the file does not read back as written'));
  }

  async #readContent(layout: ClubCardLayout): Promise<Result<ClubCardContent, Fault>> {
    const travel = this.#travel(layout);
    const first = this.#card.isEv1 ? firstEv1ReadBytes : firstReadBytes;
    const head = expectOk(await this.#card.readData(clubFileId, 0, first, travel), 'read');
    if (!head.ok) return head;
    const length = contentLength(head.value, layout.fileSizeBytes);
    if (!length.ok) return err(fault('card.not-genuine', length.error));
    const left = length.value - first;
    const tail =
      left > 0 ? expectOk(await this.#card.readData(clubFileId, first, left, travel), 'read') : ok([]);
    if (!tail.ok) return tail;
    const content = decodeContent(Uint8Array.of(...head.value, ...tail.value), layout.fileSizeBytes);
    return content.ok ? content : err(fault('card.not-genuine', content.error));
  }

  #travel(layout: ClubCardLayout): Travel {
    return this.#card.isEv1 ? clubFile(true).travel : layout.travel;
  }
}

const notOurKey = fault('card.not-genuine', 'the card holds another key');
const lockedCard = fault('card.not-genuine', 'the card is locked with a key of somebody else');
const randomNumber = fault('card.not-genuine', 'the card tells a random number');

function expectOk(answer: Result<DesfireAnswer, Fault>, what: string): Result<Uint8Array, Fault> {
  if (!answer.ok) return answer;
  if (answer.value.status === desfireStatus.ok) return ok(answer.value.data);
  return err(fault('card.refused', `${what}: ${statusName(answer.value.status)}`));
}
