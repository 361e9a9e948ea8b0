import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { ClubId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import { sampleClub, sampleId, samplePlan } from '../../store/test/sample-records.ts';
import { EdgeClock } from '../edge-clock.ts';
import { PriceList } from './price-list.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const newYear = '2027-01-01';
const clubId = sampleId<'club'>(3) as ClubId;
const coming = (priceCents: number) => ({ from: newYear, priceCents, joiningFeeCents: 900 });

let folder: string;
let machine: VirtualClock;
let store: EdgeStore;
let prices: PriceList;
let version = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prices-'));
  machine = new VirtualClock(startOfDayMs(newYear, 'Europe/Paris') - 2 * minuteMs);
  version = 0;
  await open();
  await told('Europe/Paris');
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function open(clock: EdgeClock | VirtualClock = machine): Promise<void> {
  const storeClock: Clock = machine;
  const opened = await EdgeStore.open({ folder, clock: storeClock, random: systemRandom, log: silentLog });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  listedBy(clock);
}

function listedBy(clock: EdgeClock | VirtualClock): void {
  const timeZone = () => store.book.club(clubId)?.timeZone ?? 'UTC';
  prices = new PriceList({ book: store.book, clock, timeZone });
}

/** By the base, before midnight, unless it is told otherwise. */
async function told(timeZone: string, plan = samplePlan({ comingPrices: [coming(3_100)] })): Promise<void> {
  const day = samplePlan({
    soldAtKiosk: false,
    dayEntry: { priceCents: 1_200 },
    comingPrices: [coming(1_300)],
  });
  await store.applyFeed(
    [
      { version: ++version, change: { kind: 'club', id: clubId, record: sampleClub({ timeZone }) } },
      { version: ++version, change: { kind: 'plan', id: sampleId(20), record: plan } },
      { version: ++version, change: { kind: 'plan', id: sampleId(21), record: day } },
    ],
    version,
    machine.wallMs(),
  );
}

const monthly = () => prices.plansOnSale().map(({ plan }) => [plan.monthlyCents, plan.joiningFeeCents]);
const perDay = () => prices.dayEntries().map(({ plan }) => plan.dayEntry?.priceCents);
const before = [[2_990, 1_000]];
const after = [[3_100, 900]];

describe('a price that is to come', () => {
  it.each(['Europe/Paris', 'Europe/Lisbon', 'Atlantic/Canary', 'Pacific/Auckland', 'America/New_York'])(
    '[SA93] begins in a cut-off kiosk with the first moment of its day in %s, and stays over a restart',
    async (timeZone) => {
      await told(timeZone);
      const midnightMs = startOfDayMs(newYear, timeZone);
      machine.setWall(midnightMs - 1);
      expect([monthly(), perDay()]).toEqual([before, [1_200]]);
      machine.setWall(midnightMs);
      expect([monthly(), perDay()]).toEqual([after, [1_300]]);
      await store.close();
      await open();
      expect([monthly(), perDay()]).toEqual([after, [1_300]]);
    },
  );

  it('[SA93] is the one that the base has told last, and is gone when it was withdrawn', async () => {
    await told('Europe/Paris', samplePlan({ comingPrices: [coming(2_500)] }));
    machine.setWall(startOfDayMs(newYear, 'Europe/Paris'));
    expect(monthly()).toEqual([[2_500, 900]]);
    await told('Europe/Paris', samplePlan());
    expect(monthly()).toEqual(before);
  });
});

describe('a clock that is not to be trusted', () => {
  async function started(): Promise<EdgeClock> {
    const clock = new EdgeClock(machine, silentLog);
    await clock.begin(store);
    listedBy(clock);
    return clock;
  }
  const restarted = async (clock: EdgeClock, wallMs: number) => {
    await clock.stop();
    machine.setWall(wallMs);
    return started();
  };

  it('[SA94] that is set ahead brings no price before its day, until the base says that the day has come', async () => {
    const first = await started();
    first.heard(machine.wallMs());
    const clock = await restarted(first, machine.wallMs() + 365 * dayMs);
    expect(clock.judgement.standing).toBe('ahead');
    expect(monthly()).toEqual(before);
    // What it counted on its own for an hour is sure: it has been running.
    await machine.advance(60 * minuteMs);
    expect(monthly()).toEqual(after);
    await clock.stop();
  });

  it('[SA94] that is set ahead takes the price that the base says is valid', async () => {
    const first = await started();
    first.heard(machine.wallMs());
    const clock = await restarted(first, machine.wallMs() + 365 * dayMs);
    await told('Europe/Paris', samplePlan({ monthlyCents: 3_100, joiningFeeCents: 900 }));
    expect(monthly()).toEqual(after);
    await clock.stop();
  });

  it('[SA94] that is set back takes no price back that has begun, running or over a restart', async () => {
    const running = await started();
    running.heard(machine.wallMs());
    await machine.advance(3 * minuteMs);
    expect(monthly()).toEqual(after);
    machine.setWall(machine.wallMs() - 2 * dayMs);
    expect(monthly()).toEqual(after);
    const clock = await restarted(running, machine.wallMs());
    expect(clock.judgement.standing).toBe('set-back');
    expect(monthly()).toEqual(after);
    await clock.stop();
  });

  it('[SA94] that the base contradicts counts as the earlier of both', async () => {
    const first = await started();
    first.heard(machine.wallMs());
    await machine.advance(3 * minuteMs);
    const clock = await restarted(first, machine.wallMs());
    expect(monthly()).toEqual(after);
    clock.heard(machine.wallMs() - 20 * minuteMs);
    expect([clock.judgement.standing, monthly()]).toEqual(['unlike-base', before]);
    await clock.stop();
  });
});

describe('a visit', () => {
  it('[SA95] keeps its prices over midnight and over what the base tells, and the next one has the new ones', async () => {
    prices.visitBegins();
    machine.setWall(startOfDayMs(newYear, 'Europe/Paris'));
    expect([monthly(), perDay()]).toEqual([before, [1_200]]);
    await told('Europe/Paris', samplePlan({ monthlyCents: 3_100, joiningFeeCents: 900 }));
    expect([monthly(), perDay()]).toEqual([before, [1_200]]);
    prices.visitEnds();
    expect([monthly(), perDay()]).toEqual([after, [1_300]]);
    prices.visitBegins();
    expect(monthly()).toEqual(after);
  });
});
