import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import { encodeK7Frame, encodeK7Sign, K7Parser, type K7Sign } from './k7-frame.ts';
import {
  decodeK7Command,
  decodeK7Reply,
  encodeK7Command,
  encodeK7Reply,
  type K7CommandName,
} from './k7-message.ts';
import vectors from './vectors/k7-frames.json' with { type: 'json' };

const bytes = (spaced: string) => bytesOfHex(spaced.replaceAll(' ', ''));
const textOf = (frame: Uint8Array) => frame.slice(5, -2);

describe('frames of TTCE K7x0 dispensers', () => {
  it.each(vectors.commands)('[DI18] sends $meaning', ({ name, data, frame }) => {
    const text = encodeK7Command(name as K7CommandName, bytes(data));
    expect(hexOf(encodeK7Frame(0, text))).toBe(hexOf(bytes(frame)));
    expect(decodeK7Command(text)).toEqual({ name, data: bytes(data) });
  });

  it.each(vectors.replies)('[DI18] reads $meaning', (vector) => {
    const frame = bytes(vector.frame);
    expect(new K7Parser().push(frame)).toEqual({
      frames: [{ kind: 'frame', address: 0, text: textOf(frame) }],
      discarded: 0,
    });
    const reply =
      'bits' in vector
        ? { kind: 'status' as const, bits: Number.parseInt(vector.bits ?? '', 16) }
        : { kind: 'failure' as const, command: vector.command ?? '', code: Number(vector.code) };
    expect(decodeK7Reply(textOf(frame))).toEqual(reply);
    expect(hexOf(encodeK7Reply(reply))).toBe(hexOf(textOf(frame)));
  });

  it.each(vectors.signs)('[DI18] reads and sends $meaning', ({ sign, address, bytes: hex }) => {
    expect(hexOf(encodeK7Sign(sign as K7Sign, address))).toBe(hexOf(bytes(hex)));
    expect(new K7Parser().push(bytes(hex)).frames).toEqual([{ kind: sign, address }]);
  });

  it('reads status letters as some units send them, and no others', () => {
    expect(decodeK7Reply(Uint8Array.from(Buffer.from('SFA00F')))).toEqual({ kind: 'status', bits: 0xa00f });
    expect(decodeK7Reply(Uint8Array.from(Buffer.from('SF00G0')))).toBeUndefined();
    expect(decodeK7Reply(Uint8Array.from(Buffer.from('SF000')))).toBeUndefined();
    expect(decodeK7Reply(Uint8Array.from(Buffer.from('N')))).toBeUndefined();
  });

  it.each([
    ['a wrong check byte', '02 30 30 00 02 41 50 03 13', 9],
    ['a wrong end', '02 30 30 00 02 41 50 04 12', 9],
    ['a length that is too short', '02 30 30 00 01 41 03 21', 8],
    ['a length that no frame has', '02 30 30 01 2C 41 50 03 12', 9],
  ])('tells a frame with %s, and reads the next', (_what, spaced, discarded) => {
    const parser = new K7Parser();
    const parsed = parser.push(bytes(spaced));
    expect(parsed).toEqual({ frames: [{ kind: 'damaged' }], discarded });
    expect(parser.push(bytes('06 30 30')).frames).toEqual([{ kind: 'ack', address: 0 }]);
  });

  it('throws away what begins nothing, and acknowledgements without an address', () => {
    const parsed = new K7Parser().push(bytes('FF 06 41 15 32 30 06 30 30'));
    expect(parsed).toEqual({ frames: [{ kind: 'ack', address: 0 }], discarded: 6 });
  });

  it('gives the same tokens however the bytes are cut, and loses none without counting it', () => {
    const frame = encodeK7Frame(3, Uint8Array.from([0x50, 0x47, 0x33, 0x30, 0x02, 0x03, 0x06, 0x15]));
    const stream = Uint8Array.of(...encodeK7Sign('ack', 3), 0xff, ...frame, ...encodeK7Sign('nak', 12));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const parser = new K7Parser();
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const parsed = edges.slice(1).map((end, index) => parser.push(stream.subarray(edges[index], end)));
        expect(parsed.flatMap(({ frames }) => frames.map(({ kind }) => kind))).toEqual([
          'ack',
          'frame',
          'nak',
        ]);
        expect(parsed.reduce((sum, { discarded }) => sum + discarded, 0)).toBe(1);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 900 }), (noise) => {
        const parser = new K7Parser();
        const { frames, discarded } = parser.push(noise);
        const used = frames.reduce((sum, token) => {
          if (token.kind === 'damaged') return sum;
          return sum + (token.kind === 'frame' ? token.text.length + 7 : 3);
        }, 0);
        expect(used + discarded + parser.reset()).toBe(noise.length);
      }),
    );
  });
});
