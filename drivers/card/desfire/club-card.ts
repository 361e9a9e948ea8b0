import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../card-channel.ts';
import {
  type ClubCardContent,
  clubFileSizeBytes,
  contentLength,
  decodeContent,
  encodeGrant,
  encodeStagedContent,
  grantLengthOffset,
} from './club-card-content.ts';
import { DesfireCard } from './desfire-card.ts';
import { desfireStatus, statusName } from './desfire-codes.ts';
import { diversifyAesKey } from './diversify-key.ts';
import { sentMacLength } from './ev1-session.ts';
import { type DesfireAnswer, longestAnswerData } from './wrapped-apdu.ts';

/** Our application on the card, as sent on the wire (low byte first). */
export const clubApplicationId: Uint8Array = Uint8Array.of(0x50, 0x52, 0x54);
export const clubFileId = 1;

const keyNumber = 0;
/** Master key changeable, listing free, creating and deleting files only with the key (DESFire data sheet, 0Bh). */
const applicationKeySettings = 0x0b;
const factoryKey = new Uint8Array(16);
/** As much as one answer frame holds beside its CMAC: a card without a grant is read in one exchange. */
const firstReadBytes = longestAnswerData - sentMacLength;

export interface ClubCardOptions {
  readonly channel: CardChannel;
  /** The network's card master key, 16 bytes. This card's own key is derived from it (AN10922). */
  readonly masterKey: Uint8Array;
  /** Version of that master key, 1 to 255; 0 is the factory key. */
  readonly keyVersion: number;
  /** The system's generator: these bytes are challenges. */
  readonly randomBytes: (count: number) => Uint8Array;
}

/**
 * A card of the network: one application, one key of this card's own, one file with credential id and grant. Every method
 * starts from the beginning (select, authenticate), so it may be called on a card in any state and repeated after a fault.
 */
export class ClubCard {
  readonly #card: DesfireCard;
  readonly #ownKey: Uint8Array;
  readonly #keyVersion: number;
  readonly #randomBytes: (count: number) => Uint8Array;

  constructor({ channel, masterKey, keyVersion, randomBytes }: ClubCardOptions) {
    invariant(masterKey.length === 16, 'the card master key has 16 bytes');
    invariant(keyVersion >= 1 && keyVersion <= 255, 'a key version is 1 to 255');
    this.#card = new DesfireCard(channel);
    this.#ownKey = diversifyAesKey(masterKey, Uint8Array.of(...channel.uid, ...clubApplicationId, keyNumber));
    this.#keyVersion = keyVersion;
    this.#randomBytes = randomBytes;
  }

  /**
   * Makes a card ours and binds it to `credentialId` (16 bytes) with no grant: it opens nothing yet. Takes a factory card,
   * a card staged before (re-bound, whatever was on it erased), or one whose personalisation was cut off at any point:
   * after a torn ChangeKey the card holds the old key or the new, so both are tried. Faults: `card.not-genuine` when
   * neither fits or the file does not read back as written, `card.refused` when the card answers with an error, and the
   * channel's own.
   */
  async stage(credentialId: Uint8Array): Promise<Result<void, Fault>> {
    const selected = await this.#selectOrCreateApplication();
    if (!selected.ok) return selected;
    const ownKey = await this.#ensureOwnKey();
    if (!ownKey.ok) return ownKey;
    const file = await this.#ensureFile();
    if (!file.ok) return file;
    return this.#writeAndReadBack(0, encodeStagedContent(credentialId));
  }

  /**
   * Writes the signed grant (1 to 237 bytes) and reads it back. A write cut off midway leaves a grant whose signature is
   * wrong, which opens nothing. Faults as `stage`.
   */
  async writeGrant(grant: Uint8Array): Promise<Result<void, Fault>> {
    const proven = await this.#selectAndAuthenticate();
    if (!proven.ok) return proven;
    return this.#writeAndReadBack(grantLengthOffset, encodeGrant(grant));
  }

