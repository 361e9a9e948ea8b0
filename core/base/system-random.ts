import { randomBytes } from 'node:crypto';
import type { Random } from './random.ts';

/** The system's generator: for identifiers, keys and nonces in production. */
export const systemRandom: Random = {
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  below: (below) => Math.floor((randomBytes(6).readUIntBE(0, 6) / 2 ** 48) * below),
  bytes: (count) => Uint8Array.from(randomBytes(count)),
};
