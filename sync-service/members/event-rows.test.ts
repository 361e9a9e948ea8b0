import { pricesBetween } from '@portillon/core/sale/price-rule.ts';
import { type EventBody, eventBodySchema } from '@portillon/core/wire/event.ts';
import { describe, expect, it } from 'vitest';
import { newTestId, saleEvent, visit } from '../test/test-edge.ts';
import { priceTime } from './charged-price.ts';
import type { Facts } from './event-facts.ts';
import { eventRows } from './event-rows.ts';
import type { RowChange } from './row-change.ts';

const reporter = { edgeId: newTestId(), clubId: newTestId(), legalEntityId: newTestId() };
const nothingKnown: Facts = {
  reporter,
  receivedAt: '2026-12-31T00:00:00.000Z',
  usedTickets: new Set(),
  planPrices: [],
  decisionGranted: false,
  saleClubId: null,
  saleMoney: null,
  lastClosing: null,
  usedTwice: [],
  copiedBadge: null,
  settledCase: null,
  account: null,
  order: null,
  gateOrder: null,
  purge: null,
  replaced: null,
  holder: null,
  newCaseId: newTestId,
};

function rowsOf(event: EventBody, facts: Partial<Facts> = {}): readonly RowChange[] {
  const rows = eventRows(eventBodySchema.parse(event), { ...nothingKnown, ...facts });
  if (!rows.ok) throw new Error(rows.error);
  return rows.value;
}

function reasonOf(event: EventBody, facts: Partial<Facts> = {}): string {
  const rows = eventRows(eventBodySchema.parse(event), { ...nothingKnown, ...facts });
  return rows.ok ? 'applied' : rows.error;
}

const sale = (ticket = false) =>
  saleEvent({ legalEntityId: reporter.legalEntityId, planId: newTestId(), ticket });

describe('what an event does to the tables', () => {
  it('is, for a sale, one row each for member, sale, membership, every credential and every attachment', () => {
    const tables = rowsOf(sale(true)).map(({ table }) => table);
    expect(tables).toEqual([
      'members',
      'sales',
      'memberships',
      'credentials',
      'credentials',
      'attachments',
      'attachments',
      'attachments',
    ]);
  });

  it('leaves out the photo of somebody who gave none', () => {
    const sold = sale();
    const rows = rowsOf({ ...sold, member: { ...sold.member, photoDigest: null } });
    expect(rows.filter(({ table }) => table === 'attachments')).toHaveLength(2);
  });

  it('keeps the number and characters of the fiscal record of a sale, and none of an edge that told none', () => {
    const columnsOf = (event: EventBody) =>
      rowsOf(event).flatMap((change) =>
        change.do === 'insert' && change.table === 'sales'
          ? [change.row.fiscal_record_no, change.row.fiscal_characters]
          : [],
      );
    expect(columnsOf({ ...sale(), fiscal: { recordNo: 1_204, characters: 'FUCC' } })).toEqual([
      1_204,
      'FUCC',
    ]);
    expect(columnsOf(sale())).toEqual([null, null]);
  });

  it('is the same whatever else the base knows: the event and the facts decide alone', () => {
    const sold = sale(true);
    expect(rowsOf(sold)).toEqual(rowsOf(sold, { decisionGranted: true, saleClubId: newTestId() }));
  });

  it('[I6] is, for a card that was never paid for, a blocked credential of nobody', () => {
    const rows = rowsOf({
      type: 'credential.blocked',
      saleId: newTestId(),
      at: sale().at,
      credentialId: newTestId(),
      planId: newTestId(),
      cardUid: '04112233445566',
      reason: 'not-paid',
    });
    expect(rows).toMatchObject([
      { do: 'insert', table: 'credentials', row: { status: 'blocked', member_id: null, sale_id: null } },
    ]);
  });

  it('writes no personal data: a sale carries digests of it only', () => {
    const columns = rowsOf(sale()).flatMap((row) => (row.do === 'insert' ? Object.keys(row.row) : []));
    for (const column of ['given_name', 'family_name', 'birth_date', 'email', 'phone']) {
      expect(columns).not.toContain(column);
    }
  });

  it.each([
    [true, 'entry', true, 1],
    [false, 'entry', true, 0],
    [true, 'exit', true, 0],
    [true, 'entry', false, 0],
  ] as const)(
    'spends a ticket only at an entry, granted, by somebody known (granted %s, %s, known %s: %i)',
    (decisionGranted, direction, known, spent) => {
      const { sensed } = visit(known ? newTestId() : null);
      const rows = rowsOf({ ...sensed, direction }, { decisionGranted });
      expect(rows.filter(({ table }) => table === 'credentials')).toHaveLength(spent);
    },
  );

  it('parks what contradicts itself or does not belong to the club', () => {
    const sold = sale();
    const { decided } = visit(null);
    const settled = {
      type: 'receipt.settled',
      saleId: sold.saleId,
      at: sold.at,
      receipt: 'printed',
    } as const;
    expect(reasonOf({ ...sold, legalEntityId: newTestId() })).toMatch(/legal entity/);
    expect(reasonOf({ ...sold, totalCents: sold.totalCents + 1 })).toMatch(/lines come to/);
    expect(reasonOf({ ...decided, reason: 'expired' })).toMatch(/a refusal has a reason/);
    expect(reasonOf({ ...decided, outcome: 'refused' })).toMatch(/a refusal has a reason/);
    expect(reasonOf(settled)).toMatch(/no such sale/);
    expect(reasonOf(settled, { saleClubId: newTestId() })).toMatch(/another club/);
    expect(reasonOf(settled, { saleClubId: reporter.clubId })).toBe('applied');
  });
});

