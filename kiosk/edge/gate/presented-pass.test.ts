import { SeededRandom } from '@portillon/core/base/random.ts';
import { ok } from '@portillon/core/base/result.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { encodePassGrant } from '@portillon/core/crypto/pass-grant.ts';
import { passCodeText, passStepAt, passStepMs, passToSign } from '@portillon/core/crypto/pass-layout.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import type { DeviceState } from '@portillon/drivers/device.ts';
import type { Gate } from '@portillon/drivers/gate/gate.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import type { ScannedCode, Scanner, Unreadable } from '@portillon/drivers/scanner/scanner.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleCredential, sampleId } from '../../store/test/sample-records.ts';
import { GateControl } from './gate-control.ts';
import { InFlight } from './in-flight.ts';
import { presentedCode } from './presented-credential.ts';
import {
  claims,
  credentialId,
  GateCardRig,
  identity,
  nowMs,
  seller,
  stolen,
  stolenId,
} from './test/gate-card-rig.ts';

const phone = newSigningKeyPair();
const otherPhone = newSigningKeyPair();
const stepNow = passStepAt(nowMs);

let rig: GateCardRig;

beforeEach(async () => {
  rig = await GateCardRig.open();
});

afterEach(() => rig.close());

interface Shown {
  readonly over?: Parameters<typeof claims>[0];
  readonly by?: typeof seller;
  readonly step?: number;
  readonly from?: typeof phone;
}

/** What a phone shows that was enrolled at a kiosk. */
function codeOf({ over = {}, by = seller, step = stepNow, from = phone }: Shown = {}): string {
  const { cardUid: _, ...stated } = claims(over);
  const grant = encodePassGrant({ ...stated, publicKey: from.publicKey }, by.privateKey);
  const signed = passToSign(grant, step);
  return passCodeText('pass', signed, signBytes(from.privateKey, signed));
}

const decided = (text: string, atMs = nowMs) =>
  rig.decided(presentedCode(text, { identity, book: rig.store.book, log: rig.log }), atMs);

const problems = () =>
  rig.log.entries
    .filter(({ event }) => event === 'gate.pass-not-trusted')
    .map(({ fields }) => fields.problem);

const unknown = { outcome: 'refused', reason: 'unknown' };

it('[PS5] lets in a phone that the member book has never heard of, by its grant', () => {
  expect(decided(codeOf())).toMatchObject({ outcome: 'granted', by: 'grant' });
  expect(problems()).toEqual([]);
});

it.each([
  ['[PS7] of another network', { over: { networkId: sampleId<'network'>(99) } }, 'wrong-network'],
  ['[PS5] granted by a revoked edge', { over: { issuerEdgeId: stolenId }, by: stolen }, 'revoked-issuer'],
  [
    '[PS5] granted by an edge that nobody knows',
    { over: { issuerEdgeId: sampleId<'edge'>(98) } },
    'unknown-issuer',
  ],
  ['[PS5] granted by nobody', { by: stolen }, 'bad-signature'],
] as const)('[I6] refuses a code %s, and says why', (_words, wrong, problem) => {
  expect(decided(codeOf(wrong))).toEqual(unknown);
  expect(problems()).toEqual([problem]);
});

it.each([
  ['of a version that nobody knows', (text: string) => text.replace('PP1:', 'PP7:'), 'unknown-version'],
  ['cut short', (text: string) => text.slice(0, 200), 'truncated'],
  ['of four kilobytes', (text: string) => text.padEnd(4_096, '0'), 'malformed'],
  ['with a bent signature', (text: string) => `${text.slice(0, -4)}0000`, 'not-the-phones-signature'],
])('[PS4] refuses a code %s, and says why', (_words, bent, problem) => {
  expect(decided(bent(codeOf()))).toEqual(unknown);
  expect(problems()).toEqual([problem]);
});

const told = (over: Parameters<typeof sampleCredential>[0]) =>
  rig.told([
    {
      kind: 'credential',
      id: credentialId,
      record: sampleCredential({ kind: 'pass', cardUid: null, publicKey: phone.publicKey, ...over }),
    },
  ]);