  /**
   * Proves that the card holds its key and reads what it says: 4 exchanges without a grant, one more for each 59 bytes of
   * grant beyond the first 32. Faults: `card.not-genuine` for every card that cannot prove the key, be it plain, foreign
   * or copied; the channel's own.
   */
  async read(): Promise<Result<ClubCardContent, Fault>> {
    const proven = await this.#selectAndAuthenticate();
    if (!proven.ok) return proven;
    const head = expectOk(await this.#card.readData(clubFileId, 0, firstReadBytes), 'read');
    if (!head.ok) return head;
    const length = contentLength(head.value);
    if (!length.ok) return err(fault('card.not-genuine', length.error));
    const left = length.value - firstReadBytes;
    const tail =
      left > 0 ? expectOk(await this.#card.readData(clubFileId, firstReadBytes, left), 'read') : ok([]);
    if (!tail.ok) return tail;
    const content = decodeContent(Uint8Array.of(...head.value, ...tail.value));
    return content.ok ? content : err(fault('card.not-genuine', content.error));
  }

  async #selectAndAuthenticate(): Promise<Result<unknown, Fault>> {
    const selected = await this.#card.selectApplication(clubApplicationId);
    if (!selected.ok) return selected;
    if (selected.value.status !== desfireStatus.ok) {
      return err(
        fault('card.not-genuine', `no application of the network: ${statusName(selected.value.status)}`),
      );
    }
    const answer = await this.#authenticate(this.#ownKey);
    if (answer.ok && answer.value.status === desfireStatus.authenticationError) return err(notOurKey);
    return expectOk(answer, 'authenticate');
  }

  async #selectOrCreateApplication(): Promise<Result<unknown, Fault>> {
    const selected = await this.#card.selectApplication(clubApplicationId);
    if (!selected.ok || selected.value.status !== desfireStatus.applicationNotFound) {
      return expectOk(selected, 'select application');
    }
    const atCardLevel = expectOk(await this.#card.selectApplication(Uint8Array.of(0, 0, 0)), 'select card');
    if (!atCardLevel.ok) return atCardLevel;
    const created = expectOk(
      await this.#card.createApplication(clubApplicationId, applicationKeySettings),
      'create application',
    );
    if (!created.ok) return created;
    return expectOk(await this.#card.selectApplication(clubApplicationId), 'select application');
  }

  async #ensureOwnKey(): Promise<Result<unknown, Fault>> {
    const version = expectOk(await this.#card.getKeyVersion(keyNumber), 'get key version');
    if (!version.ok) return version;
    const isSetAlready = version.value[0] === this.#keyVersion;
    const candidates = isSetAlready ? [this.#ownKey, factoryKey] : [factoryKey, this.#ownKey];
    for (const key of candidates) {
      const answer = await this.#authenticate(key);
      if (answer.ok && answer.value.status === desfireStatus.authenticationError) continue;
      const authenticated = expectOk(answer, 'authenticate');
      if (!authenticated.ok || key === this.#ownKey) return authenticated;
      const changed = expectOk(
        await this.#card.changeSameKey(keyNumber, this.#ownKey, this.#keyVersion),
        'change key',
      );
      if (!changed.ok) return changed;
      return expectOk(await this.#authenticate(this.#ownKey), 'authenticate');
    }
    return err(notOurKey);
  }

  async #ensureFile(): Promise<Result<unknown, Fault>> {
    const fileIds = expectOk(await this.#card.getFileIds(), 'list files');
    if (!fileIds.ok || fileIds.value.includes(clubFileId)) return fileIds;
    return expectOk(
      await this.#card.createMacedFile({ fileId: clubFileId, keyNumber, sizeBytes: clubFileSizeBytes }),
      'create file',
    );
  }

  async #writeAndReadBack(offset: number, data: Uint8Array): Promise<Result<void, Fault>> {
    const written = expectOk(await this.#card.writeMacedData(clubFileId, offset, data), 'write');
    if (!written.ok) return written;
    const readBack = expectOk(await this.#card.readData(clubFileId, offset, data.length), 'read back');
    if (!readBack.ok) return readBack;
    return Buffer.compare(readBack.value, data) === 0
      ? ok(undefined)
      : err(fault('card.not-genuine', 'the file does not read back as written'));
  }

  #authenticate(key: Uint8Array): Promise<Result<DesfireAnswer, Fault>> {
    return this.#card.authenticateAes(keyNumber, key, this.#randomBytes);
  }
}

const notOurKey = fault('card.not-genuine', 'the card holds another key');

function expectOk(answer: Result<DesfireAnswer, Fault>, what: string): Result<Uint8Array, Fault> {
  if (!answer.ok) return answer;
  if (answer.value.status === desfireStatus.ok) return ok(answer.value.data);
  return err(fault('card.refused', `${what}: ${statusName(answer.value.status)}`));
}
