import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../kiosk/renderer/test/chromium.ts';
import { outageAgeMs } from '../members/late-decision.ts';
import { mappingFileSchema } from '../migration/mapping-file.ts';
import { SourceFiles } from '../migration/source-files.ts';
import { Database } from '../postgres/database.ts';
import { importLegacyClub } from '../postgres/legacy-import.ts';
import { axeObjections } from './axe-objections.ts';
import { buildStaffPage } from './build-staff-page.ts';
import { type StartedBase, startBase, temporaryState } from './start-base.ts';
import { newTestId, saleEvent, TestEdge, visit } from './test-edge.ts';
import { keysOf } from './write-names.ts';

let stateFolder: string;
let staffPage: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let browser: Browser;
let page: Page;
let cardId: string;
let memberId: string;

async function tell(...events: Parameters<TestEdge['append']>[0][]): Promise<void> {
  const from = lyon.events.length;
  for (const event of events) lyon.append(event);
  expect((await lyon.pushed(lyon.events.slice(from))).parked).toEqual([]);
}

beforeAll(async () => {
  stateFolder = await temporaryState();
  staffPage = await buildStaffPage();
  base = await startBase({ stateFolder, staffPage });
  sql = new Database(base.databaseUrl, silentLog);
  lyon = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  const [row] = await sql.query<{ legalEntityId: string; planId: string }>(
    `select legal_entity_id as "legalEntityId",
            (select id from plans where record->'names'->>'fr' = 'Tous les jours') as "planId"
       from clubs where id = $1`,
    [base.clubs['Lyon Part-Dieu']],
  );
  if (!row) throw new Error('the seed was not applied');
  const person = await lyon.sealed('person', {
    givenName: 'Maria-Fernanda Guadalupe',
    familyName: 'van der Schootenberghe-Featherstonehaugh de La Rochefoucauld',
    birthDate: '1991-04-12',
    email: null,
    phone: null,
  });
  const digests = { person: sha256Hex(person), photo: null, contract: sha256Hex(newTestId()) };
  const sale = saleEvent({ ...row, digests });
  ({ memberId } = sale.member);
  cardId = sale.credentials[0]?.credentialId ?? '';
  await tell(sale);
  await tell({ ...visit(cardId, 'refused').decided, reason: 'closed-hours', dataAgeMs: 0 });
  await lyon.put(digests.person, person);
  browser = await launchChromium();
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await page.goto(base.staffUrl);
  await page.getByLabel('Nom d’utilisateur').fill('staff');
  await page.getByLabel('Mot de passe').fill(base.staff?.password ?? '');
  await page.getByLabel('Mot de passe').press('Enter');
});

afterAll(async () => {
  await browser?.close();
  await sql?.close();
  await base?.stop();
  await rm(stateFolder, { recursive: true, force: true });
  await rm(staffPage, { recursive: true, force: true });
});

const form = (name: string) => page.getByRole('form', { name });

async function picture(name: string): Promise<void> {
  const folder = process.env.PORTILLON_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

/** A member with an old badge from another system, and a line of it that is no good. */
async function broughtOver(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'portillon-legacy-page-'));
  const shape = { path: 'all.csv' };
  await writeFile(
    join(folder, 'all.csv'),
    'id,given,family,plan,status,from,badge\n1,Inès,Ruiz,GOLD,A,2026-01-01,04D1D2D3\n2,=1+1,Formule,GOLD,A,2026-01-01,04D1D2D4\n',
  );
  const columns = { sourceId: 'id', givenName: 'given', familyName: 'family' };
  const mapping = mappingFileSchema.parse({
    system: 'resa-lyon',
    members: { ...shape, columns, language: 'fr' },
    memberships: {
      ...shape,
      columns: { member: 'id', plan: 'plan', status: 'status', from: 'from' },
      plans: { GOLD: 'Tous les jours' },
      statuses: { A: 'active' },
    },
    badges: { ...shape, columns: { member: 'id', number: 'badge' } },
  });
  const keys = await keysOf(sql, stateFolder);
  await importLegacyClub(sql, {
    files: new SourceFiles(mapping, folder),
    club: 'Lyon Part-Dieu',
    dryRun: false,
    by: 'test',
    keys,
    clock: systemClock,
    random: systemRandom,
    onRejected: () => undefined,
  });
  await keys.end();
  await rm(folder, { recursive: true });
}

