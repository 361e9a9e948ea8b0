import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { readKeyRequest, readPass } from '@portillon/core/crypto/pass.ts';
import { encodePassGrant, type PassGrantClaims } from '@portillon/core/crypto/pass-grant.ts';
import { passCodeText, passStepAt } from '@portillon/core/crypto/pass-layout.ts';
import vectors from '@portillon/core/crypto/vectors/pass.json' with { type: 'json' };
import jsQR from 'jsqr';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../kiosk/renderer/test/chromium.ts';
import { fitCamera } from '../../tools/main-job/phone-in-hand.ts';
import { MemberBase } from '../member-base.ts';
import { axeObjections } from './axe-objections.ts';
import { temporaryState } from './start-base.ts';

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
  context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    locale: 'fr-FR',
    permissions: ['camera'],
  });
  await fitCamera(context);
  page = await context.newPage();
  await page.goto(new URL('/pass', base.ready.url).href);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await base?.stop();
  for (const folder of [stateFolder, passPage]) await rm(folder, { recursive: true, force: true });
});

async function read(): Promise<string> {
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
  const publicKey = readKeyRequest(await read());
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
  const pass = readPass(await read());
  if (!pass.ok) throw new Error(pass.error);
  expect(pass.value.grant).toMatchObject(own);
  expect(Math.abs(pass.value.step - passStepAt(systemClock.wallMs()))).toBeLessThanOrEqual(1);
}, 60_000);
