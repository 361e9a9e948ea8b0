import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodeForm, ScanParsed } from '../code-form.ts';
import { encodeSerialScan, SerialScanParser } from './serial-scan.ts';

const ascii = (text: string) => new TextEncoder().encode(text);
const textsOf = ({ readings }: ScanParsed) =>
  readings.flatMap((reading) => ('code' in reading ? [reading.code.text] : []));
const whyOf = ({ readings }: ScanParsed) =>
  readings.flatMap((reading) => ('code' in reading ? [] : [reading.why]));

describe('what a serial scanner sends', () => {
  it.each(['\r', '\n', '\r\n'])('[SC1] ends a code at %j where no suffix is configured', (suffix) => {
    const parser = new SerialScanParser();
    const sent = [encodeSerialScan('PTL1.abc', { suffix }), encodeSerialScan('Zoé', { suffix })];
    expect(sent.flatMap((bytes) => textsOf(parser.push(bytes)))).toEqual(['PTL1.abc', 'Zoé']);
    expect(parser.isInsideCode).toBe(false);
  });

  it.each(['\r', '\n', '\r\n', '\t', '\x03', '\x03\r', '##'])(
    '[SC1] ends a code at the configured suffix %j, and takes no other for one',
    (suffix) => {
      const parser = new SerialScanParser({ suffix });
      expect(textsOf(parser.push(encodeSerialScan('one', { suffix })))).toEqual(['one']);
      const foreign = ['\r', '\t', '\x03'].find((each) => !suffix.includes(each)) ?? '';
      const parsed = parser.push(encodeSerialScan(`two${foreign}three`, { suffix }));
      expect([textsOf(parsed), whyOf(parsed)]).toEqual([[], ['control-characters']]);
      expect(textsOf(parser.push(encodeSerialScan('four', { suffix })))).toEqual(['four']);
    },
  );

  it('[SC1] leaves the end to silence where the suffix is empty', () => {
    const parser = new SerialScanParser({ suffix: '' });
    expect(textsOf(parser.push(ascii('PTL1.abc')))).toEqual([]);
    expect(textsOf(parser.silence())).toEqual(['PTL1.abc']);
  });

  it('[SC2] takes only codes that begin with the prefix, and takes it off', () => {
    const parser = new SerialScanParser({ prefix: '~' });
    const parsed = parser.push(ascii('~good\rbad\r~\r'));
    expect([textsOf(parsed), whyOf(parsed), parsed.discarded]).toEqual([
      ['good'],
      ['prefix-missing', 'empty'],
      4,
    ]);
    const framed: CodeForm = { prefix: '\x02', suffix: '\x03' };
    expect(textsOf(new SerialScanParser(framed).push(ascii('\x02inside\x03')))).toEqual(['inside']);
  });

  it('[SC3] takes the AIM identifier off, tells it, and takes no code without one', () => {
    const parser = new SerialScanParser({ prefix: '\x02', symbology: 'aim' });
    const sent = encodeSerialScan('PTL1', { prefix: '\x02', symbology: ']Q1' });
    expect(parser.push(sent).readings).toEqual([{ code: { text: 'PTL1', symbology: ']Q1' } }]);
    expect(whyOf(parser.push(ascii('\x02PTL1\r')))).toEqual(['symbology-missing']);
    expect(whyOf(parser.push(ascii('\x02]Q1\r')))).toEqual(['empty']);
  });

  it('[SC4] gives the same codes however the bytes are cut', () => {
    const suffix = '\x03\r';
    const stream = Uint8Array.of(
      ...encodeSerialScan('one', { suffix }),
      ...encodeSerialScan('deux é', { suffix }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const parser = new SerialScanParser({ suffix });
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const texts = edges
          .slice(1)
          .flatMap((end, index) => textsOf(parser.push(stream.subarray(edges[index], end))));
        expect(texts).toEqual(['one', 'deux é']);
      }),
    );
  });

  it('[SC4] throws half a code away where a suffix was configured', () => {
    const parser = new SerialScanParser({ suffix: '\t' });
    parser.push(ascii('half'));
    expect(parser.silence()).toEqual({
      readings: [{ why: 'suffix-missing', byteCount: 4 }],
      discarded: 4,
    });
    expect(textsOf(parser.push(ascii('whole\t')))).toEqual(['whole']);
  });

  it.each(['\r', '\x03\r'])(
    '[SC5] takes 3,072 bytes and throws a longer code away to its end (%j), naming its length and counting every byte',
    (suffix) => {
      const parser = new SerialScanParser(suffix === '\r' ? {} : { suffix });
      expect(textsOf(parser.push(encodeSerialScan('x'.repeat(3_072), { suffix })))).toEqual([
        'x'.repeat(3_072),
      ]);
      for (const byteCount of [3_073, 4_096, 9_000]) {
        const parsed = parser.push(encodeSerialScan('x'.repeat(byteCount), { suffix }));
        expect(parsed).toEqual({ readings: [{ why: 'too-long', byteCount }], discarded: byteCount });
      }
      expect(textsOf(parser.push(encodeSerialScan('next', { suffix })))).toEqual(['next']);
    },
  );

  it.each([
    ['a control character', '16540d', 'control-characters'],
    ['an escape', '411b42', 'control-characters'],
    ['DEL', '417f', 'control-characters'],
    ['a C1 control', '41c285', 'control-characters'],
    ['bytes that are not UTF-8', 'ff41', 'not-text'],
  ])('[SC6] rejects a code with %s', (_what, hex, why) => {
    const bytes = Buffer.from(hex, 'hex');
    const counted = bytes.filter((byte) => byte !== 0x0d).length;
    const parsed = new SerialScanParser().push(Uint8Array.of(...bytes, 0x0d));
    expect([whyOf(parsed), parsed.discarded]).toEqual([[why], counted]);
  });

  it('[SC7] loses no byte without counting it, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), (pieces) => {
        const parser = new SerialScanParser();
        let codeBytes = 0;
        let discarded = 0;
        for (const piece of pieces) {
          const parsed = parser.push(piece);
          discarded += parsed.discarded;
          for (const text of textsOf(parsed)) codeBytes += ascii(text).length;
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
