import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type CredentialId, type EdgeId, type NetworkId, newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { issuerProblem } from '@portillon/core/crypto/issuer-problem.ts';
import { readKeyRequest, readPass } from '@portillon/core/crypto/pass.ts';
import { encodePassGrant, type PassGrantClaims } from '@portillon/core/crypto/pass-grant.ts';
import { grantRequestToSign, passCodeText, passStepAt } from '@portillon/core/crypto/pass-layout.ts';
import { passLinkLifeMs, passLinkText } from '@portillon/core/crypto/pass-link.ts';
import { newSigningKeyPair, signatureHolds, signBytes } from '@portillon/core/crypto/signing-key.ts';
import vectors from '@portillon/core/crypto/vectors/pass.json' with { type: 'json' };
import { edgeKeyToSign } from '@portillon/core/wire/messages.ts';
import jsQR from 'jsqr';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../kiosk/renderer/test/chromium.ts';
import { fitCamera } from '../../tools/main-job/phone-in-hand.ts';
import { MemberBase } from '../member-base.ts';
import { lastDay } from '../pass/words.ts';
import { Database } from '../postgres/database.ts';
import { newEnrolmentCode } from '../postgres/enrolment.ts';
import { seedFileSchema } from '../seed/seed-file.ts';
import { axeObjections } from './axe-objections.ts';
import { temporaryState } from './start-base.ts';
import { renewalEvent, saleEvent, TestEdge } from './test-edge.ts';

/** The page of the pass as the base serves it, on a phone. */
const root = join(import.meta.dirname, '..', '..');
let stateFolder: string;
let passPage: string;
let base: MemberBase;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  stateFolder = await temporaryState();
  const parent = join(root, 'build', 'test');
  await mkdir(parent, { recursive: true });
  passPage = await mkdtemp(join(parent, 'pass-'));
  await build({
    root: join(root, 'sync-service', 'pass'),
    base: './',
    configFile: false,
    logLevel: 'warn',
    build: { outDir: passPage, emptyOutDir: true, target: 'chrome120' },
  });
  base = await MemberBase.start({
    seed: seedFileSchema.parse(
      JSON.parse(await readFile(join(root, 'sync-service/seed/demo-network.json'), 'utf8')),
    ),
    stateFolder,
    port: 0,
    staffPage: null,
    passPage,
    serverSettings: { fsync: 'off' },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
  browser = await launchChromium();
  page = await phone('fr-FR');
  context = page.context();
  await page.goto(new URL('/pass', base.ready.url).href);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await base?.stop();
  for (const folder of [stateFolder, passPage]) await rm(folder, { recursive: true, force: true });
});

async function phone(locale: string): Promise<Page> {
  const made = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    locale,
    permissions: ['camera'],
  });
  await fitCamera(made);
  return made.newPage();
}

async function read(page: Page): Promise<string> {
  const { data, width, height } = PNG.sync.read(await page.screenshot());
  return jsQR(new Uint8ClampedArray(data), width, height)?.data ?? '';
}

/** What the camera of the phone sees from now on. */
async function seen(text: string): Promise<void> {
  const QRCode = await import('qrcode');
  const picture = await QRCode.toDataURL(text, { scale: 8 });
  await page.evaluate((url) => Object.assign(globalThis, { seenByCamera: url }), picture);
}