describe('a pass that was enrolled', () => {
  const memberId = newTestId();
  const card = {
    kind: 'card',
    status: 'active' as const,
    saleId: newTestId(),
    memberId,
    planId: newTestId(),
    homeClubId: newTestId(),
    singleUse: false,
    validTo: '2027-11-23T00:00:00.000Z',
    paidTo: '2027-11-23T00:00:00.000Z',
    hasEnded: false,
    wasReplaced: false,
  };
  const enrolled: EventBody = {
    type: 'pass.enrolled',
    at: '2026-11-23T11:00:00.000Z',
    besideCredentialId: newTestId(),
    pass: {
      credentialId: newTestId(),
      publicKey: 'A'.repeat(43),
      validFrom: '2026-11-23T11:00:00.000Z',
    },
  };

  it('[W-PASS-1] [W-PASS-2] is a credential of the member of the card, good as long as it, and ends the one before', () => {
    const [ended, , added] = rowsOf(enrolled, { replaced: card });
    expect(ended).toMatchObject({
      do: 'update',
      set: { status: 'blocked' },
      where: { member_id: memberId, kind: 'pass' },
    });
    expect(added).toMatchObject({
      do: 'insert',
      row: {
        kind: 'pass',
        public_key: 'A'.repeat(43),
        member_id: memberId,
        plan_id: card.planId,
        home_club_id: card.homeClubId,
        sale_id: card.saleId,
        valid_to: card.validTo,
        status: 'active',
      },
    });
  });

  it('[W-PASS-1] is blocked beside a card that is blocked by then, and parked beside anything else', () => {
    for (const ended of [{ status: 'blocked' as const }, { hasEnded: true }]) {
      // And it ends nothing: whoever found a lost card must not take the member's own phone from them.
      expect(rowsOf(enrolled, { replaced: { ...card, ...ended } })).toMatchObject([
        { do: 'insert', row: { kind: 'pass', status: 'blocked' } },
      ]);
    }
    const reason = 'the base knows nothing of a member beside which the pass was enrolled';
    expect(reasonOf(enrolled)).toBe(reason);
    expect(reasonOf(enrolled, { replaced: { ...card, kind: 'ticket', singleUse: true } })).toBe(reason);
  });

  it('[W-PASS-6] takes over from the ticket that stood in for it, and is good for as long as was paid', () => {
    const ticket = { ...card, kind: 'ticket', validTo: '2026-12-07T00:00:00.000Z' };
    const [, ended, added] = rowsOf(enrolled, { replaced: ticket });
    expect(ended).toMatchObject({
      set: { status: 'blocked' },
      where: { member_id: memberId, kind: 'ticket', single_use: false },
    });
    expect(added).toMatchObject({ row: { kind: 'pass', valid_to: card.paidTo, status: 'active' } });
  });
});

it.each(['0000-01-01T00:30:00Z', '1500-03-01T00:10:00Z', '9999-12-31T23:59:59Z'])(
  '[W-PLAN-3] [W-PUSH-6] knows of a sale of %s what the plan cost, wherever the club is: none holds up what follows',
  (at) => {
    const sold = { ...saleEvent({ legalEntityId: newTestId(), planId: newTestId() }), at };
    const event = eventBodySchema.parse(sold);
    if (event.type !== 'sale.completed') throw new Error('it is a sale');
    const price = { priceCents: 100, joiningFeeCents: 0 };
    for (const timeZone of ['Europe/Paris', 'America/Martinique', 'Pacific/Noumea']) {
      const time = { ...priceTime(event, '2026-11-23T09:00:00.000Z'), timeZone };
      expect(pricesBetween([], price, time)).toEqual([price]);
    }
  },
);
