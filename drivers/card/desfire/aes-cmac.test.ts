import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../hex.ts';
import { aesCmac, cmacSubkeys } from './aes-cmac.ts';
import vectors from './vectors/aes-cmac.json' with { type: 'json' };

it('derives the subkeys of the standard', () => {
  expect(cmacSubkeys(bytesOfHex(vectors.key)).map(hexOf)).toEqual([vectors.subkey1, vectors.subkey2]);
});

it.each(vectors.cases)('gives $cmac as the standard does', ({ message, cmac }) => {
  expect(hexOf(aesCmac(bytesOfHex(vectors.key), bytesOfHex(message)))).toBe(cmac);
});
