import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pieceLengths, pushInPieces } from '../framing/test/push-in-pieces.ts';
import {
  checksumOf,
  crcOf,
  encodePacket,
  finishPacket,
  longestPacket,
  type OsdpPacket,
  OsdpParser,
  packetBeforeMac,
} from './osdp-packet.ts';
import published from './vectors/published-frames.json' with { type: 'json' };

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const parse = (from: OsdpPacket['from'], bytes: Uint8Array) => new OsdpParser(from).push(bytes);
const sideOf = (from: string) => (from === 'panel' ? 'panel' : 'reader');

it('[OS1] computes the check sums of the standard’s examples', () => {
  for (const { bytes, check } of published.checks.crc) {
    const crc = crcOf(bytesOf(bytes));
    expect(hexOf(Uint8Array.of(crc & 0xff, crc >>> 8))).toBe(check);
  }
  for (const { bytes, check } of published.checks.checksum) {
    expect(hexOf(Uint8Array.of(checksumOf(bytesOf(bytes))))).toBe(check);
  }
});

it.each(published.frames)('[OS1] reads "$what" of others, and writes it as they do', (vector) => {
  const from = sideOf(vector.from);
  const { frames, discarded } = parse(from, bytesOf(vector.hex));
  expect(discarded).toBe(0);
  expect(frames).toMatchObject([
    {
      unit: vector.unit,
      sequence: vector.sequence,
      code: vector.code,
      data: bytesOf(vector.data),
      mac: null,
    },
  ]);
  const written = encodePacket({ ...vector, from, block: null, data: bytesOf(vector.data) });
  expect(hexOf(written).replace(/^ff/, '')).toBe(vector.hex.replace(/^ff/, ''));
});

it.each(published.checksumFrames)('[OS1] reads "$what", and writes it when asked to', (vector) => {
  const { frames } = parse('panel', bytesOf(vector.hex));
  expect(frames).toMatchObject([{ usesCrc: false, code: vector.code, data: bytesOf(vector.data) }]);
  const written = encodePacket({
    ...vector,
    unit: 0,
    from: 'panel',
    block: null,
    data: bytesOf(vector.data),
    usesCrc: false,
  });
  expect(hexOf(written)).toBe(`ff${vector.hex}`);
});

const draft = fc.record({
  unit: fc.integer({ min: 0, max: 126 }),
  from: fc.constant('reader' as const),
  sequence: fc.integer({ min: 0, max: 3 }),
  block: fc.option(
    fc.record({ type: fc.constantFrom(0x11, 0x12, 0x13, 0x14), data: fc.uint8Array({ maxLength: 2 }) }),
  ),
  code: fc.integer({ min: 0x40, max: 0xff }),
  data: fc.uint8Array({ maxLength: 90 }),
  usesCrc: fc.boolean(),
});

it('[OS2] finds packets however they are cut', () => {
  fc.assert(
    fc.property(fc.array(draft, { minLength: 1, maxLength: 5 }), pieceLengths, (sent, lengths) => {
      const bytes = Uint8Array.from(sent.flatMap((each) => [...encodePacket(each)]));
      const { frames, discarded } = pushInPieces(new OsdpParser('reader'), bytes, lengths);
      expect(discarded).toBe(0);
      expect(frames.map(({ mac: _, macInput: __, from: ___, ...rest }) => rest)).toEqual(
        sent.map(({ from: _, ...rest }) => rest),
      );
    }),
  );
});

const ackOf5 = {
  unit: 5,
  from: 'reader',
  sequence: 1,
  block: null,
  code: 0x40,
  data: new Uint8Array(0),
} as const;

it('[OS2] finds a packet behind noise, behind half a packet and behind the head of a longer one', () => {
  const right = encodePacket(ackOf5);
  const noises = ['00ff33', '53', '5385', '538520', '53850d00', '538500010e02155390', '53850e000e021640'];
  for (const noise of noises) {
    const { frames, discarded } = parse('reader', Uint8Array.from([...bytesOf(noise), ...right]));
    expect([noise, frames.length, discarded]).toEqual([
      noise,
      1,
      bytesOf(noise).filter((byte) => byte !== 0xff).length,
    ]);
  }
});

describe('[OS3] never gives out', () => {
  const sealed = finishPacket(
    packetBeforeMac({ ...ackOf5, block: { type: 0x16, data: new Uint8Array(0) } }),
    Uint8Array.of(1, 2, 3, 4),
  );

  it('a packet with one wrong bit', () => {
    for (const right of [encodePacket(ackOf5), sealed]) {
      expect(parse('reader', right).frames).toHaveLength(1);
      for (let bit = 8; bit < right.length * 8; bit++) {
        const wrong = Uint8Array.from(right);
        wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        // A checksum packet is one bit of the control byte away, and its one byte of check may be right by chance: not here.
        expect(parse('reader', wrong).frames).toEqual([]);
      }
    }
  });

  const checked = (hex: string) => {
    const body = bytesOf(hex);
    const crc = crcOf(body);
    return Uint8Array.from([...body, crc & 0xff, crc >>> 8]);
  };

  it.each([
    ['a length shorter than the shortest packet', '5385060004'],
    ['a length beyond the longest packet', '5385ffff0440'],
    ['the wrong direction', '530508000540'],
    ['a security block of length 0', '53850a000d0015 40'.replace(' ', '')],
    ['a security block of length 1', '53850a000d011540'],
    ['a security block that reaches beyond the packet', '53850a000dff1540'],
    ['a security block behind which no code follows', '538509000d0216'],
    ['a MAC that is not there', '53850a000d021640'],
    ['no code at all', '5385070004'],
  ])('%s', (_what, hex) => {
    expect(parse('reader', checked(hex)).frames).toEqual([]);
  });

  it('anything out of chance', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const packet of parse('reader', bytes).frames) {
          const again = finishPacket(packet.macInput, packet.mac);
          expect(hexOf(bytes)).toContain(hexOf(again).slice(2));
        }
      }),
    );
  });
});

it('[OS4] keeps its bound, and accounts for every byte', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 500, maxLength: 1500 }), { maxLength: 6 }), (pieces) => {
      const parser = new OsdpParser('reader');
      let used = 0;
      let marks = 0;
      for (const piece of pieces) {
        const { frames, discarded } = parser.push(piece);
        used +=
          discarded +
          frames.reduce((sum, { macInput, mac }) => sum + macInput.length + (mac?.length ?? 0) + 2, 0);
        marks += piece.filter((byte) => byte === 0xff).length;
      }
      const kept = parser.reset();
      expect(kept).toBeLessThanOrEqual(2 * longestPacket);
      const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
      expect(used + kept).toBeGreaterThanOrEqual(total - marks);
      expect(used + kept).toBeLessThanOrEqual(total);
    }),
    { numRuns: 40 },
  );
});

it('[OS33] tries each place at which a packet may begin once, however the bytes come', () => {
  const parser = new OsdpParser('reader');
  // As many heads as fit, each of a packet half as long as the longest: they wait, and then their check is wrong.
  const heads = Uint8Array.from(
    { length: 30_000 },
    (_, index) => [0x53, 0x85, 0xd0, 0x02, 0x04][index % 5] ?? 0,
  );
  for (const byte of heads) parser.push(Uint8Array.of(byte));
  expect(parser.reset()).toBeLessThanOrEqual(longestPacket);
  expect(parser.push(encodePacket(ackOf5)).frames).toHaveLength(1);
});
