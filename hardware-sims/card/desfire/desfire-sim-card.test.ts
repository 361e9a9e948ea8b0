import { SeededRandom } from '@portillon/core/base/random.ts';
import { decryptCbc, zeroBlock } from '@portillon/drivers/card/desfire/aes-cbc.ts';
import { answerEv2Challenge, openEv2Proof } from '@portillon/drivers/card/desfire/ev2-authentication.ts';
import { Ev2Session } from '@portillon/drivers/card/desfire/ev2-session.ts';
import recorded from '@portillon/drivers/card/desfire/vectors/ev1-session.json' with { type: 'json' };
import published from '@portillon/drivers/card/desfire/vectors/ev2-authentication.json' with { type: 'json' };
import { wrapCommand } from '@portillon/drivers/card/desfire/wrapped-apdu.ts';
import { bytesOfHex, hexOf } from '@portillon/drivers/card/hex.ts';
import { expect, it } from 'vitest';
import { PlainBadge } from '../plain-badge.ts';
import { DesfireMemory } from './desfire-memory.ts';
import { DesfireSimCard } from './desfire-sim-card.ts';
import { ForeignCard } from './foreign-card.ts';

const uid = '04A1B2C3D4E5F6';
const nothing = new Uint8Array(0);

function factoryCard(): DesfireSimCard {
  return new DesfireSimCard({ uid, random: new SeededRandom(1), generation: 'ev1' });
}

/** Sends a native frame (command, data) wrapped, and gives the native answer (status, data). */
function native(card: DesfireSimCard, frame: string): string {
  const bytes = bytesOfHex(frame);
  const answer = card.answer(wrapCommand(bytes[0] ?? 0, bytes.slice(1))) ?? new Uint8Array(0);
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
  return new DesfireSimCard({ uid, random, generation: 'ev1' }, memory);
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
  owned.application('505254')?.files.set(1, { travel: 'plain', accessRights: 0, bytes: new Uint8Array(16) });
  owned
    .application('505254')
    ?.files.set(2, { travel: 'plain', accessRights: 0xeee0, bytes: new Uint8Array(16) });
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
  expect(hexOf(card.answer(bytesOfHex('00A4040000')) ?? nothing)).toBe('6E00');
  expect(hexOf(card.answer(bytesOfHex('905A00000450525400')) ?? nothing)).toBe('917E');
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

it.each(['ev2', 'ev3'] as const)(
  'authenticates as AN12196 publishes it, then goes on in the same transaction (%s)',
  (generation) => {
    const [first, , nonFirst] = published.exchanges;
    if (!first || !nonFirst) throw new Error('the vectors are gone');
    const memory = new DesfireMemory();
    memory.createApplication('505254', 0x0f, 1);
    const rndB = (exchange: { challenge: string; key: string }) =>
      decryptCbc(bytesOfHex(exchange.key), zeroBlock, bytesOfHex(exchange.challenge));
    const draws = [rndB(first), bytesOfHex(first.transactionId), rndB(nonFirst)];
    const random = { bytes: () => draws.shift() ?? new Uint8Array(0), fraction: () => 0, below: () => 0 };
    const card = new DesfireSimCard({ uid, random, generation }, memory);
    native(card, '5A 505254');
    expect(native(card, '71 00 00')).toBe(`AF${first.challenge}`);
    expect(native(card, `AF ${first.token}`)).toBe(`00${first.proof}`);
    expect(native(card, '77 00')).toBe(`AF${nonFirst.challenge}`);
    expect(native(card, `AF ${nonFirst.token}`)).toBe(`00${nonFirst.proof}`);
  },
);

it.each([
  ['ev1', '01', '01'],
  ['ev2', '12', '02'],
  ['ev3', '33', '03'],
] as const)('says that it is an %s, and knows the commands of one', (generation, hardware, software) => {
  const memory = new DesfireMemory();
  memory.createApplication('505254', 0x0f, 1);
  const card = new DesfireSimCard({ uid, random: new SeededRandom(1), generation }, memory);
  expect(native(card, '60')).toBe(`AF040101${hardware}001A05`);
  expect(native(card, 'AF')).toBe(
    `AF040101${software}${generation === 'ev2' ? '01' : generation === 'ev1' ? '04' : '00'}1A05`,
  );
  expect(native(card, 'AF')).toMatch(/^00/);
  native(card, '5A 505254');
  const begun = native(card, '71 00 00');
  if (generation === 'ev1') expect(begun).toBe('1C');
  else expect(begun).toMatch(/^AF[0-9A-F]{32}$/);
  native(card, '5A 505254');
  expect(native(card, '77 00')).toBe(generation === 'ev1' ? '1C' : 'AE');
  expect(native(card, 'AA 00')).toMatch(/^AF[0-9A-F]{32}$/);
});

it('takes no command in an EV2 session without its check code', () => {
  const memory = new DesfireMemory();
  memory.createApplication('505254', 0x0b, 1);
  const card = new DesfireSimCard({ uid, random: new SeededRandom(1) }, memory);
  const session = () => {
    native(card, '5A 505254');
    const rndA = new Uint8Array(16).fill(5);
    const challenge = bytesOfHex(native(card, '71 00 00').slice(2));
    const { token, keys } = answerEv2Challenge(new Uint8Array(16), challenge, rndA);
    const proof = bytesOfHex(native(card, `AF ${hexOf(token)}`).slice(2));
    const opened = openEv2Proof(new Uint8Array(16), proof, rndA, 'first');
    if (!opened) throw new Error('the card has not proved its key');
    return new Ev2Session(keys, opened.transactionId);
  };
  session();
  expect(native(card, '6F')).toBe('1E');
  const sealed = hexOf(session().seal({ code: 0x6f, header: nothing, data: nothing }, 'maced'));
  expect(native(card, `6F ${sealed}`)).toMatch(/^00[0-9A-F]{16}$/);
  expect(native(card, `6F ${sealed}`)).toBe('1E');
});

it('has a fault for everything that a card can do wrong', () => {
  const card = factoryCard();
  card.switchFault('random-number', true);
  expect(card.uid).toMatch(/^08[0-9A-F]{6}$/);
  card.switchFault('random-number', false);
  card.switchFault('other-number', true);
  expect(card.uid).not.toBe(uid);
  expect(card.toJSON().uid).toBe(uid);
  card.switchFault('other-number', false);
  card.switchFault('write-refused', true);
  expect(native(card, 'CA 505254 0B 81')).toBe('EE');
  card.switchFault('write-refused', false);
  card.switchFault('answer-lost', true);
  expect(card.answer(wrapCommand(0xca, bytesOfHex('505254 0B 81')))).toBeUndefined();
  expect(card.memory().applications).toHaveLength(1);
  card.switchFault('garbled-answer', true);
  expect(native(card, '6A')).toBe('00405254');
});

it('takes up cards that version 0.1.0 has saved, as what they were', () => {
  const files = [{ fileId: 1, isMaced: true, accessRights: 0, hex: '00' }];
  const saved = { uid, memory: { applications: [{ aid: '505254', keySettings: 11, keys: [], files }] } };
  const card = DesfireSimCard.fromJSON(saved, new SeededRandom(1));
  expect(card.generation).toBe('ev1');
  expect(card.toJSON().memory.applications[0]?.files).toEqual([
    { fileId: 1, travel: 'maced', accessRights: 0, hex: '00' },
  ]);
});
