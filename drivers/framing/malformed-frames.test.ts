import { SeededRandom } from '@portillon/core/base/random.ts';
import { describe, expect, it } from 'vitest';
import { CrtParser, type CrtToken, encodeFrame as encodeCrt } from '../card-dispenser/crt-591/crt-frame.ts';
import {
  bitsAnswer,
  encodeModbus,
  exceptionAnswer,
  flashOn,
  type ModbusFrame,
  ModbusParser,
  readBits,
} from '../gate/modbus-board/modbus-rtu.ts';
import {
  encodePacket,
  finishPacket,
  type OsdpPacket,
  OsdpParser,
  packetBeforeMac,
} from '../osdp/osdp-packet.ts';
import {
  ConcertParser,
  type ConcertToken,
  encodeFrame as encodeConcert,
} from '../payment-terminal/concert/concert-frame.ts';
import { ApduParser, type ApduToken, apduOf, encodeApdu } from '../payment-terminal/zvt/apdu.ts';
import { BlockParser, type BlockToken, encodeBlock } from '../payment-terminal/zvt/serial-block.ts';
import { type EscPosAnswer, EscPosAnswerParser } from '../printer/escpos/escpos-status.ts';
import type { FrameParser, Parsed } from './frame-parser.ts';
import { pushInPieces } from './test/push-in-pieces.ts';

/**
 * What every framer outlives, whatever its protocol. What is particular to one (lengths that cannot be, security blocks,
 * sequence numbers) is tested beside it.
 */
interface Framing<Frame> {
  readonly parser: () => FrameParser<Frame>;
  /** Whole frames as they stand on the line. */
  readonly wires: readonly Uint8Array[];
  /** The bytes of what was given out; null for the word that something was damaged, whose bytes are counted as lost. */
  readonly bytesOf: (frame: Frame) => Uint8Array | null;
  /** Bytes that can begin no frame. */
  readonly noise: Uint8Array;
  /** Begins a frame that never ends. */
  readonly head: Uint8Array;
  readonly filler: number;
  /** Bytes that it may hold at most. */
  readonly keeps: number;
  /** A changed bit shows. */
  readonly isChecked: boolean;
  /** Bytes of this value that belong to no frame are not counted. */
  readonly uncounted?: number;
  /** Finds the next frame by itself; otherwise only a new connection does. */
  readonly resyncs: boolean;
}

const latin = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const bytes = (...values: number[]) => Uint8Array.from(values);
const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

const withoutMark = (wire: Uint8Array) => wire.subarray(1);
const osdpAck = { unit: 5, from: 'reader', sequence: 1, block: null, code: 0x40 } as const;
const sealedReply = {
  ...osdpAck,
  block: { type: 0x16, data: new Uint8Array(0) },
  data: new Uint8Array(0),
};
const modbus = {
  bytesOf: encodeModbus,
  noise: bytes(0x00, 0xff, 0x33),
  filler: 0x41,
  keeps: 256,
  isChecked: true,
  resyncs: true,
};
const control = { ack: 0x06, nak: 0x15, eot: 0x04, enq: 0x05 } as const;

