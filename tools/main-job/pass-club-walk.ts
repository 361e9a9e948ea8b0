import { PanelClient } from '@portillon/hardware-sims/panel/panel-client.ts';
import type { Browser } from 'playwright-core';
import { BaseFacts } from './base-facts.ts';
import { type Club, type Health, type Job, limitMs, shooter, showsAmount, type ToldByBase } from './job.ts';
import { KioskVisitor } from './kiosk-visitor.ts';
import { need } from './main-job-report.ts';
import { fitCamera, holdCodeBefore, PhoneInHand } from './phone-in-hand.ts';
import { StaffReader } from './staff-reader.ts';
import { waitUntil } from './wait-until.ts';

/** What the main job shows in a club whose members get a pass, each value read where it ends up. */
export interface PassClubReport {
  readonly ok: true;
  readonly offline: boolean;
  /** Names of the devices of the kiosk and its gates; a dispenser is not among them. */
  readonly devices: readonly string[];
  readonly sale: { readonly id: string; readonly totalCents: number };
  readonly receipt: { readonly printed: boolean };
  readonly ticket: { readonly decision: string; readonly passage: boolean };
  readonly pass: { readonly decision: string; readonly passage: boolean };
  /** Why the ticket opened nothing any more once the phone had the pass. */
  readonly ticketAfterwards: { readonly refused: string };
  readonly memberBase: { readonly members: number; readonly sales: number; readonly passages: number };
  readonly outbox: { readonly left: number };
  readonly ms: { readonly saleTotal: number };
}

/**
 * A membership without a card: the ticket opens the gate; later it is shown to the kiosk, whose screen a phone takes the pass
 * from; the pass opens, and the ticket does not any more.
 */
