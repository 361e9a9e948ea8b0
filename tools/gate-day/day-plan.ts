import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { dayStories } from './day-stories.ts';
import { granted, type OrdinaryVisit, type PlannedAct, type PlannedPerson } from './planned-act.ts';
import { closesMs, hourMs, minuteMs, opensMs, type Visit, visitsOf } from './visits.ts';

export interface DayPlan {
  readonly people: readonly PlannedPerson[];
  /** In the order of their times. */
  readonly acts: readonly PlannedAct[];
  /** Days before this one, oldest first: who came and left, and who of them was seen. */
  readonly daysBefore: readonly (readonly Visit[])[];
  /** How many have come in by the last act and not left. */
  readonly insideAtEnd: number;
  /** SHA-256 over all of it: two runs with the same digest play the same day. */
  readonly digest: string;
}

export interface DayPlanOptions {
  readonly seed: number;
  /** Ordinary visitors; what goes wrong comes on top. */
  readonly people: number;
  readonly daysBefore: number;
  /** Nothing is played from this hour on; 24 for the whole day. */
  readonly untilHour: number;
}

const countedEveryMs = 10 * minuteMs;

/** The day of one seed. Pure: nothing but the options counts. */
export function planDay(options: DayPlanOptions): DayPlan {
  const random = new SeededRandom(options.seed);
  const daysBefore = Array.from({ length: options.daysBefore }, () => visitsOf(options.people, random));
  const ordinary = ordinaryVisits(visitsOf(options.people, random), random);
  const stories = dayStories(ordinary, random, Math.max(1, Math.round(options.people / 120)));
  const counted: PlannedAct[] = [];
  for (let atMs = opensMs + countedEveryMs; atMs < closesMs; atMs += countedEveryMs) {
    counted.push({ atMs, type: 'is-counted' });
  }
  const people = [...ordinary.map(({ person }) => person), ...stories.people];
  const acts = [...ordinary.flatMap(({ acts }) => acts), ...stories.acts, ...counted]
    .filter(({ atMs }) => atMs < options.untilHour * hourMs)
    .sort((a, b) => a.atMs - b.atMs);
  const insideAtEnd = acts.reduce((inside, act) => inside + movedBy(act), 0);
  return {
    people,
    acts,
    daysBefore,
    insideAtEnd,
    digest: sha256Hex(canonicalJson({ people, acts, daysBefore })),
  };
}

/** By how many an act changes who is inside, when all goes as planned. */
function movedBy(act: PlannedAct): number {
  switch (act.type) {
    case 'enters':
      return act.persons;
    case 'enter-in-a-row':
      return act.show.length;
    case 'forces':
      return 1;
    case 'leaves':
    case 'leaves-unseen':
      return -1;
    // Who stays outside, and where the edge is killed: one goes in, another out.
    default:
      return 0;
  }
}

function ordinaryVisits(visits: readonly Visit[], random: Random): OrdinaryVisit[] {
  return visits.map((visit, index) => {
    const kind = random.fraction();
    const holds = kind < 0.72 ? 'card' : kind < 0.92 ? 'pass' : 'ticket';
    const person: PlannedPerson = { key: `visitor-${index + 1}`, holds, standing: 'good' };
    const { inMs, outMs, follower } = visit;
    const gate = random.below(2);
    const acts: PlannedAct[] = [
      { atMs: inMs, type: 'enters', gate, shows: granted(person), persons: follower ? 2 : 1 },
      leaving(visit, random.below(2)),
      ...(follower ? [leaving(follower, random.below(2))] : []),
    ];
    return { person, inMs, outMs, gate, acts };
  });
}

function leaving({ outMs, exitSeen }: Pick<Visit, 'outMs' | 'exitSeen'>, gate: number): PlannedAct {
  return exitSeen ? { atMs: outMs, type: 'leaves', gate } : { atMs: outMs, type: 'leaves-unseen' };
}
