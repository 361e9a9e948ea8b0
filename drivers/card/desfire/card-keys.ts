import { invariant } from '@portillon/core/base/invariant.ts';
import { diversifyAesKey } from './diversify-key.ts';

/** The master keys of one version, 16 bytes each. No card holds them: every card has keys of its own made from them. */
export interface CardKeyVersion {
  /** 1 to 255; 0 is what the factory sets. */
  readonly version: number;
  /** Makes the key that reads. A gate holds no other. */
  readonly read: Uint8Array;
  /** Makes the keys that write a card and change its keys; null on an edge that only reads. */
  readonly write: Uint8Array | null;
}

/** All versions this edge knows, the current one among them. Each is there once. */
export class CardKeys {
  readonly current: CardKeyVersion;
  readonly versions: readonly CardKeyVersion[];

  constructor(current: CardKeyVersion, older: readonly CardKeyVersion[] = []) {
    this.current = current;
    this.versions = [current, ...older];
    const numbers = new Set(this.versions.map(({ version }) => version));
    invariant(numbers.size === this.versions.length, 'a version of the card keys is there once');
    for (const { version, read, write } of this.versions) {
      invariant(Number.isInteger(version) && version >= 1 && version <= 255, 'a key version is 1 to 255');
      invariant(read.length === 16 && (write === null || write.length === 16), 'a master key has 16 bytes');
    }
  }

  ofVersion(version: number): CardKeyVersion | undefined {
    return this.versions.find((known) => known.version === version);
  }

  /** True for an edge that may personalise cards and renew their keys. */
  get mayWrite(): boolean {
    return this.current.write !== null;
  }
}

/** A card's own key (AN10922): the number of its chip, the application, and which of the application's keys it is. */
export function ownCardKey(
  masterKey: Uint8Array,
  uid: Uint8Array,
  applicationId: Uint8Array,
  keyNumber: number,
): Uint8Array {
  return diversifyAesKey(masterKey, Uint8Array.of(...uid, ...applicationId, keyNumber));
}
