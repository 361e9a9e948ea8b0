import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { beforeEach, expect, it } from 'vitest';
import type { GateScreenView } from '../bridge/gate-screen-view.ts';
import { GateLine } from './gate-line.ts';

const view = (name: GateScreenView['sign']['name']): GateScreenView => ({
  gateName: 'Tourniquet 1',
  brand: 'cadence',
  languages: ['fr'],
  accepts: 'both',
  sound: true,
  sign: { name, language: null, seq: 0 },
});

/** The edge's end of the streams that the page has opened. */
let streams: { onText(text: string): void; onEnd(): void; closed: boolean }[];
let shown: (string | null)[];
let reloads: number;
let clock: VirtualClock;
let line: GateLine;

const last = () => {
  const stream = streams.at(-1);
  if (!stream) throw new Error('no stream was opened');
  return stream;
};
const says = (name: GateScreenView['sign']['name']) => last().onText(JSON.stringify(view(name)));

beforeEach(() => {
  clock = new VirtualClock();
  streams = [];
  shown = [];
  reloads = 0;
  line = new GateLine({
    clock,
    openEvents: (events) => {
      const stream = { ...events, closed: false };
      streams.push(stream);
      return {
        close: () => {
          stream.closed = true;
        },
      };
    },
    show: (told) => shown.push(told?.sign.name ?? null),
    reload: () => {
      reloads += 1;
    },
  });
  line.start();
});

it('[GS10] says within 3 s that the edge is silent, though the line still stands', async () => {
  says('granted');
  await clock.advance(2_499);
  expect(shown).toEqual(['granted']);
  await clock.advance(501);
  expect(shown).toEqual(['granted', null]);
  expect(streams[0]?.closed).toBe(true);
});

it('[GS10] says so within 3 s of the last word when the edge has died, and tries for as long as it takes', async () => {
  says('see-kiosk');
  await clock.advance(400);
  last().onEnd();
  for (let tries = 0; tries < 100; tries++) {
    await clock.advance(500);
    last().onEnd();
  }
  expect(shown[0]).toBe('see-kiosk');
  expect(shown.slice(1).every((each) => each === null)).toBe(true);
  expect(shown.length).toBeGreaterThan(1);
  expect(streams.length).toBeGreaterThan(75);
  await clock.advance(500);
  says('idle');
  expect(shown.at(-1)).toBe('idle');
});

it('[GS10] hides an edge that is back at once', async () => {
  says('idle');
  await clock.advance(900);
  last().onEnd();
  await clock.advance(500);
  says('idle');
  await clock.advance(2_000);
  says('idle');
  expect(shown).toEqual(['idle', 'idle', 'idle']);
});

it('[GS10] believes no line that it has given up', async () => {
  const [first] = streams;
  await clock.advance(3_500);
  says('idle');
  first?.onText(JSON.stringify(view('granted')));
  first?.onEnd();
  await clock.advance(600);
  expect(shown.at(-1)).toBe('idle');
  expect(streams.length).toBe(2);
});

it.each(['{"sign":"idle"}', 'nonsense', '{}', JSON.stringify({ ...view('idle'), member: 'Benoît' })])(
  '[GS10] shows nothing of what it does not understand (%s), and fetches the page anew',
  async (text) => {
    last().onText(text);
    await clock.advance(5_000);
    expect(shown.every((each) => each === null)).toBe(true);
    expect(reloads).toBe(1);
  },
);

it('leaves nothing running', async () => {
  says('idle');
  line.stop();
  await clock.advance(60_000);
  expect(clock.pendingTimers).toBe(0);
  expect(streams).toHaveLength(1);
});
