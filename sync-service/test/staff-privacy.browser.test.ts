import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../kiosk/renderer/test/chromium.ts';
import { Database } from '../postgres/database.ts';
import { axeObjections } from './axe-objections.ts';
import { buildStaffPage } from './build-staff-page.ts';
import { type StartedBase, startBase, temporaryState } from './start-base.ts';
import { newTestId, saleEvent, TestEdge, testContract, testPerson, testPhoto } from './test-edge.ts';

/** The privacy desk (J20), from who asks to what each box has answered. */

let staffPage: string;
let stateFolder: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let villeurbanne: TestEdge;
let memberId: string;
let saleId: string;
let credentialId: string;
let browser: Browser;

async function pageIn(locale: 'fr-FR' | 'en-GB', width = 1440): Promise<Page> {
  const page = await (await browser.newContext({ locale, viewport: { width, height: 900 } })).newPage();
  await page.goto(`${base.staffUrl}#privacy`);
  await page.getByLabel(locale === 'fr-FR' ? 'Utilisateur' : 'User').fill('staff');
  await page.getByLabel(locale === 'fr-FR' ? 'Mot de passe' : 'Password').fill(base.staff?.password ?? '');
  await page.getByLabel(locale === 'fr-FR' ? 'Mot de passe' : 'Password').press('Enter');
  await page
    .getByRole('heading', { level: 1, name: locale === 'fr-FR' ? 'Vie privée' : 'Privacy' })
    .waitFor();
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PORTILLON_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

beforeAll(async () => {
  staffPage = await buildStaffPage();
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder, staffPage });
  sql = new Database(base.databaseUrl, silentLog);
  lyon = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  villeurbanne = await TestEdge.enrolled(base.url, base.enrolmentCodes['Villeurbanne Gratte-Ciel'] ?? '');
  const [place] = await sql.query<{ legalEntityId: string; planId: string }>(
    'select legal_entities.id as "legalEntityId", plans.id as "planId" from legal_entities, plans limit 1',
  );
  const sealed = {
    person: await lyon.sealed('person', testPerson),
    photo: await lyon.sealed('photo', testPhoto),
    contract: await lyon.sealed('contract', testContract),
  };
  const event = saleEvent({
    legalEntityId: place?.legalEntityId ?? '',
    planId: place?.planId ?? '',
    digests: {
      person: sha256Hex(sealed.person),
      photo: sha256Hex(sealed.photo),
      contract: sha256Hex(sealed.contract),
    },
  });
  ({ saleId } = event);
  ({ memberId } = event.member);
  credentialId = event.credentials[0]?.credentialId ?? '';
  lyon.append({
    ...event,
    membership: {
      ...event.membership,
      validFrom: '2024-01-01T00:00:00.000Z',
      validTo: '2025-01-01T00:00:00.000Z',
    },
  });
  await lyon.pushed();
  for (const bytes of Object.values(sealed)) await lyon.put(sha256Hex(bytes), bytes);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await sql?.close();
  await base?.stop();
  await rm(stateFolder, { recursive: true, force: true });
  await rm(staffPage, { recursive: true, force: true });
});

it('[PV4] [PV5] [PV6] shows a copy that was asked for at a kiosk, until when, and that it was handed over', async () => {
  lyon.append({
    type: 'data.requested',
    requestId: newTestId(),
    at: isoTime(systemClock.wallMs()),
    memberId,
    credentialId,
    asks: 'copy',
    box: 'Borne 1',
  });
  await lyon.pushed();
  const page = await pageIn('fr-FR');
  const request = page.getByTestId('erasure-request');
  await request.getByText('Copie de ses données').waitFor();
  expect(await request.innerText()).toMatch(/À la borne, .*, notée par Borne 1.*réponse due avant le/);
  await request.getByRole('button', { name: 'Préparer la copie' }).click();
  const file = await request.getByRole('link', { name: 'Le fichier de ses données' }).getAttribute('href');
  expect(file).toContain(memberId);
  // Whoever finds a card can ask with it.
  await request.getByText('assurez-vous que c’est bien le membre').waitFor();
  await request.getByLabel('Motif').fill('Dossier 117');
  await picture(page, 'privacy-copy-fr');
  expect(await axeObjections(page)).toEqual([]);
  await request.getByRole('button', { name: 'Copie remise' }).click();
  await request.getByText('Remise', { exact: true }).waitFor();
  await page.context().close();
});

