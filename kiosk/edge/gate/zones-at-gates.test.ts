import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleClub } from '../../store/test/sample-records.ts';
import { identity } from './test/gate-card-rig.ts';
import { badges, GateRig } from './test/gate-rig.ts';

/** A club with a turnstile, and a door to its pool. */
let club: GateRig;
let pool: GateRig;

beforeEach(async () => {
  club = await GateRig.open([{ id: 'pool', name: 'Pool' }]);
  pool = await club.beside('pool-door', 'pool');
  const antiPassback = { mode: 'hard', minutes: null } as const;
  const policy = { ...openPolicy, uidBadges: true, antiPassback };
  await club.cards.told([{ kind: 'club', id: identity.clubId, record: { ...sampleClub(), policy } }]);
});

afterEach(async () => {
  await pool.control.stop();
  await club.close();
});

let passed = 0;
async function walks(at: GateRig, direction: 'entry' | 'exit' = 'entry') {
  await club.clock.advance(1_000);
  await pool.clock.advance(1_000);
  const decision = await at.hold(direction === 'entry' ? at.entry : at.exit, badges.ann);
  if (decision.outcome === 'refused') return decision.reason;
  at.gate.walk(direction);
  passed += 1;
  await club.until(async () => (await club.events('passage.sensed')).length === passed);
  return decision.outcome;
}

async function counts(): Promise<readonly number[]> {
  const { inside, zones = [] } = await club.cards.store.occupancy();
  return [inside, ...zones.map((zone) => zone.inside)];
}

it('[AC46] [W-ZONE-1] lets one person into the club and its pool, once each, and tells of each passage where it led', async () => {
  expect([await walks(club), await walks(club)]).toEqual(['granted', 'already-inside']);
  expect([await walks(pool), await walks(pool)]).toEqual(['granted', 'already-inside']);
  expect(await counts()).toEqual([1, 1]);
  // Out of the pool is not out of the club.
  expect([await walks(pool, 'exit'), await walks(club)]).toEqual(['granted', 'already-inside']);
  expect(await counts()).toEqual([1, 0]);
  // Out of the club, without having been seen to leave the pool, is out of both.
  expect([await walks(pool), await walks(club, 'exit')]).toEqual(['granted', 'granted']);
  expect([await walks(club), await walks(pool)]).toEqual(['granted', 'granted']);
  const told = (await club.events('passage.sensed')).map(({ zone, direction, occupancyAfter }) => [
    zone ?? 'club',
    direction,
    occupancyAfter,
  ]);
  expect(told).toEqual([
    ['club', 'entry', 1],
    ['pool', 'entry', 1],
    ['pool', 'exit', 1],
    ['pool', 'entry', 1],
    ['club', 'exit', 0],
    ['club', 'entry', 1],
    ['pool', 'entry', 1],
  ]);
  expect((await club.events('access.decided')).at(-1)).toMatchObject({ gateId: 'pool-door', zone: 'pool' });
});