it('[PS12] [PS13] [PS8] makes a key that cannot be read out, takes a grant for it and no other, and goes on with no network', async () => {
  await page.getByTestId('show-key').click();
  await page.getByTestId('key-code').locator('svg').waitFor();
  expect(await axeObjections(page)).toEqual([]);
  const publicKey = readKeyRequest(await read(page));
  if (!publicKey.ok) throw new Error(publicKey.error);
  const extractable = await page.evaluate(`new Promise((resolve) => {
    const opening = indexedDB.open('portillon-pass', 1);
    opening.onsuccess = () => {
      const asked = opening.result.transaction('pass').objectStore('pass').get('this-phone');
      asked.onsuccess = () => resolve(asked.result.keys.privateKey.extractable);
    };
  })`);
  expect(extractable).toBe(false);

  const claims = vectors.passes[0]?.claims as unknown as PassGrantClaims;
  await seen(passCodeText('grant', encodePassGrant(claims, vectors.edge.privateKey)));
  await page.getByTestId('read-grant').click();
  await page.getByText('Ce code est pour un autre téléphone.').waitFor();
  await page.getByTestId('back').click();
  const own = { ...claims, publicKey: publicKey.value };
  await seen(passCodeText('grant', encodePassGrant(own, vectors.edge.privateKey)));
  await page.getByTestId('read-grant').click();
  await page.getByTestId('pass-code').locator('svg').waitFor();

  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await context.setOffline(true);
  await page.reload();
  await page.getByTestId('pass-code').locator('svg').waitFor();
  expect(await axeObjections(page)).toEqual([]);
  const pass = readPass(await read(page));
  if (!pass.ok) throw new Error(pass.error);
  expect(pass.value.grant).toMatchObject(own);
  expect(Math.abs(pass.value.step - passStepAt(systemClock.wallMs()))).toBeLessThanOrEqual(1);
}, 60_000);

