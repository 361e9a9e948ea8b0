import { describe, expect, it } from 'vitest';
import type { OrderRecord } from '../wire/messages.ts';
import { type LocalOrder, mayGiveBack, orderRefusal } from './order.ts';

const nowMs = Date.parse('2026-11-26T10:00:00Z');
const facts = { nowMs, edgeId: 'this', usedHere: false };
const order: LocalOrder = {
  place: 'here',
  codeHash: '',
  expiresAt: '2026-11-26T10:00:00.001Z',
  kind: 'refund',
  status: 'open',
  edgeId: 'this',
  saleId: 'sale',
  saleReference: 'M7QK-2F9C',
  credentialId: null,
  memberId: null,
  amountCents: 2_000,
  lines: [],
  ends: [],
};

describe('an order', () => {
  it('[SA62] is carried out by the box it names, while it is open, before its time is over', () => {
    expect(orderRefusal(order, facts)).toBeNull();
  });

  it.each<[string, OrderRecord | null, Partial<typeof facts>]>([
    ['unknown', null, {}],
    ['other-club', { place: 'elsewhere', codeHash: '', expiresAt: order.expiresAt }, {}],
    ['other-kiosk', { ...order, edgeId: 'that' }, {}],
    ['expired', order, { nowMs: nowMs + 1 }],
    ['cancelled', { ...order, status: 'cancelled' }, {}],
    ['used', { ...order, status: 'collected' }, {}],
    ['used', { ...order, status: 'in-doubt' }, {}],
    ['used', order, { usedHere: true }],
    ['used', { ...order, status: 'cancelled' }, { usedHere: true }],
    ['cancelled', { ...order, status: 'cancelled', edgeId: 'that' }, { nowMs: nowMs + 1 }],
  ])('[SA62] is otherwise refused: %s', (refusal, record, more) => {
    expect(orderRefusal(record, { ...facts, ...more })).toBe(refusal);
  });
});

describe('money given back', () => {
  it('[SA63] is never more than was paid, with what was given back before', () => {
    const sale = { totalCents: 5_490, undone: false, backCents: 3_490 };
    expect(mayGiveBack(sale, 2_000)).toBe(true);
    expect(mayGiveBack(sale, 2_001)).toBe(false);
    expect(mayGiveBack(sale, 0)).toBe(false);
    expect(mayGiveBack(sale, -1)).toBe(false);
    expect(mayGiveBack({ ...sale, undone: true }, 1)).toBe(false);
    expect(mayGiveBack(null, 1)).toBe(false);
  });
});
