import { cents } from '@portillon/core/base/money.ts';
import { expect, it } from 'vitest';
import { bytesOfHex } from '../../card/hex.ts';
import { decodeApdu } from './apdu.ts';
import {
  judgePayment,
  type KnownOfPayment,
  type StoredTransaction,
  storedTransaction,
} from './stored-transaction.ts';
import dissected from './vectors/dissected-apdus.json' with { type: 'json' };
import { decodeMessage, slipOf, type ZvtStatus } from './zvt-messages.ts';

const approved = approvedStatus();
const nothingKnown: KnownOfPayment = { letGo: false, lastReceipt: null };

function approvedStatus(): ZvtStatus {
  const apdu = decodeApdu(bytesOfHex(dissected.terminal.approved.apdu));
  const message = apdu && decodeMessage(apdu);
  if (!message?.ok || message.value.kind !== 'status') throw new Error('the vector is no status');
  return message.value.status;
}

function stored(receipt: string, amountCents = 3_990): StoredTransaction {
  const numbers = { receipt, trace: `00${receipt}` };
  return { kind: 'stored', status: { ...approved, numbers, amountCents: cents(amountCents) } };
}

function judged(ours: string | null, last: StoredTransaction, known = nothingKnown): string {
  const slip = { ...slipOf(approved, cents(3_990)), terminalReceipt: ours && `${ours}/00${ours}` };
  const payment = { reference: 'SALE0001A', amountCents: cents(3_990), slip: ours === null ? null : slip };
  const outcome = judgePayment(payment, last, known);
  return outcome.kind === 'declined' ? outcome.reason : outcome.kind;
}

it.each([
  ['is the latest', '0471', stored('0471'), 'captured'],
  ['is newer than the latest', '0472', stored('0471'), 'not-found'],
  ['is newer, around the end of the numbers', '0001', stored('9999'), 'not-found'],
  ['is older than the latest', '0470', stored('0471'), 'in-doubt'],
  ['is older, around the end of the numbers', '9999', stored('0001'), 'in-doubt'],
  ['is the latest, for another amount', '0471', stored('0471', 100), 'in-doubt'],
  ['finds an empty journal', '0471', { kind: 'none' } as const, 'not-found'],
])('[ZV8] a payment whose receipt %s', (_title, ours, last, outcome) => {
  expect(judged(ours, last)).toBe(outcome);
});

it('[ZV8] a payment that this process let go of was not booked, whatever came after', () => {
  expect(judged('0470', stored('0471'), { letGo: true, lastReceipt: null })).toBe('not-found');
});

it('[ZV8] a payment without a slip is in doubt only beside a transaction of its amount that nobody knows', () => {
  expect(judged(null, { kind: 'none' })).toBe('not-found');
  expect(judged(null, stored('0471', 100))).toBe('not-found');
  expect(judged(null, stored('0471'))).toBe('in-doubt');
  expect(judged(null, stored('0471'), { letGo: false, lastReceipt: '0471' })).toBe('not-found');
});

it('[ZV8] a terminal that cannot repeat leaves a payment in doubt', () => {
  const told = { status: null, why: null };
  const refused = storedTransaction({ kind: 'refused', code: 0x83 });
  expect(refused.kind).toBe('unknown');
  expect(judged('0471', refused)).toBe('in-doubt');
  expect(storedTransaction({ kind: 'aborted', code: 0x6c, told }).kind).toBe('unknown');
  expect(storedTransaction({ kind: 'completed', terminalStatus: 0, told }).kind).toBe('unknown');
  expect(storedTransaction({ kind: 'aborted', code: 0x83, told })).toEqual({ kind: 'none' });
});

it('[ZV8] an end of day that is repeated in place of a payment says nothing of it', () => {
  const status = { ...approved, totals: { count: 1, amountCents: cents(3_990) } };
  const told = { status, why: null };
  expect(storedTransaction({ kind: 'completed', terminalStatus: 0, told }).kind).toBe('unknown');
});
