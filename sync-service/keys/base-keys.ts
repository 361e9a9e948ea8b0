import { newSealKeyPair, type SealKeyPair } from '@portillon/core/crypto/seal.ts';
import { newSigningKeyPair, type SigningKeyPair } from '@portillon/core/crypto/signing-key.ts';
import { type CardKeysTold, cardKeyVersionLimit } from '@portillon/core/wire/messages.ts';
import type { SecretPlace } from '../secrets/secret-seal.ts';

/** The secrets of a network. Whoever has them is the member base. */
export interface BaseKeys {
  /** Ed25519: signs the list of edge keys; its public half is pinned in every edge. */
  readonly network: SigningKeyPair;
  /** X25519: personal data is sealed to it. */
  readonly seal: SealKeyPair;
  /** AES-128, base64url: the keys of every card are derived from them. All versions in use, both roles. */
  readonly card: CardMasterKeys;
}

export interface CardMasterKeys {
  readonly current: number;
  readonly versions: readonly { readonly version: number; readonly read: string; readonly write: string }[];
}

/** Where the secrets are kept. */
export interface BaseKeyStore {
  /** `open-file` says that whoever can read the disk can read them. */
  readonly place: SecretPlace;
  /** Null when there are none yet. Rejects when they cannot be read or are damaged. */
  load(): Promise<BaseKeys | null>;
  /** Durable when it resolves. Never overwrites. */
  save(keys: BaseKeys): Promise<void>;
  /** Durable when it resolves; the other keys stay as they are. Rejects when there are none yet. */
  replaceCardKeys(card: CardMasterKeys): Promise<BaseKeys>;
}

type RandomBytes = (count: number) => Buffer;

/** All from the system's generator; `randomBytes` is that of node:crypto. */
export async function newBaseKeys(randomBytes: RandomBytes): Promise<BaseKeys> {
  return {
    network: newSigningKeyPair(),
    seal: await newSealKeyPair(),
    card: { current: 1, versions: [newVersion(1, randomBytes)] },
  };
}

/**
 * Makes the version current that follows the newest; cards of the older ones are read until those are retired. The same
 * order again changes nothing. Throws with what to do when that version is another one, or there is no room for it.
 */
export function withCardKeys(
  card: CardMasterKeys,
  version: number,
  randomBytes: RandomBytes,
): CardMasterKeys {
  if (version === card.current) return card;
  const next = Math.max(...card.versions.map((each) => each.version)) + 1;
  if (version !== next || version > 255) {
    throw new Error(`card keys are of version ${card.current}; the next one is ${next}`);
  }
  if (card.versions.length >= cardKeyVersionLimit) {
    throw new Error(`${cardKeyVersionLimit} versions of card keys are in use: retire one first`);
  }
  return { current: version, versions: [...card.versions, newVersion(version, randomBytes)] };
}

/** Cards of that version are no longer read anywhere. The same order again changes nothing; the current one stays. */
export function withoutCardKeys(card: CardMasterKeys, version: number): CardMasterKeys {
  if (version === card.current) throw new Error(`version ${version} of the card keys is the current one`);
  const versions = card.versions.filter((each) => each.version !== version);
  return versions.length === card.versions.length ? card : { ...card, versions };
}

/** What an edge is told: the key that writes only when it issues cards (W-CARDKEY-2). */
export function cardKeysFor(card: CardMasterKeys, edge: { readonly issuesCards: boolean }): CardKeysTold {
  const versions = card.versions.map(({ version, read, write }) => ({
    version,
    read,
    ...(edge.issuesCards ? { write } : {}),
  }));
  return { current: card.current, versions };
}

function newVersion(version: number, randomBytes: RandomBytes) {
  const key = () => randomBytes(16).toString('base64url');
  return { version, read: key(), write: key() };
}
