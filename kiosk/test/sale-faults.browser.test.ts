import { systemClock } from '@portillon/core/base/system-clock.ts';
import { StaffReader } from '@portillon/tools/main-job/staff-reader.ts';
import { formatEuros } from '@portillon/ui/format/money.ts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../renderer/test/chromium.ts';
import { french } from './french.ts';
import { KioskInBrowser, patienceMs } from './kiosk-in-browser.ts';
import { PanelInBrowser } from './panel-in-browser.ts';
import { TestClub } from './test-club.ts';

/**
 * Each fault is made by hand on the page of the panel while a customer stands before the page of the kiosk: what the
 * customer reads at that moment, and what stands in the books at the end.
 */
let club: TestClub;
let browser: Browser;
let kiosk: KioskInBrowser;
let panel: PanelInBrowser;
let planId: string;
let amount: string;

const limitMs = 240_000;
/** Long enough for a slow machine to take a card in time, short enough to wait for the one that nobody takes. */
const takeCardSeconds = 45;

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

beforeAll(async () => {
  [club, browser] = await Promise.all([
    TestClub.open({ speed: 4, sale: { takeCardSeconds } }),
    launchChromium(),
  ]);
  kiosk = await KioskInBrowser.open(browser, club);
  panel = await PanelInBrowser.open(browser, club.panelUrl);
  planId = (await club.facts.planWithGuestTickets(1)) ?? '';
  amount = formatEuros((await club.facts.todayCents(planId)) ?? 0, 'fr');
}, limitMs);

afterAll(async () => {
  await browser?.close();
  await club?.close();
}, limitMs);

interface Books {
  /** Payments that the terminal has in its journal as done, and not given back since. */
  readonly paid: number;
  readonly sales: number;
  readonly cancelled: number;
  readonly cases: readonly string[];
}

/** The terminal's journal and the base's tables, once the base has heard everything. */
async function books(): Promise<Books> {
  await club.until(async () => (await club.health()).outboxLeft === 0);
  const { sales } = await club.facts.counts();
  return {
    paid: await paid(),
    sales,
    cancelled: await club.facts.cancelledSales(),
    // One and the same person buys again and again, which is a case each time, and none of these tests.
    cases: (await club.facts.cases()).filter((kind) => kind !== 'same-person'),
  };
}

async function paid(): Promise<number> {
  const { transactions } = (await club.device('terminal')).view as {
    readonly transactions: readonly { readonly action: string; readonly done: boolean }[];
  };
  const done = (action: string) =>
    transactions.filter((entry) => entry.action === action && entry.done).length;
  return done('debit') - done('cancellation');
}

function served(before: Books): Books {
  return { ...before, paid: before.paid + 1, sales: before.sales + 1 };
}

async function askedToPay(): Promise<void> {
  await kiosk.reads(
    french('payment.waiting.right', { amount }),
    french('payment.waiting.lead'),
    french('payment.red-key'),
  );
  await kiosk.at('payment', 'waiting-for-card');
}

async function takeCard(): Promise<void> {
  await kiosk.reads(french('take-card.at-mouth.right'), french('take-card.at-mouth-lead'));
  await panel.press('Take the card');
}

/** As the power goes: at once and everywhere. It comes back to the kiosk first. */
async function cutPower(): Promise<void> {
  club.kill('edge');
  await panel.pullCable('Payment terminal');
  await panel.pullCable('Card dispenser');
}

async function restorePower(): Promise<void> {
  await panel.plugIn('Payment terminal');
  await panel.plugIn('Card dispenser');
}

/** The papers, guest tickets aside, on which the whole receipt of a sale stands. */
async function wholeReceipts(reference: string): Promise<readonly string[]> {
  const { papers } = await club.panel.club();
  const read = await Promise.all(papers.map(({ index }) => club.panel.paper(index)));
  return read
    .map(({ lines }) => lines.join('\n'))
    .filter((text) => text.includes(reference) && text.includes('TOTAL TTC'));
}

it(
  '[I1] bank declines: says so, that nothing was taken and what to do; the second card pays',
  async () => {
    const before = await books();
    await kiosk.signContract(planId);
    await askedToPay();
    await kiosk.picture('asked-to-pay');
    await panel.press('Bank declines');
    await kiosk.reads(
      french('payment.not-paid.declined'),
      french('payment.advice.declined'),
      french('payment.nothing-taken'),
      french('slip.printed.right'),
      french('payment.again', { amount }),
      french('payment.stop'),
    );
    await kiosk.picture('declined');
    await kiosk.press('pay-again');
    await askedToPay();
    await panel.press('Bank approves');
    await takeCard();
    await kiosk.leaveWithoutPaper();
    expect(await books()).toEqual(served(before));
  },
  limitMs,
);

it(
  '[I10] answer gets lost: says that the payment is being checked and not to pay again; charges once',
  async () => {
    const before = await books();
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Answer gets lost');
    await panel.pullCable('Payment terminal');
    await kiosk.reads(french('payment.checking.title'), french('payment.checking.lead'));
    await kiosk.picture('checking-payment');
    await panel.plugIn('Payment terminal');
    await takeCard();
    await kiosk.leaveWithoutPaper();
    expect(await books()).toEqual(served(before));
  },
  limitMs,
);

