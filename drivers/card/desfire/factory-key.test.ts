import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../hex.ts';
import {
  answerFactoryChallenge,
  cardKeyData,
  crcA,
  factorySessionKey,
  heardByCard,
  sentByReader,
} from './factory-key.ts';
import vectors from './vectors/factory-key.json' with { type: 'json' };

it('proves the factory key as a real card accepted it', () => {
  const answered = answerFactoryChallenge(bytesOfHex(vectors.challenge), bytesOfHex(vectors.rndA));
  expect(hexOf(answered.token)).toBe(vectors.token);
  expect(hexOf(answered.expectedProof)).toBe(vectors.proof);
  expect(hexOf(answered.sessionKey)).toBe(vectors.sessionKey);
  const heard = heardByCard(new Uint8Array(8), answered.token);
  expect(hexOf(heard.subarray(0, 8))).toBe(vectors.rndA);
  expect(hexOf(factorySessionKey(heard, bytesOfHex('F6B03339')))).toBe(vectors.sessionKey);
});

it('enciphers in the session as a real card accepted it', () => {
  const { setting, crc, sent } = vectors.keySettings;
  expect(hexOf(crcA(bytesOfHex(setting)))).toBe(crc);
  const data = new Uint8Array(8);
  data.set(bytesOfHex(setting + crc));
  const key = bytesOfHex(vectors.sessionKey);
  expect(hexOf(sentByReader(key, data))).toBe(sent);
  expect(heardByCard(key, bytesOfHex(sent))).toEqual(data);
});

it('checks key and version together, in three blocks', () => {
  expect(hexOf(crcA(bytesOfHex(vectors.newKeyCrc.key)))).toBe(vectors.newKeyCrc.crc);
  const data = cardKeyData(bytesOfHex(vectors.newKeyCrc.key), 2);
  expect(data).toHaveLength(24);
  expect(hexOf(data)).toMatch(new RegExp(`^${vectors.newKeyCrc.key}02[0-9A-F]{4}0{10}$`));
  const key = bytesOfHex(vectors.sessionKey);
  expect(heardByCard(key, sentByReader(key, data))).toEqual(data);
});
