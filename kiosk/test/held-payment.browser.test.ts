import { formatEuros } from '@portillon/ui/format/money.ts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../renderer/test/chromium.ts';
import { french } from './french.ts';
import { KioskInBrowser } from './kiosk-in-browser.ts';
import { PanelInBrowser } from './panel-in-browser.ts';
import { TestClub } from './test-club.ts';

/** A terminal that can hold the money until the card is out, and can be told to stop: ZVT. */
let club: TestClub;
let browser: Browser;
let kiosk: KioskInBrowser;
let panel: PanelInBrowser;
let planId: string;
let amount: string;

const limitMs = 240_000;

beforeAll(async () => {
  [club, browser] = await Promise.all([
    TestClub.open({
      terminal: 'zvt',
      speed: 4,
      sale: { offlineApprovals: { mostAmountCents: 6_000, mostCount: 1 } },
    }),
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

interface TerminalView {
  readonly phase: string;
  readonly transactions: readonly { readonly state: string }[];
}

async function terminal(): Promise<TerminalView> {
  return (await club.device('terminal')).view as unknown as TerminalView;
}

/** States of all that the terminal has in its journal, without what was declined. */
async function journal(): Promise<readonly string[]> {
  return (await terminal()).transactions.map(({ state }) => state).filter((state) => state !== 'declined');
}

async function salesAtBase(): Promise<number> {
  await club.until(async () => (await club.health()).outboxLeft === 0);
  return (await club.facts.counts()).sales;
}

async function askedToPay(): Promise<void> {
  await kiosk.reads(
    french('payment.waiting.right', { amount }),
    french('payment.waiting.lead'),
    french('payment.abort'),
  );
  await kiosk.at('payment', 'waiting-for-card');
  await club.until(async () => (await terminal()).phase === 'waiting-card');
}

it(
  'Cancel on the kiosk: the terminal stops waiting, nothing was taken, and the customer can still pay',
  async () => {
    await kiosk.signContract(planId);
    await askedToPay();
    await kiosk.picture('zvt-asked-to-pay');
    await kiosk.press('abort-payment');
    await kiosk.reads(
      french('payment.not-paid.cancelled'),
      french('payment.advice.cancelled'),
      french('payment.nothing-taken'),
      french('payment.again', { amount }),
    );
    await kiosk.picture('zvt-cancelled');
    expect(await journal()).toEqual([]);
    expect((await terminal()).phase).toBe('idle');
    await kiosk.press('pay-again');
    await askedToPay();
    await panel.press('Bank approves');
    await kiosk.reads(french('take-card.at-mouth.right'));
    expect(await journal()).toEqual(['booked']);
    await panel.press('Take the card');
    await kiosk.leaveWithoutPaper();
    expect(await salesAtBase()).toBe(1);
  },
  limitMs,
);

it(
  '[I1] power cut while the money is held: the terminal lets go of it, and the customer reads that nothing was taken',
  async () => {
    await kiosk.signContract(planId);
    await askedToPay();
    // The card cannot go on: the money stays held for as long as this takes.
    await panel.pullCable('Card dispenser');
    await panel.press('Bank approves');
    await kiosk.reads(french('take-card.finishing'));
    expect((await terminal()).phase).toBe('holding');
    club.kill('edge');
    await kiosk.reads(french('away.money'));
    await kiosk.reads(french('payment.recovering.title'), french('payment.recovering.lead'));
    await panel.plugIn('Card dispenser');
    kiosk.begin();
    await kiosk.reads(
      french('trouble.sale-impossible'),
      french('trouble.money.nothing-taken'),
      french('trouble.now.nothing-taken'),
    );
    await kiosk.picture('zvt-held-then-power-cut');
    expect(kiosk.wasRead).not.toContain(french('take-card.finishing'));
    await club.until(async () => (await terminal()).phase === 'idle');
    expect(await journal()).toEqual(['booked', 'reversed']);
    await kiosk.leave();
    await kiosk.reads(french('attract.start'));
    expect(await salesAtBase()).toBe(1);
    expect(await club.facts.cases()).toEqual([]);
  },
  limitMs,
);

it(
  '[SA42] [SA41] no line to the bank: an approval beyond the sum is let go, one within it is the last until it is settled',
  async () => {
    const before = { sales: await salesAtBase(), states: await journal() };
    await panel.fault('Payment terminal', 'bank-unreachable', true);
    const dearPlan = (await club.facts.planWithGuestTickets(2)) ?? '';
    const dear = formatEuros((await club.facts.todayCents(dearPlan)) ?? 0, 'fr');
    await kiosk.signContract(dearPlan);
    await kiosk.reads(french('payment.waiting.right', { amount: dear }));
    await panel.press('Bank approves');
    await kiosk.reads(
      french('payment.not-paid.declined'),
      french('payment.hint.bank-unreachable'),
      french('payment.nothing-taken'),
    );
    await kiosk.picture('zvt-offline-beyond-the-sum');
    expect(await journal()).toEqual([...before.states, 'reversed']);
    await kiosk.press('payment-stop');
    await kiosk.press('leave-finish');
    await kiosk.at('attract');
    expect((await club.health()).offlineApprovals).toMatchObject({ count: 0, limit: null });

    await kiosk.signContract(planId);
    await askedToPay();
    await panel.press('Bank approves');
    await kiosk.reads(french('take-card.at-mouth.right'));
    await panel.press('Take the card');
    await kiosk.leaveWithoutPaper();
    await kiosk.reads(
      french('attract.stop.title'),
      french('attract.stop.offline-limit'),
      french('attract.stop.advice'),
    );
    await kiosk.picture('zvt-offline-limit');
    expect((await club.health()).offlineApprovals).toMatchObject({
      count: 1,
      amountCents: 5_490,
      limit: 'count',
    });
    expect(await journal()).toEqual([...before.states, 'reversed', 'booked']);
    expect(await salesAtBase()).toBe(before.sales + 1);
  },
  limitMs,
);
