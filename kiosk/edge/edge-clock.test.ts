import type { ClockKept } from '@portillon/core/base/clock-trust.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { encodeTicket } from '@portillon/core/crypto/ticket.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordedLog } from '../store/test/recorded-log.ts';
import { EdgeClock } from './edge-clock.ts';
import { presentedCode } from './gate/presented-credential.ts';
import { claims, GateCardRig, identity, nowMs, seller } from './gate/test/gate-card-rig.ts';

const minute = 60_000;
const day = 86_400_000;

let machine: VirtualClock;
let log: RecordedLog;
let rig: GateCardRig;

beforeEach(async () => {
  machine = new VirtualClock(nowMs);
  log = new RecordedLog();
  rig = await GateCardRig.open();
});

afterEach(async () => {
  await rig.close();
  expect(machine.pendingTimers).toBe(0);
});

/** The program starts; the machine's clock may have been changed meanwhile. */
async function started(): Promise<EdgeClock> {
  const clock = new EdgeClock(machine, log);
  await clock.begin(rig.store);
  return clock;
}

/** A ticket for today, at a gate that goes by that clock. */
function decided(clock: EdgeClock): unknown {
  const { cardUid: _, ...stated } = claims();
  const today = { validFromMs: nowMs - minute, validToMs: nowMs + day / 2, singleUse: true };
  const text = encodeTicket({ ...stated, ...today }, seller.privateKey);
  const shown = presentedCode(text, { identity, book: rig.store.book, log });
  const { nowMs: atMs, ...bounds } = clock.judgement;
  const decision = rig.decided(shown, atMs, bounds);
  return decision.outcome === 'refused' ? decision.reason : decision.outcome;
}

describe('a clock set back', () => {
  it('[W-CLOCK-4] [AC20] extends nothing while the box runs: the ticket of yesterday stays over', async () => {
    const clock = await started();
    clock.heard(nowMs);
    expect(decided(clock)).toBe('granted');
    await machine.advance(day);
    expect(decided(clock)).toBe('expired');
    machine.setWall(nowMs);
    expect(clock.wallMs()).toBe(nowMs + day);
    expect(decided(clock)).toBe('expired');
    expect(clock.told).toMatchObject({ standing: 'set-back' });
    await clock.stop();
    expect(log.entries.filter(({ event }) => event === 'clock.not-right')).toHaveLength(1);
  });

  it('[W-CLOCK-3] [W-CLOCK-5] [AC20] extends nothing over a restart either, and the base puts it right', async () => {
    const first = await started();
    first.heard(nowMs);
    await machine.advance(day);
    await first.stop();
    machine.setWall(nowMs);
    const clock = await started();
    expect(clock.told.standing).toBe('set-back');
    expect(clock.wallMs()).toBe(nowMs + day);
    expect(decided(clock)).toBe('expired');
    // Nobody knows how long it was off: what has an end may be over.
    clock.heard(nowMs + day + minute);
    expect(clock.judgement).toMatchObject({ standing: 'set-back', latestMs: nowMs + day + minute });
    expect(clock.told.offsetMs).toBe(day + minute);
    machine.setWall(nowMs + day + minute);
    expect(clock.told.standing).toBe('right');
    await clock.stop();
  });
});

it('[W-CLOCK-5] [AC20] holds a clock that is years ahead against what has not begun, and against what ends', async () => {
  const first = await started();
  first.heard(nowMs - day);
  await first.stop();
  machine.setWall(Date.parse('2030-01-01T00:00:00.000Z'));
  const clock = await started();
  expect(clock.told.standing).toBe('ahead');
  // It may be yesterday still.
  expect(decided(clock)).toBe('not-started');
  clock.heard(nowMs);
  expect(decided(clock)).toBe('granted');
  await clock.stop();
});

it('[W-CLOCK-5] counts the book as old as it may be', async () => {
  const clock = await started();
  clock.heard(nowMs);
  await machine.advance(3 * day);
  machine.setWall(nowMs);
  expect(rig.store.book.dataAgeMs(clock.judgement.latestMs)).toBe(3 * day);
  await clock.stop();
});

it('[W-CLOCK-3] keeps what it has seen once a minute, and finds it again', async () => {
  const clock = await started();
  clock.heard(nowMs + 2_000);
  await machine.advance(61_000);
  let saved: ClockKept | null = null;
  while (saved?.countedMs !== nowMs + 62_000) saved = await rig.store.clockKept();
  expect(saved).toEqual({
    seenMs: nowMs + 62_000,
    countedMs: nowMs + 62_000,
    offsetMs: 2_000,
    driftPpm: null,
    resetMs: 0,
  });
  clock.reset(nowMs + 5 * day, nowMs + 5 * day - minute);
  await clock.stop();
  const again = await started();
  expect(again.wallMs()).toBe(nowMs + 5 * day);
  await again.stop();
});
