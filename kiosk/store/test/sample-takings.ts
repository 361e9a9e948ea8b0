import { type Cents, cents, netOf, vatRate } from '@portillon/core/base/money.ts';
import type { Taking } from '@portillon/core/journal/taking.ts';
import type { FiscalTill } from '../fiscal-journal.ts';

/** Takings for tests of the journal. */
export const sampleTill: FiscalTill = {
  est: '12345678900012',
  till: 'B01',
  timeZone: 'Europe/Paris',
  software: { version: '0.1.0', perimeter: '' },
};

export const sampleOperator = '01900000-0000-7000-8000-000000000077';

function lineOf(code: string, gross: number, rate: number) {
  const grossCents: Cents = cents(gross);
  return {
    code,
    label: `Article ${code}, "été"; ${rate / 100} %`,
    quantity: gross < 0 ? '-1' : '1',
    unitCents: cents(Math.abs(gross)),
    grossCents,
    netCents: netOf(grossCents, vatRate(rate)),
    vatRate: rate,
  };
}

/** A membership at 20 % and a book at 5.5 %. */
export function sampleSale(membershipCents = 2_990, bookCents = 1_055, means = 'CB'): Taking {
  return {
    type: 'VENTE',
    originalNo: null,
    lines: [lineOf('plan-1', membershipCents, 2_000), lineOf('book-1', bookCents, 550)],
    payments: [
      {
        means,
        amountCents: cents(membershipCents + bookCents),
        terminalId: 'T0001',
        maskedPan: '************4869',
        authorisation: 'A1B2C3',
      },
    ],
    customerId: '01900000-0000-7000-8000-000000000010',
  };
}

/** The whole of `sampleSale` given back. */
export function sampleCredit(originalNo: number, membershipCents = 2_990, bookCents = 1_055): Taking {
  return {
    type: 'AVOIR',
    originalNo,
    lines: [lineOf('plan-1', -membershipCents, 2_000), lineOf('book-1', -bookCents, 550)],
    payments: [{ means: 'CB', amountCents: cents(-membershipCents - bookCents) }],
    customerId: null,
  };
}
