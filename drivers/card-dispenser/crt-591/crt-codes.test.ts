import { expect, it } from 'vitest';
import { crtCommandNamed, crtCommands, crtDialects, faultOfCode } from './crt-codes.ts';

it.each([
  ['00', 'dispenser.refused'],
  ['02', 'dispenser.refused'],
  ['10', 'dispenser.card-jam'],
  ['12', 'dispenser.hardware'],
  ['14', 'dispenser.card-jam'],
  ['16', 'dispenser.card-moved'],
  ['45', 'dispenser.card-moved'],
  ['50', 'dispenser.bin-full'],
  ['51', 'dispenser.hardware'],
  ['63', 'card.no-answer'],
  ['A0', 'dispenser.stacker-empty'],
  ['A1', 'dispenser.bin-full'],
  ['ZZ', 'dispenser.refused'],
])('names error %s %s', (code, name) => {
  expect(faultOfCode(code, crtDialects['crt-591'], 'MOVE').code).toBe(name);
});

it('reads A1 and A2 by the dialect of the unit', () => {
  expect(faultOfCode('A1', crtDialects['f3-1300'], 'MOVE').code).toBe('dispenser.stacker-empty');
  expect(faultOfCode('A2', crtDialects['f3-1300'], 'MOVE').code).toBe('dispenser.bin-full');
});

it('gives the technician the order and the code', () => {
  expect(faultOfCode('51', crtDialects['crt-591'], 'MOVE to front').detail).toBe('MOVE to front: error 51');
});

it('knows commands by their two bytes', () => {
  expect(crtCommandNamed(0x32, 0x33)).toBe('moveToBin');
  expect(crtCommandNamed(0x33, 0x30)).toBeUndefined();
  expect(crtCommands.status.name).toBe('STATUS');
});
