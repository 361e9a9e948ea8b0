import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EdgeId, NetworkId } from '@portillon/core/base/ids.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { grantProblem, readGrant } from '@portillon/core/crypto/grant.ts';
import { decodeContent } from '@portillon/drivers/card/desfire/club-card-content.ts';
import type { ClubFile } from '@portillon/hardware-sims/club-file.ts';
import { PanelClient } from '@portillon/hardware-sims/panel/panel-client.ts';
import { type Browser, chromium } from 'playwright-core';
import { ClubPrograms, clubFileNamed, usualClubFile } from '../start/club-programs.mjs';
import { StateFolder } from '../start/state-folder.mjs';
import { BaseFacts } from './base-facts.ts';
import { GateSigns } from './gate-signs.ts';
import { type Club, type Health, type Job, limitMs, shooter, showsAmount, type ToldByBase } from './job.ts';
import { type MainJobReport, Missing, need } from './main-job-report.ts';
import { type PassClubReport, walkPassClub } from './pass-club-walk.ts';
import { PhoneInHand } from './phone-in-hand.ts';
import { StaffReader } from './staff-reader.ts';
import { visitorAtKiosk } from './visitor-at-kiosk.ts';
import { waitUntil } from './wait-until.ts';

const usage = `npm run main-job -- [options]   one purchase and its passages, from the first touch to the staff page
  --offline             the network to the member base is cut from the first touch until after the passage
  --club NAME           lyon-part-dieu (the default), madrid (members get a pass: no dispenser, a ticket on paper until the phone has
                        it), or the path of a club file
  --terminal MODEL      concert (V3 on a serial line, the default), caisse-ap (V3 over IP) or zvt (over TCP)
  --gate MODEL          modbus (a relay board, the default) or osdp (outputs, inputs and signs on an OSDP line)
  --credential KIND     card (the default), pass (the card on a phone: its changing code is scanned) or ticket (somebody else
                        buys a day entry, and it is scanned in place of the guest ticket)
  --language fr|en      of the customer (default fr)
  --json                ends with one line of JSON
  --screenshots FOLDER  keeps a picture of every screen
  --keep                leaves the folder of the club, with its logs`;

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const chromiumFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];
/** Runs the job in a club of its own and removes the club. Rejects with `Missing` at the first thing that is not there. */
async function mainJob(job: Job): Promise<MainJobReport | PassClubReport> {
  const folder = mkdtempSync(join(tmpdir(), 'portillon-main-job-'));
  const state = new StateFolder(join(folder, 'state'));
  const programs = new ClubPrograms(state, job.say, {
    anyPorts: true,
    terminal: job.terminal,
    gate: job.gate,
    ...(job.clubFile === null ? {} : { clubFile: job.clubFile }),
  });
  let browser: Browser | undefined;
  try {
    const club = await programs.start({ electron: false });
    browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags });
    const { sale } = JSON.parse(readFileSync(job.clubFile ?? usualClubFile, 'utf8')) as ClubFile;
    return await (sale?.credential === 'pass' ? walkPassClub : walk)(job, browser, club);
  } finally {
    await browser?.close();
    await programs.stop();
    if (job.keep) job.say(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

async function walk(job: Job, browser: Browser, { base, sims, kioskUrl }: Club): Promise<MainJobReport> {
  const { clock, say, offline } = job;
  const told = base as unknown as ToldByBase;
  const panel = new PanelClient(String(sims.panelUrl));
  const gateId = (await panel.club()).gates[0]?.id ?? '';
  const health = async (): Promise<Health> =>
    (await fetch(new URL('/health', kioskUrl))).json() as Promise<Health>;
  await waitUntil(clock, 'all devices ready, plans and prices here', limitMs, async () => {
    const now = await health();
    return (
      now.enrolled && now.plans > 0 && Object.values(now.devices).every(({ status }) => status === 'ready')
    );
  });
  say(`devices ready: ${Object.keys((await health()).devices).join(', ')}`);
  const facts = await BaseFacts.connect(told.databaseUrl);
  try {
    const clubId = Object.values(told.clubs)[0] ?? '';
    const staff = await StaffReader.signIn(browser, clock, { url: told.staffUrl, ...told.staff });
    const phone =
      job.credential === 'pass'
        ? await PhoneInHand.withPage(browser, clock, {
            pageUrl: new URL('/pass/', told.staffUrl).href,
            language: job.language,
          })
        : null;
    if (offline) {
      await phone?.goOffline();
      await panel.world('cut-network', {});
      say('network to the member base cut');
    }

    const shoot = shooter(job);
    const { visitor, page } = await visitorAtKiosk(job, {
      browser,
      kioskUrl,
      panel,
      shoot,
      withCamera: phone !== null,
    });
    const planId = await facts.planWithGuestTickets(1);
    need(planId, 'a plan with a guest ticket');
    const touchedMs = clock.monotonicMs();
    const { cardId } = await visitor.buyMembership(planId);
    const saleTotalMs = clock.monotonicMs() - touchedMs;
    say(`sale finished in ${(saleTotalMs / 1_000).toFixed(1)} s, card ${cardId} in hand`);

    if (phone) {
      if (offline) await phone.enrolAt(page);
      else await phone.openLinkAt(page);
      await shoot(phone.page, 'phone-pass');
      say(
        `pass: ${offline ? 'kiosk and phone read a code off each other' : 'the phone opened the kiosk’s link'}`,
      );
    }
    const papers = (await panel.club()).papers;
    const receipt = papers[0] ? await panel.paper(papers[0].index) : null;
    need(receipt, 'the printed receipt');
    const guestTicket = papers.find((paper) => paper.codes.length > 0);
    need(guestTicket, 'the printed guest ticket with its code');
    await visitor.leave();
    await shoot(page, 'kiosk-after');
    const dayPlanId = job.credential === 'ticket' ? await facts.dayEntryPlan() : null;
    need(dayPlanId || job.credential !== 'ticket', 'a plan that is sold by the day');
    if (dayPlanId) {
      await visitor.buyDayEntry(dayPlanId);
      await visitor.leave();
      say('day entry bought by somebody else');
    }
    const ticket = dayPlanId
      ? (await panel.club()).papers.find(
          ({ codes, index }) => codes.length > 0 && !papers.some((paper) => paper.index === index),
        )
      : guestTicket;
    need(ticket, 'the printed ticket of the day entry');
    const second = dayPlanId ? 'day entry' : 'guest ticket';

    const board = (await panel.club()).gates[0]?.board ?? '';
    const reader = (await panel.club()).gates[0]?.reader ?? '';
    const now = async () => (await panel.club()).atMonotonicMs;
    /** The first order to pulse the entry's relay or output that the board has received since that moment. */
    const releaseSince = async (sinceMs: number) =>
      (await panel.received(board)).find(
        ({ meaning, atMonotonicMs }) => /^pulse (relay|output)/.test(meaning) && atMonotonicMs >= sinceMs,
      );

    /** Until a person has leaned through: the arm may still turn for the one before. */
    const pushedThrough = (who: string) =>
      waitUntil(clock, `${who} walked in`, limitMs, async () => {
        const pushed = await panel.world('push', { gateId, direction: 'entry' });
        return pushed.passed && pushed;
      });
    const tappedMs = await now();
    /** When the gate first learnt of the credential, and whether its holder is in. */
    const withCard = async () => {
      const walked = await panel.world('walk-through', { gateId, cardId });
      const firstApdu = (await panel.received(reader)).find(({ atMonotonicMs }) => atMonotonicMs >= tappedMs);
      need(firstApdu, 'the reader asked the card');
      return { passed: walked.passed, seenMs: firstApdu.atMonotonicMs };
    };
    const withCode = async (text: string) => {
      await panel.world('scan', { gateId, text });
      await waitUntil(clock, 'the gate is released for the code', limitMs, () => releaseSince(tappedMs));
      return { passed: (await pushedThrough('the member')).passed, seenMs: tappedMs };
    };
    const picture = phone && (await phone.scanned());
    const member = picture ? await withCode(picture) : await withCard();
    const memberRelease = await releaseSince(tappedMs);
    need(memberRelease && member.passed, `the gate was released for the new ${job.credential}`);
    const tapToReleaseMs = memberRelease.atMonotonicMs - member.seenMs;
    say(
      `${picture ? 'pass' : 'card'}: released ${tapToReleaseMs.toFixed(0)} ms after it was seen, walked in`,
    );

    const signs = new GateSigns(panel, (await panel.club()).gates[0]?.badgeReader ?? null);
    await signs.shown(clock, 'Bienvenue', tappedMs);

    await panel.world('tear-paper', { paperIndex: ticket.index });
    const scannedMs = await now();
    await panel.world('scan', { gateId, paperIndex: ticket.index });
    await waitUntil(clock, `the gate is released for the ${second}`, limitMs, () => releaseSince(scannedMs));
    const guest = await pushedThrough('the guest');
    say(`${second}: released, walked in`);
    if (dayPlanId) {
      // The scanner passes over the same code for a moment.
      await waitUntil(clock, 'time passes', limitMs, async () => (await now()) > scannedMs + 2_500);
      const againMs = await now();
      await panel.world('scan', { gateId, paperIndex: ticket.index });
      await signs.shown(clock, 'Déjà utilisé', againMs);
      const again = await panel.world('push', { gateId, direction: 'entry' });
      need(!again.passed && !(await releaseSince(againMs)), 'the day entry let nobody in twice');
      say('day entry a second time: stayed outside');
    }

    if (picture) {
      const replayedMs = await now();
      await panel.world('scan', { gateId, text: picture });
      await signs.shown(clock, 'Code déjà passé', replayedMs);
      const copied = await panel.world('push', { gateId, direction: 'entry' });
      need(!copied.passed && !(await releaseSince(replayedMs)), 'a picture of the pass let nobody in');
      say('a picture of the pass: stayed outside');
    }

    const unknownCard = (await panel.club()).cards.find(({ kind }) => kind === 'foreign-desfire');
    need(unknownCard, 'a card of another network');
    const refusedFrom = await now();
    await panel.world('tap', { gateId, cardId: unknownCard.cardId, holdMs: 1_500 });
    const stranger = await panel.world('push', { gateId, direction: 'entry' });
    need(!stranger.passed && !(await releaseSince(refusedFrom)), 'the unknown card was not let in');
    await signs.shown(clock, 'Non reconnu', refusedFrom);
    say('unknown card: stayed outside');
    if (signs.fitted) {
      const badge = (await panel.club()).cards.find(({ kind }) => kind === 'uid-badge');
      need(badge, 'a badge that has a number only');
      const badgeFrom = await now();
      await panel.world('tap', { gateId, cardId: badge.cardId, holdMs: 500 });
      await signs.shown(clock, 'Non reconnu', badgeFrom);
      need(!(await releaseSince(badgeFrom)), 'the badge with a number only was not let in');
      say('badge with a number only: read on the OSDP line, stayed outside');
    }

    await waitUntil(clock, 'the edge counts two people', limitMs, async () => (await health()).inside === 2);
    if (offline) {
      const meanwhile = await facts.counts();
      need(
        meanwhile.sales === 0 && meanwhile.passages === 0,
        'nothing reached the base while the network was cut',
      );
      need((await health()).outboxLeft > 0, 'the outbox holds what happened');
      await panel.world('restore-network', {});
      say('network back');
    }
    await waitUntil(clock, 'the outbox is empty', limitMs, async () => (await health()).outboxLeft === 0);
    const sale = await waitUntil(clock, 'the sale at the member base', limitMs, () => facts.sale());
    need(showsAmount(receipt.lines, sale.totalCents), 'the total of the sale on the paper');
    await waitUntil(clock, 'the photo at the member base', limitMs, () => facts.hasPhoto(sale.memberId));
    await waitUntil(
      clock,
      'the member at the base',
      limitMs,
      async () => (await facts.counts()).members === 1,
    );
    const insideAtBase = await waitUntil(clock, 'the base counts two people', limitMs, async () => {
      const inside = await facts.inside();
      return inside === 2 && { inside };
    });
    const shown = await staff.showsCount(clubId, 2);
    need((await staff.rows('refusal-row')).length >= 1, 'the refusal on the staff page');
    const insideAtEdge = (await health()).inside;
    await shoot(staff.page, 'staff');

    const decisions = await facts.decisions();
    const kind = phone ? 'pass' : 'card';
    const granted = (presented: string) =>
      decisions.find((each) => each.presented === presented && each.outcome === 'granted');
    const memberDecision = granted(kind);
    const ticketDecision = granted('ticket');
    const refusal = decisions.find(({ reason }) => reason === 'unknown');
    need(memberDecision && ticketDecision && refusal, 'three decisions at the member base');
    const replay = decisions.find(({ presented, reason }) => presented === 'pass' && reason !== null);
    const spent = decisions.some(({ reason }) => reason === 'ticket-spent');
    need(!dayPlanId || spent, 'the day entry was refused the second time as spent');
    need(!phone || replay?.reason === 'code-used', 'the picture of the pass was refused as used');

    await panel.world('push', { gateId, direction: 'exit' });
    const left = await waitUntil(clock, 'the base counts one person after the exit', limitMs, async () => {
      const inside = await facts.inside();
      return inside === 1 && { inside };
    });
    await staff.showsCount(clubId, 1);
    await waitUntil(clock, 'the outbox is empty', limitMs, async () => (await health()).outboxLeft === 0);
    const counts = await waitUntil(clock, 'three passages at the base', limitMs, async () => {
      const found = await facts.counts();
      return found.passages === 3 && found;
    });

    return {
      ok: true,
      offline,
      sale: { id: sale.id, totalCents: sale.totalCents },
      photo: { atMemberBase: await facts.hasPhoto(sale.memberId) },
      receipt: { printed: showsAmount(receipt.lines, sale.totalCents) },
      card: { uid: cardId, verified: await cardVerifies(panel, cardId, facts) },
      gate: { decision: memberDecision.outcome, passage: member.passed },
      credential: job.credential,
      pass: phone && { replayRefused: replay?.reason ?? '' },
      qr: { decision: ticketDecision.outcome, passage: guest.passed },
      refused: { reason: refusal.reason ?? '' },
      occupancy: { edge: insideAtEdge, memberBase: insideAtBase.inside, staffPage: shown },
      exit: { occupancy: left.inside },
      memberBase: counts,
      outbox: { left: (await health()).outboxLeft },
      ms: { tapToRelease: Math.round(tapToReleaseMs), saleTotal: Math.round(saleTotalMs) },
    };
  } finally {
    await facts.close();
  }
}

/** Reads the card's own memory and verifies its grant with the key that the base holds of the issuing edge. */
async function cardVerifies(panel: PanelClient, cardId: string, facts: BaseFacts): Promise<boolean> {
  const memory = await panel.cardMemory(cardId);
  const file = memory.applications.flatMap(({ files }) => files)[0];
  need(file, 'a file on the card');
  const content = decodeContent(Uint8Array.from(Buffer.from(file.hex, 'hex')));
  need(content.ok && content.value.grant, 'a grant on the card');
  const grant = readGrant(content.value.grant);
  need(grant.ok, 'a grant that can be read');
  const publicKey = await facts.edgeKey(grant.value.issuerEdgeId as EdgeId);
  need(publicKey, 'the key of the edge that issued the grant');
  const problem = grantProblem(grant.value, {
    networkId: grant.value.networkId as NetworkId,
    cardUid: Uint8Array.from(Buffer.from(cardId, 'hex')),
    issuerKey: { publicKey, status: 'active' },
  });
  need(problem === null, `the grant on the card holds (${problem})`);
  return true;
}

const { values } = parseArgs({
  options: {
    club: { type: 'string' },
    offline: { type: 'boolean', default: false },
    language: { type: 'string', default: 'fr' },
    terminal: { type: 'string' },
    gate: { type: 'string' },
    credential: { type: 'string', default: 'card' },
    json: { type: 'boolean', default: false },
    screenshots: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const terminals = [undefined, 'concert', 'caisse-ap', 'zvt'];
const gates = [undefined, 'modbus', 'osdp'];
const credentials = ['card', 'pass', 'ticket'] as const;
const credential = credentials.find((kind) => kind === values.credential);
const understood =
  ['fr', 'en'].includes(values.language) &&
  terminals.includes(values.terminal) &&
  gates.includes(values.gate);
if (values.help || !understood || !credential) {
  process.stdout.write(`${usage}\n`);
  process.exit(values.help ? 0 : 2);
}

try {
  const report = await mainJob({
    clubFile: values.club === undefined ? null : clubFileNamed(values.club),
    offline: values.offline,
    language: values.language === 'en' ? 'en' : 'fr',
    terminal: values.terminal,
    gate: values.gate,
    credential,
    screenshots: values.screenshots ?? null,
    keep: values.keep,
    say: (line) => process.stdout.write(`  ${line}\n`),
    clock: systemClock,
  });
  process.stdout.write(
    `Main job done: ${report.memberBase.sales} sale, ${report.memberBase.passages} passages.\n`,
  );
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
} catch (error) {
  const sentence =
    error instanceof Missing ? error.message : String(error instanceof Error ? error.stack : error);
  process.stdout.write(`Main job failed. Missing: ${sentence}\n`);
  if (values.json) process.stdout.write(`${JSON.stringify({ ok: false, missing: sentence })}\n`);
  process.exitCode = 1;
}
