import { expect, it } from 'vitest';
import { idBytes, idFromBytes, isId, newId } from './ids.ts';
import { SeededRandom } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

it('makes UUIDs of version 7 and the RFC 9562 variant, with the time in front', () => {
  const id = newId(new VirtualClock(0x017f22e279b0), new SeededRandom(1));
  // The time of RFC 9562 appendix A.6: 2022-02-22 19:22:22 UTC.
  expect(id).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('sorts ids as text in the order of their time', async () => {
  const clock = new VirtualClock();
  const random = new SeededRandom(2);
  const ids: string[] = [];
  for (const stepMs of [1, 1, 250, 65_536, 3_600_000, 86_400_000 * 365]) {
    await clock.advance(stepMs);
    ids.push(newId(clock, random));
  }
  expect([...ids].sort()).toEqual(ids);
});

it('makes different ids in one moment', () => {
  const clock = new VirtualClock();
  const random = new SeededRandom(3);
  const ids = new Set(Array.from({ length: 10_000 }, () => newId(clock, random)));
  expect(ids.size).toBe(10_000);
});

it('goes to sixteen bytes and back', () => {
  const clock = new VirtualClock();
  const random = new SeededRandom(4);
  for (let index = 0; index < 100; index++) {
    const id = newId(clock, random);
    expect(idBytes(id)).toHaveLength(16);
    expect(idFromBytes(idBytes(id))).toBe(id);
  }
});

it.each(['', '017f22e2-79b0-7cc3-98c4-dc0c0c07398', '017F22E2-79B0-7CC3-98C4-DC0C0C07398F', '../etc'])(
  'tells "%s" from an id',
  (text) => {
    expect(isId(text)).toBe(false);
  },
);
