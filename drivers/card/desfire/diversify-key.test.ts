import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../hex.ts';
import { diversifyAesKey } from './diversify-key.ts';
import vectors from './vectors/diversify-key.json' with { type: 'json' };

it.each(vectors.cases)('derives the published key from $input', ({ masterKey, input, diversified }) => {
  expect(hexOf(diversifyAesKey(bytesOfHex(masterKey), bytesOfHex(input)))).toBe(diversified);
});

it('does not take the longest input for a padded one', () => {
  const masterKey = bytesOfHex('00112233445566778899AABBCCDDEEFF');
  const marked = new Uint8Array(31).fill(7);
  marked[30] = 0x80;
  expect(hexOf(diversifyAesKey(masterKey, marked))).not.toBe(
    hexOf(diversifyAesKey(masterKey, marked.subarray(0, 30))),
  );
});

it('refuses an input that the method does not allow', () => {
  expect(() => diversifyAesKey(new Uint8Array(16), new Uint8Array(32))).toThrow('1 to 31 bytes');
  expect(() => diversifyAesKey(new Uint8Array(16), new Uint8Array(0))).toThrow('1 to 31 bytes');
});
