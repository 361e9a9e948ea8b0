import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../kiosk/renderer/test/chromium.ts';
import { Database } from '../postgres/database.ts';
import { axeObjections } from './axe-objections.ts';
import { buildStaffPage } from './build-staff-page.ts';
import { type StartedBase, startBase, temporaryState } from './start-base.ts';
import { caseEvent, refundEvent, saleEvent, TestEdge, testPerson } from './test-edge.ts';

let stateFolder: string;
let staffPage: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let browser: Browser;
let page: Page;
let sale: EventOf<'sale.completed'>;

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
  const [row] = await sql.query<{ legalEntityId: string; planId: string }>(
    `select clubs.legal_entity_id as "legalEntityId", plans.id as "planId" from clubs, plans
      where clubs.id = $1 limit 1`,
    [base.clubs['Lyon Part-Dieu']],
  );
  if (!row) throw new Error('the seed was not applied');
  const person = await lyon.sealed('person', testPerson);
  const digests = { person: sha256Hex(person), photo: null, contract: '0'.repeat(64) };
  const sold = saleEvent({ ...row, digests });
  const [month] = sold.lines;
  if (!month) throw new Error('a sale has lines');
  const fee = { ...month, label: 'Frais d’adhésion', productId: 'joining-fee' };
  sale = {
    ...sold,
    lines: [month, { ...fee, unitCents: 1_990, grossCents: 1_990, netCents: 1_658 }],
    totalCents: 7_480,
    fiscal: { recordNo: 1_204, characters: 'FUCC' },
  };
  await tell(sale);
  await lyon.put(digests.person, person);
  await tell(
    caseEvent({
      kind: 'hand-over-card',
      amountCents: 0,
      saleId: sale.saleId,
      saleReference: sale.saleReference,
      reference: null,
    }),
  );
  browser = await launchChromium();
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await page.goto(base.staffUrl);
  await page.getByLabel('Nom d’utilisateur').fill('staff');
  await page.getByLabel('Mot de passe').fill(base.staff?.password ?? '');
  await page.getByLabel('Mot de passe').press('Enter');
  await page.getByRole('link', { name: 'Ordres' }).click();
});

afterAll(async () => {
  await browser?.close();
  await sql?.close();
  await base?.stop();
  await rm(stateFolder, { recursive: true, force: true });
  await rm(staffPage, { recursive: true, force: true });
});

async function picture(name: string): Promise<void> {
  const folder = process.env.PORTILLON_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

const refund = () => page.getByRole('form', { name: 'Rembourser' });
const card = () => page.getByRole('form', { name: 'Refaire la carte' });
const waiting = () => page.getByTestId('open-orders').getByTestId('order');
const over = () => page.getByTestId('orders-over').getByTestId('order');
const code = () => page.getByTestId('order-code');

describe('the orders of the staff page', () => {
  it('say when no sale has the reference', async () => {
    await page.getByLabel('Référence de la vente').fill('zzzz-zzzz');
    await page.getByRole('button', { name: 'Chercher' }).click();
    await page.getByText('Aucune vente ne porte la référence zzzz-zzzz.').waitFor();
  });

  it('are given for a sale found by its reference, line by line, and show the code once', async () => {
    await page.getByLabel('Référence de la vente').fill('m7qk 2f9c');
    await page.getByLabel('Référence de la vente').press('Enter');
    await page.getByTestId('found-sale').getByText('Inès Moreau-Testard').waitFor();
    expect(await axeObjections(page)).toEqual([]);
    await refund().getByLabel('À rendre pour Tous les jours, en euros').fill('60');
    await refund().getByRole('button', { name: 'Donner l’ordre' }).click();
    await refund().getByRole('alert').getByText('sans dépasser ce qui reste').waitFor();
    await refund().getByLabel('À rendre pour Tous les jours, en euros').fill('0');
    await refund().getByRole('button', { name: 'Donner l’ordre' }).click();
    await refund().getByRole('alert').getByText('Écrivez pourquoi').waitFor();
    await refund().getByLabel('Pourquoi').fill('Frais offerts en septembre');
    await refund().getByRole('button', { name: 'Donner l’ordre' }).click();
    expect(await code().innerText()).toMatch(/^\d{4} \d{4}$/);
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Code pour le client');
    expect(await axeObjections(page)).toEqual([]);
    await waiting().getByText('M7QK-2F9C · 19,90\u202f€ · Inès Moreau-Testard · Lyon Part-Dieu').waitFor();
    await page.getByRole('button', { name: 'C’est noté' }).click();
    await page.reload();
    await waiting().first().waitFor();
    expect(await code().count()).toBe(0);
  });

  it('are shown as done when the kiosk has said so, and what is left can be given back', async () => {
    const [row] = await sql.query<{ id: string; amountCents: number }>(
      'select id, amount_cents as "amountCents" from orders',
    );
    if (!row) throw new Error('no order');
    await tell(refundEvent(row, sale));
    await over().getByText('Fait à la borne').waitFor();
    await page.getByLabel('Référence de la vente').fill('M7QK-2F9C');
    await page.getByLabel('Référence de la vente').press('Enter');
    await refund().getByRole('row', { name: 'Frais d’adhésion 19,90' }).waitFor();
    expect(await refund().getByLabel('À rendre pour Frais d’adhésion, en euros').isDisabled()).toBe(true);
  });

  it('are taken back, after a question', async () => {
    await refund().getByLabel('Terminer l’abonnement').check();
    await refund().getByLabel('Pourquoi').fill('Déménage');
    await refund().getByRole('button', { name: 'Donner l’ordre' }).click();
    await code().waitFor();
    await waiting().getByRole('button', { name: 'Annuler' }).click();
    await waiting().getByText('Le code ne vaudra plus rien.').waitFor();
    await waiting().getByRole('button', { name: 'Annuler cet ordre' }).click();
    await over().getByText('Annulé').waitFor();
    expect(await waiting().count()).toBe(0);
  });

  it('are offered where a case says that a card is owed, free of charge, and the case says that one waits', async () => {
    await page.getByRole('link', { name: 'Cas à régler' }).click();
    await page.getByRole('link', { name: 'Faire faire la carte par la borne' }).click();
    await page.getByText('L’ordre réglera le cas dont vous venez.').waitFor();
    expect(await card().getByLabel('Sans frais pour le client').isChecked()).toBe(true);
    await card().getByLabel('Sans frais pour le client').uncheck();
    await card().getByText('Le client paie 10,00').waitFor();
    await card().getByLabel('Sans frais pour le client').check();
    await card().getByLabel('Pourquoi').fill('Pas prise à la borne');
    await card().getByRole('button', { name: 'Donner l’ordre' }).click();
    await code().waitFor();
    await waiting().getByText('Nouvelle carte').waitFor();
    await page.getByRole('link', { name: 'Cas à régler' }).click();
    await page.getByText('Un ordre attend le client à la borne.').waitFor();
    expect(await axeObjections(page)).toEqual([]);
  });

  it('do not scroll sideways on a telephone, and are there in English', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('link', { name: 'Ordres' }).click();
    await page.getByLabel('Référence de la vente').fill('M7QK-2F9C');
    await page.getByLabel('Référence de la vente').press('Enter');
    await refund().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('form', { name: 'Refund' }).waitFor();
    expect(await axeObjections(page)).toEqual([]);
    await picture('orders-english');
  });
});
