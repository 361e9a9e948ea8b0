import { expect, it } from 'vitest';
import { creditorIdOf, isCreditorIdentifier, isDebited } from './creditor-identifier.ts';

it.each(['DE98ZZZ09999999999', 'FR72ZZZ123456', 'ES50ZZZM23456789', 'AT61ZZZ01234567890', 'PT73ZZZ123456'])(
  '[Q14] takes the creditor identifier %s, whatever its business code',
  (identifier) => {
    expect(isCreditorIdentifier(identifier)).toBe(true);
    expect(isCreditorIdentifier(identifier.replace('ZZZ', '001'))).toBe(true);
  },
);

it.each([
  'PT31ZZZ123456',
  'FR73ZZZ123456',
  'FR72ZZZ123465',
  'FR72ZZZ1234567',
  'fr72zzz123456',
  'FR72ZZZ',
  '',
])('[Q14] does not take %j, and a seller with it collects nothing', (identifier) => {
  expect(isCreditorIdentifier(identifier)).toBe(false);
  expect(creditorIdOf({ creditorId: identifier })).toBeNull();
});

it('[Q14] knows a creditor by a good identifier, and none without', () => {
  expect(creditorIdOf({ creditorId: 'FR72ZZZ123456' })).toBe('FR72ZZZ123456');
  expect(creditorIdOf({})).toBeNull();
});

it('[Q7] debits a plan with monthly fees, of a seller that may collect them', () => {
  expect(isDebited({ monthlyCents: 2_990 }, { creditorId: 'FR72ZZZ123456' })).toBe(true);
  expect(isDebited({ monthlyCents: 0 }, { creditorId: 'FR72ZZZ123456' })).toBe(false);
  expect(isDebited({ monthlyCents: 2_990 }, {})).toBe(false);
});
