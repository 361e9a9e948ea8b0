import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSerialScan, SerialScanParser } from './serial-scan.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

describe('what a serial scanner sends', () => {
  it.each(['\r', '\n', '\r\n'])('ends a code at %j', (suffix) => {
    const parser = new SerialScanParser();
    const sent = [encodeSerialScan('PTL1.abc', { suffix }), encodeSerialScan('Zoé', { suffix })];
    const frames = sent.flatMap((bytes) => parser.push(bytes).frames);
    expect(frames).toEqual(['PTL1.abc', 'Zoé']);
    expect(parser.isInsideCode).toBe(false);
  });

  it('gives the same codes however the bytes are cut', () => {
    const stream = Uint8Array.of(
      ...encodeSerialScan('one'),
      ...encodeSerialScan('deux é', { suffix: '\r\n' }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const parser = new SerialScanParser();
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const frames = edges
          .slice(1)
          .flatMap((end, index) => parser.push(stream.subarray(edges[index], end)).frames);
        expect(frames).toEqual(['one', 'deux é']);
      }),
    );
  });

  it('takes 3,072 bytes and throws away a longer code to its end, counting every byte of it', () => {
    const parser = new SerialScanParser();
    expect(parser.push(encodeSerialScan('x'.repeat(3_072))).frames).toEqual(['x'.repeat(3_072)]);
    expect(parser.push(encodeSerialScan('x'.repeat(9_000)))).toEqual({ frames: [], discarded: 9_000 });
    expect(parser.push(encodeSerialScan('next'))).toEqual({ frames: ['next'], discarded: 0 });
  });

  it.each([
    ['a control character', '16540d'],
    ['an escape', '411b42'],
    ['DEL', '417f'],
    ['a C1 control', '41c285'],
    ['bytes that are not UTF-8', 'ff41'],
  ])('rejects a code with %s', (_what, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    const counted = bytes.filter((byte) => byte !== 0x0d).length;
    expect(new SerialScanParser().push(Uint8Array.of(...bytes, 0x0d))).toEqual({
      frames: [],
      discarded: counted,
    });
  });

  it('takes only codes that begin with the prefix, and takes it off', () => {
    const parser = new SerialScanParser('~');
    expect(parser.push(ascii('~good\rbad\r~\r'))).toEqual({ frames: ['good'], discarded: 4 });
  });

  it('loses no byte without counting it, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), (pieces) => {
        const parser = new SerialScanParser();
        let codeBytes = 0;
        let discarded = 0;
        for (const piece of pieces) {
          const parsed = parser.push(piece);
          discarded += parsed.discarded;
          for (const text of parsed.frames) codeBytes += ascii(text).length;
        }
        discarded += parser.reset();
        const ends = pieces
          .flatMap((piece) => [...piece])
          .filter((byte) => byte === 0x0d || byte === 0x0a).length;
        expect(codeBytes + discarded + ends).toBe(pieces.reduce((sum, piece) => sum + piece.length, 0));
      }),
    );
  });
});
