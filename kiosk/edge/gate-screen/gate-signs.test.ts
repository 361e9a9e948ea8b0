import type { Told } from '@portillon/core/access/gate-sign.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { ok } from '@portillon/core/base/result.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { accessReasons } from '@portillon/core/wire/event.ts';
import type { ReaderSign } from '@portillon/drivers/card-reader/reader-signs.ts';
import { DeviceStatus } from '@portillon/drivers/line/device-status.ts';
import { beforeEach, expect, it } from 'vitest';
import type { GateSignShown } from '../../bridge/gate-screen-view.ts';
import type { BadgeReader } from '../devices.ts';
import { GateFace, type LastDecision } from '../gate/gate-now.ts';
import { GateSigns } from './gate-signs.ts';

let clock: VirtualClock;
let face: GateFace;
let board: DeviceStatus;
let card: DeviceStatus;
let scanner: DeviceStatus;
let onReader: ReaderSign[];
let onExitReader: ReaderSign[];
let shown: GateSignShown[];
let signs: GateSigns;
let decisions = 0;

const down = { status: 'disconnected', fault: fault('gate.no-answer', 'the board is silent') } as const;

beforeEach(() => {
  clock = new VirtualClock();
  face = new GateFace();
  [board, card, scanner] = [new DeviceStatus(), new DeviceStatus(), new DeviceStatus()];
  onReader = [];
  shown = [];
  const device = {
    show: async (sign: ReaderSign) => {
      onReader.push(sign);
      return ok(undefined);
    },
  };
  onExitReader = [];
  const atExit = {
    show: async (sign: ReaderSign) => {
      onExitReader.push(sign);
      return ok(undefined);
    },
  };
  signs = new GateSigns({
    gateId: 'gate-1',
    face,
    board,
    eyes: [card, scanner],
    readersAt: {
      entry: [{ device, language: 'es' } as unknown as BadgeReader],
      exit: [{ device: atExit, language: 'pt' } as unknown as BadgeReader],
    },
    clock,
    log: silentLog,
  });
  signs.onChange((now) => shown.push(now));
});

function tell(told: Told, over: Partial<LastDecision> = {}): string {
  decisions += 1;
  const decisionId = `decision-${decisions}`;
  face.show({
    last: {
      decisionId,
      at: '2026-11-26T17:00:00.000Z',
      direction: 'entry',
      presented: 'card',
      outcome: told === 'granted' || told === 'wait' || told === 'again' ? 'granted' : 'refused',
      told,
      language: null,
      ...over,
    },
  });
  return decisionId;
}

const names = () => shown.map(({ name }) => name);

it('[GS3] shows every outcome of a presentation on the screen and on the reader, with its own light', () => {
  for (const told of [...accessReasons, 'granted', 'wait', 'again', 'not-released'] as const) {
    const before = { screen: shown.length, reader: onReader.length };
    tell(told);
    expect(shown.length, told).toBe(before.screen + 1);
    expect(onReader.length, told).toBe(before.reader + 1);
    const light = told === 'granted' ? 'granted' : told === 'wait' || told === 'again' ? 'wait' : 'refused';
    expect(onReader.at(-1)?.outcome, told).toBe(light);
  }
});

it('[GS3] shows what the gate turns into, on both, and when it is well again on the screen alone', () => {
  face.show({ mode: 'held-open' });
  face.show({ mode: 'locked' });
  board.set(down);
  board.set({ status: 'ready' });
  face.show({ mode: 'fire' });
  face.show({ mode: 'normal' });
  expect(names()).toEqual(['held-open', 'locked', 'out-of-order', 'locked', 'emergency', 'idle']);
  expect(onReader.map(({ words }) => words)).toEqual([
    'Paso libre',
    'Entrada cerrada',
    'No funciona',
    'Entrada cerrada',
    'Salgan del club',
  ]);
});