export async function walkPassClub(
  job: Job,
  browser: Browser,
  { base, sims, kioskUrl }: Club,
): Promise<PassClubReport> {
  const { clock, say, offline } = job;
  const told = base as unknown as ToldByBase;
  const panel = new PanelClient(String(sims.panelUrl));
  const { name, gates } = await panel.club();
  const gateId = gates[0]?.id ?? '';
  const board = gates[0]?.board ?? '';
  const health = async (): Promise<Health> =>
    (await fetch(new URL('/health', kioskUrl))).json() as Promise<Health>;
  await waitUntil(clock, 'all devices ready, plans and prices here', limitMs, async () => {
    const now = await health();
    return (
      now.enrolled && now.plans > 0 && Object.values(now.devices).every(({ status }) => status === 'ready')
    );
  });
  const devices = Object.keys((await health()).devices);
  need(!devices.includes('dispenser'), 'a kiosk without a dispenser');
  say(`devices ready: ${devices.join(', ')}`);
  const facts = await BaseFacts.connect(told.databaseUrl);
  try {
    const staff = await StaffReader.signIn(browser, clock, { url: told.staffUrl, ...told.staff });
    const phone = await PhoneInHand.withPage(browser, clock, {
      pageUrl: new URL('/pass/', told.staffUrl).href,
      language: job.language,
    });
    if (offline) {
      await phone.goOffline();
      await panel.world('cut-network', {});
      say('network to the member base cut');
    }
    const shoot = shooter(job);
    const context = await browser.newContext({
      viewport: { width: 1080, height: 1920 },
      permissions: ['camera'],
    });
    await fitCamera(context);
    const page = await context.newPage();
    await page.goto(kioskUrl);
    const visitor = new KioskVisitor({
      page,
      panel,
      clock,
      language: job.language,
      onScreen: async (screen) => {
        say(`screen: ${screen}`);
        await shoot(page, `kiosk-${screen}`);
      },
    });
    await page.getByTestId('screen-attract').waitFor({ timeout: limitMs });
    const planId = await facts.planWithGuestTickets(1);
    need(planId, 'a plan with a guest ticket');
    const touchedMs = clock.monotonicMs();
    await visitor.buyMembershipWithTicket(planId);
    const saleTotalMs = clock.monotonicMs() - touchedMs;
    const papers = (await panel.club()).papers;
    const [ownPaper, receiptPaper] = papers;
    need(ownPaper?.codes[0] && receiptPaper, 'the printed ticket, and the receipt after it');
    const ticket = ownPaper.codes[0];
    const receipt = await panel.paper(receiptPaper.index);
    await visitor.leave();
    say(`sale finished in ${(saleTotalMs / 1_000).toFixed(1)} s, ticket ${ownPaper.index} in hand`);

    const now = async () => (await panel.club()).atMonotonicMs;
    const releaseSince = async (sinceMs: number) =>
      (await panel.received(board)).find(
        ({ meaning, atMonotonicMs }) => /^pulse (relay|output)/.test(meaning) && atMonotonicMs >= sinceMs,
      );
    /** A code is held before the scanner, and its holder leans against the arm. */
    const comesIn = async (who: string, text: string) => {
      const sinceMs = await now();
      await panel.world('scan', { gateId, text });
      await waitUntil(clock, `the gate is released for the ${who}`, limitMs, () => releaseSince(sinceMs));
      const { passed } = await waitUntil(clock, `who has the ${who} walked in`, limitMs, async () => {
        const pushed = await panel.world('push', { gateId, direction: 'entry' });
        return pushed.passed && pushed;
      });
      say(`${who}: released, walked in`);
      return passed;
    };
    const leaves = async () => {
      await waitUntil(clock, 'the member is counted in', limitMs, async () => (await health()).inside === 1);
      // The arm may still turn for the one who came in.
      await waitUntil(clock, 'the member left', limitMs, async () => {
        return (await panel.world('push', { gateId, direction: 'exit' })).passed;
      });
      await waitUntil(clock, 'nobody is inside', limitMs, async () => (await health()).inside === 0);
    };
    const withTicket = await comesIn('ticket', ticket);
    await leaves();

    await holdCodeBefore(page, ticket);
    await visitor.showCode();
    if (offline) await phone.enrolAt(page, 'account');
    else await phone.openLinkAt(page, 'account');
    await shoot(phone.page, 'phone-pass');
    await shoot(page, 'kiosk-account-of-the-pass');
    await page.getByTestId('leave').click();
    await page.getByTestId('leave-finish').click();
    await page.getByTestId('screen-attract').waitFor({ timeout: limitMs });
    say(
      `pass: ${offline ? 'kiosk and phone read a code off each other' : 'the phone opened the kiosk’s link'}`,
    );

    const withPass = await comesIn('pass', await phone.scanned());
    await leaves();
    const againMs = await now();
    await panel.world('scan', { gateId, text: ticket });
    await waitUntil(clock, 'time passes', limitMs, async () => (await now()) > againMs + 1_000);
    const again = await panel.world('push', { gateId, direction: 'entry' });
    need(!again.passed && !(await releaseSince(againMs)), 'the ticket opened nothing any more');
    say('ticket once more: stayed outside');

    if (offline) {
      const meanwhile = await facts.counts();
      need(meanwhile.sales === 0 && meanwhile.passages === 0, 'nothing reached the base meanwhile');
      await panel.world('restore-network', {});
      say('network back');
    }
    await waitUntil(clock, 'the outbox is empty', limitMs, async () => (await health()).outboxLeft === 0);
    const sale = await waitUntil(clock, 'the sale at the member base', limitMs, () => facts.sale());
    need(showsAmount(receipt.lines, sale.totalCents), 'the total of the sale on the paper');
    const counts = await waitUntil(clock, 'four passages at the base', limitMs, async () => {
      const found = await facts.counts();
      return found.passages === 4 && found.members === 1 && found;
    });
    await staff.showsCount(told.clubs[name] ?? '', 0);
    await shoot(staff.page, 'staff');
    const decisions = await facts.decisions();
    const granted = (presented: string) =>
      decisions.find((each) => each.presented === presented && each.outcome === 'granted');
    const refusal = decisions.find(
      ({ outcome, presented }) => outcome === 'refused' && presented === 'ticket',
    );
    const [byTicket, byPass] = [granted('ticket'), granted('pass')];
    need(byTicket && byPass && refusal, 'three decisions at the member base');
    need(refusal.reason === 'blocked', 'the ticket was refused since the pass took over from it');
    const { members, sales, passages } = counts;
    return {
      ok: true,
      offline,
      devices,
      sale: { id: sale.id, totalCents: sale.totalCents },
      receipt: { printed: true },
      ticket: { decision: byTicket.outcome, passage: withTicket },
      pass: { decision: byPass.outcome, passage: withPass },
      ticketAfterwards: { refused: refusal.reason },
      memberBase: { members, sales, passages },
      outbox: { left: (await health()).outboxLeft },
      ms: { saleTotal: Math.round(saleTotalMs) },
    };
  } finally {
    await facts.close();
  }
}
