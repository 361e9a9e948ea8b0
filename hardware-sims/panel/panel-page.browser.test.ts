import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import react from '@vitejs/plugin-react';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VirtualClub } from '../club.ts';
import {
  deviceIn,
  newClub,
  newStateFolder,
  removeStateFolder,
  SerialHost,
  until,
} from '../test/test-club.ts';
import { PanelServer } from './panel-server.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const stateFolder = newStateFolder();
const pageFolder = mkdtempSync(join(tmpdir(), 'panel-page-'));
let club: VirtualClub;
let server: PanelServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  await build({
    root: join(import.meta.dirname, 'web'),
    base: './',
    configFile: false,
    plugins: [react()],
    logLevel: 'warn',
    build: { outDir: pageFolder, emptyOutDir: true, target: 'chrome120', chunkSizeWarningLimit: 2_000 },
  });
  club = newClub(stateFolder);
  server = new PanelServer({ club, clock: systemClock, log: silentLog, port: 0, pageFolder });
  await club.start();
  await server.start();
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(server.url);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await club?.stop();
  removeStateFolder(stateFolder);
  rmSync(pageFolder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});

/** Resolves when the words have stood on the page, however shortly: a look from outside comes and goes. */
function stoodOnPage(words: string): Promise<void> {
  return page.evaluate(`new Promise((resolve) =>
    new MutationObserver((_changes, observer) => {
      if (!document.body.innerText.includes(${JSON.stringify(words)})) return;
      observer.disconnect();
      resolve();
    }).observe(document.body, { childList: true, subtree: true, characterData: true }))`);
}

it('fits one screen of 1440 by 900, and needs no sideways scrolling at 1024', async () => {
  await page.getByRole('heading', { name: 'Lyon Part-Dieu' }).waitFor();
  // In the letters that stand there before the page's own are loaded it is taller.
  await page.evaluate('document.fonts.ready');
  const overflow = () =>
    page.evaluate<{ sideways: number; down: number }>(
      `(({ scrollWidth, scrollHeight, clientWidth, clientHeight }) =>
        ({ sideways: scrollWidth - clientWidth, down: scrollHeight - clientHeight }))(document.documentElement)`,
    );
  expect(await overflow()).toEqual({ sideways: 0, down: 0 });
  await page.setViewportSize({ width: 1024, height: 768 });
  expect((await overflow()).sideways).toBe(0);
  await page.setViewportSize({ width: 1440, height: 900 });
});

it('shows a card come out, and lets it be taken into the hand and tapped', async () => {
  const host = new SerialHost(String(club.addresses.dispenser));
  for (const order of ['initStay', 'moveToContacts', 'moveToEncoder'] as const) host.dispense(order);
  await until(club, (view) => deviceIn(view, 'dispenser').cardAt === 'encoder');
  host.dispense('moveToFront');
  const take = page.getByRole('button', { name: 'Take the card' });
  await page.getByText('card to take').waitFor();
  await take.click();
  const inHand = page.getByRole('region', { name: 'In your hand' }).getByRole('listitem');
  await inHand.nth(2).waitFor();
  await host.close();
  const onReader = stoodOnPage('on the reader');
  await inHand.nth(2).getByRole('button', { name: 'Tap' }).click();
  await onReader;
  await inHand.nth(2).getByRole('button', { name: 'Tap' }).waitFor();
});

it('unfolds the faults of a card, and switches one', async () => {
  const card = page.getByRole('region', { name: 'In your hand' }).getByRole('listitem').nth(2);
  await card.getByText('Faults of this card').click();
  await card.getByRole('checkbox', { name: /grant-flipped/ }).click();
  await card.getByText('Faulty: grant-flipped').waitFor();
  await card.getByRole('checkbox', { name: /grant-flipped/ }).click();
  await card.getByText('Faults of this card').click();
});

it('leaves a card on the reader of the kiosk until it is taken away', async () => {
  const card = page.getByRole('region', { name: 'In your hand' }).getByRole('listitem').first();
  // Taken away before the reader has noticed it, a card was never there: the panel says so, and that is a complaint here.
  const noticed = page.waitForResponse((response) => response.url().includes('/api/world/'));
  await card.getByRole('button', { name: 'Hold to kiosk' }).click();
  await noticed;
  await card.getByRole('button', { name: 'Take away' }).waitFor();
  expect(await card.getByRole('button', { name: 'Tap' }).count()).toBe(0);
  await card.getByRole('button', { name: 'Take away' }).click();
  await card.getByRole('button', { name: 'Hold to kiosk' }).waitFor();
});

it('says in words that a locked arm does not give way, and counts who leaves', async () => {
  await page.getByRole('button', { name: 'Push in' }).click();
  await page.getByText('The arm is locked and does not give way.').waitFor();
  await page.getByRole('button', { name: 'Push out' }).click();
  await until(club, (view) => deviceIn(view, 'gate-1-board').exits === 1);
});

it('cuts the network, pulls a cable and switches a fault, and puts all of it back', async () => {
  const faultsOf = (name: string) => deviceIn(club.view(), name).faults;
  await page.getByRole('button', { name: 'Cut the network' }).click();
  await page.getByRole('button', { name: 'Put the network back' }).waitFor();
  expect(faultsOf('network')).toEqual(['cut']);
  await page.getByRole('button', { name: 'Put the network back' }).click();
  await page.getByRole('button', { name: 'Cut the network' }).waitFor();

  await page.getByRole('tab', { name: 'Card dispenser' }).click();
  await page.getByRole('button', { name: 'Pull the cable' }).click();
  await page.getByRole('button', { name: 'Plug it in' }).waitFor();
  // A box says what it shows the other way round: it must show what the device has before it is pressed again.
  const jam = (shown: { checked: boolean }) =>
    page.getByRole('checkbox', { name: /jam-on-feed/, ...shown }).click();
  await jam({ checked: false });
  await until(club, (view) => (deviceIn(view, 'dispenser').faults as string[]).length === 2);
  expect(faultsOf('dispenser')).toEqual(['cable-pulled', 'jam-on-feed']);
  await page.getByRole('button', { name: 'Plug it in' }).click();
  await jam({ checked: true });
  await until(club, (view) => (deviceIn(view, 'dispenser').faults as string[]).length === 0);
});

it('scans what is typed', async () => {
  await page.getByRole('textbox', { name: 'Text of a code' }).fill('TICKET-5');
  await page.getByRole('button', { name: 'Scan', exact: true }).last().click();
  await until(club, (view) => deviceIn(view, 'gate-1-scanner').lastText === 'TICKET-5');
  await page.getByText('Code you know').waitFor();
});