it('[GS3] keeps on the readers what lasts, heard once, and lets it go with the end of it', async () => {
  face.show({ mode: 'locked' });
  await clock.advance(10_000);
  const locked = { outcome: 'refused', words: 'Entrada cerrada' };
  const again = { ...locked, quiet: true };
  expect(onReader).toEqual([locked, again, again, again, again]);
  tell('gate-locked');
  await clock.advance(7_999);
  expect(onReader.slice(5)).toEqual([locked]);
  await clock.advance(1);
  expect(onReader.slice(6)).toEqual([again]);
  face.show({ mode: 'normal' });
  await clock.advance(60_000);
  expect(onReader.slice(7)).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

it('[GS3] says goodbye at the exit, where the screen does not stand', () => {
  tell('granted', { direction: 'exit' });
  tell('unknown', { direction: 'exit' });
  expect(onExitReader).toEqual([
    { outcome: 'granted', words: 'Até breve' },
    { outcome: 'refused', words: 'Não reconhecido' },
  ]);
  expect(onReader).toEqual([]);
  expect(shown).toEqual([]);
  face.show({ mode: 'locked' });
  expect([...onReader, ...onExitReader.slice(2)].map(({ words }) => words)).toEqual([
    'Entrada cerrada',
    'Entrada fechada',
  ]);
});

it('[GS3] tells the one who waited that it opens now, and whom it does not open for', () => {
  const first = tell('granted');
  const second = tell('wait');
  tell('debt');
  face.correct(second, { outcome: 'granted', told: 'granted' });
  expect(names()).toEqual(['granted', 'wait', 'see-kiosk', 'granted']);
  face.correct(first, { outcome: 'refused', told: 'not-released' });
  expect(names().at(-1)).toBe('not-released');
});

it('[GS5] is back to what the gate is after a bounded time, whatever was said', async () => {
  for (const told of ['granted', 'wait', 'again', 'not-released', 'debt', 'club-closed'] as const) {
    tell(told);
    await clock.advance(20_000);
    expect(signs.now.name, told).toBe('idle');
    expect(clock.pendingTimers).toBe(0);
  }
});

it('[GS5] welcomes until somebody has gone through, long enough to be seen', async () => {
  face.show({ released: true });
  tell('granted');
  await clock.advance(300);
  face.show({ released: false });
  await clock.advance(1_199);
  expect(signs.now.name).toBe('granted');
  await clock.advance(1);
  expect(signs.now.name).toBe('idle');
});

it('[GS5] gives the next person the whole time', async () => {
  tell('unknown');
  await clock.advance(7_000);
  tell('unknown');
  await clock.advance(7_000);
  expect(signs.now).toMatchObject({ name: 'unknown', seq: 2 });
  await clock.advance(1_000);
  expect(signs.now.name).toBe('idle');
});

it('[GS6] lets nothing that is said to a person cover a fire alarm', () => {
  tell('granted');
  face.show({ mode: 'fire' });
  tell('granted');
  tell('full-house');
  expect(names()).toEqual(['granted', 'emergency', 'emergency', 'emergency']);
});

it('[GS6] says out of order when the board is away, when nothing can be presented, and when nobody enrolled the box', () => {
  board.set(down);
  expect(signs.now.name).toBe('out-of-order');
  board.set({ status: 'ready' });
  card.set(down);
  expect(signs.now.name).toBe('idle');
  scanner.set(down);
  expect(signs.now.name).toBe('out-of-order');
  card.set({ status: 'ready' });
  expect(signs.now.name).toBe('idle');
  signs.enrolled(false);
  expect(signs.now.name).toBe('out-of-order');
  signs.enrolled(true);
  expect(signs.now.name).toBe('idle');
});

it('[GS6] is no less open for a fault that only staff need to know', () => {
  for (const code of [
    'gate.held-open',
    'gate.sensor-stuck',
    'reader.tampered',
    'reader.power-failed',
  ] as const) {
    board.set({ status: 'faulted', fault: fault(code, 'seen') });
    expect(signs.now.name, code).toBe('idle');
  }
  board.set({ status: 'faulted', fault: fault('gate.refused', 'it does not do it') });
  expect(signs.now.name).toBe('out-of-order');
});

it('[GS7] speaks to a person in their language where it is known, and else in that of the place', () => {
  tell('full-house', { language: 'pt' });
  tell('full-house');
  expect(shown.map(({ language }) => language)).toEqual(['pt', null]);
  expect(onReader.map(({ words }) => words)).toEqual(['Lotação esgotada', 'Aforo completo']);
});

it('is silent once stopped', async () => {
  tell('unknown');
  signs.stop();
  tell('granted');
  board.set(down);
  await clock.advance(60_000);
  expect(names()).toEqual(['unknown']);
  expect(clock.pendingTimers).toBe(0);
});
