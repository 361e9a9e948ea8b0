import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../kiosk/renderer/test/chromium.ts';
import { Database } from '../postgres/database.ts';
import { axeObjections } from './axe-objections.ts';
import { buildStaffPage } from './build-staff-page.ts';
import { type StartedBase, startBase, temporaryState } from './start-base.ts';
import { newTestId, TestEdge } from './test-edge.ts';

let stateFolder: string;
let staffPage: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let browser: Browser;
let page: Page;

const now = () => isoTime(systemClock.wallMs());

async function tell(event: Parameters<TestEdge['append']>[0]): Promise<void> {
  lyon.append(event);
  expect((await lyon.pushed(lyon.events.slice(-1))).parked).toEqual([]);
}

beforeAll(async () => {
  stateFolder = await temporaryState();
  staffPage = await buildStaffPage();
  base = await startBase({ stateFolder, staffPage });
  sql = new Database(base.databaseUrl, silentLog);
  lyon = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  await tell({
    type: 'gate.stands',
    at: now(),
    gateId: 'gate-1',
    name: 'Tourniquet du hall',
    standing: 'normal',
    orderId: null,
    canHoldOpen: true,
  });
  browser = await launchChromium();
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await page.goto(base.staffUrl);
  await page.getByLabel('Nom d’utilisateur').fill('staff');
  await page.getByLabel('Mot de passe').fill(base.staff?.password ?? '');
  await page.getByLabel('Mot de passe').press('Enter');
  await page.getByRole('link', { name: 'Portillons' }).click();
});

afterAll(async () => {
  await browser?.close();
  await sql?.close();
  await base?.stop();
  await rm(stateFolder, { recursive: true, force: true });
  await rm(staffPage, { recursive: true, force: true });
});

const gate = () => page.getByTestId('gate');
const form = () => page.getByRole('form', { name: 'Maintenir ouvert, Tourniquet du hall' });

it('gives an order with a reason, and shows what became of it, and how the gate stands', async () => {
  await gate().getByText('En service').waitFor();
  await gate().getByRole('button', { name: 'Maintenir ouvert' }).click();
  await form().getByRole('button', { name: 'Maintenir ouvert' }).click();
  await form().getByRole('alert').getByText('Choisissez une raison').waitFor();
  await form().getByLabel('Autre raison').check();
  await form().getByRole('button', { name: 'Maintenir ouvert' }).click();
  await form().getByRole('alert').getByText('Écrivez la raison').waitFor();
  await form().getByLabel('Précision').fill('Porte ouverte pour la soirée du club');
  expect(await axeObjections(page)).toEqual([]);
  await form().getByRole('button', { name: 'Maintenir ouvert' }).click();
  await gate().getByTestId('order-status').getByText('En cours').waitFor();
  const [order] = await sql.query<{ id: string }>('select id from gate_orders');
  const orderId = order?.id ?? '';
  const told = { at: now(), gateId: 'gate-1', orderId };
  await tell({
    type: 'gate.stands',
    name: 'Tourniquet du hall',
    standing: 'held-open',
    canHoldOpen: true,
    ...told,
  });
  await tell({ type: 'gate.order-settled', outcome: 'done', fault: null, ...told });
  await gate().getByTestId('order-status').getByText('Fait').waitFor();
  await gate().getByText('Maintenu ouvert').first().waitFor();
  expect(await gate().getByRole('button', { name: 'Maintenir ouvert' }).count()).toBe(0);
  await page.getByTestId('gate-orders').getByText('Porte ouverte pour la soirée du club').waitFor();
});

it('shows an alarm on the live page and beside its gate, and takes one acknowledgement of it', async () => {
  const alarmId = newTestId();
  await tell({ type: 'gate.alarm-raised', alarmId, at: now(), gateId: 'gate-1', kind: 'fire' });
  await gate().getByText('Alarme incendie').waitFor();
  await page.getByRole('link', { name: 'Direct' }).click();
  await page
    .getByTestId('alarm-strip')
    .getByText('Alarme incendie · Tourniquet du hall · Lyon Part-Dieu')
    .waitFor();
  expect(await axeObjections(page)).toEqual([]);
  await page.getByTestId('alarm-strip').getByRole('link').click();
  const alarm = page.getByTestId('gate-alarm');
  await alarm.getByRole('button', { name: 'Acquitter' }).click();
  await alarm.getByLabel('Ce que vous avez constaté').fill('Exercice annoncé');
  expect(await axeObjections(page)).toEqual([]);
  await alarm.getByRole('button', { name: 'Acquitter' }).click();
  await alarm.getByText(/Acquittée par .+ · Exercice annoncé/).waitFor();
  await tell({ type: 'gate.alarm-ended', alarmId, at: now(), times: 2 });
  await page.getByTestId('past-alarms').getByText('2 fois').waitFor();
  expect(await page.getByTestId('gate-alarm').count()).toBe(0);
});

it('[W-DEVICE-2] names the devices of a box that do not work, what ails them and since when', async () => {
  const ready = { status: 'ready', fault: null };
  await lyon.pushed([], {
    devices: [
      {
        ...{ name: 'terminal', ...ready },
        about: { model: 'Desk/5000', serial: '16152CT20364012', contract: '6424242', configured: ['model'] },
      },
      { name: 'dispenser', status: 'faulted', fault: 'dispenser.stacker-empty', cards: 0 },
      { name: 'printer', ...ready, warning: 'printer.paper-low' },
      { name: 'gate-1.board', ...ready },
      { name: 'gate-1.exit-scanner', status: 'disconnected', fault: 'transport.pulled' },
      { name: 'locker-wall', status: 'warming-up', fault: null },
      { name: 'camera', status: 'unwatched', fault: null, about: { model: 'C920', configured: ['model'] } },
    ],
  });
  await page.getByRole('link', { name: 'Appareils' }).click();
  const troubled = page.getByTestId('box-devices').getByRole('listitem');
  await troubled.first().waitFor();
  expect(await troubled.allInnerTexts()).toEqual([
    expect.stringMatching(
      /^Distributeur de cartes · plus de cartes \(dispenser\.stacker-empty\), depuis le .+\. 0 cartes d’après son compte\.$/,
    ),
    expect.stringMatching(
      /^gate-1, lecteur de codes de sortie · ne répond pas : câble ou courant \(transport\.pulled\), /,
    ),
    expect.stringMatching(/^locker-wall · warming-up, depuis le /),
    'Imprimante · bientôt plus de papier (printer.paper-low)',
  ]);
  await page.getByText('Ce que sont ses appareils').click();
  expect(await page.getByTestId('box-inventory').getByRole('listitem').allInnerTexts()).toEqual([
    'Caméra · modèle C920 (d’après la configuration)',
    'Terminal de paiement · modèle Desk/5000 (d’après la configuration), n° de série 16152CT20364012, contrat 6424242',
  ]);
  expect(await axeObjections(page)).toEqual([]);
  const folder = process.env.PORTILLON_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/devices.png`, fullPage: true });
});