const framings = {
  'OSDP, what readers say': {
    parser: () => new OsdpParser('reader'),
    wires: [
      withoutMark(encodePacket({ ...osdpAck, data: new Uint8Array(0) })),
      withoutMark(encodePacket({ ...osdpAck, code: 0x50, data: bytes(0, 0, 16, 0, 0x53, 0x85) })),
      withoutMark(finishPacket(packetBeforeMac(sealedReply), bytes(1, 2, 3, 4))),
    ],
    bytesOf: ({ macInput, mac }) => withoutMark(finishPacket(macInput, mac)),
    noise: bytes(0x00, 0x33, 0x85),
    head: bytes(0x53, 0x85, 0xa0, 0x05, 0x04),
    filler: 0x41,
    keeps: 1_440,
    isChecked: true,
    uncounted: 0xff,
    resyncs: true,
  } satisfies Framing<OsdpPacket>,
  'OSDP, what the panel says': {
    parser: () => new OsdpParser('panel'),
    wires: [
      withoutMark(encodePacket({ ...osdpAck, from: 'panel', code: 0x60, data: new Uint8Array(0) })),
      withoutMark(encodePacket({ ...osdpAck, from: 'panel', code: 0x68, data: bytes(0, 5, 50, 0) })),
    ],
    bytesOf: ({ macInput, mac }) => withoutMark(finishPacket(macInput, mac)),
    noise: bytes(0x00, 0x33, 0x85),
    head: bytes(0x53, 0x05, 0xa0, 0x05, 0x04),
    filler: 0x53,
    keeps: 1_440,
    isChecked: true,
    uncounted: 0xff,
    resyncs: true,
  } satisfies Framing<OsdpPacket>,
  'Modbus RTU, answers': {
    ...modbus,
    parser: () => new ModbusParser('answers'),
    wires: [bitsAnswer(1, 2, [true, false]), flashOn(1, 0, 700), exceptionAnswer(1, 5, 4)].map(encodeModbus),
    head: bytes(0x01, 0x02, 0xfa),
  } satisfies Framing<ModbusFrame>,
  'Modbus RTU, requests': {
    ...modbus,
    parser: () => new ModbusParser('requests'),
    wires: [readBits(1, 2, 0, 8), flashOn(1, 0, 700)].map(encodeModbus),
    head: bytes(0x01, 0x0f, 0x00, 0x00, 0x00, 0x08, 0xf0),
  } satisfies Framing<ModbusFrame>,
  'CRT-591': {
    parser: () => new CrtParser(),
    wires: [encodeCrt(0, latin('C00')), encodeCrt(0, latin('P10020')), encodeCrt(3, latin('N2210'))],
    bytesOf: (token) => {
      if (token.kind === 'frame') return encodeCrt(token.address, token.text);
      return token.kind === 'damaged' ? null : bytes(control[token.kind]);
    },
    noise: bytes(0x00, 0x33, 0x43),
    head: bytes(0xf2, 0x00, 0x02, 0x06),
    filler: 0x41,
    keeps: 1_024,
    isChecked: true,
    resyncs: true,
  } satisfies Framing<CrtToken>,
  'Concert on a serial line': {
    parser: () => new ConcertParser(),
    wires: [encodeConcert(latin('AB')), encodeConcert(latin('CZ0040300AE00210'))],
    bytesOf: (token) => {
      if (token.kind === 'frame') return encodeConcert(token.text);
      return token.kind === 'damaged' ? null : bytes(control[token.kind]);
    },
    noise: bytes(0x41, 0x00, 0xff),
    head: bytes(0x02),
    filler: 0x41,
    keeps: 16_387,
    isChecked: true,
    resyncs: true,
  } satisfies Framing<ConcertToken>,
  'ESC/POS answers': {
    parser: () => new EscPosAnswerParser(),
    wires: [
      bytes(0x12),
      bytes(0x10, 0x00, 0x00, 0x0f),
      bytes(0x37, 0x22, 0x41, 0x42, 0x43, 0x44, 0x00),
      bytes(0x37, 0x25, 0x00),
    ],
    // What an automatic status was read from cannot be told from it: as many bytes.
    bytesOf: (answer) =>
      new Uint8Array({ 'real-time': 1, automatic: 4, 'process-id': 7, cleared: 3 }[answer.kind]),
    noise: bytes(0xff, 0x80, 0x00),
    head: bytes(0x37, 0x22),
    filler: 0x41,
    keeps: 64,
    isChecked: false,
    resyncs: true,
  } satisfies Framing<EscPosAnswer>,
  'ZVT on a serial line': {
    parser: () => new BlockParser(),
    wires: [
      encodeBlock(apduOf(0x8000)),
      encodeBlock(apduOf(0x0410, [0x10, 0x03])),
      encodeBlock(apduOf(0x0601, [4, 0, 0, 0, 0, 0x39, 0x90])),
    ],
    bytesOf: (token) => {
      if (token.kind === 'apdu') return encodeBlock(token.apdu);
      return token.kind === 'damaged' ? null : bytes(control[token.kind]);
    },
    noise: bytes(0x00, 0x41, 0xff),
    head: bytes(0x10, 0x02),
    filler: 0x41,
    keeps: 2 * (0xffff + 5) + 6,
    isChecked: true,
    resyncs: true,
  } satisfies Framing<BlockToken>,
  'ZVT over TCP': {
    parser: () => new ApduParser(),
    wires: [
      encodeApdu(apduOf(0x8000)),
      encodeApdu(apduOf(0x040f, new Uint8Array(300).fill(0x27))),
      encodeApdu(apduOf(0x0601, [4, 0, 0, 0, 0, 0x39, 0x90])),
    ],
    bytesOf: (token) => (token.kind === 'apdu' ? encodeApdu(token.apdu) : null),
    noise: bytes(0x00, 0x41, 0xff),
    head: bytes(0x06, 0xd3, 0xff, 0xff, 0xff),
    filler: 0x41,
    keeps: 0xffff + 5,
    isChecked: false,
    resyncs: false,
  } satisfies Framing<ApduToken>,
};

