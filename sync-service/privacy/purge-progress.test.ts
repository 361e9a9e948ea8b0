import { expect, it } from 'vitest';
import { type AnswerState, isToBeToldAgain, progressOf } from './purge-progress.ts';

const nowMs = Date.parse('2026-11-26T12:00:00.000Z');
const hoursAgo = (hours: number) => new Date(nowMs - hours * 3_600_000).toISOString();
const answer = (state: AnswerState, askedHoursAgo: number, toldHoursAgo = askedHoursAgo) => ({
  state,
  askedAt: hoursAgo(askedHoursAgo),
  toldAt: hoursAgo(toldHoursAgo),
});

it('[PV40] [I12] is done only when every store has answered', () => {
  const settled = (['done', 'nothing-found', 'settled-by-hand'] as const).map((state) => answer(state, 1));
  expect(progressOf(settled, nowMs)).toBe('done');
  for (const state of ['outstanding', 'deferred', 'failed'] as const) {
    expect(progressOf([...settled, answer(state, 1)], nowMs)).toBe('under-way');
    expect(progressOf([...settled, answer(state, 72)], nowMs)).toBe('overdue');
  }
  expect(progressOf([], nowMs)).toBe('under-way');
});

it('[PV41] tells again what is overdue, once a day', () => {
  expect(isToBeToldAgain(answer('outstanding', 71), nowMs)).toBe(false);
  expect(isToBeToldAgain(answer('outstanding', 72), nowMs)).toBe(true);
  expect(isToBeToldAgain(answer('outstanding', 100, 23), nowMs)).toBe(false);
  expect(isToBeToldAgain(answer('deferred', 100, 24), nowMs)).toBe(true);
  expect(isToBeToldAgain(answer('done', 100), nowMs)).toBe(false);
});
