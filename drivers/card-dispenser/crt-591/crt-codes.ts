import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';

/** CM and PM of the commands in use (CRT-591-M protocol, command tables). */
export const crtCommands = {
  initToFront: { command: 0x30, parameter: 0x30, name: 'INIT card to front' },
  initCapture: { command: 0x30, parameter: 0x31, name: 'INIT capture card' },
  initStay: { command: 0x30, parameter: 0x33, name: 'INIT leave card' },
  status: { command: 0x31, parameter: 0x30, name: 'STATUS' },
  statusWithSensors: { command: 0x31, parameter: 0x31, name: 'STATUS with sensors' },
  moveToFront: { command: 0x32, parameter: 0x30, name: 'MOVE to front' },
  moveToContacts: { command: 0x32, parameter: 0x31, name: 'MOVE to contacts' },
  moveToEncoder: { command: 0x32, parameter: 0x32, name: 'MOVE to encoder' },
  moveToBin: { command: 0x32, parameter: 0x33, name: 'MOVE to bin' },
  rfActivate: { command: 0x60, parameter: 0x30, name: 'RF activate' },
  rfOff: { command: 0x60, parameter: 0x31, name: 'RF off' },
  readBinCount: { command: 0xa5, parameter: 0x30, name: 'BIN COUNTER read' },
  setBinCount: { command: 0xa5, parameter: 0x31, name: 'BIN COUNTER set' },
  rfApdu: { command: 0x60, parameter: 0x34, name: 'RF APDU type A' },
} as const;

export type CrtCommandName = keyof typeof crtCommands;

export function crtCommandNamed(command: number, parameter: number): CrtCommandName | undefined {
  return crtCommandNames.find(
    (name) => crtCommands[name].command === command && crtCommands[name].parameter === parameter,
  );
}

const crtCommandNames = Object.keys(crtCommands) as CrtCommandName[];

/** Search order of RF activation: type A, then nothing. */
export const rfTypeAOnly: Uint8Array = Uint8Array.of(0x41, 0x30);
/** First byte of the activation data for an ISO 14443-4 card of type A. */
export const rfTypeA = 0x41;

/** Characters of st0 st1 st2. */
export const cardPlaces = { '0': 'none', '1': 'at-mouth', '2': 'at-encoder' } as const;
export const stackerLevels = { '0': 'empty', '1': 'low', '2': 'enough' } as const;
export const binFullMark = '1';

export const crtErrors = {
  unknownCommand: '00',
  badParameter: '01',
  notNow: '02',
  jam: '10',
  binCounterOverflow: '50',
  rfNoAnswer: '63',
  notInitialised: 'B0',
} as const;

/**
 * What differs between units of the family that otherwise speak alike, as data: a driver reads all of it, a sim sends what its
 * dialect says. To be confirmed on the delivered unit.
 */
export interface CrtDialect {
  /** The MOVE that feeds from the stacker to the encoder. */
  readonly feed: 'moveToEncoder' | 'moveToContacts';
  readonly stackerEmptyCode: string;
  readonly binFullCode: string;
  /** First byte of a failure: the table of the manual prints 45h, its text 4Eh. */
  readonly failureHead: 0x4e | 0x45;
  /** How many sensors STATUS 31 tells of; read by nobody, since models do not agree which is where. */
  readonly sensorCount: 8 | 10 | 12;
}

const manual = {
  feed: 'moveToEncoder',
  stackerEmptyCode: 'A0',
  binFullCode: 'A1',
  failureHead: 0x4e,
  sensorCount: 8,
} as const satisfies CrtDialect;

export const crtDialects = {
  'crt-591': manual,
  /** Units whose manual names the stacker feed beside PM 31. */
  'crt-591-feed-31': { ...manual, feed: 'moveToContacts' },
  /** Units that send the failure head as the table of the manual prints it. */
  'crt-571': { ...manual, failureHead: 0x45, sensorCount: 10 },
  /** F3-1300 firmware that counts both codes one up. */
  'f3-1300': { ...manual, stackerEmptyCode: 'A1', binFullCode: 'A2', sensorCount: 12 },
} as const satisfies Readonly<Record<string, CrtDialect>>;

export type CrtDialectName = keyof typeof crtDialects;

const refused = ['00', '01', '02', '03', '04'];
const hardware = ['05', '12', '41', '43', '51'];
/** Jam, too long, too short: all three leave a card where it should not be. */
const jammed = ['10', '13', '14'];
const moved = ['16', '40', '45'];

/** The fault behind e1 e0 of a failure. */
export function faultOfCode(code: string, dialect: CrtDialect, doing: string): Fault {
  const detail = `${doing}: error ${code}`;
  if (code === dialect.stackerEmptyCode) return fault('dispenser.stacker-empty', detail);
  if (code === dialect.binFullCode || code === crtErrors.binCounterOverflow)
    return fault('dispenser.bin-full', detail);
  if (jammed.includes(code)) return fault('dispenser.card-jam', detail);
  if (moved.includes(code)) return fault('dispenser.card-moved', detail);
  if (hardware.includes(code)) return fault('dispenser.hardware', detail);
  if (code.startsWith('6')) return fault('card.no-answer', detail);
  return fault('dispenser.refused', refused.includes(code) ? detail : `${detail}, not in the table`);
}
