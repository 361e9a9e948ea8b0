/** What a printer of the ESC/POS family is told in its stream of bytes, as this decoder understands it. */
export type PrinterCommand =
  | { readonly kind: 'character'; readonly byte: number }
  | { readonly kind: 'line-feed' }
  /** Blank paper, in lines of the normal font. */
  | { readonly kind: 'feed'; readonly lines: number }
  | { readonly kind: 'cut'; readonly feedLines: number }
  | { readonly kind: 'initialise' }
  | { readonly kind: 'align'; readonly align: 'left' | 'centre' | 'right' }
  | { readonly kind: 'style'; readonly style: Partial<TextStyle> }
  | { readonly kind: 'code-page'; readonly page: number }
  | { readonly kind: 'qr-size'; readonly dots: number }
  | { readonly kind: 'qr-correction'; readonly level: 'L' | 'M' | 'Q' | 'H' }
  | { readonly kind: 'qr-store'; readonly data: Uint8Array }
  | { readonly kind: 'qr-print' }
  | { readonly kind: 'automatic-status'; readonly mask: number }
  | { readonly kind: 'paper-sensor' }
  | { readonly kind: 'process-id'; readonly id: Uint8Array }
  /** One bit a dot, rows begun on a byte, the highest bit at the left. */
  | {
      readonly kind: 'picture';
      readonly widthDots: number;
      readonly heightDots: number;
      readonly bits: Uint8Array;
    }
  /** Understood well enough to be skipped as a whole. */
  | { readonly kind: 'ignored'; readonly bytes: Uint8Array }
  | { readonly kind: 'unknown'; readonly byte: number };

export interface TextStyle {
  readonly bold: boolean;
  readonly underlined: boolean;
  readonly inverse: boolean;
  readonly widthFactor: number;
  readonly heightFactor: number;
}

/** A command and how many bytes it took; undefined when it has not fully arrived. */
export type ReadCommand = { readonly command: PrinterCommand; readonly length: number } | undefined;

const esc = 0x1b;
const gs = 0x1d;
const fs = 0x1c;
const dotsPerLine = 30;

/** Reads the command at the front of `bytes`, written from the printer's manual and not from the library under test. */
export function readCommand(bytes: Uint8Array): ReadCommand {
  const first = bytes[0];
  if (first === undefined) return undefined;
  if (first === 0x0a) return { command: { kind: 'line-feed' }, length: 1 };
  if (first === esc) return readEscape(bytes);
  if (first === gs) return readGroup(bytes);
  if (first === fs) return fixed(bytes, bytes[1] === 0x21 || bytes[1] === 0x2d ? 3 : 2, ignored);
  if (first >= 0x20) return { command: { kind: 'character', byte: first }, length: 1 };
  if (first === 0x0d || first === 0x00 || first === 0x09) return fixed(bytes, 1, ignored);
  return { command: { kind: 'unknown', byte: first }, length: 1 };
}

function readEscape(bytes: Uint8Array): ReadCommand {
  switch (bytes[1]) {
    case undefined:
      return undefined;
    case 0x40: // ESC @
      return fixed(bytes, 2, () => ({ kind: 'initialise' }));
    case 0x61: // ESC a
      return fixed(bytes, 3, ([n = 0]) => ({ kind: 'align', align: alignOf(n) }));
    case 0x45: // ESC E
    case 0x47: // ESC G, double strike, looks alike
      return fixed(bytes, 3, ([n = 0]) => ({ kind: 'style', style: { bold: (n & 1) === 1 } }));
    case 0x2d: // ESC -
      return fixed(bytes, 3, ([n = 0]) => ({ kind: 'style', style: { underlined: (n & 3) !== 0 } }));
    case 0x21: // ESC !
      return fixed(bytes, 3, ([n = 0]) => ({
        kind: 'style',
        style: {
          bold: (n & 0x08) !== 0,
          heightFactor: (n & 0x10) !== 0 ? 2 : 1,
          widthFactor: (n & 0x20) !== 0 ? 2 : 1,
          underlined: (n & 0x80) !== 0,
        },
      }));
    case 0x74: // ESC t
      return fixed(bytes, 3, ([page = 0]) => ({ kind: 'code-page', page }));
    case 0x64: // ESC d
      return fixed(bytes, 3, ([lines = 0]) => ({ kind: 'feed', lines }));
    case 0x4a: // ESC J, in dots
      return fixed(bytes, 3, ([dots = 0]) => ({ kind: 'feed', lines: Math.round(dots / dotsPerLine) }));
    case 0x76: // ESC v
      return fixed(bytes, 2, () => ({ kind: 'paper-sensor' }));
    case 0x69: // ESC i, ESC m: cuts of older models
    case 0x6d:
      return fixed(bytes, 2, () => ({ kind: 'cut', feedLines: 0 }));
    case 0x32: // ESC 2
      return fixed(bytes, 2, ignored);
    case 0x63: // ESC c 3, 4, 5
      return fixed(bytes, 4, ignored);
    case 0x70: // ESC p, drawer
      return fixed(bytes, 5, ignored);
    case 0x44: {
      // ESC D, tab stops up to a zero
      const end = bytes.indexOf(0x00, 2);
      return end === -1 ? undefined : fixed(bytes, end + 1, ignored);
    }
    case 0x33: // ESC 3, ESC SP, ESC R, ESC M, ESC {, ESC V, ESC =: one parameter that does not change our paper
    case 0x20:
    case 0x52:
    case 0x4d:
    case 0x7b:
    case 0x56:
    case 0x3d:
      return fixed(bytes, 3, ignored);
    default:
      return { command: { kind: 'unknown', byte: esc }, length: 1 };
  }
}

