import { SeededRandom } from '@portillon/core/base/random.ts';
import recorded from '@portillon/drivers/card/desfire/vectors/ev1-session.json' with { type: 'json' };
import { wrapCommand } from '@portillon/drivers/card/desfire/wrapped-apdu.ts';
import { bytesOfHex, hexOf } from '@portillon/drivers/card/hex.ts';
import { expect, it } from 'vitest';
import { PlainBadge } from '../plain-badge.ts';
import { DesfireMemory } from './desfire-memory.ts';
import { DesfireSimCard } from './desfire-sim-card.ts';
import { ForeignCard } from './foreign-card.ts';

const uid = '04A1B2C3D4E5F6';

function factoryCard(): DesfireSimCard {
  return new DesfireSimCard({ uid, random: new SeededRandom(1) });
}

/** Sends a native frame (command, data) wrapped, and gives the native answer (status, data). */
function native(card: DesfireSimCard, frame: string): string {
  const bytes = bytesOfHex(frame);
  const answer = card.answer(wrapCommand(bytes[0] ?? 0, bytes.slice(1)));
  return hexOf(Uint8Array.of(answer.at(-1) ?? 0, ...answer.slice(0, -2)));
}

/** The card of the recording: one application with its key, and the very random number it drew that day. */
function recordedCard(): DesfireSimCard {
  const memory = new DesfireMemory();
  memory.createApplication('16AE00', 0x0f, 1);
  memory.application('16AE00')?.keys.splice(0, 1, { key: bytesOfHex(recorded.key), version: 0 });
  const random = {
    ...new SeededRandom(1),
    bytes: () => bytesOfHex(recorded.rndB),
    fraction: () => 0,
    below: () => 0,
  };
  return new DesfireSimCard({ uid, random }, memory);
}

it('answers a recorded session byte for byte as the real card did', () => {
  const card = recordedCard();
  expect(native(card, '5A 16AE00')).toBe('00');
  for (const { command, answer } of recorded.authentication) expect(native(card, command)).toBe(answer);
  for (const { what, command, answer } of recorded.exchanges)
    expect(native(card, command), what).toBe(answer);
});

it('tells its version in three frames, its number in the last', () => {
  const card = factoryCard();
  expect(native(card, '60')).toBe('AF04010101001A05');
  expect(native(card, 'AF')).toBe('AF04010101041A05');
  expect(native(card, 'AF')).toMatch(new RegExp(`^00${uid}`));
});

it('lets anybody create an application on a factory card, and lists it', () => {
  const card = factoryCard();
  expect(native(card, '5A 505254')).toBe('A0');
  expect(native(card, 'CA 505254 0B 81')).toBe('00');
  expect(native(card, 'CA 505254 0B 81')).toBe('DE');
  expect(native(card, '6A')).toBe('00505254');
  expect(native(card, '5A 505254')).toBe('00');
  expect(native(card, '45')).toBe('000B81');
  expect(native(card, '64 00')).toBe('0000');
  expect(native(card, '64 01')).toBe('40');
});

it('gives and takes file data only to the key that holds the right', () => {
  const card = factoryCard();
  native(card, 'CA 505254 0B 81');
  native(card, '5A 505254');
  expect(native(card, 'CD 01 01 0000 100000')).toBe('AE');
  const owned = new DesfireMemory();
  owned.createApplication('505254', 0x0b, 1);
  owned.application('505254')?.files.set(1, { isMaced: false, accessRights: 0, bytes: new Uint8Array(16) });
  owned
    .application('505254')
    ?.files.set(2, { isMaced: false, accessRights: 0xeee0, bytes: new Uint8Array(16) });
  const closed = new DesfireSimCard({ uid, random: new SeededRandom(1) }, owned);
  native(closed, '5A 505254');
  expect(native(closed, 'BD 01 000000 100000')).toBe('AE');
  expect(native(closed, '3D 01 000000 010000 FF')).toBe('AE');
  expect(native(closed, '3D 02 000000 010000 FF')).toBe('00');
  expect(native(closed, 'BD 02 000000 020000')).toBe('00FF00');
  expect(native(closed, 'BD 02 000000 110000')).toBe('BE');
  expect(native(closed, 'BD 03 000000 010000')).toBe('F0');
});

it('refuses a wrong key, a wrong length, a stray continuation and a command of another world', () => {
  const card = recordedCard();
  native(card, '5A 16AE00');
  expect(native(card, 'AA 00')).toMatch(/^AF/);
  expect(native(card, `AF ${'00'.repeat(32)}`)).toBe('AE');
  expect(native(card, 'AA')).toBe('7E');
  expect(native(card, 'AF')).toBe('1C');
  expect(native(card, '99')).toBe('1C');
  expect(hexOf(card.answer(bytesOfHex('00A4040000')))).toBe('6E00');
  expect(hexOf(card.answer(bytesOfHex('905A00000450525400')))).toBe('917E');
});

it('says so when a new command comes before the rest of the last one', () => {
  const card = factoryCard();
  native(card, '60');
  expect(native(card, '6A')).toBe('CA');
  expect(native(card, '6A')).toBe('00');
});

it('loses the session when the field goes off, and keeps its memory', () => {
  const card = recordedCard();
  native(card, '5A 16AE00');
  for (const { command } of recorded.authentication) native(card, command);
  native(card, 'CD 05 00 1100 500000');
  card.powerOff();
  expect(native(card, '6F')).toBe('9D');
  expect(card.memory().applications).toEqual([
    { aid: '16AE00', keyVersions: [0], files: [{ fileId: 5, hex: '00'.repeat(80) }] },
  ]);
});

it('loses the session on an error', () => {
  const card = recordedCard();
  native(card, '5A 16AE00');
  for (const { command } of recorded.authentication) native(card, command);
  expect(native(card, 'F5 05')).toBe('F0');
  expect(native(card, 'CD 05 00 1100 500000')).toMatch(/^00$/);
});

it('comes back from JSON with everything that was on it', () => {
  const card = recordedCard();
  native(card, '5A 16AE00');
  native(card, 'CD 05 00 1100 500000');
  const copy = DesfireSimCard.fromJSON(JSON.parse(JSON.stringify(card)), new SeededRandom(2));
  expect(copy.toJSON()).toEqual(card.toJSON());
  expect(copy.memory()).toEqual(card.memory());
});

it('has strangers: a card of another network, and a badge that is only a number', () => {
  const foreign = new ForeignCard({ uid, random: new SeededRandom(3) });
  expect(native(foreign, '5A 505254')).toBe('A0');
  expect(native(foreign, '6A')).toBe('00F21190');
  const badge = new PlainBadge({ uid: '04aabbcc' });
  expect(badge.uid).toBe('04AABBCC');
  expect(hexOf(badge.answer(bytesOfHex('905A00000350525400')))).toBe('911C');
  expect(hexOf(badge.answer(bytesOfHex('00A4040000')))).toBe('6A82');
});
