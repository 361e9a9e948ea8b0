import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { anyPort } from '@portillon/tools/start/free-port.mjs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../kiosk/renderer/test/chromium.ts';
import { providerSettingsSchema } from '../http/staff/sign-in/provider-settings.ts';
import { axeObjections } from './axe-objections.ts';
import { buildStaffPage } from './build-staff-page.ts';
import { OpenIdProvider } from './openid-provider.ts';
import { newTestId } from './test-edge.ts';
import { startTwoLicensees, type TwoLicensees } from './two-licensees.ts';

let staffPage: string;
let two: TwoLicensees;
let provider: OpenIdProvider;
let browser: Browser;

async function pageIn(locale: 'fr-FR' | 'en-GB'): Promise<Page> {
  const context = await browser.newContext({ locale, viewport: { width: 1440, height: 900 } });
  return context.newPage();
}

async function pageOf(locale: 'fr-FR' | 'en-GB', cookie: string): Promise<Page> {
  const page = await pageIn(locale);
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, domain: '127.0.0.1', path: '/staff' }]);
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PORTILLON_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

beforeAll(async () => {
  staffPage = await buildStaffPage();
  const port = await anyPort();
  const pageUrl = `http://127.0.0.1:${port}/staff/`;
  const client = { clientId: 'portillon', clientSecret: 'a secret of this test only', pageUrl };
  provider = await OpenIdProvider.start(client);
  const settings = providerSettingsSchema.parse({
    issuer: provider.issuer,
    clientId: client.clientId,
    pageUrl,
    name: 'Cadence',
    rights: [{ claim: 'groups', is: 'gym-admins', role: 'network-administrator', network: true }],
  });
  const staffProvider = { ...settings, clientSecret: client.clientSecret };
  two = await startTwoLicensees(silentLog, { staffPage, port, staffProvider });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await two?.sql.close();
  await two?.base.stop();
  await provider?.stop();
  await rm(two.stateFolder, { recursive: true, force: true });
  await rm(staffPage, { recursive: true, force: true });
});

describe('accounts of staff', () => {
  it('sign in with the provider, and say when it gives them no role', async () => {
    const page = await pageIn('fr-FR');
    await page.goto(two.base.staffUrl);
    await page.getByRole('link', { name: 'Se connecter avec Cadence' }).waitFor();
    await picture(page, 'sign-in-fr');
    expect(await axeObjections(page)).toEqual([]);
    provider.who = 'bob';
    await page.getByTestId('provider').click();
    await page.getByRole('alert').getByText('aucun rôle ici').waitFor();
    await picture(page, 'sign-in-no-role-fr');
    await page.context().clearCookies();
    provider.who = 'ada';
    provider.groups.set('ada', ['gym-admins']);
    await page.getByTestId('provider').click();
    await page.getByRole('link', { name: 'Comptes' }).waitFor();
    await picture(page, 'console-fr');
    await page.getByRole('button', { name: 'Quitter' }).click();
    await page.waitForURL((url) => url.origin === provider.issuer);
    await page.context().close();
  });

  it('are opened by an administrator, and see their own clubs', async () => {
    const { cookie } = await two.cookieOf(
      { role: 'network-administrator', reach: { kind: 'network' } },
      'Ada',
    );
    const page = await pageOf('fr-FR', cookie);
    await page.goto(`${two.base.staffUrl}#accounts`);
    await page.getByRole('button', { name: 'Ouvrir un compte' }).click();
    await page.getByLabel('Nom').fill('Chloé');
    await page.getByRole('button', { name: 'Ouvrir le compte' }).click();
    await page.getByRole('alert').getByText('au moins un club').waitFor();
    await page.getByLabel('Lyon Part-Dieu').check();
    await picture(page, 'account-form-fr');
    expect(await axeObjections(page)).toEqual([]);
    await page.getByRole('button', { name: 'Ouvrir le compte' }).click();
    const password = (await page.getByTestId('password').textContent()) ?? '';
    await page.getByText('a ouvert le compte de Chloé').waitFor();
    await picture(page, 'accounts-fr');
    expect(await axeObjections(page)).toEqual([]);
    await page.context().close();

    const desk = await pageIn('en-GB');
    await desk.goto(two.base.staffUrl);
    await desk.getByLabel('User').fill('Chloé');
    await desk.getByLabel('Password').fill(password);
    await picture(desk, 'sign-in-en');
    await desk.getByLabel('Password').press('Enter');
    await desk.getByRole('link', { name: 'Search' }).click();
    await desk.getByLabel('Name, e-mail').fill('more');
    await desk.getByLabel('Name, e-mail').press('Enter');
    await desk.getByTestId('found').getByText('Member of another club').waitFor();
    await picture(desk, 'search-en');
    expect(await axeObjections(desk)).toEqual([]);
    expect(await desk.getByRole('link', { name: 'Accounts' }).count()).toBe(0);
    await desk.getByRole('link', { name: 'Inès Moréno' }).click();
    await desk.getByTestId('visitor').waitFor();
    await picture(desk, 'visitor-en');
    expect(await axeObjections(desk)).toEqual([]);
    await desk.context().close();
  });

  it('show a privacy officer who read a member', async () => {
    const { cookie } = await two.cookieOf({ role: 'privacy-officer', reach: { kind: 'network' } }, 'Délégué');
    const { edge, ids } = two.bron;
    const reads = [{ readId: newTestId(), memberId: ids.member }];
    const at = isoTime(systemClock.wallMs());
    const shown = { type: 'people.shown', at, credentialId: ids.credential, reads, box: 'Borne 1' } as const;
    await edge.pushed([edge.append(shown)]);
    const page = await pageOf('en-GB', cookie);
    await page.goto(`${two.base.staffUrl}#search`);
    await page.getByLabel('Name, e-mail').fill('moreno');
    await page.getByLabel('Name, e-mail').press('Enter');
    await page.getByRole('link', { name: 'Inès Moréno' }).click();
    const log = page.getByTestId('read-log');
    await log.getByText('Chloé').waitFor();
    expect(await log.getByText('Page · from the search').count()).toBe(2);
    await log.getByText('Who came in, at a kiosk · Borne 1').waitFor();
    await picture(page, 'read-log-en');
    expect(await axeObjections(page)).toEqual([]);
    await page.context().close();
  });
});
