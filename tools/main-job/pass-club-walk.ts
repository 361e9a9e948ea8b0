import type { Clock } from '@portillon/core/base/clock.ts';
import { PanelClient } from '@portillon/hardware-sims/panel/panel-client.ts';
import type { Browser } from 'playwright-core';
import { BaseFacts } from './base-facts.ts';
import { type Club, type Health, type Job, limitMs, shooter, showsAmount, type ToldByBase } from './job.ts';
import { need } from './main-job-report.ts';
import { holdCodeBefore, PhoneInHand } from './phone-in-hand.ts';
import { StaffReader } from './staff-reader.ts';
import { visitorAtKiosk } from './visitor-at-kiosk.ts';
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
  /** What the member had before the club had passes; null where the base could not be told of it. */
  readonly oldCode: { readonly passage: boolean } | null;
  readonly pass: { readonly decision: string; readonly passage: boolean };
  /** Why the ticket opened nothing any more once the phone had the pass. */
  readonly ticketAfterwards: { readonly refused: string };
  readonly memberBase: { readonly members: number; readonly sales: number; readonly passages: number };
  readonly outbox: { readonly left: number };
  readonly ms: { readonly saleTotal: number };
}

/**
 * A membership without a card: the ticket opens the gate, and so does the old code that staff write down, with a network; later it is shown to the kiosk, whose screen a phone takes the pass
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
    const { visitor, page } = await visitorAtKiosk(job, {
      browser,
      kioskUrl,
      panel,
      shoot,
      withCamera: true,
    });
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
      let scannedMs = Number.NEGATIVE_INFINITY;
      await waitUntil(clock, `the gate is released for the ${who}`, limitMs, async () => {
        const atMs = await now();
        // As people do: once more when nothing happens. The scanner passes over the same code for a moment.
        if (atMs - scannedMs > 4_000) {
          scannedMs = atMs;
          await panel.world('scan', { gateId, text });
        }
        return releaseSince(sinceMs);
      });
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

    const oldCode = offline ? null : await withOldCode(told, facts, clock);
    const oldCodeIn = oldCode !== null && (await comesIn('old code', oldCode));
    if (oldCodeIn) await leaves();

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
    const staysOutside = async (who: string, text: string) => {
      const sinceMs = await now();
      await panel.world('scan', { gateId, text });
      await waitUntil(clock, 'time passes', limitMs, async () => (await now()) > sinceMs + 1_000);
      const { passed } = await panel.world('push', { gateId, direction: 'entry' });
      need(!passed && !(await releaseSince(sinceMs)), `the ${who} opened nothing any more`);
      say(`${who} once more: stayed outside`);
    };
    await staysOutside('ticket', ticket);
    if (oldCode !== null) await staysOutside('old code', oldCode);

    if (offline) {
      const meanwhile = await facts.counts();
      need(meanwhile.sales === 0 && meanwhile.passages === 0, 'nothing reached the base meanwhile');
      await panel.world('restore-network', {});
      say('network back');
    }
    await waitUntil(clock, 'the outbox is empty', limitMs, async () => (await health()).outboxLeft === 0);
    const sale = await waitUntil(clock, 'the sale at the member base', limitMs, () => facts.sale());
    need(showsAmount(receipt.lines, sale.totalCents), 'the total of the sale on the paper');
    const passagesDue = oldCodeIn ? 6 : 4;
    const counts = await waitUntil(clock, `${passagesDue} passages at the base`, limitMs, async () => {
      const found = await facts.counts();
      return found.passages === passagesDue && found.members === 1 && found;
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
      oldCode: oldCode === null ? null : { passage: oldCodeIn },
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

/** Staff write down what the member has shown at the gate until now. Resolves with what it says, once the gate can know. */
async function withOldCode(told: ToldByBase, facts: BaseFacts, clock: Clock): Promise<string> {
  const { memberId } = await waitUntil(clock, 'the sale at the member base', limitMs, () => facts.sale());
  const post = (path: string, body: object, cookie = '') =>
    fetch(new URL(path, told.staffUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    });
  const signedIn = await post('/staff/api/sign-in', told.staff);
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const text = 'FOULEE-0042-77881';
  const written = await post(`/staff/api/members/${memberId}/old-codes`, { text }, cookie);
  need(written.status === 201, 'the old code at the member base');
  return text;
}
