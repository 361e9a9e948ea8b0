import { expect, it } from 'vitest';
import { fault, faultCodes } from './fault-codes.ts';

const entries = Object.entries(faultCodes);

it.each(entries)('%s is a word code, explained in whole sentences', (code, entry) => {
  expect(code).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/);
  for (const sentence of [entry.meaning, entry.machineDoes, entry.staffDo]) {
    expect(sentence).toMatch(/^\p{Lu}/u);
    expect(sentence).toMatch(/\.$/);
    expect(sentence).not.toMatch(/\s{2}|\.\.|TODO/);
  }
});

it('keeps the codes of one device together, so that the page for operators reads well', () => {
  const prefixes = entries.map(([code]) => code.split('.')[0]);
  const runs = prefixes.filter((prefix, index) => prefix !== prefixes[index - 1]);
  expect(runs).toEqual([...new Set(prefixes)]);
});

it('carries a detail for the technician', () => {
  expect(fault('store.full', 'no page left')).toEqual({ code: 'store.full', detail: 'no page left' });
});
