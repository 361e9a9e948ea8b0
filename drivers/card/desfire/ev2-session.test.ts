import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../hex.ts';
import { answerEv2Challenge, ev2SessionKeys, openEv2Proof } from './ev2-authentication.ts';
import { Ev2Session, ev2OtherKeyData, ev2SameKeyData } from './ev2-session.ts';
import type { Travel } from './secure-session.ts';
import authentication from './vectors/ev2-authentication.json' with { type: 'json' };
import recorded from './vectors/ev2-session.json' with { type: 'json' };

const keysOf = (of: { readonly enciphering: string; readonly mac: string }) => ({
  enciphering: bytesOfHex(of.enciphering),
  mac: bytesOfHex(of.mac),
});

interface Published {
  readonly enciphering: string;
  readonly mac: string;
  readonly transactionId: string;
  readonly counter: number;
}

const sessionOf = (of: Published) => new Ev2Session(keysOf(of), bytesOfHex(of.transactionId), of.counter);

it('derives the session keys of AN12343', () => {
  const { key, rndA, rndB, enciphering, mac } = authentication.sessionKeys;
  const keys = ev2SessionKeys(bytesOfHex(key), bytesOfHex(rndA), bytesOfHex(rndB));
  expect([hexOf(keys.enciphering), hexOf(keys.mac)]).toEqual([enciphering, mac]);
});

it.each(authentication.exchanges)('authenticates as published: $what', (exchange) => {
  const key = bytesOfHex(exchange.key);
  const rndA = bytesOfHex(exchange.rndA);
  const { token, keys } = answerEv2Challenge(key, bytesOfHex(exchange.challenge), rndA);
  expect(hexOf(token)).toBe(exchange.token);
  expect([hexOf(keys.enciphering), hexOf(keys.mac)]).toEqual([exchange.enciphering, exchange.mac]);
  const kind = exchange.kind as 'first' | 'non-first';
  const opened = openEv2Proof(key, bytesOfHex(exchange.proof), rndA, kind);
  expect(opened && hexOf(opened.transactionId)).toBe(exchange.transactionId);
  const bent = bytesOfHex(exchange.proof);
  bent[9] = (bent[9] ?? 0) ^ 1;
  expect(openEv2Proof(key, bent, rndA, kind)).toBeUndefined();
  expect(openEv2Proof(key, bytesOfHex(`${exchange.proof}00`), rndA, kind)).toBeUndefined();
});

it.each(recorded.exchanges)('seals and opens as published: $what', (exchange) => {
  const session = sessionOf(exchange);
  const travel = exchange.travel as Travel;
  const code = Number.parseInt(exchange.code, 16);
  const header = bytesOfHex(exchange.header);
  const data = bytesOfHex(exchange.data);
  expect(hexOf(session.seal({ code, header, data }, travel))).toBe(exchange.sent);
  const opened = session.open(bytesOfHex(exchange.answer), travel);
  expect(opened && hexOf(opened)).toBe(exchange.answerData);
});

it.each(recorded.exchanges)('plays the card of the published exchange: $what', (exchange) => {
  const card = sessionOf(exchange);
  const travel = exchange.travel as Travel;
  const header = bytesOfHex(exchange.header);
  const sent = bytesOfHex(exchange.sent);
  const code = Number.parseInt(exchange.code, 16);
  expect(card.openCommand(code, sent, header.length, travel)).toEqual({
    header,
    data: bytesOfHex(exchange.data),
  });
  expect(hexOf(card.sealAnswer(bytesOfHex(exchange.answerData), travel))).toBe(exchange.answer);
});

it('changes keys as published', () => {
  const { newKey, newVersion, sent } = recorded.changeSameKey;
  const data = ev2SameKeyData(bytesOfHex(newKey), newVersion);
  const command = { code: 0xc4, header: Uint8Array.of(0), data };
  expect(hexOf(sessionOf(recorded.changeSameKey).seal(command, 'enciphered'))).toBe(sent);
  const other = recorded.changeOtherKey;
  expect(hexOf(ev2OtherKeyData(bytesOfHex(other.oldKey), bytesOfHex(other.newKey), other.newVersion))).toBe(
    other.data,
  );
});

it('mixes the old key into the new one only for another key', () => {
  const [oldKey, newKey] = [new Uint8Array(16).fill(0x0f), new Uint8Array(16).fill(0xff)];
  expect(hexOf(ev2OtherKeyData(oldKey, newKey, 7)).slice(0, 34)).toBe(`${'F0'.repeat(16)}07`);
  expect(hexOf(ev2SameKeyData(newKey, 7))).toBe(`${'FF'.repeat(16)}07`);
});

it('takes no answer twice, none of another session, and none with a bit changed', () => {
  const [written] = recorded.exchanges.filter(({ what }) => what.startsWith('WriteData of 10'));
  if (!written) throw new Error('the vector is gone');
  const answer = bytesOfHex(written.answer);
  const session = sessionOf(written);
  expect(session.open(answer, 'enciphered')).toEqual(new Uint8Array(0));
  expect(session.open(answer, 'enciphered')).toBeUndefined();
  const elsewhere = sessionOf({ ...written, transactionId: '7614281B' });
  expect(elsewhere.open(answer, 'enciphered')).toBeUndefined();
  for (let bit = 0; bit < answer.length * 8; bit++) {
    const bent = answer.slice();
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(sessionOf(written).open(bent, 'enciphered'), `bit ${bit}`).toBeUndefined();
  }
});

it('opens nothing that is too short, not whole blocks, or wrongly padded', () => {
  const [uid] = recorded.exchanges.filter(({ what }) => what.startsWith('GetCardUID'));
  if (!uid) throw new Error('the vector is gone');
  expect(sessionOf(uid).open(new Uint8Array(7), 'maced')).toBeUndefined();
  const forged = (data: Uint8Array) => sessionOf(uid).sealAnswer(data, 'maced');
  expect(sessionOf(uid).open(forged(new Uint8Array(15)), 'enciphered')).toBeUndefined();
  expect(sessionOf(uid).open(forged(new Uint8Array(16)), 'enciphered')).toBeUndefined();
  expect(sessionOf(uid).openCommand(0x51, bytesOfHex(uid.sent), 1, 'enciphered')).toBeUndefined();
});
