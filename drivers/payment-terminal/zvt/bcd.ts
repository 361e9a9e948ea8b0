import { invariant } from '@portillon/core/base/invariant.ts';

/** A number as packed decimal digits, two a byte: 3990 in six bytes is `00 00 00 00 39 90`. */
export function encodeBcd(value: number, byteLength: number): Uint8Array {
  const digits = String(value).padStart(byteLength * 2, '0');
  invariant(/^[0-9]+$/.test(digits) && digits.length === byteLength * 2, `${value} fits ${byteLength} bytes`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

/** The digits of packed decimal bytes, or null where a half byte is none. */
export function bcdDigits(bytes: Uint8Array): string | null {
  const digits = Buffer.from(bytes).toString('hex');
  return /^[0-9]+$/.test(digits) ? digits : null;
}

/** The number that packed decimal bytes hold, or null. Six bytes, the longest there are, fit a safe whole number. */
export function decodeBcd(bytes: Uint8Array): number | null {
  const digits = bcdDigits(bytes);
  return digits === null ? null : Number(digits);
}
