import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../hex.ts';
import { answerChallenge } from './ev1-authentication.ts';
import { Ev1Session, otherKeyData, sameKeyData } from './ev1-session.ts';
import { jamCrc } from './jam-crc.ts';
import authentication from './vectors/ev1-authentication.json' with { type: 'json' };
import changeKey from './vectors/ev1-change-key.json' with { type: 'json' };
import recorded from './vectors/ev1-session.json' with { type: 'json' };

it('answers the challenge of a real card as its reader did', () => {
  const { token, expectedProof, sessionKey } = answerChallenge(
    bytesOfHex(authentication.key),
    bytesOfHex(authentication.encipheredRndB),
    bytesOfHex(authentication.rndA),
  );
  expect(hexOf(token)).toBe(authentication.token);
  expect(hexOf(expectedProof)).toBe(authentication.answer);
  expect(hexOf(sessionKey)).toBe(authentication.sessionKey);
});

it('computes every CMAC of a session with a real card, both ways and in order', () => {
  const session = new Ev1Session(bytesOfHex(recorded.sessionKey));
  for (const { what, command, answer } of recorded.exchanges) {
    session.macCommand(bytesOfHex(command));
    const [status, ...rest] = bytesOfHex(answer);
    const mac = session.macAnswer(Uint8Array.from(rest.slice(0, -8)), status);
    expect(hexOf(mac.subarray(0, 8)), what).toBe(hexOf(Uint8Array.from(rest.slice(-8))));
  }
});

it('keeps the whole CMAC of a command as the running IV', () => {
  const session = new Ev1Session(bytesOfHex(recorded.sessionKey));
  for (const { what, message, cmac } of recorded.cmacs) {
    const bytes = bytesOfHex(message);
    const mac =
      what === 'answer' ? session.macAnswer(bytes.slice(0, -1), bytes.at(-1)) : session.macCommand(bytes);
    expect(hexOf(mac).slice(0, cmac.length), what).toBe(cmac);
  }
});

it('enciphers a change of the authenticated key as a real card accepts it', () => {
  const { sessionKey, keyNumber, crcOfCommand, cryptogram } = changeKey.sameKey;
  const data = sameKeyData(keyNumber, bytesOfHex(changeKey.newKey), changeKey.newVersion);
  expect(hexOf(data.subarray(17))).toBe(crcOfCommand);
  expect(hexOf(new Ev1Session(bytesOfHex(sessionKey)).encipher(data))).toBe(cryptogram);
});

it('enciphers a change of another key as a real card accepts it, and knows its answer', () => {
  const { sessionKey, keyNumber, oldKey, crcOfCommand, crcOfNewKey, cryptogram, answerCmac } =
    changeKey.otherKey;
  const newKey = bytesOfHex(changeKey.newKey);
  const data = otherKeyData(keyNumber, bytesOfHex(oldKey), newKey, changeKey.newVersion);
  expect(hexOf(data.subarray(17, 21))).toBe(crcOfCommand);
  expect(hexOf(data.subarray(21))).toBe(crcOfNewKey);
  const session = new Ev1Session(bytesOfHex(sessionKey));
  expect(hexOf(session.encipher(data))).toBe(cryptogram);
  expect(hexOf(session.macAnswer(new Uint8Array(0)))).toBe(answerCmac);
});

it('deciphers on one end what the other enciphered, exchange after exchange', () => {
  const key = bytesOfHex(recorded.sessionKey);
  const [reader, card] = [new Ev1Session(key), new Ev1Session(key)];
  for (const text of ['0102030405', 'AABBCCDDEEFF00112233445566778899AA']) {
    expect(hexOf(card.decipher(reader.encipher(bytesOfHex(text))))).toMatch(new RegExp(`^${text}0+$`));
  }
});

it('sends the CRC of a published answer low byte first', () => {
  expect(hexOf(jamCrc(bytesOfHex('04440F32763180 00')))).toBe('99CE1AD4');
});
