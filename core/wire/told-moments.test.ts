import { expect, it } from 'vitest';
import { z } from 'zod';
import { eventBodySchema } from './event.ts';
import { momentPlaces, oddMoment } from './told-moments.ts';

const id = '01999999-9999-7999-8999-999999999999';
const receivedMs = Date.UTC(2026, 10, 27);
const oddIn = (body: z.input<typeof eventBodySchema>) => oddMoment(eventBodySchema.parse(body), receivedMs);

it('[W-PUSH-17] looks at every moment that an event can tell', () => {
  const times = (schema: unknown): number => {
    if (typeof schema !== 'object' || schema === null) return 0;
    if ('format' in schema && schema.format === 'date-time') return 1;
    return Object.values(schema).reduce((sum: number, inner) => sum + times(inner), 0);
  };
  for (const option of eventBodySchema.options) {
    const type = option.shape.type.value;
    const places = momentPlaces.get(type) ?? [];
    expect([type, places.length]).toEqual([type, times(z.toJSONSchema(option, { io: 'input' }))]);
    expect(places.map(({ path }) => path.join('.'))).toContain('at');
  }
});

it.each([
  ['0000-01-01T00:00:00.000Z', true],
  ['1970-01-01T00:00:00Z', true],
  ['2019-12-31T23:59:59.999Z', true],
  ['2020-01-01T00:00:00.000Z', false],
  ['2025-11-27T00:00:00.000Z', false],
  // By a clock that is a year ahead.
  ['2027-11-28T00:00:00.000Z', false],
  ['2028-11-26T00:00:00.000Z', false],
  ['2028-12-01T00:00:00.000Z', true],
  ['9999-12-31T23:59:59.999Z', true],
])('[W-PUSH-17] says of what happened at %s that it cannot be: %s', (at, odd) => {
  const told = oddIn({ type: 'receipt.settled', saleId: id, at, receipt: 'printed' });
  expect(told).toBe(odd ? `at ${at} lies before 2020 or more than two years after it was received` : null);
});

it.each([
  ['1899-12-31T00:00:00.000Z', true],
  ['1998-03-01T00:00:00.000Z', false],
  ['2999-12-31T00:00:00.000Z', false],
  ['3000-01-01T00:00:00.000Z', true],
])('[W-PUSH-17] says of a pass of a member since %s that it cannot be: %s', (validFrom, odd) => {
  const pass = { credentialId: id, publicKey: 'A'.repeat(43), validFrom };
  const told = oddIn({ type: 'pass.enrolled', at: '2026-11-27T00:00:00.000Z', besideCredentialId: id, pass });
  expect(told).toBe(odd ? `pass.validFrom ${validFrom} lies before 1900 or after 2999` : null);
});