it('finds who asks, shows what would go and what stands against it, forgets, and counts the answers', async () => {
  const page = await pageIn('fr-FR');
  await page.getByRole('button', { name: 'Chercher' }).click();
  await page.getByRole('alert').getByText('Donnez le nom entier').waitFor();
  await page.getByLabel('Adresse e-mail').fill('INES@example.com');
  await page.getByLabel('Téléphone').fill('06 00 00 00 00');
  await page.getByRole('button', { name: 'Chercher' }).click();
  await page.getByTestId('candidates').getByText('Inès Moreau-Testard').waitFor();
  await picture(page, 'privacy-candidates-fr');
  expect(await axeObjections(page)).toEqual([]);
  await page.getByLabel('Comment la demande est venue').selectOption({ label: 'Par courrier' });
  await page.getByRole('button', { name: 'Ouvrir la demande de cette personne' }).click();
  const request = page.getByTestId('erasure-request').filter({ hasText: 'Être oublié' });
  await request.getByText('Inès Moreau-Testard').waitFor();
  const debtId = newTestId();
  await sql.query(
    `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since)
     select $1, member_id, legal_entity_id, club_id, 1500, 2000, 'other', '', at from sales where id = $2`,
    [debtId, saleId],
  );
  await request.getByRole('button', { name: 'Voir ce qui partirait' }).click();
  await request.getByText('Une dette de 15').waitFor();
  expect(await request.getByRole('button', { name: 'Oublier cette personne…' }).count()).toBe(0);
  await picture(page, 'privacy-held-fr');
  await sql.query('delete from debts where id = $1', [debtId]);
  await request.getByRole('button', { name: 'Fermer' }).click();
  await request.getByRole('button', { name: 'Voir ce qui partirait' }).click();
  await request.getByText('Copies dans 2 boîtiers').waitFor();
  await request.getByRole('button', { name: 'Oublier cette personne…' }).click();
  await request.getByRole('button', { name: 'Oublier pour toujours' }).click();
  await request.getByRole('alert').getByText('Écrivez le motif').waitFor();
  await request.getByLabel('Motif').fill('Lettre de Mme Moreau-Testard');
  await request.getByRole('button', { name: 'Oublier pour toujours' }).click();
  await request.getByRole('alert').getByText('n’y nommez pas').waitFor();
  await request.getByLabel('Motif').fill('Dossier 118');
  await request.getByRole('button', { name: 'Oublier cette personne…' }).click();
  await picture(page, 'privacy-plan-fr');
  expect(await axeObjections(page)).toEqual([]);
  await request.getByRole('button', { name: 'Oublier pour toujours' }).click();

  const order = page.getByTestId('purge-order');
  await order.getByText('6 réponses sur 8').waitFor();
  expect(await page.getByText('Inès').count()).toBe(0);
  const [{ id: orderId } = { id: '' }] = await sql.query<{ id: string }>('select id from purge_orders');
  const answer = {
    type: 'purge.acknowledged',
    at: isoTime(systemClock.wallMs()),
    orderId,
    fault: null,
  } as const;
  villeurbanne.append({ ...answer, outcome: 'nothing-found', erased: 0, waiting: 0 });
  await villeurbanne.pushed();
  await order.getByText('7 réponses sur 8').waitFor();
  await sql.query(
    `update purge_answers set asked_at = asked_at - interval '9 days', told_at = told_at - interval '1 day', times_told = 6
      where edge_id is not null and state = 'outstanding'`,
  );
  await page.reload();
  await order.getByText('En retard', { exact: true }).waitFor();
  await picture(page, 'privacy-overdue-fr');
  expect(await axeObjections(page)).toEqual([]);
  await page.context().close();

  const english = await pageIn('en-GB', 390);
  await english.getByTestId('purge-order').getByText('Overdue', { exact: true }).waitFor();
  await picture(english, 'privacy-overdue-phone-en');
  await sql.query(`update edges set status = 'revoked' where id = $1`, [lyon.identity.edgeId]);
  await english.reload();
  const row = english.getByRole('row', { name: /Lyon Part-Dieu/ });
  await row.getByRole('button', { name: 'Its disk is destroyed' }).click();
  await row.getByLabel('Reason').fill('Shredded, slip 7');
  await row.getByRole('button', { name: 'Its disk is destroyed' }).click();
  await english.getByTestId('purge-order').getByText('8 answers of 8').waitFor();
  await english.setViewportSize({ width: 1440, height: 900 });
  await picture(english, 'privacy-done-en');
  expect(await axeObjections(english)).toEqual([]);
  await english.context().close();
  expect(
    await sql.query('select family_name from named_members as members where id = $1', [memberId]),
  ).toEqual([{ family_name: null }]);
});
