import { describe, expect, it } from 'vitest';
import { encodeHidPosReports, HidPosParser } from './hid-pos-report.ts';
import vector from './vectors/access-is-lsr118.json' with { type: 'json' };

const recorded = vector.reports.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
const code = { text: vector.text, symbology: vector.symbology };
const ascii = (text: string) => new TextEncoder().encode(text);

function report(text: string, { aim = ']Q1', more = 0, length = text.length } = {}): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([2, length, ...Buffer.from(aim)]);
  bytes.set(Buffer.from(text), 5);
  bytes[63] = more;
  return bytes;
}

function pushAll(parser: HidPosParser, reports: readonly Uint8Array[]) {
  const parsed = reports.map((each) => parser.push(each));
  return {
    readings: parsed.flatMap(({ readings }) => readings),
    discarded: parsed.reduce((sum, { discarded }) => sum + discarded, 0),
  };
}

describe('input reports of a HID-POS scanner', () => {
  it('[SC4] joins the two recorded reports of one code and keeps its symbology', () => {
    const parser = new HidPosParser();
    expect(recorded.map((bytes) => parser.push(bytes))).toEqual([
      { readings: [], discarded: 0 },
      { readings: [{ code }], discarded: 0 },
    ]);
  });

  it('[SC12] throws away the half of a code whose rest never came, and counts it', () => {
    const parser = new HidPosParser();
    parser.push(report('half', { aim: ']Q0', more: 1 }));
    expect(parser.push(report('whole'))).toEqual({
      readings: [{ code: { text: 'whole', symbology: ']Q1' } }],
      discarded: 4,
    });
    parser.push(report('half', { more: 1 }));
    expect(parser.silence().discarded).toBe(4);
    expect(parser.push(report('next')).readings).toHaveLength(1);
  });

  it('[SC5] takes a code of 3,072 bytes in 55 reports, and nothing of one of 4 kB', () => {
    const parser = new HidPosParser();
    const longest = 'x'.repeat(3_072);
    const reports = encodeHidPosReports(ascii(longest), ']Q1');
    expect(reports).toHaveLength(55);
    expect(pushAll(parser, reports).readings).toEqual([{ code: { text: longest, symbology: ']Q1' } }]);
    const tooLong = encodeHidPosReports(ascii('x'.repeat(4_096)), ']Q1');
    expect(pushAll(parser, tooLong)).toEqual({
      readings: [{ why: 'too-long', byteCount: 4_096 }],
      discarded: 4_096,
    });
    expect(parser.push(report('next')).readings).toHaveLength(1);
  });

  it('[SC1] [SC2] takes the prefix and the suffix off that the scanner was told to send', () => {
    const parser = new HidPosParser({ prefix: '\x02', suffix: '\r\n' });
    const sent = pushAll(parser, encodeHidPosReports(ascii(`\x02${'x'.repeat(80)}\r\n`), ']Q1'));
    expect(sent.readings).toEqual([{ code: { text: 'x'.repeat(80), symbology: ']Q1' } }]);
    expect(parser.push(report('\x02no end')).readings).toMatchObject([{ why: 'suffix-missing' }]);
    expect(parser.push(report('no start\r\n')).readings).toMatchObject([{ why: 'prefix-missing' }]);
  });

  it.each([
    ['of another report id', Uint8Array.of(1, ...report('x').subarray(1)), 64],
    ['that is too short', report('x').subarray(0, 40), 40],
    ['whose length is beyond its data field', report('x', { length: 57 }), 64],
    ['with no AIM identifier', report('x', { aim: '\0\0\0' }), 1],
    ['with a control character in the code', report('a\x1bb'), 3],
  ])('[SC12] takes no code from a report %s', (_what, bytes, discarded) => {
    const parsed = new HidPosParser().push(bytes);
    expect(parsed.discarded).toBe(discarded);
    expect(parsed.readings.filter((reading) => 'code' in reading)).toEqual([]);
  });
});
