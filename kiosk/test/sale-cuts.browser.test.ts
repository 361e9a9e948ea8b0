import { systemClock } from '@portillon/core/base/system-clock.ts';
import { StaffReader } from '@portillon/tools/main-job/staff-reader.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { french } from './french.ts';
import { patienceMs } from './kiosk-in-browser.ts';
import { SalesInBrowser, saleLimitMs, served } from './sales-in-browser.ts';

/** Screens and phases from the first touch to the next customer. */
const stepsOfASale = [
  'doors',
  'plan',
  'name',
  'birth-date',
  'contact',
  'iban',
  'photo consent',
  'consents',
  'check',
  'contract',
  'mandate',
  'sign draw',
  'payment preparing-card',
  'payment waiting-for-card',
  'take-card finishing',
  'take-card presenting',
  'take-card at-mouth',
  'receipt asking',
  'welcome guest-codes',
  'attract',
];

/** Over in the time of a motor: a page on a busy machine may be told the next one before it has drawn them. */
const fleeting = ['take-card finishing', 'take-card presenting'];

/**
 * Power, network and a cable go, and a card is left behind: what the customer reads at that moment, and what stands in the
 * books at the end.
 */
let sales: SalesInBrowser;

beforeAll(async () => {
  sales = await SalesInBrowser.open();
}, saleLimitMs);

afterAll(async () => {
  await sales?.close();
}, saleLimitMs);

it(
  '[I6] [I10] power cut right after the payment: says that it is safe, then what is true; charges once',
  async () => {
    const before = await sales.books();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.press('Bank approves');
    await sales.club.until(async () => (await sales.paid()) > before.paid);
    await sales.cutPower();
    await sales.kiosk.reads(french('away.title'), french('away.lead'), french('away.money'));
    await sales.kiosk.reads(french('payment.recovering.title'), french('payment.recovering.lead'));
    await sales.kiosk.picture('recovering');
    await sales.restorePower();
    await sales.takeCard();
    await sales.kiosk.leaveWithoutPaper();
    expect(await sales.books()).toEqual(served(before));
  },
  saleLimitMs,
);

it(
  '[I6] power cut while the card lies at the mouth: says that the payment is safe, then to take the card',
  async () => {
    const before = await sales.books();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.press('Bank approves');
    await sales.kiosk.reads(french('take-card.at-mouth.right'));
    await sales.kiosk.picture('at-mouth');
    await sales.cutPower();
    await sales.kiosk.reads(french('away.money'));
    await sales.kiosk.reads(french('payment.recovering.title'), french('payment.recovering.lead'));
    await sales.restorePower();
    await sales.takeCard();
    await sales.kiosk.leaveWithoutPaper();
    expect(await sales.books()).toEqual(served(before));
  },
  saleLimitMs,
);

it(
  '[SA12] card left in the slot: warns, then says that the membership is active and staff owe a card',
  async () => {
    const before = await sales.books();
    const { memberships } = await sales.club.facts.counts();
    const binCount = async () => Number((await sales.club.device('dispenser')).view.binCount);
    const inBin = await binCount();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.press('Bank approves');
    await sales.kiosk.reads(french('take-card.at-mouth.right'), french('take-card.at-mouth-lead'));
    expect(sales.kiosk.wasRead).not.toContain(french('take-card.forgotten.right'));
    await sales.kiosk.reads(french('take-card.forgotten.right'), french('take-card.forgotten-lead'));
    await sales.kiosk.picture('card-forgotten-soon');
    await sales.kiosk.reads(
      french('trouble.card-forgotten'),
      french('trouble.money.taken-membership-active', { amount: sales.amount }),
      french('trouble.now.taken-membership-active', { credential: 'card' }),
      french('note.title'),
      french('slip.printed.right'),
    );
    await sales.kiosk.picture('card-taken-back');
    const reference = /Référence ([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(sales.kiosk.wasRead)?.[1] ?? 'none was read';
    expect(await binCount()).toBe(inBin + 1);
    await sales.kiosk.leave();
    await sales.kiosk.reads(french('attract.start'));
    expect(await sales.books()).toEqual({ ...served(before), cases: [...before.cases, 'hand-over-card'] });
    expect((await sales.club.facts.counts()).memberships).toBe(memberships + 1);

    const { page } = await StaffReader.signIn(sales.browser, systemClock, sales.club.staff, 'fr-FR');
    await page.getByRole('link', { name: 'Cas à régler' }).click();
    const owed = page.getByTestId('open-case').filter({ hasText: reference });
    await owed.getByRole('heading', { name: 'Carte à remettre' }).waitFor({ timeout: patienceMs });
    await owed.getByText('Une carte au client.').waitFor();
    await sales.kiosk.pictureOf(page, 'case-of-the-card');
    await page.close();
  },
  saleLimitMs,
);

it(
  'network cut during all of a sale: the customer sees the screens of every sale and no other',
  async () => {
    const before = await sales.books();
    await sales.panel.press('Cut the network');
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.press('Bank approves');
    await sales.takeCard();
    await sales.kiosk.leaveWithoutPaper();
    const { steps } = sales.kiosk;
    expect(steps).toEqual(stepsOfASale.filter((step) => !fleeting.includes(step) || steps.includes(step)));
    await sales.kiosk.picture('network-cut');
    expect((await sales.club.facts.counts()).sales).toBe(before.sales);
    await sales.panel.press('Put the network back');
    expect(await sales.books()).toEqual(served(before));
  },
  saleLimitMs,
);

it(
  'cable of the terminal out before a sale: joining is off the screen, with its reason',
  async () => {
    sales.kiosk.begin();
    await sales.panel.pullCable('Payment terminal');
    await sales.kiosk.reads(
      french('attract.stop.title'),
      french('attract.stop.terminal'),
      french('attract.stop.advice'),
    );
    await sales.kiosk.picture('terminal-cable-out');
    await sales.panel.plugIn('Payment terminal');
    await sales.kiosk.page
      .getByTestId('join-not-possible')
      .waitFor({ state: 'detached', timeout: patienceMs });
    await sales.kiosk.reads(french('attract.start'));
  },
  saleLimitMs,
);
