import { formatEuros } from '@portillon/ui/format/money.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../renderer/test/chromium.ts';
import { french } from './french.ts';
import { KioskInBrowser, patienceMs } from './kiosk-in-browser.ts';
import { PanelInBrowser } from './panel-in-browser.ts';
import { TestClub } from './test-club.ts';

/** The whole way of an order on the pages that people see: staff page, code, kiosk, terminal, credit note. */
let club: TestClub;
let browser: Browser;
let kiosk: KioskInBrowser;
let panel: PanelInBrowser;
let staff: Page;

const limitMs = 240_000;

beforeAll(async () => {
  [club, browser] = await Promise.all([TestClub.open({ speed: 4 }), launchChromium()]);
  kiosk = await KioskInBrowser.open(browser, club);
  panel = await PanelInBrowser.open(browser, club.panelUrl);
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1440, height: 900 } });
  staff = await context.newPage();
  await staff.goto(club.staff.url);
  await staff.getByLabel('Nom d’utilisateur').fill(club.staff.user);
  await staff.getByLabel('Mot de passe').fill(club.staff.password);
  await staff.getByLabel('Mot de passe').press('Enter');
  await staff.getByRole('link', { name: 'Ordres' }).click();
}, limitMs);

afterAll(async () => {
  await browser?.close();
  await club?.close();
}, limitMs);

/** Buys a membership with the card in the hand; what the customer was told to ask with. */
async function member(): Promise<string> {
  await kiosk.signContract((await club.facts.planWithGuestTickets(1)) ?? '');
  await kiosk.at('payment', 'waiting-for-card');
  await panel.press('Bank approves');
  await kiosk.at('take-card', 'at-mouth');
  await panel.press('Take the card');
  await kiosk.at('receipt');
  const reference = /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(await kiosk.page.locator('body').innerText())?.[0] ?? '';
  await kiosk.leaveWithoutPaper();
  await club.until(async () => (await club.health()).outboxLeft === 0);
  return reference;
}

async function type(code: string): Promise<void> {
  kiosk.begin();
  await kiosk.press('language-fr');
  await kiosk.at('doors');
  await kiosk.press('door-code');
  await kiosk.at('code');
  const field = kiosk.page.getByTestId('code');
  for (const [index, digit] of [...code].entries()) {
    // A key pressed twice within a moment counts once, for those whose hands shake: press as a person does, looking.
    await expect
      .poll(async () => {
        if ((await field.inputValue()).length === index) await kiosk.press(`key-${digit}`);
        return (await field.inputValue()).length;
      })
      .toBe(index + 1);
  }
  await kiosk.press('continue');
}

it(
  '[I1] staff give an order, the customer types the code, the terminal gives the money back, the credit note comes out',
  async () => {
    const reference = await member();
    const { openOrders } = await club.health();
    await staff.getByLabel('Référence de la vente').fill(reference);
    await staff.getByLabel('Référence de la vente').press('Enter');
    const form = staff.getByRole('form', { name: 'Rembourser' });
    await form.getByLabel('Terminer l’abonnement').check();
    await form.getByLabel('Pourquoi').fill('Déménage');
    await form.getByRole('button', { name: 'Donner l’ordre' }).click();
    await staff.getByTestId('order-code').waitFor({ timeout: patienceMs });
    await kiosk.pictureOf(staff, 'order-code-on-staff-page');
    const code = (await staff.getByTestId('order-code').innerText()).replaceAll(/\D/g, '');
    await club.until(async () => (await club.health()).openOrders > openOrders);

    await type(code);
    await kiosk.at('order', 'refund');
    await kiosk.picture('order-refund');
    const amount = formatEuros((await club.facts.todayCents(await onlyPlan())) ?? 0, 'fr');
    await kiosk.reads(
      french('order.refund.title', { amount }),
      french('order.refund.lead', { reference }),
      french('order.refund.ends'),
    );
    await kiosk.press('confirm-order');
    await kiosk.reads(french('refund.waiting.right'), french('refund.waiting.lead', { amount }));
    await panel.press('Bank approves');
    await kiosk.at('receipt', 'printed');
    await kiosk.picture('credit-note-printed');
    await kiosk.reads(french('welcome.refund-title'), french('welcome.refund-lead', { amount }));
    expect(kiosk.wasRead).not.toContain(french('payment.today'));
    await kiosk.leave();

    const { papers } = await club.panel.club();
    const paper = (await club.panel.paper(papers.at(-1)?.index ?? 0)).lines.join('\n');
    for (const words of ['AVOIR', reference, 'RENDU']) expect(paper).toContain(words);
    await staff.getByTestId('orders-over').getByText('Fait à la borne').waitFor({ timeout: patienceMs });

    await type(code);
    await kiosk.reads(french('code.problem.used'));
    await kiosk.press('back');
    await kiosk.at('doors');
  },
  limitMs,
);

async function onlyPlan(): Promise<string> {
  return (await club.facts.planWithGuestTickets(1)) ?? '';
}
