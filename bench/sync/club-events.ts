import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';

/** What the events of a club are about. */
export interface ClubMembers {
  readonly credentialIds: readonly string[];
}

/** One in so many is refused, for being inside already; of these one in ten for a reason that the base does not know of. */
const refusedOneIn = 20;
const gates = ['gate-1', 'gate-2'];

/**
 * What gates tell while a club is cut off, from a moment on, a millisecond between two events: a decision and, for who was
 * let in, the passage; entries and exits. The book is as old as the outage, so that the base looks at each entry again.
 */
export function* gateEvents(
  random: Random,
  { credentialIds }: ClubMembers,
  fromMs: number,
): Generator<EventBody, never> {
  const id = () => newId(systemClock, random);
  for (let number = 0, inside = 0; ; ) {
    const credentialId = credentialIds[random.below(credentialIds.length)] ?? null;
    const gateId = gates[number % gates.length] ?? 'gate-1';
    const direction = number % 4 < 2 ? 'entry' : 'exit';
    const refused = random.below(refusedOneIn) === 0;
    const decisionId = id();
    const at = () => isoTime(fromMs + number++);
    yield {
      type: 'access.decided',
      decisionId,
      at: at(),
      gateId,
      zone: null,
      direction,
      credentialId,
      presented: 'card',
      outcome: refused ? 'refused' : 'granted',
      reason: refused ? (random.below(10) === 0 ? 'expired' : 'already-inside') : null,
      noted: [],
      dataAgeMs: 3_600_000 + number,
      byGrant: false,
      byNumber: false,
    };
    if (refused) continue;
    inside = Math.max(0, inside + (direction === 'entry' ? 1 : -1));
    yield {
      type: 'passage.sensed',
      passageId: id(),
      at: at(),
      gateId,
      zone: null,
      direction,
      decisionId,
      credentialId,
      orderId: null,
      occupancyAfter: inside,
    };
  }
}
