import { expect, it } from 'vitest';
import { type DayChecked, meanError, quantile, violationsOf } from './day-checks.ts';
import type { DayRecord, Shown } from './day-record.ts';

const noonMs = Date.parse('2026-11-23T11:00:00.000Z');
const hourMs = 3_600_000;

const granted: Shown = {
  atMs: noonMs,
  person: 'visitor-1',
  gateId: 'gate-1',
  kind: 'card',
  expected: { outcome: 'granted', by: 'book' },
  decided: { decisionId: 'd1', outcome: 'granted', reason: null, by: 'book' },
  releasedAfterMs: 12,
  gotThrough: false,
  networkIsCut: false,
};
const refused: Shown = {
  ...granted,
  person: 'lost-1',
  expected: { outcome: 'refused', reason: 'blocked' },
  decided: { decisionId: 'd2', outcome: 'refused', reason: 'blocked', by: null },
  releasedAfterMs: null,
};
const moment = { atMs: 6 * hourMs, truth: 1, edge: 1, plain: 2, published: null };

/** One comes in, one is refused, one leaves while the edge is away, two hours after a cut. */
const record: DayRecord = {
  shown: [granted, refused],
  moments: [moment],
  turned: { entries: 1, exits: 1 },
  turnedUnwatched: 1,
  sensed: { entries: 1, exits: 0 },
  forced: 0,
  forcedAlarms: 0,
  releases: 1,
  exitsTried: 1,
  exitsRefused: 0,
  lost: [{ person: 'lost-1', whileCut: false, refusedAfterMs: 2_100 }],
  cuts: [{ fromMs: noonMs - 3 * hourMs, toMs: noonMs - 2 * hourMs, drainedAfterMs: 900 }],
  outboxLeft: 0,
  restartMs: 2_000,
  secondTries: 0,
  insideAtEnd: 0,
  mishaps: [],
};
const decision = {
  id: 'd1',
  atMs: noonMs,
  presented: 'card',
  outcome: 'granted',
  reason: null,
  dataAgeMs: 800,
  byGrant: false,
};
const day: DayChecked = {
  record,
  base: {
    decisions: [decision, { ...decision, id: 'd2', outcome: 'refused', reason: 'blocked' }],
    passages: [{ id: 'p1', direction: 'entry', decisionId: 'd1' }],
    passagesBefore: 5_000,
    withoutGap: true,
    parked: 0,
  },
  before: [moment],
  passagesBefore: 5_000,
  insideAtEnd: 0,
};
const entry = (id: string, decisionId: string | null) => ({ id, direction: 'entry' as const, decisionId });
const withRecord = (change: Partial<DayRecord>): DayChecked => ({ ...day, record: { ...record, ...change } });
const withBase = (change: Partial<DayChecked['base']>): DayChecked => ({
  ...day,
  base: { ...day.base, ...change },
});
const brokenBy = (changed: DayChecked) => [
  ...new Set(violationsOf(changed).map(({ invariant }) => invariant)),
];

it('finds nothing in a day on which all holds', () => {
  expect(violationsOf(day)).toEqual([]);
});

it.each<[what: string, changed: DayChecked, invariants: readonly string[]]>([
  [
    '[I4] a passage that the base has twice',
    withBase({ passages: [entry('p1', 'd1'), entry('p2', 'd1')] }),
    ['I4', 'I6'],
  ],
  ['[I4] a passage that the base has not', withBase({ passages: [] }), ['I4']],
  ['[I4] a passage of the days before that is gone', withBase({ passagesBefore: 4_999 }), ['I4']],
  ['[I4] a decision that the base has not', withBase({ decisions: [decision] }), ['I4']],
  ['[I4] a gap in the events', withBase({ withoutGap: false }), ['I4']],
  ['[I4] an event that was parked', withBase({ parked: 1 }), ['I4']],
  [
    '[I4] a turn that nobody saw with an edge there',
    withRecord({ turned: { entries: 1, exits: 2 }, turnedUnwatched: 0 }),
    ['I4'],
  ],
  [
    '[I5] a lost card refused too late',
    withRecord({ lost: [{ person: 'lost-1', whileCut: false, refusedAfterMs: 9_000 }] }),
    ['I5'],
  ],
  [
    '[I5] a lost card never refused',
    withRecord({ lost: [{ person: 'lost-1', whileCut: true, refusedAfterMs: null }] }),
    ['I5'],
  ],
  [
    '[I6] somebody refused who got through',
    withRecord({ shown: [granted, { ...refused, gotThrough: true }] }),
    ['I6'],
  ],
  ['[I6] an entry that nobody was let in for', withBase({ passages: [entry('p1', null)] }), ['I6']],
  ['[I6] an entry for a decision that refused', withBase({ passages: [entry('p1', 'd2')] }), ['I6']],
  ['[I6] more people than releases', withRecord({ releases: 0 }), ['I6']],
  ['[I7] events that are still owed', withRecord({ outboxLeft: 3 }), ['I7']],
  ['[I9] somebody who was not let out', withRecord({ exitsRefused: 1 }), ['I9']],
  [
    '[I13] another decision than the rule’s',
    withRecord({ shown: [{ ...granted, decided: null }, refused] }),
    ['I13', 'I4'],
  ],
  [
    '[I13] a decision without its age',
    withBase({
      decisions: [
        { ...decision, dataAgeMs: null },
        { ...decision, id: 'd2' },
      ],
    }),
    ['I13'],
  ],
  [
    '[I13] old data with the network there',
    withBase({
      decisions: [
        { ...decision, dataAgeMs: hourMs },
        { ...decision, id: 'd2' },
      ],
    }),
    ['I13'],
  ],
  [
    '[I13] young data in a cut',
    withRecord({ cuts: [{ fromMs: noonMs - hourMs, toMs: noonMs + hourMs, drainedAfterMs: 1 }] }),
    ['I13'],
  ],
  [
    'a count further off than half of a plain counter',
    withRecord({ moments: [{ ...moment, edge: 3 }] }),
    ['OC14'],
  ],
  ['another number inside than planned', withRecord({ insideAtEnd: 1 }), ['plan']],
  ['an alarm about nobody', withRecord({ forcedAlarms: 1 }), ['alarms']],
  ['what could not be done as planned', withRecord({ mishaps: ['the arm was stuck'] }), ['plan']],
])('finds %s', (_what, changed, invariants) => {
  expect(brokenBy(changed)).toEqual(invariants);
});

it('judges no count by few people and days', () => {
  const few = { ...withRecord({ moments: [{ ...moment, edge: 3 }] }), passagesBefore: 100 };
  expect(brokenBy({ ...few, base: { ...few.base, passagesBefore: 100 } })).toEqual([]);
});

it('averages errors and finds quantiles', () => {
  expect(meanError([moment, { ...moment, truth: 5 }], ({ plain }) => plain)).toBe(2);
  expect(meanError([], ({ plain }) => plain)).toBe(0);
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([3, 1, 2], 0.99)).toBe(3);
  expect(quantile([], 0.5)).toBe(null);
});