it('[PS5] [I6] refuses a pass with any single bit of its grant flipped, signed anew by its phone', () => {
  const { cardUid: _, ...stated } = claims();
  const genuine = encodePassGrant({ ...stated, publicKey: phone.publicKey }, seller.privateKey);
  for (let bit = 0; bit < genuine.length * 8; bit += 7) {
    const bent = Uint8Array.from(genuine);
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const signed = passToSign(bent, stepNow);
    const text = passCodeText('pass', signed, signBytes(phone.privateKey, signed));
    expect([bit, decided(text)]).toEqual([bit, unknown]);
  }
});

it('[PS5] lets a pass from the future wait for its day', () => {
  const later = codeOf({ over: { validFromMs: nowMs + 3_600_000 } });
  expect(decided(later)).toEqual({ outcome: 'refused', reason: 'not-started' });
  expect(problems()).toEqual([]);
});

it('[PS6] goes by the key that the member book holds, whatever became of the issuer', async () => {
  await told({});
  const ofRevoked = { over: { issuerEdgeId: stolenId }, by: stolen };
  expect(decided(codeOf(ofRevoked))).toMatchObject({ outcome: 'granted', by: 'book' });
  expect(decided(codeOf({ from: otherPhone }))).toEqual(unknown);
  expect(problems()).toEqual(['other-phone']);
  expect(decided(codeOf({ over: { networkId: sampleId<'network'>(99) } }))).toEqual(unknown);
});

it('[PS6] refuses a blocked pass, a good grant or not', async () => {
  await told({ status: 'blocked' });
  expect(decided(codeOf())).toEqual({ outcome: 'refused', reason: 'blocked' });
});

it('[PS8] refuses a picture of a minute ago, and a phone whose clock is minutes off', () => {
  const outOfTime = { outcome: 'refused', reason: 'code-out-of-time' };
  const picture = codeOf();
  expect(decided(picture, nowMs + 60_000)).toEqual(outOfTime);
  expect(decided(codeOf({ step: stepNow + 20 }))).toEqual(outOfTime);
  expect(decided(codeOf({ step: stepNow - 1 }))).toMatchObject({ outcome: 'granted' });
  expect(decided(codeOf({ step: stepNow + 1 }))).toMatchObject({ outcome: 'granted' });
});

it('[PS9] refuses a code while the gate’s clock is minutes behind the member base', () => {
  expect(decided(codeOf({ step: passStepAt(nowMs - 300_000) }), nowMs - 300_000)).toEqual({
    outcome: 'refused',
    reason: 'code-out-of-time',
  });
});

