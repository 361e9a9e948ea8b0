import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { apply, emptyClub, type Occupancy } from '@portillon/core/occupancy/occupancy.ts';
import { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import type { CountedMoment } from './day-record.ts';
import { dayBefore, midnightMs } from './day-time.ts';
import { closesMs, hourMs, minuteMs, opensMs, type Visit } from './visits.ts';

const countedEveryMs = 10 * minuteMs;
const turnHourMs = 4 * hourMs;

export interface DaysBefore {
  /** Of the second day and later: on the first, nothing is learnt of the sensors yet. */
  readonly moments: readonly CountedMoment[];
  readonly passages: number;
}

/**
 * The days that the edge has lived before the one that is played: every passage written into its own store as its gates would,
 * so that the edge knows its sensors and has a past to send. `folder` is that of the stopped edge.
 */
export async function liveDaysBefore(
  folder: string,
  days: readonly (readonly Visit[])[],
): Promise<DaysBefore> {
  const clock = new VirtualClock(midnightMs(days.length));
  const opened = await EdgeStore.open({ folder, clock, random: systemRandom, log: silentLog });
  if (!opened.ok) throw new Error(opened.error.detail);
  const store = opened.value;
  try {
    const moments: CountedMoment[] = [];
    let passages = 0;
    for (const [index, visits] of days.entries()) {
      const before = days.length - index;
      const day = dayBefore(before);
      clock.setWall(midnightMs(before) + turnHourMs);
      await store.write((tx) =>
        index === 0 ? store.passages.beginDay(tx, day) : store.passages.turnDay(tx, day, true),
      );
      const lived = await liveDay(store, clock, midnightMs(before), visits);
      passages += lived.passages;
      if (index > 0) moments.push(...lived.moments);
    }
    return { moments, passages };
  } finally {
    await store.close();
  }
}

interface Moved {
  readonly atMs: number;
  readonly direction: 'entry' | 'exit';
  readonly seen: boolean;
  readonly persons: number;
}

async function liveDay(
  store: EdgeStore,
  clock: VirtualClock,
  midnight: number,
  visits: readonly Visit[],
): Promise<DaysBefore> {
  const moved = visits
    .flatMap(({ inMs, outMs, exitSeen, follower }): Moved[] => [
      { atMs: inMs, direction: 'entry', seen: true, persons: follower ? 2 : 1 },
      { atMs: outMs, direction: 'exit', seen: exitSeen, persons: 1 },
      ...(follower
        ? [{ atMs: follower.outMs, direction: 'exit' as const, seen: follower.exitSeen, persons: 1 }]
        : []),
    ])
    .sort((a, b) => a.atMs - b.atMs);
  const moments: CountedMoment[] = [];
  let [truth, passages, next] = [0, 0, 0];
  let plain: Occupancy = emptyClub;
  for (let atMs = opensMs + countedEveryMs; atMs < closesMs; atMs += countedEveryMs) {
    const due: Moved[] = [];
    for (let one = moved[next]; one && one.atMs <= atMs; one = moved[++next]) due.push(one);
    const seen = due.filter((one) => one.seen);
    clock.setWall(midnight + atMs);
    await store.write(async (tx) => {
      for (const { atMs: at, direction } of seen) {
        await store.passages.recordPassage(tx, {
          passageId: newId(clock, systemRandom),
          at: isoTime(midnight + at),
          gateId: 'gate-1',
          direction,
          decisionId: null,
          credentialId: null,
        });
      }
    });
    for (const one of due) truth += one.direction === 'entry' ? one.persons : -one.persons;
    for (const one of seen) plain = apply(plain, one);
    passages += seen.length;
    moments.push({ atMs, truth, edge: store.passages.inside.inside, plain: plain.inside, published: null });
  }
  return { moments, passages };
}
