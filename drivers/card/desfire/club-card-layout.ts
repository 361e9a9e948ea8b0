import { invariant } from '@portillon/core/base/invariant.ts';
import { type CardKeyVersion, ownCardKey } from './card-keys.ts';
import type { StandardFile } from './desfire-card.ts';
import type { Travel } from './secure-session.ts';

export const clubFileId = 1;
export const factoryKey: Uint8Array = new Uint8Array(16);
export const cardLevelId: Uint8Array = Uint8Array.of(0, 0, 0);

/** Numbers of the keys in our application. */
export const clubKeys = { master: 0, write: 1, read: 2 } as const;

/**
 * Key 0 changeable, listing free, files created and deleted and other keys changed with key 0 only (DESFire data sheet,
 * 0Bh); three AES keys.
 */
export const clubKeySettings: readonly [number, number] = [0x0b, 0x83];

/** So large that the whole of it, enciphered, fits one APDU of every reader (CD5). */
export const clubFileSizeBytes = 208;

/** What an application of ours is read with. */
export interface ClubCardLayout {
  /** As sent on the wire, low byte first. */
  readonly applicationId: Uint8Array;
  readonly readKeyNumber: number;
  readonly fileSizeBytes: number;
  readonly travel: Travel;
}

export const clubLayout = {
  applicationId: Uint8Array.of(0x50, 0x52, 0x32),
  readKeyNumber: clubKeys.read,
  fileSizeBytes: clubFileSizeBytes,
  travel: 'enciphered',
} as const satisfies ClubCardLayout;

/** Cards of version 0.1.0: one key, made from the master key that reads, which reads and writes. */
export const firstLayout: ClubCardLayout = {
  applicationId: Uint8Array.of(0x50, 0x52, 0x54),
  readKeyNumber: 0,
  fileSizeBytes: 256,
  travel: 'maced',
};

/** EV1 chips have no enciphered messaging here: there the file travels with check codes. */
export function clubFile(isEv1: boolean): StandardFile {
  return {
    fileId: clubFileId,
    travel: isEv1 ? 'maced' : clubLayout.travel,
    rights: { read: clubKeys.read, write: clubKeys.write, readWrite: 'never', change: clubKeys.master },
    sizeBytes: clubFileSizeBytes,
  };
}

/** This chip's key of that number and version; the edge must hold the master key of the role. */
export function clubKey(keys: CardKeyVersion, uid: Uint8Array, keyNumber: number): Uint8Array {
  const masterKey = keyNumber === clubKeys.read ? keys.read : keys.write;
  invariant(masterKey, 'only an edge that holds the key that writes may write a card');
  return ownCardKey(masterKey, uid, clubLayout.applicationId, keyNumber);
}

/** The key of the card itself: who has it may erase the card, and read nothing by it (CD18). */
export function cardLevelKey(keys: CardKeyVersion, uid: Uint8Array): Uint8Array {
  invariant(keys.write, 'only an edge that holds the key that writes may write a card');
  return ownCardKey(keys.write, uid, cardLevelId, 0);
}

export function firstLayoutKey(keys: CardKeyVersion, uid: Uint8Array): Uint8Array {
  return ownCardKey(keys.read, uid, firstLayout.applicationId, firstLayout.readKeyNumber);
}
