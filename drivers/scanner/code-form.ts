/** Longest code taken: what a QR code holds at the most in bytes (version 40-L), rounded up. */
export const longestCode = 3_072;

/** How a scanner was programmed to dress its codes. */
export interface CodeForm {
  /** Before each code; nothing unless said. */
  readonly prefix?: string | undefined;
  /** Behind each code. Undefined: CR, LF or CRLF. Empty: nothing, silence ends a code. */
  readonly suffix?: string | undefined;
  /** `aim`: each code begins with its AIM identifier, as in ISO/IEC 15424. */
  readonly symbology?: 'none' | 'aim' | undefined;
}

export interface ReadCode {
  readonly text: string;
  /** AIM identifier such as `]Q1` where the scanner tells it. */
  readonly symbology: string | null;
}

/** Why bytes make no code. */
export type NoCode =
  | 'too-long'
  | 'prefix-missing'
  | 'suffix-missing'
  | 'symbology-missing'
  | 'control-characters'
  | 'not-text'
  | 'empty';

/** What something that looked like a code came to. */
export type ScanReading = { readonly code: ReadCode } | { readonly why: NoCode; readonly byteCount: number };

/** What a parser made of one piece. `discarded` counts every byte that went into no code, prefix, suffix or identifier. */
export interface ScanParsed {
  readonly readings: readonly ScanReading[];
  readonly discarded: number;
}

const aimIdentifier = /^\][A-Za-z][0-9A-Za-z]/;
const aimLength = 3;

/** Undresses a code from which the suffix is off already (SC2, SC3, SC5, SC6). */
export function readCode(bytes: Uint8Array, { prefix = '', symbology }: CodeForm): ScanReading {
  const refused = (why: NoCode): ScanReading => ({ why, byteCount: bytes.length });
  const prefixBytes = new TextEncoder().encode(prefix);
  if (!prefixBytes.every((byte, index) => bytes[index] === byte)) return refused('prefix-missing');
  let body = bytes.subarray(prefixBytes.length);
  let identifier: string | null = null;
  if (symbology === 'aim') {
    identifier = String.fromCharCode(...body.subarray(0, aimLength));
    if (!aimIdentifier.test(identifier)) return refused('symbology-missing');
    body = body.subarray(aimLength);
  }
  if (body.length === 0) return refused('empty');
  if (body.length > longestCode) return refused('too-long');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return /\p{Cc}/u.test(text) ? refused('control-characters') : { code: { text, symbology: identifier } };
  } catch {
    return refused('not-text');
  }
}

/** How many bytes a form adds to a code at the most. */
export function dressLength({ prefix = '', suffix = '\r', symbology }: CodeForm): number {
  const { length } = new TextEncoder().encode(prefix + suffix);
  return length + (symbology === 'aim' ? aimLength : 0);
}
