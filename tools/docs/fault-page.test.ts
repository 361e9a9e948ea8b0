import { readFileSync } from 'node:fs';
import { faultCodes } from '@portillon/core/base/fault-codes.ts';
import { expect, it } from 'vitest';
import { faultPage } from './fault-page.mjs';

it("the operator's page says what the registry of faults says; `npm run docs:faults` writes it", () => {
  const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
  expect(page).toBe(faultPage(faultCodes));
});

it('every fault says what it means, what the machine does and what staff do', () => {
  for (const [code, entry] of Object.entries(faultCodes))
    for (const words of [entry.meaning, entry.machineDoes, entry.staffDo])
      expect(words, code).toMatch(/^[A-Z“"].*[.!]$/s);
});