describe('the pages of access', () => {
  it('lead from a refusal to the member: the answer, the reason in words, and what it was decided on', async () => {
    await page
      .getByTestId('refusal-row')
      .getByRole('link', { name: /Schootenberghe/ })
      .click();
    await page.getByTestId('answer').getByText('Peut entrer').waitFor();
    const decision = page.getByTestId('decision');
    await decision.getByText('En dehors des heures permises').waitFor();
    await decision.getByText(/Décidé par les données du club/).click();
    await decision.getByText('Tous les jours').waitFor();
    expect(await axeObjections(page)).toEqual([]);
  });

  it('block a card with a reason, and give it back', async () => {
    const card = page.getByTestId('credential');
    await card.getByRole('button', { name: /^Bloquer/ }).click();
    await form('Bloquer : Carte 04A1B2C3D4E5F6').getByRole('button', { name: 'Bloquer' }).click();
    await card.getByRole('alert').getByText('Écrivez pourquoi').waitFor();
    await card.getByLabel('Pourquoi').fill('Perdue dans le métro');
    await card.getByRole('button', { name: 'Bloquer', exact: true }).click();
    await card.getByText(/Bloqué par staff.*Perdue dans le métro/).waitFor();
    await page.getByTestId('answer').getByText('Ne peut pas entrer').waitFor();
    await page.getByTestId('change').getByText('Perdue dans le métro').waitFor();
    await card.getByRole('button', { name: /^Débloquer/ }).waitFor();
  });

  it('put a member on hold until a moment to come', async () => {
    await page.getByRole('button', { name: 'Mettre en pause' }).click();
    const hold = form('Mettre en pause');
    await hold.getByLabel('Jusqu’à').fill('2020-01-01T10:00');
    await hold.getByLabel('Pourquoi').fill('Jambe cassée');
    await hold.getByRole('button', { name: 'Mettre en pause' }).click();
    await hold.getByRole('alert').getByText('à venir').waitFor();
    await hold.getByLabel('Jusqu’à').fill('2099-01-01T10:00');
    await hold.getByRole('button', { name: 'Mettre en pause' }).click();
    await page.getByRole('button', { name: 'Lever la pause' }).waitFor();
    const [kept] = await sql.query<{ until: string }>(
      'select suspended_until as until from members where id = $1',
      [memberId],
    );
    expect(kept?.until).toBe('2099-01-01T09:00:00.000Z');
  });

  it('write down a debt and an old badge, and say what is wrong with them', async () => {
    await page.getByRole('button', { name: 'Noter un impayé' }).click();
    const debt = form('Noter un impayé');
    await debt.getByLabel('Pourquoi').fill('Octobre');
    await debt.getByRole('button', { name: 'Noter un impayé' }).click();
    await debt.getByRole('alert').getByText('un montant de 0,01').waitFor();
    await debt.getByLabel('Montant en euros').fill('29,90');
    await debt.getByRole('button', { name: 'Noter un impayé' }).click();
    await page.getByTestId('debt').getByText('29,90\u202f€ · Période impayée').waitFor();
    await page.getByRole('button', { name: 'Noter un ancien badge' }).click();
    const badge = form('Noter un ancien badge');
    await badge.getByLabel('Numéro de la puce').fill('04 b1');
    await badge.getByRole('button', { name: 'Noter un ancien badge' }).click();
    await badge.getByRole('alert').getByText('pas le numéro d’une puce').waitFor();
    await badge.getByLabel('Numéro de la puce').fill('04 b1 b2 b3 b4 b5 b6');
    await badge.getByRole('button', { name: 'Noter un ancien badge' }).click();
    await page.getByTestId('credential').getByText('Ancien badge · Ouvre').waitFor();
    await page.getByTestId('answer').getByText('Accès bloqué').waitFor();
    expect(await axeObjections(page)).toEqual([]);
    await picture('access-member');
  });

  it('show what was decided in an outage, once, and open a case by hand', async () => {
    const { decided, sensed } = visit(cardId);
    await tell({ ...decided, dataAgeMs: 2 * outageAgeMs }, sensed);
    await page.getByRole('link', { name: 'Accès' }).click();
    await page.getByRole('link', { name: 'Après une coupure' }).click();
    const finding = page.getByTestId('finding');
    await finding.getByText('Aurait été refusé').waitFor();
    expect(await finding.count()).toBe(1);
    expect(await finding.innerText()).toMatch(/Accès bloqué[\s\S]*Passage vu[\s\S]*données de 2 minutes/);
    await finding.getByRole('button', { name: /^Ouvrir un cas/ }).click();
    await finding.getByLabel('Pourquoi').fill('Demander qui est entré');
    expect(await axeObjections(page)).toEqual([]);
    await finding.getByRole('button', { name: 'Ouvrir un cas', exact: true }).click();
    await finding.getByRole('link', { name: 'Cas ouvert' }).click();
    await page.getByTestId('open-case').getByText('Demander qui est entré').waitFor();
  });

  it('change the rules, hours and closures of a club, and say what is wrong with a field', async () => {
    await page.getByRole('link', { name: 'Accès' }).click();
    const rules = form('Qui peut entrer');
    await rules.getByRole('group', { name: 'Déjà dans le club' }).getByLabel('Refuser').check();
    await rules.getByLabel('Pendant combien de minutes').fill('0');
    await rules.getByLabel('Pourquoi').fill('Décidé en novembre');
    await rules.getByRole('button', { name: 'Enregistrer' }).click();
    await rules.getByRole('alert').getByText('un nombre entier de 1 à 1440').waitFor();
    await rules.getByLabel('Pendant combien de minutes').fill('');
    await rules.getByLabel('Formules réseau').fill('168');
    await rules.getByRole('button', { name: 'Enregistrer' }).click();
    await rules.getByText('Tous les tourniquets l’apprennent').waitFor();
    const hours = form('Horaires');
    await hours.getByLabel('dimanche').fill('22:00-06:00');
    await hours.getByLabel('Pourquoi').fill('Horaires d’hiver');
    await hours.getByRole('button', { name: 'Enregistrer' }).click();
    await hours.getByRole('alert').getByText('dimanche : finit avant de commencer').waitFor();
    await hours.getByLabel('dimanche').fill('8h-12h');
    await hours.getByRole('button', { name: 'Enregistrer' }).click();
    await hours.getByRole('alert').getByText('dimanche : écrivez comme').waitFor();
    await hours.getByLabel('dimanche').fill('8h00-12h00, 14:00-24:00');
    await hours.getByRole('button', { name: 'Enregistrer' }).click();
    await hours.getByText('Tous les tourniquets l’apprennent').waitFor();
    const closures = form('Fermetures exceptionnelles');
    await closures.getByRole('button', { name: 'Ajouter une fermeture' }).click();
    await closures.getByLabel('Pourquoi').fill('Noël');
    await closures.getByLabel('Du', { exact: true }).fill('2026-12-25T00:00');
    await closures.getByRole('button', { name: 'Enregistrer' }).click();
    await closures.getByRole('alert').getByText('Fermeture 1').waitFor();
    await closures.getByLabel('Au', { exact: true }).fill('2026-12-26T00:00');
    await closures.getByRole('button', { name: 'Enregistrer' }).click();
    await closures.getByText('Tous les tourniquets l’apprennent').waitFor();
    await page.getByTestId('change').nth(2).waitFor();
    const [club] = await sql.query(
      `select policy->'antiPassback' as passback, policy->'dataAgeHours'->'network' as network, hours->'7' as sunday, closures
         from clubs where id = $1`,
      [base.clubs['Lyon Part-Dieu']],
    );
    expect(club).toEqual({
      passback: { mode: 'hard', minutes: null },
      network: 168,
      sunday: [
        ['08:00', '12:00'],
        ['14:00', '24:00'],
      ],
      closures: [{ from: '2026-12-24T23:00:00.000Z', to: '2026-12-25T23:00:00.000Z' }],
    });
    expect(await axeObjections(page)).toEqual([]);
    await picture('access-rules');
  });

  it('set a price from a day on, say what is wrong with it, and withdraw it before it begins', async () => {
    await page.getByRole('link', { name: 'Accès' }).click();
    await page.getByRole('link', { name: 'Prix', exact: true }).click();
    const row = page.getByRole('row', { name: /^Tous les jours \d/ });
    await row.getByText('29,90\u202f€').waitFor();
    const set = form('Fixer un prix');
    await set.getByLabel('Formule').selectOption('Tous les jours');
    await set.getByLabel('Prix en euros').fill('vingt');
    await set.getByLabel('Pourquoi').fill('Tarif de printemps');
    await set.getByRole('button', { name: 'Fixer le prix' }).click();
    await set.getByRole('alert').getByText('comme 29,90').waitFor();
    await set.getByLabel('Prix en euros').fill('32,90');
    await set.getByLabel('Premier jour').fill('2020-01-01');
    await set.getByRole('button', { name: 'Fixer le prix' }).click();
    await set.getByRole('alert').getByText('Ce jour est passé').waitFor();
    await set.getByLabel('Premier jour').fill('2090-03-01');
    await set.getByRole('button', { name: 'Fixer le prix' }).click();
    await set.getByText('Les bornes en ligne l’apprennent').waitFor();
    await row.getByText('À partir du 1 mars 2090').waitFor();
    expect(await row.innerText()).toMatch(/29,90[\s\S]*32,90\s€, frais 25,00\s€/);
    await sql.query("update edges set last_contact_at = now() - interval '1 hour'");
    await set.getByLabel('Pour', { exact: true }).selectOption('Tout le réseau');
    await set.getByLabel('Premier jour').fill('2090-02-01');
    await set.getByLabel('Pourquoi').fill('Tarif du réseau');
    await set.getByRole('button', { name: 'Fixer le prix' }).click();
    await page.getByTestId('set-price').getByText('Tout le réseau · 32,90').waitFor();
    await page
      .getByTestId('unheard-prices')
      .getByText('Un boîtier de ce club n’a pas encore appris')
      .waitFor();
    expect(await axeObjections(page)).toEqual([]);
    await picture('access-prices');
    const spring = page.getByTestId('set-price').filter({ hasText: 'Tarif de printemps' });
    await spring.getByRole('button', { name: /^Retirer/ }).click();
    await spring.getByLabel('Pourquoi').fill('Reporté');
    await spring.getByRole('button', { name: 'Retirer', exact: true }).click();
    await spring.getByText(/Retiré par staff.*Reporté/).waitFor();
    expect(await spring.getByRole('button').count()).toBe(0);
    await row.getByText('À partir du 1 févr. 2090').waitFor();
    expect(await row.innerText()).not.toContain('1 mars 2090');
    await picture('access-prices-withdrawn');
  });

  it('take a club on to the next step, with what stands against it', async () => {
    await broughtOver();
    await page.getByRole('link', { name: 'Migration', exact: true }).click();
    await page.getByTestId('migration-state').getByText('Ancien système').waitFor();
    const lines = await page.getByTestId('go-line').allInnerTexts();
    expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual(
      expect.arrayContaining([
        'Lignes refusées à la dernière reprise 50 % 0,5 % Pas bon',
        'Membres actifs que rien ne laisse entrer 0 0 Bon',
        'Différences entre l’ancienne base et celle-ci jamais mesuré 0 Pas bon',
      ]),
    );
    expect(await axeObjections(page)).toEqual([]);
    await picture('migration-before');
    const step = form('Ouvrir avec les deux');
    await step.getByLabel('Pourquoi').fill('Ouverture lundi');
    await step.getByRole('button', { name: 'Ouvrir avec les deux' }).click();
    await step.getByRole('alert').getByText('cochez pour passer outre').waitFor();
    await step.getByLabel(/^Passer outre/).check();
    await step.getByRole('button', { name: 'Ouvrir avec les deux' }).click();
    await page.getByTestId('migration-state').getByText('Les deux ensemble').waitFor();
    const last = page.getByTestId('migration-step').first();
    await last.getByText('Ancien système → Les deux ensemble').waitFor();
    await last.getByText(/^Malgré : Lignes refusées/).waitFor();
    await form('Revenir à l’ancien système').waitFor();
    await picture('migration-both');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('Before taking the old badges away').waitFor();
    await picture('migration-both-en');
    await page.getByRole('button', { name: 'Français' }).click();
  });

  it('count old badges, and fit a telephone in English', async () => {
    await page.getByRole('link', { name: 'Anciens badges' }).click();
    expect(await page.getByTestId('badge-row').innerText()).toMatch(
      /^Lyon Part-Dieu\s+2\s+0\s+Oui\s+0\s+Oui\s+0$/,
    );
    await page.getByRole('button', { name: 'English' }).click();
    expect(await axeObjections(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [hash, shown] of [
      ['#access/badges', 'Copied badges'],
      ['#access/rules', 'Exceptional closures'],
      ['#access/prices', 'Prices that were set'],
      ['#access/outages', 'Would have been refused'],
      ['#access/migration', 'What was brought over'],
      [`#member/${memberId}`, 'May not come in'],
    ] as const) {
      await page.evaluate(`location.hash = '${hash}'`);
      await page.getByText(shown).first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await picture(`access-telephone-${hash.split('/')[1]}`);
    }
  });
});
