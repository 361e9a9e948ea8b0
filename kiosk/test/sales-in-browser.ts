import { formatEuros } from '@portillon/ui/format/money.ts';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../renderer/test/chromium.ts';
import { french } from './french.ts';
import { KioskInBrowser } from './kiosk-in-browser.ts';
import { PanelInBrowser } from './panel-in-browser.ts';
import { TestClub } from './test-club.ts';

/** Of one sale with its fault. */
export const saleLimitMs = 240_000;
/** Long enough for a slow machine to take a card in time, short enough to wait for the one that nobody takes. */
const takeCardSeconds = 45;

export interface Books {
  /** Payments that the terminal has in its journal as done, and not given back since. */
  readonly paid: number;
  readonly sales: number;
  readonly cancelled: number;
  readonly cases: readonly string[];
}

export function served(before: Books): Books {
  return { ...before, paid: before.paid + 1, sales: before.sales + 1 };
}

/** A club with a customer before the page of its kiosk, and somebody at the page of its panel who makes the faults by hand. */
export class SalesInBrowser {
  readonly club: TestClub;
  readonly browser: Browser;
  readonly kiosk: KioskInBrowser;
  readonly panel: PanelInBrowser;
  readonly planId: string;
  readonly amount: string;

  private constructor(
    club: TestClub,
    browser: Browser,
    pages: { readonly kiosk: KioskInBrowser; readonly panel: PanelInBrowser },
    plan: { readonly planId: string; readonly amount: string },
  ) {
    this.club = club;
    this.browser = browser;
    this.kiosk = pages.kiosk;
    this.panel = pages.panel;
    this.planId = plan.planId;
    this.amount = plan.amount;
  }

  static async open(): Promise<SalesInBrowser> {
    const [club, browser] = await Promise.all([
      TestClub.open({ speed: 4, sale: { takeCardSeconds } }),
      launchChromium(),
    ]);
    const kiosk = await KioskInBrowser.open(browser, club);
    const panel = await PanelInBrowser.open(browser, club.panelUrl);
    const planId = (await club.facts.planWithGuestTickets(1)) ?? '';
    const amount = formatEuros((await club.facts.todayCents(planId)) ?? 0, 'fr');
    return new SalesInBrowser(club, browser, { kiosk, panel }, { planId, amount });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.club.close();
  }

  /** The terminal's journal and the base's tables, once the base has heard everything. */
  async books(): Promise<Books> {
    const { club } = this;
    await club.until(async () => (await club.health()).outboxLeft === 0);
    const { sales } = await club.facts.counts();
    return {
      paid: await this.paid(),
      sales,
      cancelled: await club.facts.cancelledSales(),
      // One and the same person buys again and again, which is a case each time, and none of these tests.
      cases: (await club.facts.cases()).filter((kind) => kind !== 'same-person'),
    };
  }

  async paid(): Promise<number> {
    const { transactions } = (await this.club.device('terminal')).view as {
      readonly transactions: readonly { readonly action: string; readonly done: boolean }[];
    };
    const done = (action: string) =>
      transactions.filter((entry) => entry.action === action && entry.done).length;
    return done('debit') - done('cancellation');
  }

  async askedToPay(): Promise<void> {
    await this.kiosk.reads(
      french('payment.waiting.right', { amount: this.amount }),
      french('payment.waiting.lead'),
      french('payment.red-key'),
    );
    await this.kiosk.at('payment', 'waiting-for-card');
  }

  async takeCard(): Promise<void> {
    await this.kiosk.reads(french('take-card.at-mouth.right'), french('take-card.at-mouth-lead'));
    await this.panel.press('Take the card');
  }

  /** The papers, guest tickets aside, on which the whole receipt of a sale stands. */
  async wholeReceipts(reference: string): Promise<readonly string[]> {
    const { papers } = await this.club.panel.club();
    const read = await Promise.all(papers.map(({ index }) => this.club.panel.paper(index)));
    return read
      .map(({ lines }) => lines.join('\n'))
      .filter((text) => text.includes(reference) && text.includes('TOTAL TTC'));
  }

  /** As the power goes: at once and everywhere. It comes back to the kiosk first. */
  async cutPower(): Promise<void> {
    this.club.kill('edge');
    await this.panel.pullCable('Payment terminal');
    await this.panel.pullCable('Card dispenser');
  }

  async restorePower(): Promise<void> {
    await this.panel.plugIn('Payment terminal');
    await this.panel.plugIn('Card dispenser');
  }
}
