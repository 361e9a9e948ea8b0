import { expect, it } from 'vitest';
import { centsOfTyped, typedOfCents } from './typed-euros.ts';

it.each([
  ['54,90', 5_490],
  ['54.9', 5_490],
  [' 1 054,90 € ', 105_490],
  ['12', 1_200],
  ['0,07', 7],
  ['', 0],
])('takes %j for %i cents', (typed, cents) => expect(centsOfTyped(typed)).toBe(cents));

it.each(['-1', '1,234', '12,', 'abc', '1.2.3', '9999999'])('does not take %j', (typed) =>
  expect(centsOfTyped(typed)).toBeNull(),
);

it('writes what it would take', () => {
  for (const cents of [0, 7, 90, 5_490, 100_000]) {
    for (const language of ['fr', 'en'] as const)
      expect(centsOfTyped(typedOfCents(cents, language))).toBe(cents);
  }
});
