import type { CredentialId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { localDate } from '@portillon/core/journal/fiscal-time.ts';
import type { EventBody, EventOf } from '@portillon/core/wire/event.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { Database } from '@portillon/sync-service/postgres/database.ts';
import { testPhoto } from '@portillon/sync-service/test/test-edge.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CameIn } from '../../store/club-people.ts';
import { clubName, LoneClub, type SoldCard } from './test/lone-club.ts';

/**
 * Thirty days without a base, then the drain. What a day brings is played in virtual time, by the shipped sale runner, journal,
 * gate control and store; the base and the agent that drains to it are the real ones. The agent is stopped for the thirty days and
 * a new one is started after them, as on a box that was restarted: its tries meanwhile are the matter of its own tests.
 *
 * Not in it: the screens before a sale (questions, codes typed), the comparison of the terminal's totals, which this terminal does
 * not tell, and passes of phones.
 */
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const daysAlone = 30;
/** Limits of the operator, in days: above them what the book knows is not let in by it any more, but for what was sold here since. */
const limits = { home: 20, network: 29, debtor: 10 };
const debtCount = 5;
const [refundOn, replacementOn, soldAloneOn, facesOn] = [3, 5, 6, 7];
/** A price of the club begins on that day, while nobody can tell it so. */
const dearerOn = 12;
const dearer = { priceCents: 3_290, joiningFeeCents: 1_900 };

/** Nine in the morning, so long ago that nothing that follows lies in the future. */
const cutMs = Math.floor(systemClock.wallMs() / dayMs) * dayMs - (daysAlone + 1) * dayMs + 9 * hourMs;

let club: LoneClub;
let sql: Database;

beforeAll(async () => {
  // Twelve days before: a month that is paid now ends while the club is alone.
  club = await LoneClub.open(cutMs - 12 * dayMs);
  sql = new Database(club.base.databaseUrl, silentLog);
});

afterAll(async () => {
  await sql?.close();
  await club?.close();
});

const reasonOf = ({ outcome, reason }: EventOf<'access.decided'>) => (outcome === 'granted' ? null : reason);
const debtsOf = (credentialId: CredentialId) =>
  club.store.book.credential(credentialId)?.account?.debts ?? [];

it('[M1] [I4] [I7] [I13] [SA93] [AC49] [W-OWN-1] [W-PERSON-6] lives thirty days alone, refuses nothing that policy allows, and is told once and in order', async () => {
  await club.beginsDay();
  const offPeak = await club.sellsMembership('Off-peak');
  const monthly = await club.sellsMembership('Every day');
  const ending = await club.sellsMembership('One month, no commitment');
  const renewing = await club.sellsMembership('One month, no commitment');
  const debtor = await club.sellsMembership('Every day');
  const payer = await club.sellsMembership('Every day');
  const blocked = await club.sellsMembership('Every day');
  const moving = await club.sellsMembership('Every day');
  const losing = await club.sellsMembership('Every day');
  const all = [offPeak, monthly, ending, renewing, debtor, payer, blocked, moving, losing];
  await club.drained();
  await club.until('the base has told of all', () =>
    all.every(({ credentialId }) => club.store.book.credential(credentialId)?.account),
  );
  await club.liveUntil(cutMs);
  await club.beginsDay();
  const { refundCode, replacementCode } = await settleBeforeTheCut({
    debtor,
    payer,
    blocked,
    moving,
    losing,
  });
  await club.drained();
  await club.cutOff();
  expect(club.store.book.dataAgeMs(cutMs)).toBe(0);
  await club.hears();
  const seqAtCut = club.told.length;
  const endsAtMs = Date.parse(club.store.book.credential(ending.credentialId)?.validTo ?? '');
  expect(endsAtMs).toBeGreaterThan(cutMs + 10 * dayMs);
  expect(endsAtMs).toBeLessThan(cutMs + 25 * dayMs);

  // What should have come of each who came, and what came of it.
  const awaited: (string | null)[] = [];
  const came: (string | null)[] = [];
  const decisions: EventOf<'access.decided'>[] = [];
  const entries: string[] = [];
  const prices: (readonly number[])[] = [];
  const faces: CameIn[] = [];
  const comes = async (with_: SimCard | string, refusal: string | null, stays = false) => {
    const decided = await club.comes(with_, { stays });
    decisions.push(decided);
    if (decided.outcome === 'granted') entries.push(decided.decisionId);
    awaited.push(refusal);
    came.push(reasonOf(decided));
  };
  let soldAlone: { readonly card: SimCard; readonly atMs: number } | null = null;
  let replacement: { readonly credentialId: CredentialId; readonly card: SimCard } | null = null;
  for (let day = 0; day < daysAlone; day++) {
    await club.liveUntil(cutMs + day * dayMs + hourMs);
    const isOlder = (days: number) => club.clock.wallMs() - cutMs > days * dayMs;
    const tooOld = (days: number) => (isOlder(days) ? 'data-too-old' : null);
    const isWeekend = [0, 6].includes(new Date(club.clock.wallMs()).getUTCDay());
    await club.beginsDay();
    const newcomer = await club.sellsMembership('Every day');
    prices.push(newcomer.lineCents);
    const dayTicket = await club.sellsDayEntry();
    if (day % 3 === 0) await club.renews(renewing);
    if (day % 3 === 1 && debtsOf(payer.credentialId).length > 0) await club.paysOneDebt(payer);
    if (day === refundOn) await club.carriesOut(refundCode);
    if (day === soldAloneOn) {
      const { card } = await club.sellsMembership('Off-peak');
      soldAlone = { card, atMs: club.clock.wallMs() };
    }
    if (day === replacementOn) replacement = await club.carriesOut(replacementCode);

    const network = tooOld(limits.network);
    await comes(monthly.card, network);
    await comes(offPeak.card, isWeekend ? 'closed-hours' : tooOld(limits.home));
    if (soldAlone) {
      // Known from the sale here, and as old as that (AC49).
      const isTooOld = club.clock.wallMs() - soldAlone.atMs > limits.home * dayMs;
      await comes(soldAlone.card, isWeekend ? 'closed-hours' : isTooOld ? 'data-too-old' : null);
    }
    await comes(ending.card, club.clock.wallMs() >= endsAtMs ? 'expired' : network);
    // Renewed here within the last three days, whatever the age of the book (AC49).
    await comes(renewing.card, null);
    await comes(debtor.card, tooOld(limits.debtor));
    const owes = debtsOf(payer.credentialId).length > 0;
    await comes(payer.card, owes ? tooOld(limits.debtor) : network);
    await comes(blocked.card, 'blocked');
    await comes(moving.card, day >= refundOn ? 'blocked' : network);
    // Whoever ordered the other card had this one blocked.
    await comes(losing.card, 'blocked');
    if (replacement) await comes(replacement.card, network);
    await comes(newcomer.card, null);
    if (day === facesOn) faces.push(...((await club.store.people?.cameIn(20)) ?? []));
    await comes(newcomer.guestTickets[0] ?? '', null);
    await comes(dayTicket, null, day === daysAlone - 1);
    await comes(dayTicket, 'ticket-spent');
  }
  expect(came).toEqual(awaited);
  expect(prices.slice(0, dearerOn)).toEqual(prices.slice(0, dearerOn).fill([2_990, 2_500]));
  expect(prices.slice(dearerOn)).toEqual(prices.slice(dearerOn).fill([3_290, 1_900]));
  // Of before the cut, and sold to since.
  expect(faces.map(({ who, familyName }) => [who, familyName])).toContainEqual(['own', 'Martin']);
  expect(faces.filter(({ who }) => who === 'other')).toEqual([]);
  const own = faces.filter(({ who }) => who === 'own');
  expect(own.length).toBeGreaterThan(4);
  expect(own.map(({ photo }) => photo && Uint8Array.from(photo))).toEqual(own.map(() => testPhoto));
  expect(new Set(came)).toEqual(
    new Set([null, 'blocked', 'closed-hours', 'data-too-old', 'expired', 'ticket-spent']),
  );
  expect(debtsOf(payer.credentialId)).toEqual([]);
  expect(debtsOf(debtor.credentialId)).toHaveLength(1);
  // The age that is written down with each is the time since the cut, to the millisecond.
  expect(decisions.map(({ dataAgeMs }) => dataAgeMs)).toEqual(
    decisions.map(({ at }) => Date.parse(at) - cutMs),
  );
  expect(decisions.at(-1)?.dataAgeMs).toBeGreaterThan((daysAlone - 1) * dayMs);

  await club.liveUntil(cutMs + daysAlone * dayMs);
  await club.hears();
  const alone = club.told.slice(seqAtCut).map(({ body }) => JSON.parse(body) as EventBody);
  expect(await club.store.outbox.count()).toBe(alone.length);
  expect(countOf(alone)).toMatchObject({
    'sale.completed': daysAlone + 1,
    'day-entry.sold': daysAlone,
    'membership.renewed': daysAlone / 3,
    'debt.settled': debtCount,
    'sale.refunded': 1,
    'card.replaced': 1,
    'access.decided': decisions.length,
  });
  // The journal closed each day that was over, the one of the cut included.
  expect(await club.lastClosedDay()).toBe(dayOf(cutMs + (daysAlone - 1) * dayMs));

  // Staff, who do not know yet, look at the card of who got the money back, and leave it as it is: the base tells it again.
  await club.signInStaff();
  const look = `credentials/${moving.credentialId}/status`;
  for (const status of ['blocked', 'active'])
    await club.asStaff('PUT', look, { status, reason: 'Looked at in a test' });
  const shown = new Set<string | undefined>();
  club.store.onToldByBase(() => shown.add(club.store.book.credential(moving.credentialId)?.status));
  const renewedTo = club.store.book.credential(renewing.credentialId)?.validTo;
  club.reachBase('is-held-up');
  await club.until('the feed is heard', () => club.store.book.dataAgeMs(club.clock.wallMs()) === 0);
  expect(reasonOf(await club.comes(moving.card))).toBe('blocked');
  expect(club.store.book.credential(renewing.credentialId)?.validTo).toBe(renewedTo);
  await club.cutOff();
  club.reachBase();
  await club.drained();
  await expectTheSameInTheBase(entries, debtor.memberId);
  // A fresh book: what the base decides from what it was told is here, and no older than now.
  await club.until('the book is fresh', () => club.store.book.dataAgeMs(club.clock.wallMs()) === 0);
  await club.until('the debts are known to be paid', () => debtsOf(payer.credentialId).length === 0);
  // Whichever came first, the feed or the push.
  expect(shown).toEqual(new Set(['blocked']));
  expect(reasonOf(await club.comes(offPeak.card))).not.toBe('data-too-old');
  expect(reasonOf(await club.comes(monthly.card))).toBeNull();
  await club.drained();
}, 120_000);

/** What staff decide on the last day with a network; resolves once the club knows it. */
async function settleBeforeTheCut(who: {
  readonly debtor: SoldCard;
  readonly payer: SoldCard;
  readonly blocked: SoldCard;
  readonly moving: SoldCard;
  readonly losing: SoldCard;
}): Promise<{ readonly refundCode: string; readonly replacementCode: string }> {
  const { debtor, payer, blocked, moving, losing } = who;
  await club.signInStaff();
  const reason = 'Settled in a test';
  const debt = { amountCents: 1_500, vatRate: 2_000, reason: 'other', words: reason };
  await club.asStaff('POST', `members/${debtor.memberId}/debts`, debt);
  for (let no = 0; no < debtCount; no++) await club.asStaff('POST', `members/${payer.memberId}/debts`, debt);
  await club.asStaff('PUT', `credentials/${blocked.credentialId}/status`, { status: 'blocked', reason });
  const refund = { kind: 'refund', saleId: moving.saleId, backCents: moving.lineCents, endsMembership: true };
  const { credentialId } = losing;
  const card = { kind: 'card-replacement', credentialId, edgeId: club.identity.edgeId, free: false };
  const [{ code: refundCode }, { code: replacementCode }] = [
    (await club.asStaff('POST', 'orders', { ...refund, reason, caseId: null })) as { code: string },
    (await club.asStaff('POST', 'orders', { ...card, reason, caseId: null })) as { code: string },
  ];
  const dataAgeHours = {
    home: limits.home * 24,
    network: limits.network * 24,
    debtor: limits.debtor * 24,
    ticket: null,
  };
  const clubId = club.base.clubs[clubName] ?? '';
  await club.asStaff('PUT', `clubs/${clubId}/access`, { policy: { dataAgeHours }, reason });
  const { book } = club.store;
  const everyDay = book.plansOnSale().find(({ plan }) => plan.names.en === 'Every day')?.planId;
  const from = localDate(cutMs + dearerOn * dayMs, 'Europe/Paris');
  const price = { planId: everyDay, level: 'club', from, price: dearer, reason };
  await club.asStaff('POST', `clubs/${clubId}/prices`, price);
  await club.until('the club knows it', () => {
    const policy = book.club(clubId as Parameters<typeof book.club>[0])?.policy;
    return (
      policy?.dataAgeHours.debtor === dataAgeHours.debtor &&
      book.plansOnSale().some(({ plan }) => plan.comingPrices?.[0]?.from === from) &&
      debtsOf(debtor.credentialId).length === 1 &&
      debtsOf(payer.credentialId).length === debtCount &&
      book.credential(blocked.credentialId)?.status === 'blocked' &&
      book.openOrderCount(club.clock.wallMs()) === 2
    );
  });
  return { refundCode, replacementCode };
}

/** What the club says happened is what the base holds: each once, in order, nothing parked. */
async function expectTheSameInTheBase(entries: readonly string[], debtorId: string): Promise<void> {
  const told = club.told.map(({ body }) => JSON.parse(body) as EventBody);
  const held = await sql.query<{ seq: number; eventId: string; hash: string }>(
    'select seq::int as seq, event_id as "eventId", hash from edge_events order by seq',
  );
  expect(held).toEqual(club.told.map(({ seq, eventId, hash }) => ({ seq, eventId, hash })));
  expect(await sql.query('select seq, reason from parked_events')).toEqual([]);
  expect(await sql.query("select detail from cases where kind = 'price-differs'")).toEqual([]);
  expect(
    await sql.query('select digest from attachments where received_at is null or problem is not null'),
  ).toEqual([]);

  const decisions = await sql.query<{ id: string; outcome: string; reason: string | null; ageMs: number }>(
    'select id, outcome, reason, data_age_ms::float8 as "ageMs" from decisions order by at, id',
  );
  expect(decisions).toEqual(
    told.flatMap((event) =>
      event.type === 'access.decided'
        ? [
            {
              id: event.decisionId,
              outcome: event.outcome,
              reason: event.reason,
              ageMs: event.dataAgeMs,
            },
          ]
        : [],
    ),
  );
  const passages = await sql.query<{
    id: string;
    direction: string;
    decisionId: string | null;
    after: number;
  }>(
    `select id, direction, decision_id as "decisionId", occupancy_after as after from passages order by at, id`,
  );
  expect(passages).toEqual(
    told.flatMap((event) =>
      event.type === 'passage.sensed'
        ? [
            {
              id: event.passageId,
              direction: event.direction,
              decisionId: event.decisionId,
              after: event.occupancyAfter,
            },
          ]
        : [],
    ),
  );
  expect(passages.flatMap(({ decisionId }) => decisionId ?? [])).toEqual(entries);

  const money = await sql.query<{ id: string }>(
    'select id from sales union all select id from refunds order by id',
  );
  expect(money.map(({ id }) => id)).toEqual(
    told.flatMap((event) => ('totalCents' in event ? [idOfMoney(event)] : [])).sort(),
  );
  expect(await sql.query('select distinct status from orders')).toEqual([{ status: 'collected' }]);
  const owed = await sql.query<{ memberId: string }>(
    'select member_id as "memberId" from debts where settled_at is null',
  );
  expect(owed).toEqual([{ memberId: debtorId }]);
  const [occupancy] = await sql.query<{ inside: number }>('select inside from occupancy');
  expect(occupancy?.inside).toBe(club.store.passages.inside.inside);
  expect(occupancy?.inside).toBe(1);
}

function idOfMoney(event: Extract<EventBody, { totalCents: number }>): string {
  return event.type === 'sale.refunded' ? event.refundId : event.saleId;
}

function countOf(events: readonly EventBody[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
