import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { BridgePerson } from './bridge-person.ts';
import { StaffDesk } from './staff-desk.ts';
import { TestClub } from './test-club.ts';

/** Orders in one club of real processes: from the staff's interface to the terminal, the journal and the base. */
let club: TestClub;
let desk: StaffDesk;
let person: BridgePerson;

beforeAll(async () => {
  club = await TestClub.open({ sale: { webOrders: true } });
  desk = await StaffDesk.signIn(club.staff);
}, 180_000);
afterAll(() => club?.close(), 60_000);

beforeEach(async () => {
  person = await club.person();
});
afterEach(() => person.leave());

const allIsTold = () => club.until(async () => (await club.health()).outboxLeft === 0);

/** A membership with its card in the hand; its reference and the card. */
async function member(): Promise<{ readonly reference: string; readonly cardId: string }> {
  await person.signContract(1);
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  const { cardId } = await club.panel.world('take-card', {});
  const { saleReference } = await person.sees('receipt');
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  await person.sees('welcome');
  await person.say({ type: 'finish' });
  await person.sees('attract');
  await allIsTold();
  return { reference: saleReference, cardId };
}

/** Gives an order, and resolves with its code once the kiosk has heard of it. */
async function ordered(give: () => Promise<string>): Promise<string> {
  const before = (await club.health()).openOrders;
  const code = await give();
  await club.until(async () => (await club.health()).openOrders > before);
  return code;
}

async function enterCode(code: string) {
  await person.sees('attract', ({ offers }) => offers.code?.possible === true);
  await person.say({ type: 'start', language: 'fr' });
  await person.sees('doors');
  await person.say({ type: 'choose-door', door: 'code' });
  await person.sees('code');
  await person.say({ type: 'give-code', code });
}

async function confirm(code: string) {
  await enterCode(code);
  const order = await person.sees('order');
  await person.say({ type: 'confirm-order' });
  return order;
}

async function finish(): Promise<void> {
  await person.sees('welcome');
  await person.say({ type: 'finish' });
  await person.sees('attract');
}

async function newestPaper(): Promise<string> {
  const { papers } = await club.panel.club();
  const newest = papers.at(-1);
  if (!newest) throw new Error('no paper');
  return (await club.panel.paper(newest.index)).lines.join('\n');
}

it('[J3] [I1] [I3] gives money back by a code: terminal, credit note in the journal and on paper, base; membership and card end', async () => {
  const { reference, cardId } = await member();
  const code = await ordered(() => desk.orderRefund(reference, { endsMembership: true }));
  const order = await confirm(code);
  expect(order).toMatchObject({ kind: 'refund', saleReference: reference, endsMembership: true });
  await person.sees('payment', ({ phase, money }) => phase.name === 'waiting-for-card' && money === 'out');
  await club.presentCard('approve');
  const receipt = await person.sees('receipt', ({ phase }) => phase === 'printed');
  expect(receipt).toMatchObject({ credit: true, totalCents: order.amountCents });
  const paper = await newestPaper();
  expect(paper).toContain('AVOIR');
  expect(paper).toContain(reference);
  await finish();
  await allIsTold();

  const [sale] = (await desk.find(reference)).sales;
  expect(sale).toMatchObject({
    noRefund: 'nothing-left',
    givenBackCents: order.amountCents,
    membership: false,
    card: { blocked: true },
  });
  expect(await club.journal('verify')).toMatchObject({ code: 0 });

  const since = await club.now();
  const before = (await club.facts.decisions()).length;
  await club.panel.world('tap', { gateId: club.gateId, cardId, holdMs: 400 });
  await club.until(async () => (await club.facts.decisions()).length === before + 1);
  expect((await club.facts.decisions()).at(-1)).toMatchObject({ outcome: 'refused', reason: 'blocked' });
  expect(await club.releasedSince(since)).toBe(false);

  await enterCode(code);
  await person.sees('code', ({ problem }) => problem === 'used');
  await person.say({ type: 'finish' });
}, 120_000);

it('[SA64] [I10] [SA15] gives money back once when the power goes while the terminal does', async () => {
  const { reference } = await member();
  await confirm(await ordered(() => desk.orderRefund(reference)));
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  club.kill('edge');
  person.leave();
  await club.until(async () => (await club.healthOrNull()) !== null);
  person = await club.person();
  await person.sees('receipt', ({ phase }) => phase === 'printed');
  await finish();
  await allIsTold();
  const refunds = await club.facts.refundsOf(reference);
  expect(refunds).toHaveLength(1);
  expect((await desk.find(reference)).sales[0]).toMatchObject({ noRefund: 'nothing-left' });
}, 120_000);

