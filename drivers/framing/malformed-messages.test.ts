import { cents } from '@portillon/core/base/money.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { readGrant } from '@portillon/core/crypto/grant.ts';
import { readPass } from '@portillon/core/crypto/pass.ts';
import { readPassGrant } from '@portillon/core/crypto/pass-grant.ts';
import { readTicket } from '@portillon/core/crypto/ticket.ts';
import { expect, it } from 'vitest';
import { decodeContent } from '../card/desfire/club-card-content.ts';
import { clubFileSizeBytes } from '../card/desfire/club-card-layout.ts';
import { chipVersion } from '../card/desfire/desfire-card.ts';
import { Ev1Session } from '../card/desfire/ev1-session.ts';
import { openEv2Proof } from '../card/desfire/ev2-authentication.ts';
import { Ev2Session } from '../card/desfire/ev2-session.ts';
import { unwrapAnswer } from '../card/desfire/wrapped-apdu.ts';
import { bytesOfHex } from '../card/hex.ts';
import { crtDialects, faultOfCode } from '../card-dispenser/crt-591/crt-codes.ts';
import { decodeCommand, decodeReply } from '../card-dispenser/crt-591/crt-message.ts';
import { chipNumber } from '../card-reader/card-reader.ts';
import { bitsOf } from '../gate/modbus-board/modbus-rtu.ts';
import { nakWord, readAbilities, readEvent, readIdentity } from '../osdp/osdp-messages.ts';
import { encodePacket, OsdpParser } from '../osdp/osdp-packet.ts';
import { openChannel, sessionKeys, unseal } from '../osdp/secure-channel.ts';
import {
  decodeV2Answer,
  decodeV2Request,
  v2Outcome,
  v2Request,
} from '../payment-terminal/concert/concert-v2-text.ts';
import { parseTlv } from '../payment-terminal/concert-tlv/tlv.ts';
import {
  chargeOutcome,
  openTill,
  readAnswer,
  statusOutcome,
} from '../payment-terminal/concert-tlv/tlv-messages.ts';
import tlvExchange from '../payment-terminal/concert-tlv/vectors/akretion-exchange.json' with {
  type: 'json',
};
import { readFields } from '../payment-terminal/zvt/bitmaps.ts';
import { findTlv, readTlv } from '../payment-terminal/zvt/tlv.ts';
import recordedStatus from '../payment-terminal/zvt/vectors/recorded-status.json' with { type: 'json' };
import { decodeMessage } from '../payment-terminal/zvt/zvt-messages.ts';
import { statusOfRealTime } from '../printer/escpos/escpos-status.ts';

const latin = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const key = new Uint8Array(16).fill(7);
const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const v2 = v2Request('01', 'debit', payment);
const zvtStatus = bytesOfHex(recordedStatus.contactless.apdu);
const sealedPacket = new OsdpParser('reader').push(
  encodePacket({
    unit: 5,
    from: 'reader',
    sequence: 1,
    block: { type: 0x18, data: new Uint8Array(0) },
    code: 0x50,
    data: new Uint8Array(20),
  }),
).frames[0];

