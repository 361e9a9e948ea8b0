import { expect, it } from 'vitest';
import { characterOf } from './code-pages.ts';

// From the Unicode Consortium's mapping files VENDORS/MICSFT/PC and WINDOWS.
it.each([
  [0, 0x82, 'é'],
  [0, 0xe0, 'α'],
  [0, 0xfd, '²'],
  [2, 0xd5, 'ı'],
  [2, 0xc6, 'ã'],
  [19, 0xd5, '€'],
  [19, 0x87, 'ç'],
  [18, 0x9d, 'Ł'],
  [18, 0xa9, 'ę'],
  [16, 0x80, '€'],
  [16, 0x9c, 'œ'],
  [16, 0x8c, 'Œ'],
  [16, 0xe9, 'é'],
  [16, 0x41, 'A'],
])('table %i has at %i the character %s', (page, byte, character) => {
  expect(characterOf(byte, page)).toBe(character);
});

it('has 128 characters in each table, and says where it has no table', () => {
  for (const page of [0, 2, 16, 18, 19]) {
    for (let byte = 0x80; byte <= 0xff; byte++) expect(characterOf(byte, page)).toHaveLength(1);
  }
  expect(characterOf(0x80, 77)).toBe('\ufffd');
});
