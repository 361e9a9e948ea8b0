import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { issuerProblem } from '@portillon/core/crypto/issuer-problem.ts';
import { readPass } from '@portillon/core/crypto/pass.ts';
import {
  keyRequestToSign,
  passCodeBytes,
  passCodeText,
  passStepAt,
  passToSign,
} from '@portillon/core/crypto/pass-layout.ts';
import { newSigningKeyPair, type SigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import { eventBodySchema } from '@portillon/core/wire/event.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import { sampleCredential, sampleId, sampleIdentity } from '../../store/test/sample-records.ts';
import { enrolledPass, type PassHolder, passHolderOf, passLinkFor } from './enrol-pass.ts';
import { timeLimitOf } from './kiosk-stage.ts';
import { sampleSale } from './test/sample-sale.ts';

const nowMs = Date.parse('2026-11-23T11:00:00.000Z');
const kiosk = newSigningKeyPair();
const identity = { ...sampleIdentity(), privateKey: kiosk.privateKey };
const holder: PassHolder = {
  besideCredentialId: sampleId(70),
  memberId: sampleId(10),
  planId: sampleId(20),
  planScope: 'network',
  homeClubId: sampleId(3),
  validFromMs: nowMs,
  validToMs: null,
};

const clock = new VirtualClock(nowMs);
const random = new SeededRandom(5);
let folder: string;
let store: EdgeStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-pass-'));
  const opened = await EdgeStore.open({
    folder: join(folder, 'edge'),
    clock,
    random,
    log: new RecordedLog(),
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** What the page shows. */
function requestOf({ publicKey, privateKey }: SigningKeyPair): string {
  const signed = keyRequestToSign(fromBase64url(publicKey));
  return passCodeText('keyRequest', signed, signBytes(privateKey, signed));
}

const enrol = (text: string) => enrolledPass(text, holder, { store, identity, clock, random });

async function passOf(phone: SigningKeyPair) {
  const code = await enrol(requestOf(phone));
  if (!code.ok) throw new Error(code.error);
  const grant = passCodeBytes('grant', code.value);
  if (typeof grant === 'string') throw new Error(grant);
  const signed = passToSign(grant, passStepAt(nowMs));
  const pass = readPass(passCodeText('pass', signed, signBytes(phone.privateKey, signed)));
  if (!pass.ok) throw new Error(pass.error);
  return pass.value.grant;
}

it('[PS12] [PS13] answers a phone with a grant that a gate believes and that is in the book at once', async () => {
  const phone = newSigningKeyPair();
  const grant = await passOf(phone);
  expect(grant).toMatchObject({ publicKey: phone.publicKey, planId: holder.planId, scope: 'network' });
  const issuerKey = { publicKey: kiosk.publicKey, status: 'active' as const };
  expect(issuerProblem(grant, { networkId: grant.networkId, issuerKey })).toBeNull();
  expect(store.book.credential(grant.credentialId)).toMatchObject({
    kind: 'pass',
    publicKey: phone.publicKey,
    memberId: holder.memberId,
    status: 'active',
  });
  const [event] = await store.outbox.after(0, 10);
  expect(eventBodySchema.parse(JSON.parse(event?.body ?? ''))).toMatchObject({
    type: 'pass.enrolled',
    besideCredentialId: holder.besideCredentialId,
    pass: { credentialId: grant.credentialId, publicKey: phone.publicKey },
  });
});

it('[W-PASS-2] [W-PASS-3] ends the pass on the phone before, here at once', async () => {
  const first = await passOf(newSigningKeyPair());
  const second = await passOf(newSigningKeyPair());
  expect(store.book.credential(first.credentialId)).toMatchObject({ status: 'blocked', kind: 'pass' });
  expect(store.book.credential(second.credentialId)).toMatchObject({ status: 'active' });
});

it('[PS21] takes over from the ticket that stood in for it, in the same transaction, and a second phone from the first', async () => {
  const account = {
    membershipId: sampleId<'membership'>(40),
    planId: holder.planId,
    planFrom: isoTime(nowMs),
    validTo: null,
    status: 'active' as const,
    debts: [],
  };
  const { memberId } = holder;
  const ticket = sampleCredential({ kind: 'ticket', cardUid: null, memberId, account });
  const guests = sampleCredential({ kind: 'ticket', cardUid: null, memberId, singleUse: true });
  await store.write(async (tx) => {
    await store.book.rememberOwnCredential(tx, holder.besideCredentialId, ticket);
    await store.book.rememberOwnCredential(tx, sampleId(71), guests);
  });
  const first = await passOf(newSigningKeyPair());
  expect(store.book.credential(holder.besideCredentialId)).toMatchObject({ status: 'blocked' });
  expect(store.book.credential(sampleId(71))).toMatchObject({ status: 'active' });
  expect(store.book.credential(first.credentialId)).toMatchObject({ kind: 'pass', account, validTo: null });
  const second = await passOf(newSigningKeyPair());
  expect(store.book.credential(second.credentialId)).toMatchObject({ status: 'active', account });
  const told = (await store.outbox.after(0, 10)).map(({ body }) => JSON.parse(body));
  expect(told.map(({ besideCredentialId }) => besideCredentialId)).toEqual([
    holder.besideCredentialId,
    first.credentialId,
  ]);
});

it.each(['', 'https://example.org', 'PP1:ABC', 'PK2:'.padEnd(151, '0'), 'PK1:'.padEnd(151, '0')])(
  '[PS12] grants nothing to %s',
  async (text) => {
    expect((await enrol(text)).ok).toBe(false);
    expect(await store.outbox.after(0, 10)).toEqual([]);
  },
);

it('[SA86] leaves time to find the phone where a pass is offered, and to read codes off each other', async () => {
  const sale = await sampleSale(store, { clock, random });
  const welcome = { name: 'welcome', sale, ticketsPrinted: false } as const;
  expect(timeLimitOf(welcome)).toMatchObject({ quietSeconds: 30, countdownSeconds: 30 });
  const practised = { ...welcome, sale: { ...sale, practice: { operator: 'Nadia' } } };
  expect(timeLimitOf(practised)).toMatchObject({ quietSeconds: 0, countdownSeconds: 12 });
  const link = passLinkFor(holder, identity, clock, random);
  const pass = { name: 'pass', holder, from: welcome, link, grantCode: null, notRead: false } as const;
  expect(timeLimitOf(pass)).toMatchObject({ quietSeconds: 180, losesSomething: true });
});

it('offers a pass beside a card that was sold, and to nobody who practises', async () => {
  const sale = await sampleSale(store, { clock, random });
  expect(passHolderOf(sale)).toMatchObject({
    besideCredentialId: sale.card.credentialId,
    memberId: sale.memberId,
  });
  expect(passHolderOf({ ...sale, practice: { operator: 'Nadia' } })).toBeNull();
});
