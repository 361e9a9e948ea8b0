import type { Travel } from '@portillon/drivers/card/desfire/secure-session.ts';
import { bytesOfHex, hexOf } from '@portillon/drivers/card/hex.ts';
import type { SimCardMemory } from '../sim-card.ts';

export interface SimFile {
  /** How its data travels in a session. */
  readonly travel: Travel;
  readonly accessRights: number;
  readonly bytes: Uint8Array;
}

export interface SimApplication {
  readonly aid: string;
  readonly keySettings: number;
  readonly keys: { key: Uint8Array; version: number }[];
  readonly files: Map<number, SimFile>;
}

/** Plain JSON of everything that survives without power, keys included: for the state file of a virtual club only. */
export interface DesfireMemoryState {
  /** The card level belongs to somebody: no application without their key. */
  readonly cardLevelLocked?: boolean | undefined;
  /** Of AES; absent while it is the factory's, of DES. */
  readonly cardKey?: { readonly key: string; readonly version: number } | undefined;
  readonly applications: readonly {
    readonly aid: string;
    readonly keySettings: number;
    readonly keys: readonly { readonly key: string; readonly version: number }[];
    readonly files: readonly {
      readonly fileId: number;
      readonly travel?: Travel | undefined;
      /** In place of `travel` in the state files of version 0.1.0. */
      readonly isMaced?: boolean | undefined;
      readonly accessRights: number;
      readonly hex: string;
    }[];
  }[];
}

/** A card of 8 KiB. */
const factoryCapacityBytes = 8_192;

/** What a DESFire card keeps without power. */
export class DesfireMemory {
  readonly applications: SimApplication[] = [];
  /** The card itself, which is no application; its one key is of DES while `hasFactoryKey`. */
  readonly cardLevel: SimApplication = {
    aid: '000000',
    keySettings: 0x0f,
    keys: [{ key: new Uint8Array(16), version: 0 }],
    files: new Map(),
  };
  hasFactoryKey = true;
  cardLevelLocked = false;
  readonly #capacityBytes: number;

  constructor(capacityBytes = factoryCapacityBytes) {
    this.#capacityBytes = capacityBytes;
  }

  static fromJSON(state: DesfireMemoryState): DesfireMemory {
    const memory = new DesfireMemory();
    memory.cardLevelLocked = state.cardLevelLocked ?? false;
    if (state.cardKey) {
      memory.setCardKey({ key: bytesOfHex(state.cardKey.key), version: state.cardKey.version });
    }
    for (const { aid, keySettings, keys, files } of state.applications) {
      memory.applications.push({
        aid,
        keySettings,
        keys: keys.map(({ key, version }) => ({ key: bytesOfHex(key), version })),
        files: new Map(
          files.map(({ fileId, hex, travel, isMaced, accessRights }) => [
            fileId,
            { travel: travel ?? (isMaced ? 'maced' : 'plain'), accessRights, bytes: bytesOfHex(hex) },
          ]),
        ),
      });
    }
    return memory;
  }

  toJSON(): DesfireMemoryState {
    const [cardKey] = this.cardLevel.keys;
    return {
      cardLevelLocked: this.cardLevelLocked,
      ...(this.hasFactoryKey || !cardKey
        ? {}
        : { cardKey: { key: hexOf(cardKey.key), version: cardKey.version } }),
      applications: this.applications.map(({ aid, keySettings, keys, files }) => ({
        aid,
        keySettings,
        keys: keys.map(({ key, version }) => ({ key: hexOf(key), version })),
        files: [...files].map(([fileId, { bytes, ...rest }]) => ({ fileId, ...rest, hex: hexOf(bytes) })),
      })),
    };
  }

  view(): SimCardMemory {
    return {
      applications: this.applications.map(({ aid, keys, files }) => ({
        aid,
        keyVersions: keys.map(({ version }) => version),
        files: [...files].map(([fileId, { bytes }]) => ({ fileId, hex: hexOf(bytes) })),
      })),
    };
  }

  application(aid: string): SimApplication | undefined {
    return this.applications.find((application) => application.aid === aid);
  }

  setCardKey(key: SimApplication['keys'][number]): void {
    this.cardLevel.keys[0] = key;
    this.hasFactoryKey = false;
  }

  createApplication(aid: string, keySettings: number, keyCount: number): void {
    const keys = Array.from({ length: keyCount }, () => ({ key: new Uint8Array(16), version: 0 }));
    this.applications.push({ aid, keySettings, keys, files: new Map() });
  }

  /** Files take whole blocks of 32 bytes. */
  hasRoomFor(sizeBytes: number): boolean {
    const sizes = this.applications.flatMap(({ files }) =>
      [...files.values()].map(({ bytes }) => bytes.length),
    );
    const used = [...sizes, sizeBytes].reduce((sum, size) => sum + Math.ceil(size / 32) * 32, 0);
    return used <= this.#capacityBytes;
  }
}