it(
  'red key: says that it is cancelled and nothing was taken; stopping here erases everything',
  async () => {
    const before = await books();
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Red key');
    await kiosk.reads(
      french('payment.not-paid.cancelled'),
      french('payment.advice.cancelled'),
      french('payment.nothing-taken'),
      french('slip.printed.right'),
    );
    await kiosk.picture('red-key');
    await kiosk.press('payment-stop');
    await kiosk.reads(french('leave.title'), french('leave.lead'));
    await kiosk.picture('red-key-stop');
    await kiosk.press('leave-finish');
    await kiosk.at('attract');
    expect(await books()).toEqual(before);
  },
  limitMs,
);

it(
  '[I10] one card never answers, the next gets stuck: the customer waits a little and pays once',
  async () => {
    const before = await books();
    await panel.fault('Card dispenser', 'card-dead-once', true);
    await kiosk.signContract(planId);
    await kiosk.reads(
      french('payment.preparing.title'),
      french('payment.preparing.lead'),
      french('payment.preparing.feeding'),
    );
    await askedToPay();
    await panel.fault('Card dispenser', 'jam-on-present-once', true);
    await panel.press('Bank approves');
    kiosk.begin();
    await kiosk.reads(french('take-card.finishing'), french('take-card.finishing-lead'));
    await takeCard();
    expect(kiosk.wasRead).not.toContain(french('payment.preparing.title'));
    await kiosk.leaveWithoutPaper();
    expect(await books()).toEqual(served(before));
  },
  limitMs,
);

it(
  '[I2] no card can be made after payment: says that the money is given back',
  async () => {
    const before = await books();
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.fault('Card dispenser', 'empty', true);
    await panel.fault('Card dispenser', 'card-dead', true);
    await panel.press('Bank approves');
    await kiosk.reads(french('payment.checking.title'), french('payment.checking.lead'));
    await kiosk.reads(
      french('trouble.card-not-made'),
      french('trouble.money.given-back', { amount }),
      french('trouble.now.given-back'),
      french('slip.printed.right'),
    );
    await kiosk.picture('given-back');
    await panel.fault('Card dispenser', 'card-dead', false);
    await kiosk.press('finish');
    await kiosk.reads(
      french('attract.stop.title'),
      french('attract.stop.cards-sold-out'),
      french('attract.stop.advice'),
    );
    await kiosk.picture('cards-sold-out');
    await panel.fault('Card dispenser', 'empty', false);
    await kiosk.reads(french('attract.start'));
    expect(await books()).toEqual({ ...before, cancelled: before.cancelled + 1 });
  },
  limitMs,
);

it(
  '[I2] no card can be made and the money cannot go back: says what the club owes; a case is open at the base',
  async () => {
    const before = await books();
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.fault('Card dispenser', 'card-dead', true);
    await panel.fault('Payment terminal', 'out-of-order', true);
    await panel.press('Bank approves');
    await kiosk.reads(
      french('trouble.paid-no-card'),
      french('trouble.money.owed-to-you', { amount }),
      french('trouble.now.owed-to-you'),
      french('slip.printed.right'),
    );
    await kiosk.picture('money-owed');
    await panel.fault('Card dispenser', 'card-dead', false);
    await panel.fault('Payment terminal', 'out-of-order', false);
    await kiosk.leave();
    await kiosk.reads(french('attract.start'));
    expect(await books()).toEqual({ ...served(before), cases: [...before.cases, 'refund-failed'] });
  },
  limitMs,
);

it(
  '[I11] no paper: said before anybody begins; the note stands on the screen instead',
  async () => {
    const before = await books();
    await panel.fault('Receipt printer', 'paper-out', true);
    await kiosk.reads(french('attract.no-paper'));
    await kiosk.picture('no-paper-before');
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Bank approves');
    await takeCard();
    await kiosk.reads(
      french('receipt.no-paper'),
      french('receipt.lead', { amount }),
      french('note.title'),
      french('note.words'),
    );
    await kiosk.picture('no-paper-note');
    await kiosk.press('receipt-none');
    await kiosk.reads(french('welcome.guests', { count: 1 }), french('welcome.guests-photo', { count: 1 }));
    await kiosk.picture('no-paper-guest-code');
    await panel.press('Put in a new roll');
    await kiosk.leave();
    expect(await books()).toEqual(served(before));
  },
  limitMs,
);

