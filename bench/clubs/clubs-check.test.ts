import { expect, it } from 'vitest';
import { checkClubs, type HeldByBase, type ToldByClub } from './clubs-check.ts';

const told: ToldByClub = {
  club: 3,
  edgeId: 'edge',
  events: [
    { eventId: 'one', hash: 'h1', row: 'sales a' },
    { eventId: 'two', hash: 'h2', row: 'decisions b' },
  ],
  seenCommitted: ['two', 'one'],
  book: new Map([['card', 'active']]),
};

const held: HeldByBase = {
  events: new Map([
    [
      'edge',
      [
        { seq: 1, eventId: 'one', hash: 'h1', receivedAtMs: 10 },
        { seq: 2, eventId: 'two', hash: 'h2', receivedAtMs: 10 },
      ],
    ],
  ]),
  parked: [],
  rows: ['sales a', 'decisions b'],
  credentials: new Map([['card', 'active']]),
  attachmentsMissing: 0,
  attachmentsUnreadable: 0,
};

const events = (
  change: (all: { seq: number; eventId: string; hash: string; receivedAtMs: number }[]) => void,
) => {
  const all = structuredClone([...(held.events.get('edge') ?? [])]);
  change(all);
  return { ...held, events: new Map([['edge', all]]) };
};

it('holds when both say the same', () => {
  expect(checkClubs([told], held)).toMatchObject({ holds: true, events: 2 });
});

it.each<[string, ToldByClub, HeldByBase, 'lost' | 'twice' | 'outOfOrder' | 'booksBehind']>([
  ['an event that never came', told, { ...events((all) => all.pop()), rows: ['sales a'] }, 'lost'],
  ['a row that is missing', told, { ...held, rows: ['sales a'] }, 'lost'],
  ['what was committed and is on no disk', { ...told, seenCommitted: ['three'] }, held, 'lost'],
  ['a row that is there twice', told, { ...held, rows: [...held.rows, 'sales a'] }, 'twice'],
  ['a row of nobody', told, { ...held, rows: [...held.rows, 'sales x'] }, 'twice'],
  [
    'an event that is there twice',
    told,
    events((all) => all.push({ seq: 3, eventId: 'two', hash: 'h2', receivedAtMs: 11 })),
    'twice',
  ],
  [
    'an event that no box told',
    told,
    events((all) => all.push({ seq: 3, eventId: 'x', hash: 'h3', receivedAtMs: 11 })),
    'twice',
  ],
  ['two that changed places', told, events((all) => all.reverse()), 'outOfOrder'],
  [
    'one that was taken in before its turn',
    told,
    events((all) => {
      if (all[1]) all[1].receivedAtMs = 9;
    }),
    'outOfOrder',
  ],
  [
    'another content under its number',
    told,
    events((all) => {
      if (all[1]) all[1].hash = 'h9';
    }),
    'outOfOrder',
  ],
  [
    'a book that lets in a blocked card',
    told,
    { ...held, credentials: new Map([['card', 'blocked']]) },
    'booksBehind',
  ],
])('finds %s', (_name, club, base, where) => {
  const verdict = checkClubs([club], base);
  expect(verdict.holds).toBe(false);
  expect(verdict[where]).not.toEqual([]);
});

it('asks for no row of an event that is parked, and lists it', () => {
  const parked = [{ edgeId: 'edge', seq: 2, eventId: 'two', reason: 'not understood' }];
  const verdict = checkClubs([told], { ...held, parked, rows: ['sales a'] });
  expect(verdict).toMatchObject({ holds: true, parked });
});

it('does not hold while a photo is missing', () => {
  expect(checkClubs([told], { ...held, attachmentsMissing: 1 }).holds).toBe(false);
});