/** As a phone asks, from an address of its own. */
async function ask(what: string, body: unknown, from: string) {
  const answer = await fetch(new URL(`/pass/api/${what}`, base.ready.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function grantRequest(from: string, link?: string) {
  const keys = newSigningKeyPair();
  const challenge = String((await ask('challenge', {}, from)).body.challenge);
  const linkBytes = link === undefined ? null : fromBase64url(link);
  const signed = grantRequestToSign(fromBase64url(challenge), fromBase64url(keys.publicKey), linkBytes);
  const signature = Buffer.from(signBytes(keys.privateKey, signed)).toString('base64url');
  return { keys, request: { challenge, publicKey: keys.publicKey, signature, ...(link ? { link } : {}) } };
}

/** The pass that a phone shows now. */
async function passOn(shown: Page) {
  await shown.getByTestId('pass-code').locator('svg').waitFor();
  const pass = readPass(await read(shown));
  if (!pass.ok) throw new Error(pass.error);
  return pass.value.grant;
}

it('[W-PASS-4] [PS14] [PS15] [PS16] [PS17] [PS18] [PS19] [PS20] has its grant from the base by a kiosk’s link, renewed and ended with the membership’s other phone', async () => {
  const sql = new Database(base.ready.databaseUrl, silentLog);
  const clubId = base.ready.clubs['Lyon Part-Dieu'] ?? '';
  const [place] = await sql.query<{ entity: string; plan: string }>(
    'select legal_entity_id as entity, plans.id as plan from clubs, plans where clubs.id = $1 limit 1',
    [clubId],
  );
  if (!place) throw new Error('no club is seeded');
  const edge = await TestEdge.enrolled(
    base.ready.url,
    await newEnrolmentCode(sql, clubId, systemClock.wallMs()),
  );
  await sql.close();
  const { networkId, edgeId } = edge.identity;
  const day = 86_400_000;
  const soonMs = Math.floor(systemClock.wallMs() / 1_000) * 1_000 + 3 * day;
  const sold = saleEvent({ legalEntityId: place.entity, planId: place.plan });
  const end = { validTo: isoTime(soonMs) };
  const [card] = sold.credentials;
  if (!card) throw new Error('no card is sold');
  edge.append({
    ...sold,
    membership: { ...sold.membership, ...end },
    credentials: [{ ...card, ...end }],
  });
  const link = (besideCredentialId = card.credentialId) => {
    const passCredentialId = newId<'credential'>(systemClock, systemRandom);
    const text = passLinkText(
      {
        networkId: networkId as NetworkId,
        issuerEdgeId: edgeId as EdgeId,
        besideCredentialId: besideCredentialId as CredentialId,
        passCredentialId,
        expiresAtMs: systemClock.wallMs() + passLinkLifeMs,
      },
      edge.keys.privateKey,
    );
    return { address: new URL(`/pass/#${text}`, base.ready.url).href, passCredentialId };
  };

  // The kiosk shows its link before it has told of the card: the phone waits.
  const first = link();
  const own = await phone('fr-FR');
  await own.goto(first.address);
  await own.getByText('La borne n’a pas encore pu annoncer votre carte.').waitFor();
  await edge.pushed();
  const grant = await passOn(own);
  expect(grant).toMatchObject({
    credentialId: first.passCredentialId,
    issuerEdgeId: networkId,
    validToMs: soonMs,
  });
  expect(own.url()).not.toContain('#');
  const until = (ms: number) => lastDay(ms, 'fr');
  expect(await own.getByTestId('until').textContent()).toContain(until(soonMs));
  const told = await edge.wholeFeed();
  const issuer = told.find(({ change }) => change.kind === 'edge-key' && change.id === networkId)?.change;
  if (issuer?.kind !== 'edge-key' || !issuer.record) throw new Error('the base has not published its key');
  expect(issuerProblem(grant, { networkId: networkId as NetworkId, issuerKey: issuer.record })).toBeNull();
  const { clubId: at, publicKey, status, signature } = issuer.record;
  expect(
    signatureHolds(
      edge.identity.networkKey,
      edgeKeyToSign(networkId, at, publicKey, status),
      fromBase64url(signature),
    ),
  ).toBe(true);

  // Paid for longer: the phone hears of it when its page is opened.
  const laterMs = soonMs + 30 * day;
  const member = { memberId: sold.member.memberId, legalEntityId: place.entity, planId: place.plan };
  const renewal = edge.append(renewalEvent(member, { from: isoTime(soonMs), to: isoTime(laterMs) }));
  await edge.pushed([renewal]);
  await own.reload();
  await own.getByText(until(laterMs)).waitFor();
  const renewed = await passOn(own);
  expect(renewed).toMatchObject({ credentialId: first.passCredentialId, validToMs: laterMs });
  await own.reload();
  expect((await passOn(own)).signature).toEqual(renewed.signature);

  // Another phone: not by the same link, and the one before ends.
  const other = await phone('pt-PT');
  await other.addInitScript('{ const now = Date.now; Date.now = () => now() + 240_000; }');
  await other.goto(first.address);
  await other.getByText('Outro telemóvel já usou este código.').waitFor();
  expect(await axeObjections(other)).toEqual([]);
  await other.goto(link().address);
  await other.getByTestId('pass-code').locator('svg').waitFor();
  expect(await other.getByTestId('clock-off').textContent()).toMatch(/4\smin adiantada/);
  expect(await axeObjections(other)).toEqual([]);
  await own.reload();
  await own.getByText('Ce pass ne sert plus').waitFor();
  expect(await own.getByTestId('pass-code').count()).toBe(0);
  const credential = (await edge.wholeFeed()).find(
    ({ change }) => change.id === first.passCredentialId,
  )?.change;
  expect(credential).toMatchObject({ record: { kind: 'pass', status: 'blocked' } });

  // A link beside what another phone has ended since stands for what took its place.
  const third = new URL(link(first.passCredentialId).address).hash.slice(1);
  const { keys, request } = await grantRequest('10.9.0.3', third);
  expect((await ask('grant', request, '10.9.0.3')).status).toBe(200);
  const active = (await edge.wholeFeed()).filter(
    ({ change }) =>
      change.kind === 'credential' && change.record?.kind === 'pass' && change.record.status === 'active',
  );
  expect(active).toMatchObject([{ change: { record: { publicKey: keys.publicKey } } }]);
}, 60_000);

it('[W-PASS-5] [PS14] tells nothing to who proves nothing, and lets nobody ask without end', async () => {
  const { request } = await grantRequest('10.9.0.1');
  const refused = async (more: object) =>
    (await ask('grant', { ...request, ...more }, '10.9.0.1')).body.error;
  expect(await refused({})).toMatchObject({ code: 'pass.unknown' });
  expect(await refused({ publicKey: newSigningKeyPair().publicKey })).toMatchObject({
    code: 'pass.not-proved',
  });
  expect(await refused({ challenge: 'A'.repeat(32) })).toMatchObject({ code: 'pass.stale-challenge' });
  expect(await refused({ link: 'x' })).toMatchObject({ code: 'pass.malformed', path: 'link' });
  const statuses = new Set<number>();
  for (let asked = 0; asked <= 240; asked++) statuses.add((await ask('challenge', {}, '10.9.0.2')).status);
  expect([...statuses]).toEqual([200, 429]);
}, 30_000);
