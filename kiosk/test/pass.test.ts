import { systemClock } from '@portillon/core/base/system-clock.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import {
  keyRequestToSign,
  passCodeBytes,
  passCodeText,
  passStepAt,
  passToSign,
} from '@portillon/core/crypto/pass-layout.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestClub } from './test-club.ts';

/** J9 in one club of real processes: a phone is enrolled beside a card while the network is cut, and comes in. */
let club: TestClub;

beforeAll(async () => {
  club = await TestClub.open();
}, 180_000);
afterAll(() => club?.close(), 60_000);

it('[J9] [I6] [I13] takes a phone in at the end of a purchase and opens for its code, once, with no network', async () => {
  const phone = newSigningKeyPair();
  const person = await club.person();
  await club.panel.world('cut-network', {});
  await person.signContract(1);
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  await club.panel.world('take-card', {});
  await person.sees('receipt');
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  expect(await person.sees('welcome')).toMatchObject({ passPossible: true });

  // A quick touch sends both at once.
  const [, opened] = await Promise.all([
    person.say({ type: 'still-here' }),
    person.say({ type: 'open-pass' }),
  ]);
  expect(opened).toBe('done');
  await person.sees('pass');
  expect(await person.say({ type: 'enrol-pass', requestText: 'https://example.org' })).toBe('done');
  await person.sees('pass', ({ notRead }) => notRead);
  const request = keyRequestToSign(fromBase64url(phone.publicKey));
  const requestText = passCodeText('keyRequest', request, signBytes(phone.privateKey, request));
  expect(await person.say({ type: 'enrol-pass', requestText })).toBe('done');
  const { grantCode } = await person.sees('pass', (screen) => screen.grantCode !== null);
  expect(await person.say({ type: 'enrol-pass', requestText })).toBe('stale');
  await person.say({ type: 'back' });
  await person.sees('welcome');
  await person.say({ type: 'finish' });
  await person.sees('attract');
  person.leave();

  const grant = passCodeBytes('grant', grantCode ?? '');
  if (typeof grant === 'string') throw new Error(grant);
  const codeNow = () => {
    const signed = passToSign(grant, passStepAt(systemClock.wallMs()));
    return passCodeText('pass', signed, signBytes(phone.privateKey, signed));
  };
  const since = await club.now();
  const picture = codeNow();
  await club.panel.world('scan', { gateId: club.gateId, text: picture });
  await club.until(() => club.releasedSince(since));
  await club.push('entry');
  // The scanner passes over the same code for a moment.
  const laterMs = (await club.now()) + 2_500;
  await club.until(async () => (await club.now()) > laterMs);
  await club.panel.world('scan', { gateId: club.gateId, text: picture });

  await club.panel.world('restore-network', {});
  await club.until(async () => (await club.facts.decisions()).length === 2);
  expect(await club.facts.decisions()).toMatchObject([
    { presented: 'pass', outcome: 'granted', reason: null },
    { presented: 'pass', outcome: 'refused', reason: 'code-used' },
  ]);
  await club.until(async () => (await club.health()).outboxLeft === 0);
}, 120_000);
