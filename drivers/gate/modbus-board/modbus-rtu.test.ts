import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pieceLengths, pushInPieces } from '../../framing/test/push-in-pieces.ts';
import {
  bitsAnswer,
  bitsOf,
  crc16,
  encodeModbus,
  exceptionAnswer,
  flashOn,
  type ModbusFrame,
  ModbusParser,
  modbusFunctions,
  readBits,
  writeCoil,
} from './modbus-rtu.ts';
import vectors from './vectors/modbus-frames.json' with { type: 'json' };

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function parse(direction: 'requests' | 'answers', bytes: Uint8Array) {
  return new ModbusParser(direction).push(bytes);
}

it('computes the check sum of the serial line document', () => {
  const crc = crc16(bytesOf(vectors.crcOf0207.bytes));
  expect(hexOf(Uint8Array.of(crc & 0xff, crc >>> 8))).toBe(vectors.crcOf0207.crcLowByteFirst);
});

it.each(vectors.frames)('reads the document’s frame "$what" and writes it back', (vector) => {
  const direction = vector.direction === 'requests' ? 'requests' : 'answers';
  const { frames, discarded } = parse(direction, bytesOf(vector.hex));
  expect(discarded).toBe(0);
  expect(frames.map((frame) => frame.functionCode)).toEqual([vector.functionCode]);
  expect(frames.map((frame) => hexOf(encodeModbus(frame)))).toEqual([vector.hex]);
});

it('writes the requests of the documents', () => {
  const written = [
    readBits(17, modbusFunctions.readCoils, 0x13, 37),
    readBits(17, modbusFunctions.readInputs, 0xc4, 22),
    writeCoil(17, 0xac, 0xff00),
    flashOn(1, 0, 700),
  ].map((frame) => hexOf(encodeModbus(frame)));
  for (const hex of written) expect(vectors.frames.map((vector) => vector.hex)).toContain(hex);
  expect(new Set(written).size).toBe(4);
});

it('tells the bits of the documents: coils 20 to 56, lowest bit first', () => {
  const answer = parse('answers', bytesOf('110105cd6bb20e1b45e6')).frames[0];
  const bits = answer && bitsOf(answer, 37);
  // CD is 1100 1101: coils 27 to 20 (protocol V1.1b3, 6.1).
  expect(bits?.slice(0, 8)).toEqual([true, false, true, true, false, false, true, true]);
  expect(bits?.filter(Boolean)).toHaveLength(5 + 5 + 4 + 3 + 4);
  expect(answer && bitsOf(answer, 50)).toBeUndefined();
});

it('tells an exception apart from an answer', () => {
  const { frames } = parse('answers', encodeModbus(exceptionAnswer(1, 2, 4)));
  expect(frames).toEqual([{ unit: 1, functionCode: 0x82, data: Uint8Array.of(4) }]);
});

const frame: fc.Arbitrary<ModbusFrame> = fc.oneof(
  fc.array(fc.boolean(), { minLength: 1, maxLength: 64 }).map((bits) => bitsAnswer(1, 2, bits)),
  fc.integer({ min: 0, max: 7 }).map((channel) => flashOn(9, channel, 700)),
  fc.integer({ min: 1, max: 8 }).map((exception) => exceptionAnswer(3, 5, exception)),
);

it('finds the frames however they are cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), pieceLengths, (sent, lengths) => {
      const bytes = Uint8Array.from(sent.flatMap((each) => [...encodeModbus(each)]));
      const { frames, discarded } = pushInPieces(new ModbusParser('answers'), bytes, lengths);
      expect(discarded).toBe(0);
      expect(frames).toEqual(sent);
    }),
  );
});

it('goes on after bytes that are no frame, and counts them', () => {
  const right = encodeModbus(flashOn(1, 0, 700));
  const parsed = parse('answers', Uint8Array.of(0x00, 0xff, 0x33, ...right));
  expect(parsed).toEqual({ frames: [flashOn(1, 0, 700)], discarded: 3 });
});

it('never gives out a frame whose check sum is wrong', () => {
  const right = encodeModbus(bitsAnswer(1, 2, [true, false]));
  for (let bit = 0; bit < right.length * 8; bit++) {
    const wrong = Uint8Array.from(right);
    wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(parse('answers', wrong).frames).toEqual([]);
  }
});

it('keeps its bound whatever arrives', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const parser = new ModbusParser('answers');
      const parsed = parser.push(bytes);
      const used = parsed.frames.reduce((sum, each) => sum + encodeModbus(each).length, 0);
      expect(used + parsed.discarded + parser.reset()).toBe(bytes.length);
    }),
  );
});