describe.each(Object.entries(framings))('%s', (_name, table) => {
  // Each entry was checked against its own frames above.
  const framing = table as unknown as Framing<unknown>;
  const { parser, wires, bytesOf, noise, head, filler, keeps, isChecked, resyncs } = framing;

  const hex = (given: Uint8Array) => Buffer.from(given).toString('hex');
  const given = ({ frames }: Parsed<unknown>) =>
    frames.flatMap((frame) => {
      const own = bytesOf(frame);
      return own ? [hex(own)] : [];
    });
  const whole = (wire: Uint8Array) => given(parser().push(wire));
  const all = wires.flatMap(whole);
  const uncountedIn = (stream: Uint8Array) =>
    stream.filter((byte) => framing.uncounted !== undefined && byte === framing.uncounted).length;

  it('reads its frames at all', () => {
    expect(all).toHaveLength(wires.length);
    if (isChecked) expect(all).toEqual(wires.map(hex));
  });

  it('reads them in pieces of any size', () => {
    for (const size of [1, 2, 3, 5, 7, 64]) {
      const pieces = (function* () {
        for (;;) yield size;
      })();
      const parsed = pushInPieces(parser(), joined(wires), pieces);
      expect([size, given(parsed), parsed.discarded]).toEqual([size, all, 0]);
    }
  });

  it('reads more of them at once than it may hold, as they come where a program was busy', () => {
    const count = Math.ceil((keeps + 1) / joined(wires).length);
    const parsed = parser().push(joined(Array.from({ length: count }, () => joined(wires))));
    expect(parsed.discarded).toBe(0);
    expect(parsed.frames).toHaveLength(count * wires.length);
  });

  it('makes nothing of one that is cut short, and reads on behind it', () => {
    for (const wire of wires) {
      for (let length = 0; length < wire.length; length++) {
        const reader = parser();
        const parsed = reader.push(wire.subarray(0, length));
        const lost = parsed.discarded + reader.reset();
        if (wire.length > 1 && isChecked) expect([length, given(parsed)]).toEqual([length, []]);
        expect(lost + given(parsed).join('').length / 2).toBe(length - uncountedIn(wire.subarray(0, length)));
        expect(given(reader.push(wire))).toEqual(whole(wire));
      }
    }
  });

  if (resyncs) {
    it('finds them between noise, and counts it', () => {
      for (const wire of wires) {
        const parsed = parser().push(joined([noise, wire, noise, wire]));
        expect(given(parsed)).toEqual([...whole(wire), ...whole(wire)]);
        expect(parsed.discarded).toBe(2 * (noise.length - uncountedIn(noise)));
      }
    });

    it('finds them behind one whose length is wrong by a bit, with no silence between them', () => {
      const [wire = noise] = wires;
      const behind = joined(
        Array.from({ length: Math.ceil(Math.min(2 * keeps, 8_000) / wire.length) }, () => wire),
      );
      for (let bit = 8; bit < Math.min(wire.length, 4) * 8; bit += 3) {
        const wrong = Uint8Array.from(wire);
        wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect([bit, given(parser().push(joined([wrong, behind]))).at(-1)]).toEqual([bit, whole(wire)[0]]);
      }
    });
  } else {
    it('gives up at noise, counts it, and says so', () => {
      const parsed = parser().push(joined([wires[0] ?? noise, noise, ...wires]));
      expect(given(parsed)).toHaveLength(1);
      expect(parsed.frames).toHaveLength(2);
      expect(parsed.discarded).toBe(joined([noise, ...wires]).length);
    });
  }

  if (isChecked)
    it('gives out none with a changed bit, and finds those behind it', () => {
      for (const wire of wires) {
        const right = whole(wire);
        for (let bit = 0; bit < wire.length * 8; bit++) {
          const wrong = Uint8Array.from(wire);
          wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          const reader = parser();
          // An acknowledgement is a byte that a changed one may look like; a frame is not.
          expect(given(reader.push(wrong)).filter((each) => each.length > 2)).toEqual([]);
          reader.reset();
          expect([bit, given(reader.push(wire))]).toEqual([bit, right]);
        }
      }
    });

  it('holds no more than its bound of one that never ends, counts the rest, and is well again', () => {
    const reader = parser();
    let pushed = 0;
    let lost = 0;
    const push = (piece: Uint8Array) => {
      lost += reader.push(piece).discarded;
      pushed += piece.length;
    };
    push(head);
    for (let piece = 0; piece < 2_000; piece++) push(new Uint8Array(1 + (piece % 7)).fill(filler));
    for (let piece = 0; piece < 40; piece++) push(new Uint8Array(4_096).fill(filler));
    const kept = reader.reset();
    expect(kept).toBeLessThanOrEqual(keeps);
    // A frame that the length in its head ends is given out where nothing checks it.
    if (isChecked) expect(lost + kept).toBe(pushed);
    expect(given(reader.push(joined(wires)))).toEqual(all);
  });

  it('throws at nothing, invents nothing and loses no byte uncounted, whatever comes', () => {
    const marks = joined([...wires, head]);
    for (let seed = 0; seed < 150; seed++) {
      const random = new SeededRandom(seed);
      const stream = joined(
        Array.from({ length: 1 + random.below(12) }, () => {
          const wire = Uint8Array.from(wires[random.below(wires.length)] ?? noise);
          switch (random.below(4)) {
            case 0:
              return wire;
            case 1:
              wire[random.below(wire.length)] = random.below(256);
              return wire;
            case 2:
              return random.bytes(random.below(40));
            default:
              return Uint8Array.from(
                { length: random.below(40) },
                () => marks[random.below(marks.length)] ?? 0,
              );
          }
        }),
      );
      const reader = parser();
      const sizes = (function* () {
        for (;;) yield 1 + random.below(30);
      })();
      const parsed = pushInPieces(reader, stream, sizes);
      const kept = reader.reset();
      expect(kept, `seed ${seed}`).toBeLessThanOrEqual(keeps);
      const frames = given(parsed);
      const accounted = frames.join('').length / 2 + parsed.discarded + kept;
      expect(accounted, `seed ${seed}`).toBeLessThanOrEqual(stream.length);
      expect(accounted, `seed ${seed}`).toBeGreaterThanOrEqual(stream.length - uncountedIn(stream));
      if (isChecked) for (const frame of frames) expect(hex(stream), `seed ${seed}`).toContain(frame);
      expect(given(reader.push(joined(wires))), `seed ${seed}`).toEqual(all);
    }
  });
});
