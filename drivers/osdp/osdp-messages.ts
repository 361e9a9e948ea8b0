/** Codes, and what stands behind them (IEC 60839-11-5). */

export const commandCodes = {
  poll: 0x60,
  id: 0x61,
  capabilities: 0x62,
  localStatus: 0x64,
  inputStatus: 0x65,
  outputStatus: 0x66,
  output: 0x68,
  led: 0x69,
  buzzer: 0x6a,
  text: 0x6b,
  keySet: 0x75,
  challenge: 0x76,
  panelCryptogram: 0x77,
} as const;

export const replyCodes = {
  ack: 0x40,
  nak: 0x41,
  id: 0x45,
  capabilities: 0x46,
  localStatus: 0x48,
  inputStatus: 0x49,
  outputStatus: 0x4a,
  raw: 0x50,
  keypad: 0x53,
  readerCryptogram: 0x76,
  initialMac: 0x78,
  busy: 0x79,
} as const;

export const nakReasons = {
  badCheck: 1,
  badLength: 2,
  unknownCommand: 3,
  badSequence: 4,
  noSecureChannel: 5,
  encryptionRequired: 6,
  unableToProcess: 9,
} as const;

const nakWords: Readonly<Record<number, string>> = {
  1: 'bad check sum',
  2: 'wrong length of command',
  3: 'unknown command',
  4: 'unexpected sequence number',
  5: 'secure channel not supported',
  6: 'encryption required',
  7: 'biometric type not supported',
  8: 'biometric format not supported',
  9: 'unable to process',
};

export function nakWord(reason: number): string {
  return nakWords[reason] ?? `reason ${reason}`;
}

export interface OsdpCommand {
  readonly code: number;
  readonly data: Uint8Array;
}

export interface OsdpReply {
  readonly code: number;
  readonly data: Uint8Array;
}

const statusAnswers: Readonly<Record<number, number>> = {
  [commandCodes.id]: replyCodes.id,
  [commandCodes.capabilities]: replyCodes.capabilities,
  [commandCodes.localStatus]: replyCodes.localStatus,
  [commandCodes.inputStatus]: replyCodes.inputStatus,
  [commandCodes.outputStatus]: replyCodes.outputStatus,
};
const orders: readonly number[] = [commandCodes.led, commandCodes.buzzer, commandCodes.text];

/** Whether a reply belongs to that command (IEC 60839-11-5, Annex A): asked for, or an acknowledgement. */
export function belongsTo(commandCode: number, replyCode: number): boolean {
  const asked = statusAnswers[commandCode];
  if (asked !== undefined) return replyCode === asked;
  if (commandCode === commandCodes.output)
    return replyCode === replyCodes.ack || replyCode === replyCodes.outputStatus;
  return !orders.includes(commandCode) || replyCode === replyCodes.ack;
}

/** Colours of a light. */
export const colours = { off: 0, red: 1, green: 2, amber: 3, blue: 4 } as const;

/** Times of lights, sounds and outputs are counted in steps of 100 ms. */
export const stepMs = 100;

export interface Blink {
  readonly onSteps: number;
  readonly offSteps: number;
  readonly onColour: number;
  readonly offColour: number;
}

export interface LightOrder {
  readonly reader: number;
  readonly light: number;
  /** Shown for so long, then the light is again what it was. */
  readonly temporary?: Blink & { readonly forSteps: number };
  readonly permanent?: Blink;
}

const dark: Blink = { onSteps: 0, offSteps: 0, onColour: 0, offColour: 0 };

const asks = (code: number, ...data: number[]): OsdpCommand => ({ code, data: Uint8Array.from(data) });
const bytesOf = ({ onSteps, offSteps, onColour, offColour }: Blink) => [
  onSteps,
  offSteps,
  onColour,
  offColour,
];

export const commands = {
  poll: asks(commandCodes.poll),
  id: asks(commandCodes.id, 0),
  capabilities: asks(commandCodes.capabilities, 0),
  localStatus: asks(commandCodes.localStatus),
  inputStatus: asks(commandCodes.inputStatus),
  outputStatus: asks(commandCodes.outputStatus),

  light({ reader, light, temporary, permanent }: LightOrder): OsdpCommand {
    const forSteps = temporary?.forSteps ?? 0;
    return asks(
      commandCodes.led,
      reader,
      light,
      temporary ? 2 : 0,
      ...bytesOf(temporary ?? dark),
      forSteps & 0xff,
      forSteps >>> 8,
      permanent ? 1 : 0,
      ...bytesOf(permanent ?? dark),
    );
  },

  sound(reader: number, onSteps: number, offSteps: number, count: number): OsdpCommand {
    return asks(commandCodes.buzzer, reader, 2, onSteps, offSteps, count);
  },

  /** `forSeconds` 0: until the next one. What is no printable ASCII becomes its letter without accent, or a question mark. */
  text(reader: number, words: string, forSeconds: number): OsdpCommand {
    const characters = [...Buffer.from(plainText(words).slice(0, longestText), 'latin1')];
    const kind = forSeconds > 0 ? 4 : 2;
    return asks(commandCodes.text, reader, kind, forSeconds, 1, 1, characters.length, ...characters);
  },

  /** Switches the output on for so long; the reader itself switches it off. */
  pulse(output: number, pulseMs: number): OsdpCommand {
    const steps = Math.ceil(pulseMs / stepMs);
    return asks(commandCodes.output, output, 5, steps & 0xff, steps >>> 8);
  },

  switchOutput(output: number, on: boolean): OsdpCommand {
    return asks(commandCodes.output, output, on ? 2 : 1, 0, 0);
  },

  keySet(scbk: Uint8Array): OsdpCommand {
    return asks(commandCodes.keySet, 1, scbk.length, ...scbk);
  },
} as const;

