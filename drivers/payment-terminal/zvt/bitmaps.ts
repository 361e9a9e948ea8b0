import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { encodeLength, lengthAt } from './tlv.ts';

/** How long the value of a field is: a number of bytes, or digits `Fx` in front of it, or a BER length (the container). */
type FieldSize = number | 'LL' | 'LLL' | 'BER';

/** The fields ("bitmaps") of PA00P015, by tag. */
const fieldSizes: ReadonlyMap<number, FieldSize> = new Map<number, FieldSize>([
  [0x01, 1], // time limit, seconds
  [0x02, 1], // most status informations
  [0x03, 1], // service byte
  [0x04, 6], // amount
  [0x05, 1], // pump
  [0x06, 'BER'], // TLV container
  [0x0b, 3], // trace number
  [0x0c, 3], // time
  [0x0d, 2], // date
  [0x0e, 2], // expiry
  [0x17, 2], // card sequence
  [0x19, 1], // payment type, status byte
  [0x22, 'LL'], // card number
  [0x23, 'LL'], // track 2
  [0x24, 'LLL'], // track 3
  [0x27, 1], // result code
  [0x29, 4], // terminal id
  [0x2a, 15], // contract number
  [0x2d, 'LL'], // track 1
  [0x2e, 'LLL'], // time stamp
  [0x37, 3], // original trace
  [0x3a, 2], // card verification value
  [0x3b, 8], // authorisation
  [0x3c, 'LLL'], // additional text
  [0x3d, 3], // password
  [0x49, 2], // currency
  [0x4c, 'LL'], // blocked goods
  [0x60, 'LLL'], // single amounts
  [0x87, 2], // receipt number
  [0x88, 3], // turnover number
  [0x8a, 1], // card type
  [0x8b, 'LL'], // card name
  [0x8c, 1], // card type of the network
  [0x9a, 'LLL'], // purse record
  [0xa0, 1], // result code of the host
  [0xa7, 'LL'], // chip EF_ID
  [0xaa, 3], // date with year
  [0xaf, 'LLL'], // chip EF_INFO
  [0xba, 5], // parameter of the application
  [0xd0, 1], // reader control
  [0xd1, 'LL'], // reader control
  [0xfa, 1], // reader activation
  [0xfc, 1], // dialog control
]);

export type Fields = ReadonlyMap<number, Uint8Array>;

/** Splits data into its fields. A tag without a size ends all knowledge of where the next begins; a repeated one is refused. */
export function readFields(bytes: Uint8Array): Result<Fields, string> {
  const fields = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    const name = tag.toString(16).padStart(2, '0').toUpperCase();
    const size = fieldSizes.get(tag);
    if (size === undefined) return err(`field ${name} is none of this protocol`);
    if (fields.has(tag)) return err(`field ${name} comes twice`);
    const length = sizeAt(bytes, at + 1, size);
    if (!length) return err(`field ${name} has no length`);
    const start = at + 1 + length.length;
    if (start + length.value > bytes.length) return err(`field ${name} is cut`);
    fields.set(tag, bytes.slice(start, start + length.value));
    at = start + length.value;
  }
  return ok(fields);
}

export function encodeField(tag: number, value: Uint8Array): readonly number[] {
  const size = fieldSizes.get(tag);
  invariant(size !== undefined, `field ${tag} is one of this protocol`);
  invariant(typeof size !== 'number' || size === value.length, `field ${tag} has its length`);
  return [tag, ...encodeSize(size, value.length), ...value];
}

function encodeSize(size: FieldSize, length: number): readonly number[] {
  if (typeof size === 'number') return [];
  if (size === 'BER') return encodeLength(length);
  const digitCount = size.length;
  const digits = String(length).padStart(digitCount, '0');
  invariant(digits.length === digitCount, 'a length fits its digits');
  return [...digits].map((digit) => 0xf0 | Number(digit));
}

function sizeAt(
  bytes: Uint8Array,
  at: number,
  size: FieldSize,
): { readonly length: number; readonly value: number } | undefined {
  if (typeof size === 'number') return { length: 0, value: size };
  if (size === 'BER') return lengthAt(bytes, at);
  const digits = bytes.subarray(at, at + size.length);
  if (digits.length < size.length || digits.some((byte) => byte >> 4 !== 0xf || (byte & 0xf) > 9)) {
    return undefined;
  }
  return { length: size.length, value: digits.reduce((value, byte) => value * 10 + (byte & 0xf), 0) };
}
