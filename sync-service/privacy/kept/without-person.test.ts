import { eventBodySchema } from '@portillon/core/wire/event.ts';
import { expect, it } from 'vitest';
import { entryEvent, nobodysCard } from './without-person.ts';

const card = '01890a5d-ac96-774b-bcce-b302099a8057';
const id = '01890a5d-ac96-774b-bcce-b302099a8058';
const at = '2026-01-02T03:04:05.000Z';
const entry = {
  type: 'access.decided',
  decisionId: id,
  at,
  gateId: 'entry',
  credentialId: card,
  presented: 'card',
  outcome: 'granted',
  reason: null,
  dataAgeMs: 0,
  byGrant: false,
};
const passage = {
  type: 'passage.sensed',
  passageId: id,
  at,
  gateId: 'entry',
  direction: 'entry',
  decisionId: id,
  credentialId: card,
  occupancyAfter: 1,
};
const counted = { stack: 1, bin: 1, fed: 1, captured: 1, handed: 1, inPath: 0, byDevice: null, since: null };
const serviced = {
  type: 'dispenser.serviced',
  interventionId: id,
  at,
  credentialId: card,
  faultBefore: null,
  faultAfter: null,
  outcome: 'ready',
  filled: 1,
  emptied: null,
  takenByHand: 0,
  counted,
  differences: { bin: null, path: 0 },
};

it('[RT7] leaves of an entry all but the person, still understood, and of what it does not know nothing', () => {
  const tableOf = new Map<object, string>([
    [entry, 'decisions'],
    [passage, 'passages'],
    [serviced, 'interventions'],
  ]);
  for (const event of [entry, passage, serviced]) {
    const left = entryEvent(JSON.stringify({ ...event, companion: card, later: { deep: card } }));
    expect(left).toMatchObject({ atMs: Date.parse(at), rowId: id, table: tableOf.get(event) });
    expect(left?.rest).not.toContain(card);
    const person = event === serviced ? nobodysCard : null;
    expect(eventBodySchema.parse(JSON.parse(left?.rest ?? ''))).toEqual(
      eventBodySchema.parse({ ...event, credentialId: person }),
    );
    // Nothing is left to be taken away.
    expect(entryEvent(left?.rest ?? '')?.rest).toBeNull();
  }
  expect(entryEvent(JSON.stringify({ ...entry, credentialId: null }))?.rest).toBeNull();
  const shown = {
    type: 'people.shown',
    at,
    credentialId: card,
    reads: [{ readId: id, memberId: id }],
    box: 'B',
  };
  const left = entryEvent(JSON.stringify(shown));
  expect(JSON.parse(left?.rest ?? '')).toEqual({ ...shown, credentialId: nobodysCard, reads: [] });
  expect(entryEvent(left?.rest ?? '')?.rest).toBeNull();
});

it('[RT7] leaves of an entry that was never understood that it was there, and when', () => {
  const odd = entryEvent(JSON.stringify({ ...entry, outcome: 'maybe', credentialId: { is: card } }));
  const noRow = { rowId: null, table: null };
  expect(odd).toEqual({ atMs: Date.parse(at), rest: JSON.stringify({ type: entry.type, at }), ...noRow });
  const undated = entryEvent(JSON.stringify({ ...entry, at: 'yesterday' }));
  expect(undated).toEqual({ atMs: null, rest: JSON.stringify({ type: entry.type, at: null }), ...noRow });
});

it('[RT7] leaves every other event alone, and what is none', () => {
  for (const body of [
    '',
    'null',
    '[]',
    '3',
    'a\0b',
    '{"type":"sale.completed"}',
    '{"type":["access.decided"]}',
  ]) {
    expect(entryEvent(body)).toBeNull();
  }
});
