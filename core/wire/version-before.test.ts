import { expect, it } from 'vitest';
import { eventBodySchema } from './event.ts';
import {
  enrolAnswerSchema,
  feedAnswerSchema,
  pushAnswerSchema,
  pushRequestSchema,
  wireVersion,
} from './messages.ts';
import recorded from './vectors/version-before.json' with { type: 'json' };
import * as before from './vectors/version-before-schemas.mjs';

/** Paths of all that the version before reads in it, and that is not read alike. */
function missed(told: unknown, read: unknown, path = ''): string[] {
  if (typeof told !== 'object' || told === null) return Object.is(told, read) ? [] : [path];
  return Object.entries(told).flatMap(([key, value]) =>
    missed(value, (read as Record<string, unknown> | null | undefined)?.[key], `${path}/${key}`),
  );
}

const kinds = recorded.eventBodies.map(
  (text) => [(JSON.parse(text) as { type: string }).type, text] as const,
);

it.each(kinds)('[W-VER-1] reads %s of the version before, and misses nothing of it', (_type, text) => {
  const told: unknown = JSON.parse(text);
  expect(missed(before.eventBodySchema.parse(told), eventBodySchema.parse(told))).toEqual([]);
});

it('[W-VER-1] has most kinds of events recorded', () => {
  expect(new Set(kinds.map(([type]) => type)).size).toBeGreaterThan(15);
});

it.each([
  ['a push', pushRequestSchema, before.pushRequestSchema, recorded.pushRequests],
  ['an answer to a push', pushAnswerSchema, before.pushAnswerSchema, recorded.pushAnswers],
  ['the feed', feedAnswerSchema, before.feedAnswerSchema, recorded.feedAnswers],
  ['what enrolment tells', enrolAnswerSchema, before.enrolAnswerSchema, [recorded.enrolAnswer]],
] as const)(
  '[W-VER-1] reads %s of the version before, and misses nothing of it',
  (_what, schema, schemaBefore, texts) => {
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) {
      const told: unknown = JSON.parse(text);
      expect(missed(schemaBefore.parse(told), schema.parse(told))).toEqual([]);
    }
  },
);

it('[W-VER-5] speaks the version that it always spoke', () => {
  expect(wireVersion).toBe(1);
  expect(
    recorded.pushRequests.map((text) => (JSON.parse(text) as { wireVersion: number }).wireVersion),
  ).toContain(1);
});
