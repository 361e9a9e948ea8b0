import { expect, it } from 'vitest';
import { sha256Hex } from './digest.ts';

it('hashes with SHA-256 (FIPS 180-2, B.1)', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