it(
  '[I11] paper ends in the middle of the receipt: says so, shows the note, prints the original once',
  async () => {
    const before = await books();
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Bank approves');
    await takeCard();
    await kiosk.reads(french('receipt.question'), french('receipt.lead', { amount }));
    await kiosk.picture('receipt-question');
    await panel.fault('Receipt printer', 'paper-out-mid-print', true);
    await kiosk.press('receipt-paper');
    await kiosk.reads(
      french('receipt.failed'),
      french('receipt.failed-note', { amount }),
      french('note.title'),
      french('common.continue'),
    );
    await kiosk.picture('paper-ended');
    const reference = /Référence (\S+)\./.exec(kiosk.wasRead)?.[1] ?? 'none was read';
    await panel.press('Put in a new roll');
    await kiosk.reads(french('receipt.again'), french('receipt.go-on'));
    await kiosk.picture('paper-is-back');
    await kiosk.press('receipt-paper');
    await kiosk.at('welcome');
    const originals = await wholeReceipts(reference);
    expect(originals).toHaveLength(1);
    expect(originals[0]).not.toContain('DUPLICATA');
    await kiosk.leave();
    expect(await books()).toEqual(served(before));
  },
  limitMs,
);

it(
  '[I6] [I10] power cut right after the payment: says that it is safe, then what is true; charges once',
  async () => {
    const before = await books();
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Bank approves');
    await club.until(async () => (await paid()) > before.paid);
    await cutPower();
    await kiosk.reads(french('away.title'), french('away.lead'), french('away.money'));
    await kiosk.reads(french('payment.recovering.title'), french('payment.recovering.lead'));
    await kiosk.picture('recovering');
    await restorePower();
    await takeCard();
    await kiosk.leaveWithoutPaper();
    expect(await books()).toEqual(served(before));
  },
  limitMs,
);

it(
  '[I6] power cut while the card lies at the mouth: says that the payment is safe, then to take the card',
  async () => {
    const before = await books();
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Bank approves');
    await kiosk.reads(french('take-card.at-mouth.right'));
    await kiosk.picture('at-mouth');
    await cutPower();
    await kiosk.reads(french('away.money'));
    await kiosk.reads(french('payment.recovering.title'), french('payment.recovering.lead'));
    await restorePower();
    await takeCard();
    await kiosk.leaveWithoutPaper();
    expect(await books()).toEqual(served(before));
  },
  limitMs,
);

it(
  '[SA12] card left in the slot: warns, then says that the membership is active and staff owe a card',
  async () => {
    const before = await books();
    const { memberships } = await club.facts.counts();
    const binCount = async () => Number((await club.device('dispenser')).view.binCount);
    const inBin = await binCount();
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Bank approves');
    await kiosk.reads(french('take-card.at-mouth.right'), french('take-card.at-mouth-lead'));
    expect(kiosk.wasRead).not.toContain(french('take-card.forgotten.right'));
    await kiosk.reads(french('take-card.forgotten.right'), french('take-card.forgotten-lead'));
    await kiosk.picture('card-forgotten-soon');
    await kiosk.reads(
      french('trouble.card-forgotten'),
      french('trouble.money.taken-membership-active', { amount }),
      french('trouble.now.taken-membership-active', { credential: 'card' }),
      french('note.title'),
      french('slip.printed.right'),
    );
    await kiosk.picture('card-taken-back');
    const reference = /Référence ([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(kiosk.wasRead)?.[1] ?? 'none was read';
    expect(await binCount()).toBe(inBin + 1);
    await kiosk.leave();
    await kiosk.reads(french('attract.start'));
    expect(await books()).toEqual({ ...served(before), cases: [...before.cases, 'hand-over-card'] });
    expect((await club.facts.counts()).memberships).toBe(memberships + 1);

    const { page } = await StaffReader.signIn(browser, systemClock, club.staff, 'fr-FR');
    await page.getByRole('link', { name: 'Cas à régler' }).click();
    const owed = page.getByTestId('open-case').filter({ hasText: reference });
    await owed.getByRole('heading', { name: 'Carte à remettre' }).waitFor({ timeout: patienceMs });
    await owed.getByText('Une carte au client.').waitFor();
    await kiosk.pictureOf(page, 'case-of-the-card');
    await page.close();
  },
  limitMs,
);

it(
  'network cut during all of a sale: the customer sees the screens of every sale and no other',
  async () => {
    const before = await books();
    await panel.press('Cut the network');
    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Bank approves');
    await takeCard();
    await kiosk.leaveWithoutPaper();
    expect(kiosk.steps).toEqual(stepsOfASale);
    await kiosk.picture('network-cut');
    expect((await club.facts.counts()).sales).toBe(before.sales);
    await panel.press('Put the network back');
    expect(await books()).toEqual(served(before));
  },
  limitMs,
);

it(
  'cable of the terminal out before a sale: joining is off the screen, with its reason',
  async () => {
    kiosk.begin();
    await panel.pullCable('Payment terminal');
    await kiosk.reads(
      french('attract.stop.title'),
      french('attract.stop.terminal'),
      french('attract.stop.advice'),
    );
    await kiosk.picture('terminal-cable-out');
    await panel.plugIn('Payment terminal');
    await kiosk.page.getByTestId('join-not-possible').waitFor({ state: 'detached', timeout: patienceMs });
    await kiosk.reads(french('attract.start'));
  },
  limitMs,
);
