import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import { type Apdu, ApduParser, apduOf, decodeApdu, encodeApdu } from './apdu.ts';
import dissected from './vectors/dissected-apdus.json' with { type: 'json' };

it('[ZV1] writes a length from 255 on as FF and two bytes, low one first', () => {
  const head = (length: number) => hexOf(encodeApdu(apduOf(0x06d3, new Uint8Array(length))).subarray(0, 5));
  expect(head(0x02)).toBe('06D3020000');
  expect(head(0xfe)).toBe('06D3FE0000');
  expect(head(0xff)).toBe('06D3FFFF00');
  expect(head(0x042d)).toBe('06D3FF2D04');
});

it('[ZV1] reads what it wrote from pieces of any size', () => {
  const anyApdu = fc.record({
    command: fc.constantFrom(0x0601, 0x040f, 0x8000, 0x849c, 0x06d3),
    data: fc.uint8Array({ maxLength: 600 }),
  });
  fc.assert(
    fc.property(
      fc.array(anyApdu, { maxLength: 4 }),
      fc.integer({ min: 1, max: 300 }),
      (apdus, pieceLength) => {
        const bytes = Uint8Array.from(apdus.flatMap((apdu) => [...encodeApdu(apdu)]));
        const parser = new ApduParser();
        const read: Apdu[] = [];
        for (let at = 0; at < bytes.length; at += pieceLength) {
          const parsed = parser.push(bytes.subarray(at, at + pieceLength));
          expect(parsed.discarded).toBe(0);
          for (const token of parsed.frames) if (token.kind === 'apdu') read.push(token.apdu);
        }
        expect(read.map((apdu) => hexOf(encodeApdu(apdu)))).toEqual(
          apdus.map((apdu) => hexOf(encodeApdu(apdu))),
        );
      },
    ),
  );
});

it('[ZV1] counts everything as lost once a class is none, and says so', () => {
  const parser = new ApduParser();
  expect(parser.push(bytesOfHex('80 00 00 46 0F 01'))).toEqual({
    frames: [{ kind: 'apdu', apdu: apduOf(0x8000) }, { kind: 'damaged' }],
    discarded: 3,
  });
  expect(parser.push(bytesOfHex('80 00')).frames).toEqual([]);
  expect(parser.reset()).toBe(2);
});

it('takes bytes for one APDU only when they are exactly one', () => {
  expect(decodeApdu(bytesOfHex(dissected.terminal.approved.apdu))?.data.length).toBe(0x6f);
  expect(decodeApdu(bytesOfHex('80 00 00 80'))).toBeNull();
  expect(decodeApdu(bytesOfHex('80 00'))).toBeNull();
  expect(decodeApdu(bytesOfHex('80 00 FF 00 00'))).toBeNull();
});
