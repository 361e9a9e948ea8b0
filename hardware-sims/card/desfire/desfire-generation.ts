import { bytesOfHex } from '@portillon/drivers/card/hex.ts';

export type DesfireGeneration = 'ev1' | 'ev2' | 'ev3';

interface VersionFrames {
  readonly hardware: Uint8Array;
  readonly software: Uint8Array;
}

/** The first two frames of GetVersion: NXP, DESFire, 8 KiB, with the generation as major version. */
export const versionFrames: Readonly<Record<DesfireGeneration, VersionFrames>> = {
  ev1: { hardware: bytesOfHex('04 01 01 01 00 1A 05'), software: bytesOfHex('04 01 01 01 04 1A 05') },
  ev2: { hardware: bytesOfHex('04 01 01 12 00 1A 05'), software: bytesOfHex('04 01 01 02 01 1A 05') },
  ev3: { hardware: bytesOfHex('04 01 01 33 00 1A 05'), software: bytesOfHex('04 01 01 03 00 1A 05') },
};
