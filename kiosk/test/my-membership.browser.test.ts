import { formatDay } from '@portillon/ui/format/date.ts';
import { formatEuros } from '@portillon/ui/format/money.ts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../renderer/test/chromium.ts';
import { french } from './french.ts';
import { KioskInBrowser } from './kiosk-in-browser.ts';
import { TestClub } from './test-club.ts';

/** J3 as a member reads it: the doors, the card at the reader, the account, the terminal, the thanks. */
let club: TestClub;
let browser: Browser;
let kiosk: KioskInBrowser;
let cardId: string;

const limitMs = 240_000;
const price = formatEuros(3_990, 'fr');
const owed = formatEuros(2_990, 'fr');

beforeAll(async () => {
  [club, browser] = await Promise.all([TestClub.open({ speed: 4 }), launchChromium()]);
  cardId = await club.buyPrepaidCard();
  await club.writeDebt(cardId, { amountCents: 2_990, reason: 'direct-debit-rejected' });
  kiosk = await KioskInBrowser.open(browser, club);
}, limitMs);

afterAll(async () => {
  await browser?.close();
  await club?.close();
}, limitMs);

async function holdCard(): Promise<void> {
  kiosk.begin();
  await kiosk.press('language-fr');
  await kiosk.at('doors');
  await kiosk.press('door-membership');
  await kiosk.reads(french('present-card.title'), french('present-card.lead'));
  await club.panel.world('lay-on-kiosk', { cardId });
  await kiosk.at('account');
}

/** The last day that is paid for, as the base has it. */
async function lastDay(): Promise<string> {
  const memberId = (await club.facts.memberOfCard(cardId)) ?? '';
  const until = (await club.facts.periodsOf(memberId)).cardsUntil[0];
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(
    (until?.getTime() ?? 0) - 1,
  );
  return formatDay(day, 'fr');
}

it(
  'reads what is owed, pays it, renews, and leaves nothing of it on the screen [I8]',
  async () => {
    await holdCard();
    await kiosk.reads(
      '1 mois sans engagement',
      french('account.through', { day: await lastDay() }),
      owed,
      french('account.renew'),
      french('account.not.no-other-plan'),
    );
    await kiosk.picture('account-owes');
    await kiosk.press('door-debts');
    await kiosk.reads(french('debts.title'), french('payment.again', { amount: owed }));
    await kiosk.press('continue');
    await kiosk.at('payment', 'waiting-for-card');
    await club.presentCard('approve');
    await kiosk.at('receipt');
    await kiosk.press('receipt-none');
    await kiosk.reads(french('welcome.debt-title'), french('welcome.debt-lead'));
    await kiosk.picture('debt-settled');
    await kiosk.leave();
    await club.panel.world('lift-from-kiosk', {});

    await holdCard();
    await kiosk.press('door-renewal');
    await kiosk.reads(french('periods.renew'), french('periods.same-card'), price);
    await kiosk.picture('renewal');
    await kiosk.page.locator('[data-testid^="period-"]').click();
    await kiosk.at('payment', 'waiting-for-card');
    await club.presentCard('decline');
    await kiosk.reads(french('payment.nothing-taken'));
    await kiosk.press('pay-again');
    await club.presentCard('approve');
    await kiosk.at('receipt');
    await kiosk.press('receipt-none');
    await kiosk.at('welcome');
    await club.until(async () => (await club.health()).outboxLeft === 0);
    await kiosk.reads(
      french('welcome.renewal-title'),
      french('welcome.renewal-lead', { day: await lastDay() }),
    );
    await kiosk.picture('renewed');
    expect(kiosk.wasRead).not.toContain('Benoît');
    await kiosk.leave();
    expect(await kiosk.page.locator('body').innerText()).not.toContain('1 mois sans engagement');
  },
  limitMs,
);
