import { expect, it } from 'vitest';
import { firstDebitOn } from './first-debit.ts';

it.each([
  ['2026-11-26', '2026-12-26'],
  ['2026-12-05', '2027-01-05'],
  ['2027-01-31', '2027-02-28'],
  ['2028-01-30', '2028-02-29'],
  ['2027-02-28', '2027-03-28'],
])('[Q16] what is signed on %s is debited from %s on', (signedOn, debitedOn) => {
  expect(firstDebitOn(signedOn)).toBe(debitedOn);
});
