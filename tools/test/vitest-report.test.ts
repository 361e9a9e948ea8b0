import { expect, it } from 'vitest';
import { tallyOf } from './vitest-report.mjs';

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((each, index) => ({ fullName: `test ${index}`, status: each })),
});

it('counts what passed and what failed, and names what was skipped', () => {
  expect(tallyOf({ testResults: [file('failed', 'passed', 'failed', 'skipped')] }, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: ['test 2'],
    failures: [expect.stringContaining('a.test.ts: test 1')],
  });
});

it('counts a file that could not be loaded', () => {
  const tally = tallyOf({ testResults: [file('failed')] }, 1);
  expect(tally.failed).toBe(1);
  expect(tally.failures).toEqual([expect.stringContaining('a.test.ts: could not be run')]);
});

it('never calls a run good that ended badly', () => {
  expect(tallyOf({ testResults: [file('passed', 'passed')] }, 1).failed).toBe(1);
  expect(tallyOf(null, 137).failed).toBe(1);
});
