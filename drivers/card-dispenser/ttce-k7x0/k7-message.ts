import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { DispenserStatus } from '../card-dispenser.ts';

/** How a command is answered after ENQ (K720/K730/K750 protocol, command lists 1 and 2). */
export type K7Answer = 'status' | 'card' | 'none';

/** The text of each command in use. `FC7` feeds from the hopper, or draws back what lies at the mouth. */
export const k7Commands = {
  status: { text: 'AP', answer: 'status', name: 'STATUS' },
  toEncoder: { text: 'FC7', answer: 'none', name: 'MOVE to encoder' },
  toMouth: { text: 'FC4', answer: 'none', name: 'MOVE to mouth' },
  toBin: { text: 'CP', answer: 'none', name: 'MOVE to bin' },
  reset: { text: 'RS', answer: 'none', name: 'RESET' },
  activate: { text: 'G0', answer: 'card', name: 'CARD activate' },
  apdu: { text: 'G3', answer: 'card', name: 'CARD APDU' },
  deselect: { text: 'G4', answer: 'card', name: 'CARD deselect' },
} as const satisfies Readonly<Record<string, { text: string; answer: K7Answer; name: string }>>;
export type K7CommandName = keyof typeof k7Commands;

export function encodeK7Command(name: K7CommandName, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return Uint8Array.of(...ascii(k7Commands[name].text), ...data);
}

export function decodeK7Command(
  text: Uint8Array,
): { readonly name: K7CommandName; readonly data: Uint8Array } | undefined {
  const names = Object.keys(k7Commands) as K7CommandName[];
  const name = names.find((each) => {
    const { text: wanted, answer } = k7Commands[each];
    const isLongEnough = answer === 'card' ? text.length >= wanted.length : text.length === wanted.length;
    return isLongEnough && ascii(wanted).every((byte, at) => text[at] === byte);
  });
  return name && { name, data: text.slice(k7Commands[name].text.length) };
}

/** In front of a C-APDU and an R-APDU: this is all of it. */
export const apduWhole = 0x30;

/** Bits of the four status nibbles, n1 the highest (protocol, page 6; _Development Reference Process_). */
export const k7Bits = {
  binFull: 0x8000,
  cannotExecute: 0x4000,
  prepareFailed: 0x2000,
  feeding: 0x0800,
  collecting: 0x0400,
  feedError: 0x0200,
  captureError: 0x0100,
  overlap: 0x0040,
  jam: 0x0020,
  fewLeft: 0x0010,
  empty: 0x0008,
  sensor3: 0x0004,
  sensor2: 0x0002,
  sensor1: 0x0001,
} as const;
export type K7Bit = keyof typeof k7Bits;

/** Has the bit. */
export function has(bits: number, bit: K7Bit): boolean {
  return (bits & k7Bits[bit]) !== 0;
}

export type K7Reply =
  | { readonly kind: 'status'; readonly bits: number }
  | { readonly kind: 'success'; readonly command: string; readonly data: Uint8Array }
  | { readonly kind: 'failure'; readonly command: string; readonly code: number };

export function encodeK7Reply(reply: K7Reply): Uint8Array {
  if (reply.kind === 'status') {
    const nibbles = [12, 8, 4, 0].map((shift) => 0x30 + ((reply.bits >> shift) & 0xf));
    return Uint8Array.of(...ascii('SF'), ...nibbles);
  }
  if (reply.kind === 'failure') return Uint8Array.of(0x4e, ...ascii(reply.command), reply.code);
  return Uint8Array.of(0x50, ...ascii(reply.command), ...reply.data);
}

/** Undefined when the text is no reply. */
export function decodeK7Reply(text: Uint8Array): K7Reply | undefined {
  const isStatus = text[0] === 0x53 && text[1] === 0x46 && text.length === 6;
  if (isStatus) {
    const nibbles = [...text.subarray(2)].map(nibbleOf);
    if (nibbles.includes(undefined)) return undefined;
    return { kind: 'status', bits: nibbles.reduce<number>((sum, nibble) => (sum << 4) | (nibble ?? 0), 0) };
  }
  const command = String.fromCharCode(...text.subarray(1, 3));
  if (text[0] === 0x50 && text.length >= 3) return { kind: 'success', command, data: text.slice(3) };
  const code = text[3];
  return text[0] === 0x4e && code !== undefined ? { kind: 'failure', command, code } : undefined;
}

/** 30h plus the nibble; some programs meet letters. */
function nibbleOf(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x3f) return byte - 0x30;
  return byte >= 0x41 && byte <= 0x46 ? byte - 0x37 : undefined;
}

/** Sensor 2 sees a card anywhere inside, sensor 1 alone one at the mouth; sensor 3 alone the next one, made ready. */
export function k7StatusOf(bits: number): DispenserStatus {
  const card = has(bits, 'sensor2') ? 'at-encoder' : has(bits, 'sensor1') ? 'at-mouth' : 'none';
  const stacker = has(bits, 'empty') ? 'empty' : has(bits, 'fewLeft') ? 'low' : 'enough';
  return { card, stacker, binFull: has(bits, 'binFull') };
}

export function isMoving(bits: number): boolean {
  return has(bits, 'feeding') || has(bits, 'collecting');
}

const stuck = {
  jam: 'a card is stuck',
  overlap: 'two cards at once',
  feedError: 'feeding failed',
  captureError: 'taking into the bin failed',
  prepareFailed: 'making the next card ready failed',
} as const satisfies Partial<Record<K7Bit, string>>;

/** What the bits say is the matter with the path, if anything. */
export function k7TroubleOf(bits: number): Fault | undefined {
  const bit = (Object.keys(stuck) as (keyof typeof stuck)[]).find((each) => has(bits, each));
  return bit && fault('dispenser.card-jam', stuck[bit]);
}

export const k7Errors = {
  unknownCommand: 0x00,
  badParameter: 0x01,
  badData: 0x02,
  notNow: 0x03,
  failed: 0x04,
  noCard: 0x41,
} as const;

/** The fault behind the code of a card command's failure. */
export function k7FaultOf(code: number, name: K7CommandName): Fault {
  const detail = `${k7Commands[name].name}: error ${code.toString(16).padStart(2, '0')}`;
  const isRefusal = code === k7Errors.unknownCommand || code === k7Errors.badParameter;
  if (isRefusal && name === 'activate') {
    return fault('dispenser.refused', `${detail}, as units without the module for CPU cards answer`);
  }
  return fault(isRefusal || code === k7Errors.badData ? 'dispenser.refused' : 'card.no-answer', detail);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
