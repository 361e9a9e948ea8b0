import { formatDay } from '@portillon/ui/format/date.ts';
import { formatEuros } from '@portillon/ui/format/money.ts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../renderer/test/chromium.ts';
import { french } from './french.ts';
import { KioskInBrowser, patienceMs } from './kiosk-in-browser.ts';
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
  const credential = 'card';
  await kiosk.reads(
    french('present-card.title', { credential }),
    french('present-card.lead', { credential }),
  );
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
    await kiosk.reads(french('periods.renew'), french('periods.same-card', { credential: 'card' }), price);
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
      french('welcome.renewal-lead', { day: await lastDay(), credential: 'card' }),
    );
    await kiosk.picture('renewed');
    expect(kiosk.wasRead).not.toContain('Benoît');
    await kiosk.leave();
    expect(await kiosk.page.locator('body').innerText()).not.toContain('1 mois sans engagement');
  },
  limitMs,
);

it(
  '[SA100] [SA101] [SA102] [SA103] [SA104] changes a choice, has a photo taken, and asks without a network to be forgotten, which the desk hears later',
  async () => {
    const memberId = (await club.facts.memberOfCard(cardId)) ?? '';
    const today = formatDay(new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(), 'fr');
    await club.panel.world('lift-from-kiosk', {});
    await holdCard();
    await kiosk.press('door-privacy');
    await kiosk.at('privacy');
    await kiosk.reads(french('privacy.photo'), french('privacy.state.not-given', { day: today }));
    await kiosk.picture('choices');
    await kiosk.press('door-news');
    await kiosk.reads(french('consents.question'), french('consents.free-text'));
    await kiosk.picture('news');
    await kiosk.press('say-yes');
    await kiosk.reads(french('privacy.noted'), french('privacy.state.given', { day: today }));
    await kiosk.leave();
    await club.until(async () => (await club.facts.consentsOf(memberId)).includes('news given'));
    await club.panel.world('lift-from-kiosk', {});

    await club.panel.world('cut-network', {});
    await club.until(async () => (await club.health()).online === false);
    await holdCard();
    await kiosk.press('door-privacy');
    await kiosk.reads(french('privacy.partly'), french('privacy.state.given', { day: today }));
    await kiosk.press('door-news');
    await kiosk.reads(french('consent.words'), french('consent.after.news'));
    await kiosk.press('say-no');
    await kiosk.reads(french('privacy.state.withdrawn', { day: today }));
    await kiosk.press('door-photo');
    await kiosk.reads(french('photo.question'), french('photo.facts.compare'), french('consent.until-now'));
    await kiosk.picture('photo-again');
    await kiosk.press('say-yes');
    await kiosk.at('own-photo', 'running');
    await kiosk.picture('photo-framing');
    await kiosk.press('photo-take');
    await kiosk.at('own-photo', 'review');
    await kiosk.picture('photo-review');
    await kiosk.press('photo-use');
    await kiosk.reads(
      french('privacy.noted'),
      french('privacy.photo'),
      french('privacy.state.given', { day: today }),
    );
    await kiosk.press('door-erasure');
    await kiosk.reads(french('data-request.erasure.lead'), french('data-request.goes'));
    await kiosk.picture('erasure');
    await kiosk.press('request-data');
    await kiosk.reads(french('data-request.sent'), french('data-request.waits'));
    await kiosk.picture('erasure-asked');
    await kiosk.leave();
    expect(await kiosk.page.locator('body').innerText()).not.toContain(french('privacy.news'));
    expect(await club.facts.dataRequestsOf(memberId)).toEqual([]);
    await club.panel.world('restore-network', {});
    await club.until(async () => (await club.facts.dataRequestsOf(memberId)).length > 0);
    expect(await club.facts.dataRequestsOf(memberId)).toEqual([
      expect.stringMatching(/^erasure kiosk open \S/),
    ]);
    expect(await club.facts.consentsOf(memberId)).toEqual(['news withdrawn', 'photo given']);
    await club.until(async () => club.facts.hasPhoto(memberId));
  },
  limitMs,
);

/** Runs in the page: every sign as it comes onto the page, with the moment. */
const signRecorder = `globalThis.signs = [];
  new MutationObserver(() => {
    const { sign, seq } = document.querySelector('main').dataset;
    if (globalThis.signs.at(-1)?.seq !== seq) globalThis.signs.push({ sign, seq, atMs: performance.timeOrigin + performance.now() });
  }).observe(document.querySelector('main'), { attributes: true, childList: true });`;

it(
  '[GS15] [GS7] welcomes the member on the screen at the gate, in their language, within 100 ms of the decision',
  async () => {
    await club.panel.world('lift-from-kiosk', {});
    const gate = await browser.newPage({ viewport: { width: 480, height: 800 } });
    await gate.goto(club.gateScreenUrl);
    const shows = (sign: string) =>
      gate.locator(`main[data-sign="${sign}"]`).waitFor({ timeout: patienceMs });
    await shows('idle');
    await gate.evaluate(signRecorder);
    const before = club.logged('gate.decided').length;
    for (let visit = 0; visit < 3; visit++) {
      await club.panel.world('tap', { gateId: club.gateId, cardId });
      await shows('granted');
      if (visit === 0) {
        // Who bought in French reads French, and nothing else.
        expect((await gate.locator('main').innerText()).split(/\n+/)).toEqual([
          'Tourniquet 1',
          'Bienvenue',
          'Le passage est ouvert.',
          'Avancez, une seule personne à la fois.',
        ]);
        await kiosk.pictureOf(gate, 'gate-welcome');
      }
      await club.push('entry');
      await shows('idle');
    }
    const shownAtMs = (await gate.evaluate<{ sign: string; atMs: number }[]>('globalThis.signs'))
      .filter(({ sign }) => sign === 'granted')
      .map(({ atMs }) => atMs);
    await club.until(async () => club.logged('gate.decided').length === before + 3);
    const decidedAtMs = club
      .logged('gate.decided')
      .slice(before)
      .map(({ time }) => Number(time));
    const tookMs = shownAtMs.map((atMs, visit) => atMs - (decidedAtMs[visit] ?? 0));
    process.stdout.write(
      `decision to sign on the page, ms: ${tookMs.map((ms) => ms.toFixed(1)).join(' ')}\n`,
    );
    expect(tookMs).toHaveLength(3);
    // A machine that does other work beside it may be late now and then.
    expect(tookMs.toSorted((a, b) => a - b)[1]).toBeLessThanOrEqual(100);

    const badge = (await club.panel.club()).cards.find(({ kind }) => kind === 'uid-badge');
    await club.panel.world('tap', { gateId: club.gateId, cardId: badge?.cardId ?? '' });
    await shows('unknown');
    expect(await gate.locator('.other').allInnerTexts()).toEqual([
      'Not recognised',
      'No reconocido',
      'Não reconhecido',
    ]);
    // The page finds the next edge by itself.
    club.kill('edge');
    await club.until(async () => (await club.healthOrNull())?.devices['gate-1.reader']?.status === 'ready');
    await club.panel.world('tap', { gateId: club.gateId, cardId });
    await shows('granted');
    await gate.close();
  },
  limitMs,
);
