import { isId } from '@portillon/core/base/ids.ts';
import { expect, it } from 'vitest';
import { eventCaseId } from './event-case-id.ts';

const edgeId = '01900000-0000-7000-8000-000000000001';

it('makes the id of a case from the event that opens it: always the same, and no two alike', () => {
  expect(eventCaseId(edgeId, 7)).toBe(eventCaseId(edgeId, 7));
  const other = edgeId.replace(/1$/, '2');
  const ids = [1, 2, 71, 712].flatMap((seq) => [eventCaseId(edgeId, seq), eventCaseId(other, seq)]);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(isId(id)).toBe(true);
    expect(id).toMatch(/^.{14}8.{4}[89ab]/);
  }
  // Frozen: cases of before must be found again.
  expect(eventCaseId(edgeId, 7)).toMatchInlineSnapshot(`"69d7560a-b982-87ea-9e79-cd53efd2a2d5"`);
});
