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
import { clubFileNamed } from '@portillon/tools/start/club-programs.mjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestClub } from './test-club.ts';

/** J1, J3 and J9 in one club of real processes that has no cards, out of paper and through a power cut. */
let club: TestClub;

beforeAll(async () => {
  club = await TestClub.open({ clubFile: clubFileNamed('madrid') });
}, 180_000);
afterAll(() => club?.close(), 60_000);

it('[SA79] [SA80] [SA82] [PS21] [PS22] [I1] sells with no dispenser and no paper, shows the ticket again after a power cut, and gives the pass for it', async () => {
  expect(Object.keys((await club.health()).devices)).not.toContain('dispenser');
  await club.fault('printer', 'paper-out', true);
  const buyer = await club.person();
  await buyer.signContract(0);
  await buyer.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  const { ticket, onPaper } = await buyer.sees('your-ticket');
  expect(onPaper).toBe(false);
  expect(await buyer.say({ type: 'finish' })).toBe('stale');
  club.kill('edge');
  await buyer.loses();
  await club.until(async () => (await club.healthOrNull()) !== null);
  const person = await club.person();
  expect(await person.sees('your-ticket')).toMatchObject({ ticket, onPaper: false });
  expect(await person.say({ type: 'have-ticket' })).toBe('done');
  await person.sees('receipt');
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  expect(await person.sees('welcome')).toMatchObject({ product: 'membership', passPossible: false });
  await person.say({ type: 'finish' });
  await club.until(async () => (await club.facts.salesOf('membership')).length === 1);
  expect(await club.facts.cases()).toEqual([]);

  const scanned = async (text: string) => {
    const before = (await club.facts.decisions()).length;
    await club.panel.world('scan', { gateId: club.gateId, text });
    await club.until(async () => (await club.facts.decisions()).length > before);
    return (await club.facts.decisions()).at(-1);
  };
  expect(await scanned(ticket)).toMatchObject({ presented: 'ticket', outcome: 'granted' });
  await club.push('entry');

  await person.enter('membership');
  await person.sees('present-card');
  await person.say({ type: 'present-code', text: 'https://example.org' });
  await person.sees('present-card', ({ problem }) => problem === 'not-ours');
  await person.say({ type: 'present-code', text: ticket });
  expect(await person.sees('account')).toMatchObject({ phone: { possible: true } });
  expect(await person.say({ type: 'open-pass' })).toBe('done');
  const phone = newSigningKeyPair();
  const request = keyRequestToSign(fromBase64url(phone.publicKey));
  const requestText = passCodeText('keyRequest', request, signBytes(phone.privateKey, request));
  expect(await person.say({ type: 'enrol-pass', requestText })).toBe('done');
  const { grantCode } = await person.sees('pass', (screen) => screen.grantCode !== null);
  await person.say({ type: 'back' });
  expect(await person.sees('account')).toMatchObject({ state: 'runs', validThrough: null });
  await person.say({ type: 'finish' });
  person.leave();

  const grant = passCodeBytes('grant', grantCode ?? '');
  if (typeof grant === 'string') throw new Error(grant);
  const signed = passToSign(grant, passStepAt(systemClock.wallMs()));
  const code = passCodeText('pass', signed, signBytes(phone.privateKey, signed));
  expect(await scanned(code)).toMatchObject({ presented: 'pass', outcome: 'granted' });
  await club.push('entry');
  expect(await scanned(ticket)).toMatchObject({ presented: 'ticket', reason: 'blocked' });
}, 120_000);