/** A gate with a scanner, without lines: what is asked here is what becomes of codes that come one after another. */
function gateWithScanner() {
  const ready = {
    state: { status: 'ready' } as DeviceState,
    onState: () => () => undefined,
    start: () => undefined,
    stop: async () => undefined,
  };
  const clock = new VirtualClock(nowMs);
  const codes = new Listeners<[ScannedCode]>();
  const unreadable = new Listeners<[Unreadable]>();
  const passages = new Listeners<[{ direction: 'entry' | 'exit'; sensedMonotonicMs: number }]>();
  const scanner: Scanner = {
    ...ready,
    discardedBytes: 0,
    onCode: (listener) => codes.add(listener),
    onUnreadable: (listener) => unreadable.add(listener),
  };
  let released = 0;
  const gate: Gate = {
    ...ready,
    release: async () => {
      released += 1;
      return ok({ releasedMonotonicMs: 0 });
    },
    onPassage: (listener) => passages.add(listener as never),
    keep: async () => ok(undefined),
    resume: () => undefined,
    stillReleased: () => undefined,
    onAlarm: () => () => undefined,
  };
  let wake: () => void = () => undefined;
  const control = new GateControl({
    config: {
      id: 'entrance',
      name: 'Entrance',
      board: {
        model: 'modbus-board',
        address: 'tcp://127.0.0.1:1',
        unit: 1,
        entryRelay: 0,
        pulseMs: 500,
        entryInput: 0,
        exitInput: 1,
      },
    },
    gate,
    reader: null,
    badgeReaders: [],
    exit: null,
    scanner,
    store: rig.store,
    identity: () => identity,
    clock,
    random: new SeededRandom(3),
    log: rig.log,
    onEvent: () => wake(),
    inFlight: new InFlight(),
  });
  async function decidedAfter(shown: () => void) {
    const settled = new Promise<void>((resolve) => {
      wake = resolve;
    });
    shown();
    await settled;
    return rig.log.entries.filter(({ event }) => event === 'gate.decided').at(-1)?.fields;
  }
  return {
    control,
    clock,
    released: () => released,
    /** Resolves with what was decided. */
    scan: (text: string) =>
      decidedAfter(() => codes.notify({ text, symbology: null, arrivedMonotonicMs: clock.monotonicMs() })),
    showTooLong: () => decidedAfter(() => unreadable.notify({ why: 'too-long', byteCount: 4_096 })),
    scanUnanswered: (text: string) =>
      codes.notify({ text, symbology: null, arrivedMonotonicMs: clock.monotonicMs() }),
    decisions: () => rig.log.entries.filter(({ event }) => event === 'gate.decided').length,
  };
}

it('[PS10] takes a code once, the next one again, and none from before', async () => {
  const gate = gateWithScanner();
  expect(await gate.scan(codeOf())).toMatchObject({ outcome: 'granted' });
  await gate.clock.advance(3_000);
  expect(await gate.scan(codeOf())).toMatchObject({ outcome: 'refused', reason: 'code-used' });
  expect(await gate.scan(codeOf({ step: stepNow - 1 }))).toMatchObject({ reason: 'code-used' });
  await gate.clock.advance(passStepMs);
  expect(await gate.scan(codeOf({ step: stepNow + 1 }))).toMatchObject({ outcome: 'granted' });
  expect(gate.released()).toBe(2);
  await gate.clock.advance(5_000);
  await gate.control.stop();
});

it('[SC5] refuses a code of 4 kB like any unknown one, in words and in the records', async () => {
  const gate = gateWithScanner();
  expect(await gate.showTooLong()).toMatchObject({
    outcome: 'refused',
    reason: 'unknown',
    presented: 'other',
  });
  expect(gate.released()).toBe(0);
  await gate.control.stop();
});

it('[PS10] takes a code once among the gates of an edge, and not again after a restart', async () => {
  const first = gateWithScanner();
  expect(await first.scan(codeOf())).toMatchObject({ outcome: 'granted' });
  const second = gateWithScanner();
  expect(await second.scan(codeOf())).toMatchObject({ reason: 'code-used' });
  await rig.store.passages.usedCodes.load();
  expect(rig.store.passages.usedCodes.isUsed(credentialId, stepNow)).toBe(true);
  expect(rig.store.passages.usedCodes.isUsed(credentialId, stepNow + 1)).toBe(false);
  for (const { clock, control } of [first, second]) {
    await clock.advance(5_000);
    await control.stop();
  }
});

it('[PS10] does not use up a code that was refused', async () => {
  await told({ status: 'blocked' });
  const gate = gateWithScanner();
  expect(await gate.scan(codeOf())).toMatchObject({ reason: 'blocked' });
  await told({});
  expect(await gate.scan(codeOf())).toMatchObject({ outcome: 'granted' });
  await gate.clock.advance(5_000);
  await gate.control.stop();
});

it('[PS11] hears a code a second time while the gate is open for it, and refuses nobody', async () => {
  const gate = gateWithScanner();
  expect(await gate.scan(codeOf())).toMatchObject({ outcome: 'granted' });
  gate.scanUnanswered(codeOf());
  await gate.clock.advance(5_000);
  expect(gate.decisions()).toBe(1);
  await gate.control.stop();
});