function readGroup(bytes: Uint8Array): ReadCommand {
  switch (bytes[1]) {
    case undefined:
      return undefined;
    case 0x21: // GS !
      return fixed(bytes, 3, ([n = 0]) => ({
        kind: 'style',
        style: { widthFactor: 1 + ((n >> 4) & 7), heightFactor: 1 + (n & 7) },
      }));
    case 0x42: // GS B
      return fixed(bytes, 3, ([n = 0]) => ({ kind: 'style', style: { inverse: (n & 1) === 1 } }));
    case 0x56: // GS V m, or GS V m n with a feed before the cut
      if (bytes[2] === undefined) return undefined;
      if (bytes[2] === 0x41 || bytes[2] === 0x42) {
        return fixed(bytes, 4, ([, n = 0]) => ({ kind: 'cut', feedLines: Math.round(n / dotsPerLine) }));
      }
      return fixed(bytes, 3, () => ({ kind: 'cut', feedLines: 0 }));
    case 0x61: // GS a
      return fixed(bytes, 3, ([mask = 0]) => ({ kind: 'automatic-status', mask }));
    case 0x72: // GS r
      return fixed(bytes, 3, () => ({ kind: 'paper-sensor' }));
    case 0x28: // GS ( X pL pH …
      return readBlock(bytes);
    case 0x76: // GS v 0 m xL xH yL yH, then the picture
      return readPicture(bytes);
    case 0x4c: // GS L, GS W, GS P: margins and motion units
    case 0x57:
    case 0x50:
      return fixed(bytes, 4, ignored);
    case 0x48: // GS H, GS f, GS h, GS w, GS I
    case 0x66:
    case 0x68:
    case 0x77:
    case 0x49:
      return fixed(bytes, 3, ignored);
    default:
      return { command: { kind: 'unknown', byte: gs }, length: 1 };
  }
}

function readBlock(bytes: Uint8Array): ReadCommand {
  if (bytes.length < 5) return undefined;
  const length = 5 + (bytes[3] ?? 0) + 256 * (bytes[4] ?? 0);
  if (bytes.length < length) return undefined;
  const parameters = bytes.slice(5, length);
  return { command: blockCommand(bytes[2] ?? 0, parameters, bytes.slice(0, length)), length };
}

function blockCommand(block: number, parameters: Uint8Array, whole: Uint8Array): PrinterCommand {
  const [first, functionNumber, value = 0] = parameters;
  if (block === 0x48 && first === 0x30) return { kind: 'process-id', id: parameters.slice(2, 6) };
  if (block !== 0x6b || first !== 0x31) return { kind: 'ignored', bytes: whole };
  switch (functionNumber) {
    case 0x43:
      return { kind: 'qr-size', dots: value };
    case 0x45:
      return { kind: 'qr-correction', level: (['L', 'M', 'Q', 'H'] as const)[value - 0x30] ?? 'L' };
    case 0x50:
      return { kind: 'qr-store', data: parameters.slice(3) };
    case 0x51:
      return { kind: 'qr-print' };
    default:
      return { kind: 'ignored', bytes: whole };
  }
}

function readPicture(bytes: Uint8Array): ReadCommand {
  if (bytes.length < 8) return undefined;
  const widthBytes = (bytes[4] ?? 0) + 256 * (bytes[5] ?? 0);
  const heightDots = (bytes[6] ?? 0) + 256 * (bytes[7] ?? 0);
  const length = 8 + widthBytes * heightDots;
  if (bytes.length < length) return undefined;
  const bits = bytes.slice(8, length);
  return { command: { kind: 'picture', widthDots: widthBytes * 8, heightDots, bits }, length };
}

function fixed(
  bytes: Uint8Array,
  length: number,
  make: (parameters: Uint8Array, whole: Uint8Array) => PrinterCommand,
): ReadCommand {
  if (bytes.length < length) return undefined;
  return { command: make(bytes.slice(2, length), bytes.slice(0, length)), length };
}

function ignored(_parameters: Uint8Array, bytes: Uint8Array): PrinterCommand {
  return { kind: 'ignored', bytes };
}

function alignOf(n: number): 'left' | 'centre' | 'right' {
  if (n === 1 || n === 0x31) return 'centre';
  return n === 2 || n === 0x32 ? 'right' : 'left';
}