const longestText = 32;

function plainText(words: string): string {
  return words
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’]/gu, "'")
    .replace(/[^\x20-\x7e]/gu, '?');
}

export interface ReaderIdentity {
  /** Three bytes that IEEE gave the maker. */
  readonly vendor: string;
  readonly model: number;
  readonly version: number;
  readonly serialNumber: number;
  readonly firmware: string;
}

export function readIdentity(data: Uint8Array): ReaderIdentity | undefined {
  if (data.length < 12) return undefined;
  const view = Buffer.from(data);
  return {
    vendor: view.subarray(0, 3).toString('hex'),
    model: view.readUInt8(3),
    version: view.readUInt8(4),
    serialNumber: view.readUInt32LE(5),
    firmware: view.subarray(9, 12).join('.'),
  };
}

/** What the reader says it can do; said in clear, so nothing that matters may rest on it. */
export interface ReaderAbilities {
  readonly inputs: number;
  readonly outputs: number;
  readonly lights: boolean;
  readonly sound: boolean;
  readonly text: boolean;
}

export const noAbilities: ReaderAbilities = {
  inputs: 0,
  outputs: 0,
  lights: false,
  sound: false,
  text: false,
};

export function readAbilities(data: Uint8Array): ReaderAbilities | undefined {
  if (data.length % 3 !== 0) return undefined;
  const levels = new Map<number, { level: number; count: number }>();
  for (let at = 0; at < data.length; at += 3) {
    levels.set(data[at] ?? 0, { level: data[at + 1] ?? 0, count: data[at + 2] ?? 0 });
  }
  const has = (functionCode: number) => (levels.get(functionCode)?.level ?? 0) > 0;
  return {
    inputs: has(1) ? (levels.get(1)?.count ?? 0) : 0,
    outputs: has(2) ? (levels.get(2)?.count ?? 0) : 0,
    lights: has(4),
    sound: has(5),
    text: has(6),
  };
}

/** What a reader tells without being asked for it, as the answer to a poll. */
export type ReaderEvent =
  | { readonly type: 'read'; readonly reader: number; readonly bitCount: number; readonly bits: Uint8Array }
  | { readonly type: 'keys'; readonly reader: number; readonly keys: string }
  | { readonly type: 'local'; readonly tampered: boolean; readonly powerFailed: boolean }
  | { readonly type: 'inputs'; readonly levels: readonly boolean[] }
  | { readonly type: 'outputs'; readonly levels: readonly boolean[] };

/** Undefined for what is no event, and `malformed` for one whose length is wrong. */
export function readEvent({ code, data }: OsdpReply): ReaderEvent | 'malformed' | undefined {
  switch (code) {
    case replyCodes.raw: {
      const bitCount = (data[2] ?? 0) | ((data[3] ?? 0) << 8);
      if (data.length < 5 || bitCount === 0 || data.length !== 4 + Math.ceil(bitCount / 8))
        return 'malformed';
      return { type: 'read', reader: data[0] ?? 0, bitCount, bits: data.slice(4) };
    }
    case replyCodes.keypad:
      if (data.length < 2 || data.length !== 2 + (data[1] ?? 0)) return 'malformed';
      return { type: 'keys', reader: data[0] ?? 0, keys: keysOf(data.subarray(2)) };
    case replyCodes.localStatus:
      if (data.length !== 2) return 'malformed';
      return { type: 'local', tampered: data[0] === 1, powerFailed: data[1] === 1 };
    case replyCodes.inputStatus:
      return { type: 'inputs', levels: levelsOf(data) };
    case replyCodes.outputStatus:
      return { type: 'outputs', levels: levelsOf(data) };
    default:
      return undefined;
  }
}

/** An input counts as on at 1; 2 and more are troubles of a supervised wire, which prove nothing. */
function levelsOf(data: Uint8Array): boolean[] {
  return [...data].map((level) => level === 1);
}

/** Keys come as ASCII digits; 7F is clear, 0D is enter (written * and #, as on the keys). */
function keysOf(data: Uint8Array): string {
  return [...data]
    .map((key) => {
      if (key === 0x7f) return '*';
      if (key === 0x0d) return '#';
      return key >= 0x30 && key <= 0x39 ? String.fromCharCode(key) : key <= 9 ? String(key) : '?';
    })
    .join('');
}
