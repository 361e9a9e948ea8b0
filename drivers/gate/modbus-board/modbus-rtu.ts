import type { FrameParser, Parsed } from '../../framing/frame-parser.ts';
import { PendingBytes } from '../../framing/pending-bytes.ts';

/** One frame of Modbus over serial line, in RTU mode: unit, function code, data, CRC-16 (low byte first). */
export interface ModbusFrame {
  readonly unit: number;
  readonly functionCode: number;
  /** What stands between function code and CRC. */
  readonly data: Uint8Array;
}

export const modbusFunctions = {
  readCoils: 0x01,
  readInputs: 0x02,
  writeCoil: 0x05,
  writeCoils: 0x0f,
} as const;

/** Set in the function code of an answer that refuses; the data is then one exception code. */
export const exceptionFlag = 0x80;

export const modbusExceptions: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'device failure',
  5: 'acknowledge, not done yet',
  6: 'device busy',
};

/** Relay boards of the Waveshare kind: a pulse that the board itself ends is FC05 at this address plus the channel. */
export const flashOnAddress = 0x0200;
export const flashStepMs = 100;

/** Longest frame (Modbus over serial line V1.02, 2.5.1). */
const longestFrame = 256;
const shortestFrame = 4;

/** Modbus over serial line V1.02, 6.2.2: polynomial A001 reflected, start FFFF. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

export function encodeModbus(frame: ModbusFrame): Uint8Array {
  const body = Uint8Array.from([frame.unit, frame.functionCode, ...frame.data]);
  const crc = crc16(body);
  return Uint8Array.from([...body, crc & 0xff, crc >>> 8]);
}

/** FC01 and FC02: `count` bits from `address`. */
export function readBits(
  unit: number,
  functionCode: 0x01 | 0x02,
  address: number,
  count: number,
): ModbusFrame {
  return { unit, functionCode, data: Uint8Array.from([...word(address), ...word(count)]) };
}

/** FC05 as it stands: `value` is FF00 or 0000 for a relay, a time in steps of 100 ms for a pulse. */
export function writeCoil(unit: number, address: number, value: number): ModbusFrame {
  return {
    unit,
    functionCode: modbusFunctions.writeCoil,
    data: Uint8Array.from([...word(address), ...word(value)]),
  };
}

/** FC05 that closes relay `channel` for `pulseMs`; the board opens it again by itself. */
export function flashOn(unit: number, channel: number, pulseMs: number): ModbusFrame {
  return writeCoil(unit, flashOnAddress + channel, Math.ceil(pulseMs / flashStepMs));
}

/** FC05 that closes or opens relay `channel` for good. */
export function switchRelay(unit: number, channel: number, on: boolean): ModbusFrame {
  return writeCoil(unit, channel, on ? 0xff00 : 0x0000);
}

/** Answer to FC01 or FC02. */
export function bitsAnswer(unit: number, functionCode: number, bits: readonly boolean[]): ModbusFrame {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((on, index) => {
    if (on) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return { unit, functionCode, data: Uint8Array.from([bytes.length, ...bytes]) };
}

/** The `count` bits that an answer to FC01 or FC02 tells, or undefined when it tells another number. */
export function bitsOf(answer: ModbusFrame, count: number): boolean[] | undefined {
  const byteCount = Math.ceil(count / 8);
  if (answer.data[0] !== byteCount || answer.data.length !== 1 + byteCount) return undefined;
  return Array.from(
    { length: count },
    (_, index) => (((answer.data[1 + (index >> 3)] ?? 0) >> (index & 7)) & 1) === 1,
  );
}

export function exceptionAnswer(unit: number, functionCode: number, exception: number): ModbusFrame {
  return { unit, functionCode: functionCode | exceptionFlag, data: Uint8Array.of(exception) };
}

/** A 16-bit number of the data, high byte first. */
export function wordAt(frame: ModbusFrame, index: number): number {
  return ((frame.data[index] ?? 0) << 8) | (frame.data[index + 1] ?? 0);
}

function word(value: number): [number, number] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

/**
 * Frames of one direction of the line. RTU marks frames by silence alone, which neither USB adapters nor operating systems
 * keep; the function code says how long a frame is, and the CRC whether it was one. Noise may look like the head of a
 * long frame, so a right frame is looked for behind it too; bytes before it are thrown away.
 */
export class ModbusParser implements FrameParser<ModbusFrame> {
  readonly #lengthOf: (head: Uint8Array) => FrameLength;
  readonly #pending = new PendingBytes(longestFrame);

  constructor(direction: 'requests' | 'answers') {
    this.#lengthOf = direction === 'requests' ? requestLength : answerLength;
  }

  push(bytes: Uint8Array): Parsed<ModbusFrame> {
    const frames: ModbusFrame[] = [];
    let discarded = 0;
    this.#pending.append(bytes);
    for (let start = 0; start + shortestFrame <= this.#pending.length; ) {
      const head = this.#pending.peek(Math.min(this.#pending.length, start + longestFrame)).subarray(start);
      const length = this.#lengthOf(head);
      const frame = typeof length === 'number' ? decode(head.subarray(0, length)) : undefined;
      if (frame && typeof length === 'number') {
        frames.push(frame);
        this.#pending.take(start + length);
        discarded += start;
        start = 0;
      } else if (start === 0 && length !== 'unfinished') {
        this.#pending.take(1);
        discarded += 1;
      } else {
        start += 1;
      }
    }
    return { frames, discarded: discarded + this.#pending.trim() };
  }

  reset(): number {
    return this.#pending.clear();
  }
}

type FrameLength = number | 'no frame' | 'unfinished';

function requestLength(head: Uint8Array): FrameLength {
  switch (head[1]) {
    case modbusFunctions.readCoils:
    case modbusFunctions.readInputs:
    case modbusFunctions.writeCoil:
      return within(head, 8);
    case modbusFunctions.writeCoils:
      return head[6] === undefined ? 'unfinished' : within(head, 9 + head[6]);
    default:
      return 'no frame';
  }
}

function answerLength(head: Uint8Array): FrameLength {
  const functionCode = head[1] ?? 0;
  if ((functionCode & exceptionFlag) !== 0) return within(head, 5);
  switch (functionCode) {
    case modbusFunctions.readCoils:
    case modbusFunctions.readInputs:
      return head[2] === undefined ? 'unfinished' : within(head, 5 + head[2]);
    case modbusFunctions.writeCoil:
    case modbusFunctions.writeCoils:
      return within(head, 8);
    default:
      return 'no frame';
  }
}

function within(head: Uint8Array, length: number): FrameLength {
  if (length > longestFrame) return 'no frame';
  return length <= head.length ? length : 'unfinished';
}

function decode(bytes: Uint8Array): ModbusFrame | undefined {
  const body = bytes.subarray(0, -2);
  const crc = (bytes.at(-2) ?? 0) | ((bytes.at(-1) ?? 0) << 8);
  if (crc !== crc16(body)) return undefined;
  return { unit: bytes[0] ?? 0, functionCode: bytes[1] ?? 0, data: body.slice(2) };
}
