import { describe, expect, it } from 'vitest';
import { planDay } from './day-plan.ts';
import { debtorDataAgeHours, type PlannedAct, type Presentation, passbackMinutes } from './planned-act.ts';
import { closesMs, hourMs, minuteMs, missedExits, opensMs } from './visits.ts';

const usual = { seed: 1, people: 240, daysBefore: 2, untilHour: 24 };
const seeds = [1, 2, 3, 4, 5];
const plan = planDay(usual);

function shownIn(act: PlannedAct): readonly Presentation[] {
  if ('show' in act) return act.show;
  return 'shows' in act ? [act.shows] : [];
}

/** When somebody holds something up, by what must come of it. */
function presentations(acts: readonly PlannedAct[]) {
  return acts.flatMap((act) => shownIn(act).map((shows) => ({ ...shows, atMs: act.atMs, gate: act })));
}

describe('the plan of a day', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planDay(usual)).toEqual(plan);
    const digests = seeds.map((seed) => planDay({ ...usual, seed }).digest);
    expect(new Set(digests).size).toBe(seeds.length);
    expect(planDay({ ...usual, people: 241 }).digest).not.toBe(plan.digest);
    expect(planDay({ ...usual, untilHour: 13 }).digest).not.toBe(plan.digest);
  });

  it.each(seeds)('has everybody out again before the club closes, seed %d', (seed) => {
    for (const people of [10, 240]) {
      const { acts, insideAtEnd } = planDay({ ...usual, seed, people });
      expect(insideAtEnd).toBe(0);
      const times = acts.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(Math.min(...times)).toBeGreaterThan(opensMs);
      expect(Math.max(...times)).toBeLessThan(closesMs);
    }
  });

  it('ends early when asked to, with those inside who have come and not left', () => {
    const { acts, insideAtEnd } = planDay({ ...usual, untilHour: 19 });
    expect(insideAtEnd).toBeGreaterThan(20);
    expect(acts).toEqual(plan.acts.filter(({ atMs }) => atMs < 19 * hourMs));
  });

  it('has one in twenty leave where no sensor looks', () => {
    const { acts, daysBefore } = planDay({ ...usual, people: 1_000 });
    const unseen = acts.filter(({ type }) => type === 'leaves-unseen').length;
    expect(unseen / 1_000).toBeGreaterThan(missedExits * 0.6);
    expect(unseen / 1_000).toBeLessThan(missedExits * 1.4);
    const before = daysBefore.flat();
    expect(before.filter(({ exitSeen }) => !exitSeen).length / before.length).toBeCloseTo(missedExits, 1);
  });

  it('shows nothing of people whom nobody has sold anything to, and badges only where there is a reader for them', () => {
    const holds = new Map(plan.people.map(({ key, holds }) => [key, holds]));
    expect(holds.size).toBe(plan.people.length);
    for (const { person, gate } of presentations(plan.acts)) {
      expect(holds.get(person)).toBeDefined();
      if (holds.get(person) === 'number-badge') expect(gate).toMatchObject({ gate: 1 });
    }
  });

  it.each(seeds)('expects what the rule says at that time, seed %d', (seed) => {
    const { acts } = planDay({ ...usual, seed });
    const shown = presentations(acts);
    const firstOf = (person: string) => shown.find((one) => one.person === person)?.atMs ?? 0;
    const refusedFor = (reason: string) =>
      shown.filter(({ expected }) => expected.outcome === 'refused' && expected.reason === reason);
    for (const { person, atMs } of refusedFor('already-inside')) {
      expect(atMs - firstOf(person)).toBeGreaterThan(minuteMs);
      expect(atMs - firstOf(person)).toBeLessThan((passbackMinutes - 5) * minuteMs);
    }
    for (const { person, atMs } of refusedFor('code-used')) expect(atMs - firstOf(person)).toBe(5_000);
    for (const { person, atMs } of refusedFor('code-out-of-time')) {
      expect(atMs - firstOf(person)).toBeGreaterThan(2 * minuteMs);
    }
    for (const { atMs } of refusedFor('closed-hours')) expect(atMs).toBeGreaterThanOrEqual(16 * hourMs);
    const cut = acts.find(({ type }) => type === 'network-is-cut')?.atMs ?? 0;
    const back = acts.find(({ type }) => type === 'network-is-back')?.atMs ?? 0;
    const old = refusedFor('data-too-old');
    expect(old.length).toBe(1);
    for (const { atMs } of old) {
      expect(atMs).toBeGreaterThan(cut + debtorDataAgeHours * hourMs);
      expect(atMs).toBeLessThan(back);
    }
    for (const reason of ['ticket-spent', 'blocked', 'debt', 'expired', 'suspended', 'unknown']) {
      expect(refusedFor(reason).length).toBeGreaterThan(0);
    }
  });
});
