import { expect, it } from 'vitest';
import { type Id, newId } from '../base/ids.ts';
import { SeededRandom } from '../base/random.ts';
import { VirtualClock } from '../base/virtual-clock.ts';
import { mandateReference } from './mandate-reference.ts';

it('[Q15] is short enough for a mandate and never twice the same', () => {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const references = Array.from({ length: 2_000 }, () => mandateReference(newId<'visit'>(clock, random)));
  for (const reference of references) expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(new Set(references).size).toBe(references.length);
});

it('[Q15] is the whole id of the visit, in base 32', () => {
  expect(mandateReference('0191e2a4-c5d6-7f8a-9b0c-1d2e3f405162' as Id<'visit'>)).toBe(
    '01J7HA9HEPFY59P30X5RZM0MB2',
  );
  expect(mandateReference('ffffffff-ffff-ffff-ffff-ffffffffffff' as Id<'visit'>)).toBe(
    '7ZZZZZZZZZZZZZZZZZZZZZZZZZ',
  );
});
