import { isId } from '@portillon/core/base/ids.ts';
import { expect, it } from 'vitest';
import { eventCaseId, eventCaseIds } from './event-case-id.ts';

const edgeId = '01900000-0000-7000-8000-000000000001';

it('makes the ids of cases from the event that opens them: always the same, and no two alike', () => {
  const other = edgeId.replace(/1$/, '2');
  const ids = [1, 2, 71, 712].flatMap((seq) =>
    [0, 1].flatMap((index) => [eventCaseId(edgeId, seq, index), eventCaseId(other, seq, index)]),
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(isId(id)).toBe(true);
    expect(id).toMatch(/^.{14}8.{4}[89ab]/);
  }
  const next = eventCaseIds(edgeId, 7);
  expect([next(), next()]).toEqual([eventCaseId(edgeId, 7, 0), eventCaseId(edgeId, 7, 1)]);
  // Frozen: cases of before must be found again.
  expect(eventCaseId(edgeId, 7, 0)).toMatchInlineSnapshot(`"569b143d-6f7b-85df-a80b-6d1847810292"`);
});