/** What reads a message once its frame was right: the name, something like a message, and the reader. */
const readers: readonly [name: string, sample: Uint8Array, read: (bytes: Uint8Array) => unknown][] = [
  ['OSDP: a card', bytesOfHex('00 00 10 00 12 34'), (data) => readEvent({ code: 0x50, data })],
  ['OSDP: keys', bytesOfHex('00 03 31 32 0D'), (data) => readEvent({ code: 0x53, data })],
  ['OSDP: tamper and power', bytesOfHex('00 01'), (data) => readEvent({ code: 0x48, data })],
  ['OSDP: inputs', bytesOfHex('00 01 02 00'), (data) => readEvent({ code: 0x49, data })],
  [
    'OSDP: any code',
    bytesOfHex('53 01'),
    ([code = 0, ...data]) => readEvent({ code, data: Uint8Array.from(data) }),
  ],
  ['OSDP: who a reader is', bytesOfHex('02 50 4F 01 01 E8 03 00 00 01 00 00'), readIdentity],
  ['OSDP: what it can do', bytesOfHex('01 01 04 02 01 04 03 01 04 09 01 01'), readAbilities],
  ['OSDP: a refusal', bytesOfHex('05'), ([reason = 0]) => nakWord(reason)],
  [
    'OSDP: a sealed answer',
    sealedPacket?.data ?? new Uint8Array(0),
    (data) =>
      sealedPacket && unseal(openChannel(sessionKeys(key, key.slice(0, 8)), key), { ...sealedPacket, data }),
  ],
  [
    'a badge number',
    bytesOfHex('38 04 A1 B2 C3 D4 E5 F6'),
    ([bitCount = 0, ...bits]) => chipNumber({ bitCount, bits: Uint8Array.from(bits) }),
  ],
  ['Modbus: inputs', bytesOfHex('01 03'), (data) => bitsOf({ unit: 1, functionCode: 2, data }, 8)],
  ['CRT-591: a reply', latin('P10020rest'), decodeReply],
  ['CRT-591: a command', latin('C60A0'), decodeCommand],
  [
    'CRT-591: an error code',
    latin('10'),
    (code) => faultOfCode(textOf(code), crtDialects['crt-571'], 'a move'),
  ],
  [
    'ESC/POS: four answers',
    bytesOfHex('12 12 12 12'),
    ([a = 0, b = 0, c = 0, d = 0]) => statusOfRealTime([a, b, c, d]),
  ],
  ['Concert V2: an answer', latin('010000039901978SALE0001A '), decodeV2Answer],
  ['Concert V2: what it means', latin('010000039901978SALE0001A '), (text) => v2Outcome(v2, text)],
  ['Concert V2: a request', latin('0100003990110978SALE0001A A010B010'), decodeV2Request],
  ['Concert V3 and Caisse-AP: fields', latin(tlvExchange.approvedAnswer), parseTlv],
  [
    'Concert V3 and Caisse-AP: what it means',
    latin(tlvExchange.approvedAnswer),
    (text) => {
      const read = readAnswer(text);
      if (read.kind !== 'whole') return read;
      return [
        chargeOutcome(openTill, 'debit', payment, read.answer),
        statusOutcome(openTill, payment, read.answer),
      ];
    },
  ],
  ['ZVT: fields', zvtStatus.subarray(3), readFields],
  ['ZVT: a container', bytesOfHex('60 1B 43 07 A0 00 00 00 04 10 10 44 10 44 65 62 69 74 20 4D'), readTlv],
  [
    'ZVT: a tag in a container',
    bytesOfHex('60 09 60 07 60 05 60 03 1F 10 01'),
    (bytes) => {
      const objects = readTlv(bytes);
      return objects.ok ? findTlv(objects.value, 0x1f10) : objects;
    },
  ],
  ['ZVT: a status', zvtStatus.subarray(3), (data) => decodeMessage({ command: 0x040f, data })],
  ['ZVT: the end', bytesOfHex('00'), (data) => decodeMessage({ command: 0x060f, data })],
  ['ZVT: a sign of life', bytesOfHex('0A 01'), (data) => decodeMessage({ command: 0x04ff, data })],
  [
    'ZVT: any command',
    bytesOfHex('06 1E 6C'),
    ([high = 0, low = 0, ...data]) =>
      decodeMessage({ command: (high << 8) | low, data: Uint8Array.from(data) }),
  ],
  ['DESFire: an answer', bytesOfHex('01 02 91 00'), unwrapAnswer],
  ['DESFire: the version of a chip', new Uint8Array(28).fill(4), chipVersion],
  ['DESFire: an answer of EV1', new Uint8Array(24), (answer) => new Ev1Session(key).open(answer)],
  [
    'DESFire: an enciphered answer of EV2',
    new Uint8Array(40),
    (answer) => new Ev2Session({ enciphering: key, mac: key }, key.slice(0, 4)).open(answer, 'enciphered'),
  ],
  ['DESFire: a proof of EV2', new Uint8Array(32), (proof) => openEv2Proof(key, proof, key, 'first')],
  [
    'the content of a card',
    Uint8Array.of(1, ...new Uint8Array(16).fill(9), 3, 0, 1, 2, 3),
    (file) => decodeContent(file, clubFileSizeBytes),
  ],
  ['a grant', Uint8Array.of(1, 1, ...new Uint8Array(164)), readGrant],
  ['the grant of a pass', Uint8Array.of(1, 3, ...new Uint8Array(185)), readPassGrant],
  ['a pass', latin(`PP1:${'0'.repeat(383)}`), (text) => readPass(textOf(text))],
  ['a ticket', latin(`PT1.${'A'.repeat(208)}`), (text) => readTicket(textOf(text))],
];

/** Cut, gone on with, bent, or of chance; longer than any message once in a while. */
function spoilt(sample: Uint8Array, chance: SeededRandom): Uint8Array {
  const bytes = Uint8Array.from(sample);
  switch (chance.below(5)) {
    case 0:
      return bytes.slice(0, chance.below(bytes.length + 1));
    case 1:
      return Uint8Array.of(...bytes, ...chance.bytes(1 + chance.below(40)));
    case 2:
      return chance.bytes(chance.below(300));
    case 3:
      return chance.bytes(chance.below(20) === 0 ? 5_000 : 0);
    default:
      for (let changes = 1 + chance.below(3); changes > 0; changes--) {
        bytes[chance.below(bytes.length)] = chance.below(256);
      }
      return bytes;
  }
}

it.each(readers)('%s is read or named as wrong, whatever it holds', (_name, sample, read) => {
  read(sample);
  for (let seed = 0; seed < 400; seed++) {
    const bytes = spoilt(sample, new SeededRandom(seed));
    let told: unknown;
    expect(() => {
      told = read(bytes);
    }, `seed ${seed}`).not.toThrow();
    // Nothing is made out of little: what is told is of the size of what came.
    expect(JSON.stringify(told ?? null).length, `seed ${seed}`).toBeLessThan(4_000 + 40 * bytes.length);
  }
});