it('[J4] makes another card for the fee: the old one opens nothing, the new one opens at once', async () => {
  const { reference, cardId } = await member();
  const code = await ordered(() => desk.orderCard(reference, false));
  const order = await confirm(code);
  expect(order).toMatchObject({ kind: 'card-replacement', amountCents: 1_000 });
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  const taken = await club.panel.world('take-card', {});
  expect(await person.sees('receipt')).toMatchObject({ totalCents: 1_000, credit: false });
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  await finish();
  for (const [card, outcome] of [
    [cardId, 'refused'],
    [taken.cardId, 'granted'],
  ] as const) {
    const before = (await club.facts.decisions()).length;
    await club.panel.world('tap', { gateId: club.gateId, cardId: card, holdMs: 400 });
    await club.until(async () => (await club.facts.decisions()).length === before + 1);
    expect((await club.facts.decisions()).at(-1)).toMatchObject({ outcome });
  }
}, 120_000);

it('[SA60] makes a free card with no terminal asked', async () => {
  const { reference } = await member();
  await confirm(await ordered(() => desk.orderCard(reference, true)));
  await person.sees('take-card', ({ phase, paid }) => phase === 'at-mouth' && !paid);
  await club.panel.world('take-card', {});
  await finish();
  await allIsTold();
  expect((await desk.find(reference)).sales[0]?.card).toMatchObject({ blocked: false });
}, 120_000);

it('[J2] [I1] makes the card of an order that is paid in a web shop: nothing paid, typed or signed, no fiscal record, one card', async () => {
  const made = await club.base(
    ...['api-key', 'make', '--network', '--name', 'Web shop'],
    ...['--scopes', 'orders:write,orders:read,members:read,sales:read'],
  );
  const call = async (path: string, body?: unknown) => {
    const answer = await fetch(new URL(`/api/v1${path}`, club.staff.url), {
      headers: {
        authorization: `Bearer ${made.out.trim()}`,
        'content-type': 'application/json',
        'idempotency-key': 'order-1',
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, never>;
  };
  const clubs: readonly { id: string }[] = (await call('/clubs')).data ?? [];
  const clubId = clubs[0]?.id;
  const plans: readonly { id: string; kind: string; hours: unknown }[] =
    (await call(`/clubs/${clubId}/plans`)).data ?? [];
  // Takings and duplicates; a look into the books is itself a line in them.
  const takings = async () => /T \d+, X \d+, D \d+/.exec((await club.journal('verify')).out)?.[0] ?? '';
  const before = await takings();
  expect(before).not.toBe('');
  const { id, code, memberId } = await call('/orders', {
    reference: 'SHOP-1',
    clubId,
    planId: plans.find(({ kind, hours }) => kind === 'monthly' && hours === null)?.id,
    member: {
      givenName: 'Awa',
      familyName: 'Exemple-Diallo',
      birthDate: '1990-06-01',
      email: null,
      phone: null,
      language: 'fr',
    },
    paid: { amountCents: 4490, at: '2026-11-26T17:58:00.000Z', reference: 'pi_1' },
    contract: { wordingVersion: 'web-3', acceptedAt: '2026-11-26T17:57:00.000Z' },
  });
  const order = await confirm(String(code));
  expect(order).toMatchObject({ kind: 'collection', amountCents: 0 });
  await person.sees('take-card', ({ phase, paid }) => phase === 'at-mouth' && !paid);
  const { cardId } = await club.panel.world('take-card', {});
  await finish();
  await allIsTold();

  expect(await call(`/orders/${id}`)).toMatchObject({ status: 'collected' });
  const { credentials, memberships } = await call(`/members/${memberId}`);
  expect(credentials).toMatchObject([{ kind: 'card', status: 'active' }]);
  expect(memberships).toMatchObject([{ status: 'active' }]);
  const sales: readonly { memberId: string }[] = (await call('/sales')).data ?? [];
  expect(sales.filter((sale) => sale.memberId === memberId)).toMatchObject([
    { totalCents: 0, lines: [], fiscalRecordNo: null },
  ]);
  expect(await takings()).toBe(before);

  const decided = (await club.facts.decisions()).length;
  await club.panel.world('tap', { gateId: club.gateId, cardId, holdMs: 400 });
  await club.until(async () => (await club.facts.decisions()).length === decided + 1);
  expect((await club.facts.decisions()).at(-1)).toMatchObject({ outcome: 'granted' });
  await enterCode(String(code));
  await person.sees('code', ({ problem }) => problem === 'used');
  await person.say({ type: 'finish' });
}, 120_000);

it('[SA65] takes five wrong codes, then none for a minute', async () => {
  const { reference } = await member();
  const code = await ordered(() => desk.orderRefund(reference, { cents: 1 }));
  await enterCode('1234');
  await person.sees('code', ({ problem }) => problem === 'incomplete');
  const wrong = code === '00000000' ? '00000001' : '00000000';
  for (let tries = 1; tries < 5; tries++) {
    await person.say({ type: 'give-code', code: wrong });
    await person.sees('code', ({ problem, triesLeft }) => problem === 'unknown' && triesLeft === 5 - tries);
  }
  await person.say({ type: 'give-code', code: wrong });
  await person.sees('code', ({ problem }) => problem === 'paused');
  await person.say({ type: 'give-code', code });
  await person.sees('code', ({ problem }) => problem === 'paused');
  await person.say({ type: 'finish' });
  await desk.cancelOrders();
}, 120_000);
