import { expect, it } from 'vitest';
import type { OutboxEvent } from '../wire/event.ts';
import { chainBreak, eventHash, genesisHash } from './hash-chain.ts';

function chainOf(bodies: readonly string[]): OutboxEvent[] {
  const events: OutboxEvent[] = [];
  for (const [index, body] of bodies.entries()) {
    const prevHash = events.at(-1)?.hash ?? genesisHash;
    const eventId = `event-${index}`;
    events.push({
      seq: index + 1,
      eventId,
      body,
      prevHash,
      hash: eventHash(prevHash, index + 1, eventId, body),
    });
  }
  return events;
}

/** The first thing wrong with a list of events. */
function problem(events: readonly OutboxEvent[]): string | null {
  let [seq, hash] = [0, genesisHash];
  for (const event of events) {
    const broken = chainBreak(seq, hash, event);
    if (broken) return broken;
    [seq, hash] = [event.seq, event.hash];
  }
  return null;
}

const chain = chainOf(['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}']);

it('holds as it was made', () => {
  expect(problem(chain)).toBeNull();
  expect(genesisHash).toMatch(/^0{64}$/);
});

it('breaks when an event is left out, doubled or moved', () => {
  for (let at = 0; at < chain.length - 1; at++) {
    expect(problem(chain.toSpliced(at, 1))).toContain('does not follow');
    expect(problem(chain.toSpliced(at, 0, ...chain.slice(at, at + 1)))).toContain('does not follow');
  }
});

it.each(['seq', 'eventId', 'body', 'prevHash', 'hash'] as const)(
  'breaks when %s is changed anywhere',
  (field) => {
    for (const [at, event] of chain.entries()) {
      const changed =
        field === 'seq' ? { ...event, seq: event.seq + 1 } : { ...event, [field]: `${event[field]}0` };
      expect(problem(chain.with(at, changed))).not.toBeNull();
    }
  },
);

it('breaks when an event is written again with a hash that fits it alone', () => {
  const [first, second, ...rest] = chain;
  if (!first || !second) throw new Error('the chain has four events');
  const forged = { ...second, body: '{"a":9}' };
  forged.hash = eventHash(forged.prevHash, forged.seq, forged.eventId, forged.body);
  expect(problem([first, forged, ...rest])).toBe('event 3 does not link to the one before it');
});
