import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import { apduOf, decodeApdu, encodeApdu } from './apdu.ts';
import { BlockParser, encodeBlock } from './serial-block.ts';
import vectors from './vectors/serial-blocks.json' with { type: 'json' };

describe.each(vectors.blocks)('[ZV2] $meaning', ({ apdu, block }) => {
  it('is written as documented', () => {
    const decoded = decodeApdu(bytesOfHex(apdu));
    expect(decoded && hexOf(encodeBlock(decoded))).toBe(hexOf(bytesOfHex(block)));
  });

  it('is read back, byte by byte', () => {
    const parser = new BlockParser();
    const tokens = [...bytesOfHex(block)].flatMap((byte) => parser.push(Uint8Array.of(byte)).frames);
    expect(tokens).toEqual([{ kind: 'apdu', apdu: decodeApdu(bytesOfHex(apdu)) }]);
  });

  it('is damaged by any changed bit, and never another APDU', () => {
    const bytes = bytesOfHex(block);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { frames } = new BlockParser().push(damaged);
      expect(frames.filter((token) => token.kind === 'apdu')).toEqual([]);
    }
  });
});

it('[ZV2] reads any APDU that it wrote', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (data) => {
      const apdu = apduOf(0x0610, data);
      const { frames, discarded } = new BlockParser().push(encodeBlock(apdu));
      expect(discarded).toBe(0);
      expect(frames.map((token) => token.kind === 'apdu' && hexOf(encodeApdu(token.apdu)))).toEqual([
        hexOf(encodeApdu(apdu)),
      ]);
    }),
  );
});

it('[ZV2] goes on behind noise, a block without an end and acknowledgements, and counts what it lost', () => {
  const parser = new BlockParser();
  const block = hexOf(encodeBlock(apduOf(0x8000)));
  const { frames, discarded } = parser.push(bytesOfHex(`41 10 42 06 10 02 04 FF ${block} 15 ${block}`));
  expect(frames.map((token) => token.kind)).toEqual(['ack', 'damaged', 'apdu', 'nak', 'apdu']);
  expect(discarded).toBe(3 + 4);
  expect(parser.isInsideBlock).toBe(false);
});
