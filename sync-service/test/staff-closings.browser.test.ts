import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { ClosingTill } from '@portillon/core/journal/test/closing-till.ts';
import type { ToldClosing } from '@portillon/core/journal/told-closing.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../kiosk/renderer/test/chromium.ts';
import { Database } from '../postgres/database.ts';
import { newEnrolmentCode } from '../postgres/enrolment.ts';
import { axeObjections } from './axe-objections.ts';
import { buildStaffPage } from './build-staff-page.ts';
import { type StartedBase, startBase, temporaryState } from './start-base.ts';
import { fiscalHead, TestEdge } from './test-edge.ts';

/** A club with two tills, one of which is away in the evening. */
let stateFolder: string;
let staffPage: string;
let base: StartedBase;
let edges: readonly TestEdge[];
let browser: Browser;
let page: Page;
const tills = [new ClosingTill('kiosk-1'), new ClosingTill('kiosk-2')] as const;

async function told(edge: TestEdge | undefined, closing: ToldClosing): Promise<void> {
  edge?.append({ type: 'till.closed', at: '2026-01-06T00:00:01.000Z', ...closing });
  await edge?.pushed(edge.events.slice(-1), { fiscalHeads: [fiscalHead(edge.events.length, 'T')] });
}

beforeAll(async () => {
  stateFolder = await temporaryState();
  staffPage = await buildStaffPage();
  base = await startBase({ stateFolder, staffPage });
  const sql = new Database(base.databaseUrl, silentLog);
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  const enrolled = async () =>
    TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
  edges = [await enrolled(), await enrolled()];
  await told(edges[0], tills[0].day('2026-01-05', 2_990, 5_490));
  await told(edges[1], tills[1].day('2026-01-04', 1_000));
  // Both have sold since the day before.
  for (const edge of edges)
    await sql.query(
      `insert into fiscal_head_history (edge_id, chain, no, signature, told_at) values ($1, 'X', 1, 'a', '2026-01-04T09:00:00Z')`,
      [edge.identity.edgeId],
    );
  await sql.close();
  browser = await launchChromium();
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await page.goto(base.staffUrl);
  await page.getByLabel('Nom d’utilisateur').fill('staff');
  await page.getByLabel('Mot de passe').fill(base.staff?.password ?? '');
  await page.getByLabel('Mot de passe').press('Enter');
  await page.getByRole('link', { name: 'Clôtures' }).click();
});

afterAll(async () => {
  await browser?.close();
  await base?.stop();
  await rm(stateFolder, { recursive: true, force: true });
  await rm(staffPage, { recursive: true, force: true });
});

const signedOff = () => page.getByTestId('signed-off');

/** Leaves the day and comes back to it, so that it is read again. */
async function showDay(day: string): Promise<void> {
  await page.getByLabel('Club', { exact: true }).selectOption({ label: 'Lyon Part-Dieu' });
  await page.getByLabel('Jour').fill('2025-12-31');
  await page.getByText('Aucune caisse de ce club').waitFor();
  await page.getByLabel('Jour').fill(day);
}

async function picture(name: string): Promise<void> {
  const folder = process.env.PORTILLON_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

it('[FJ28] shows a day with a till missing, signs it off without it on purpose, and again when it is back', async () => {
  await showDay('2026-01-05');
  await page.getByTestId('missing-tills').getByText('kiosk-2').waitFor();
  expect(await page.getByTestId('till-of-day').allInnerTexts()).toEqual([
    expect.stringMatching(/^kiosk-1\s+1\s+\S+…\s+2\s+0\s+0\s+84,80\s€$/),
  ]);
  await picture('closings-missing');
  expect(await axeObjections(page)).toEqual([]);
  await page.getByRole('button', { name: 'Valider sans ce qui manque' }).click();
  await signedOff().getByText('sans kiosk-2').waitFor();
  expect(await page.getByRole('button', { name: /Valider/ }).count()).toBe(0);

  await told(edges[1], tills[1].day('2026-01-05', 700));
  await showDay('2026-01-05');
  await page.getByRole('button', { name: 'Valider ce total' }).click();
  await signedOff().nth(1).waitFor();
  expect(await signedOff().allInnerTexts()).toEqual([
    expect.stringMatching(
      /n°\s1\s[\s\S]*84,80\s€[\s\S]*sans kiosk-2, remplacée par la n°\s2[\s\S]*par staff/,
    ),
    expect.stringMatching(/n°\s2\s[\s\S]*91,80\s€/),
  ]);
  expect(await page.getByTestId('total-of-day').innerText()).toMatch(/91,80\s€/);
  await picture('closings-signed-off');

  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Closings' }).waitFor();
  await picture('closings-english');
  expect(await axeObjections(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await picture('closings-telephone');
});
