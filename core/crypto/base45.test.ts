import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromBase45, toBase45 } from './base45.ts';
import vectors from './vectors/pass.json' with { type: 'json' };

it.each(vectors.base45)('writes and reads $text (RFC 9285 §4.3)', ({ bytes, text }) => {
  expect(toBase45(Buffer.from(bytes, 'hex'))).toBe(text);
  expect(fromBase45(text)).toEqual(Uint8Array.from(Buffer.from(bytes, 'hex')));
});

it('reads back any bytes, and never ends with a space that a scanner could cut off', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const text = toBase45(bytes);
      expect(text).toMatch(/^[0-9A-Z $%*+./:-]*$/);
      expect(text).not.toMatch(/ $/);
      expect(fromBase45(text)).toEqual(bytes);
    }),
  );
});

it('reads no text that it would not write', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      const bytes = fromBase45(text);
      if (bytes) expect(toBase45(bytes)).toBe(text);
    }),
  );
  for (const text of ['GGW', '::', 'a', 'A', 'bb8', ':::', 'ÀÀÀ', 'BB8B'])
    expect(fromBase45(text)).toBeNull();
});
