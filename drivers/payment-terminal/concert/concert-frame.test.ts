import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import exchange from '../concert-tlv/vectors/akretion-exchange.json' with { type: 'json' };
import { ConcertParser, type ConcertToken, encodeFrame } from './concert-frame.ts';
import vectors from './vectors/concert-v2.json' with { type: 'json' };

const latin = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const frameOf = (text: string) => hexOf(encodeFrame(latin(text)));

function parse(...pieces: (string | Uint8Array)[]): { tokens: ConcertToken[]; discarded: number } {
  const parser = new ConcertParser();
  const parsed = pieces.map((piece) => parser.push(typeof piece === 'string' ? bytesOfHex(piece) : piece));
  return {
    tokens: parsed.flatMap(({ frames }) => frames),
    discarded: parsed.reduce((sum, { discarded }) => sum + discarded, 0),
  };
}

it.each([...vectors.requests, ...vectors.answers])(
  'frames a $meaning as the source does',
  ({ text, lrc }) => {
    const whole = `02${hexOf(latin(text))}03${lrc}`;
    expect(frameOf(text)).toBe(whole);
    expect(parse(whole)).toEqual({ tokens: [{ kind: 'frame', text: latin(text) }], discarded: 0 });
  },
);

it.each(vectors.answers)(
  'takes the number of bytes on the wire that the source names for $meaning',
  (answer) => {
    expect(encodeFrame(latin(answer.text))).toHaveLength(answer.wireBytes);
  },
);

it('[CO4] reads a frame wherever the line cuts it, short, long or of Concert V3', () => {
  const texts = [...vectors.answers.map(({ text }) => text), exchange.approvedAnswer];
  for (const text of texts) {
    const frame = encodeFrame(latin(text));
    for (let cut = 1; cut < frame.length; cut++) {
      expect(parse(frame.subarray(0, cut), frame.subarray(cut)).tokens).toEqual([
        { kind: 'frame', text: latin(text) },
      ]);
    }
  }
});

it('[CO3] takes the byte behind ETX for the check byte, also when it looks like a control byte', () => {
  // The XOR of one text byte with ETX: 01 to 06 are the texts of the bytes that differ from 03 by it.
  for (const lrc of [0x02, 0x03, 0x04, 0x05, 0x06, 0x15]) {
    const text = Uint8Array.of(0x40, 0x40 ^ lrc ^ 0x03 ^ 0x20, 0x20);
    const frame = encodeFrame(text);
    expect(frame.at(-1)).toBe(lrc);
    expect(parse(Uint8Array.of(...frame, 0x05)).tokens).toEqual([{ kind: 'frame', text }, { kind: 'enq' }]);
  }
});

it('[CO3] says that a frame is damaged, counts it, and reads the next one', () => {
  const good = frameOf('AB');
  const wrong = good.replace(/..$/, 'FF');
  expect(parse(`${wrong}${good}`)).toMatchObject({
    tokens: [{ kind: 'damaged' }, { kind: 'frame' }],
    discarded: 5,
  });
});

it('goes on at the control character that ends a frame which has lost its ETX', () => {
  expect(parse(`02 41 42 05 ${frameOf('AB')}`)).toMatchObject({
    tokens: [{ kind: 'damaged' }, { kind: 'enq' }, { kind: 'frame' }],
    discarded: 3,
  });
  expect(parse(`02 41 42 ${frameOf('AB')}`).tokens).toMatchObject([{ kind: 'damaged' }, { kind: 'frame' }]);
});

it('refuses an empty frame', () => {
  expect(parse('02 03 03 06')).toEqual({ tokens: [{ kind: 'damaged' }, { kind: 'ack' }], discarded: 3 });
});

it('counts noise between frames', () => {
  expect(parse('FF 41 05 00 15 03')).toEqual({ tokens: [{ kind: 'enq' }, { kind: 'nak' }], discarded: 4 });
});

it('gives up a text that is longer than any of this protocol, and finds what follows', () => {
  const endless = Uint8Array.of(0x02, ...new Uint8Array(20_000).fill(0x41));
  const pieces = [endless.subarray(0, 16_386), endless.subarray(16_386)];
  const { tokens, discarded } = parse(...pieces, `05${frameOf('AB')}`);
  expect(tokens).toEqual([{ kind: 'damaged' }, { kind: 'enq' }, { kind: 'frame', text: latin('AB') }]);
  expect(discarded).toBe(20_001);
});

it('never throws, keeps no more than a frame, and loses no byte uncounted, whatever arrives in whatever pieces', () => {
  const anyByte = fc.oneof(
    fc.constantFrom(0x02, 0x03, 0x04, 0x05, 0x06, 0x15),
    fc.integer({ min: 0, max: 255 }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(anyByte, { maxLength: 40 }), { maxLength: 20 }), (pieces) => {
      const parser = new ConcertParser();
      let accounted = 0;
      for (const piece of pieces) {
        const { frames, discarded } = parser.push(Uint8Array.from(piece));
        accounted += discarded;
        for (const frame of frames) {
          if (frame.kind === 'frame') accounted += frame.text.length + 3;
          else if (frame.kind !== 'damaged') accounted += 1;
        }
      }
      const kept = parser.reset();
      expect(kept).toBeLessThanOrEqual(16_387);
      expect(accounted + kept).toBe(pieces.flat().length);
      expect(parser.push(encodeFrame(latin('AB'))).frames).toEqual([{ kind: 'frame', text: latin('AB') }]);
    }),
  );
});

it('says of any bytes the same, however they are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(120), (bytes, at) => {
      const cut = Math.min(at, bytes.length);
      expect(parse(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(parse(bytes));
    }),
  );
});

it('refuses to send a control character in a text', () => {
  expect(() => encodeFrame(latin('A\u0003'))).toThrow('control characters');
  expect(() => encodeFrame(new Uint8Array(0))).toThrow('1 to 16,384');
});
