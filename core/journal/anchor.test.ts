import { expect, it } from 'vitest';
import { type ChainHead, compareAnchor } from './anchor.ts';

const head = (chain: ChainHead['chain'], no: number, signature: string): ChainHead => ({
  chain,
  no,
  signature,
});
const known = [head('T', 5, 't5'), head('J', 9, 'j9')];

it.each([
  ['same', known],
  ['ahead', [head('T', 6, 't6'), head('J', 9, 'j9')]],
  ['ahead', [...known, head('D', 1, 'd1')]],
  ['behind', [head('T', 4, 't4'), head('J', 12, 'j12')]],
  ['behind', [head('J', 9, 'j9')]],
  ['forked', [head('T', 5, 'other'), head('J', 9, 'j9')]],
  ['forked', [head('T', 5, 'other'), head('J', 8, 'j8')]],
] as const)('[FJ17] says %s', (answer, heads) => {
  expect(compareAnchor(known, heads)).toBe(answer);
});

it('[FJ17] sees a fork below a longer chain when it can look at older records', () => {
  const heads = [head('T', 8, 't8'), head('J', 9, 'j9')];
  expect(compareAnchor(known, heads, () => 't5')).toBe('ahead');
  expect(compareAnchor(known, heads, () => 'other')).toBe('forked');
});
