import { describe, expect, it } from 'vitest';
import { HidPosParser } from './hid-pos-report.ts';
import vector from './vectors/access-is-lsr118.json' with { type: 'json' };

const recorded = vector.reports.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
const code = { text: vector.text, symbology: vector.symbology };

function report(text: string, { aim = ']Q1', more = 0, length = text.length } = {}): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([2, length, ...Buffer.from(aim)]);
  bytes.set(Buffer.from(text), 5);
  bytes[63] = more;
  return bytes;
}

describe('input reports of a HID-POS scanner', () => {
  it('joins the two recorded reports of one code and keeps its symbology', () => {
    const parser = new HidPosParser();
    const parsed = recorded.map((bytes) => parser.push(bytes));
    expect(parsed).toEqual([
      { code: undefined, discarded: 0 },
      { code, discarded: 0 },
    ]);
  });

  it('throws away the half of a code whose rest never came, and counts it', () => {
    const parser = new HidPosParser();
    parser.push(report('half', { aim: ']Q0', more: 1 }));
    expect(parser.push(report('whole'))).toEqual({ code: { text: 'whole', symbology: ']Q1' }, discarded: 4 });
    parser.push(report('half', { more: 1 }));
    expect(parser.reset()).toBe(4);
  });

  it('throws away a code of more than 3,072 bytes', () => {
    const parser = new HidPosParser();
    let discarded = 0;
    for (let index = 0; index < 60; index++)
      discarded += parser.push(report('x'.repeat(56), { more: 1 })).discarded;
    const last = parser.push(report('end'));
    expect(last.code).toBeUndefined();
    expect(discarded + last.discarded).toBe(60 * 56 + 3);
  });

  it.each([
    ['of another report id', Uint8Array.of(1, ...report('x').subarray(1)), 64],
    ['that is too short', report('x').subarray(0, 40), 40],
    ['whose length is beyond its data field', report('x', { length: 57 }), 64],
    ['with no AIM identifier', report('x', { aim: '\0\0\0' }), 1],
    ['with a control character in the code', report('a\x1bb'), 3],
  ])('takes no code from a report %s', (_what, bytes, discarded) => {
    expect(new HidPosParser().push(bytes)).toEqual({ code: undefined, discarded });
  });
});
