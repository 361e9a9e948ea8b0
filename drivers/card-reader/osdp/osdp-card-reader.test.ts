import { silentLog } from '@portillon/core/base/log.ts';
import { afterEach, expect, it } from 'vitest';
import { deviceBecomes, hasFault, isReady } from '../../device-becomes.ts';
import { type WiredLine, wiredLine } from '../../osdp/test/wired-line.ts';
import { type CardNumber, chipNumber } from '../card-reader.ts';
import { OsdpCardReader } from './osdp-card-reader.ts';

let wired: WiredLine;
let reader: OsdpCardReader;

async function start(): Promise<void> {
  wired = await wiredLine({ units: [3] });
  reader = new OsdpCardReader({ line: wired.line, log: silentLog, unit: 3 });
  reader.start();
  await deviceBecomes(reader, isReady);
}

afterEach(async () => {
  await reader.stop();
  await wired.close();
});

const act = (action: string, args?: Readonly<Record<string, unknown>>) => wired.sims[0]?.act(action, args);

function nextNumber(): Promise<CardNumber> {
  return new Promise((resolve) => {
    const stop = reader.onNumber((number) => {
      stop();
      resolve(number);
    });
  });
}

it('tells the number of a badge, of a chip or of another format', async () => {
  await start();
  const chip = nextNumber();
  await act('read', { number: '04AABBCCDDEE80' });
  const read = await chip;
  expect(chipNumber(read)).toBe('04AABBCCDDEE80');
  const wiegand = nextNumber();
  await act('read', { number: '80010240', bits: 26 });
  const card = await wiegand;
  expect(card).toEqual({ bitCount: 26, bits: Uint8Array.of(0x80, 0x01, 0x02, 0x40) });
  expect(chipNumber(card)).toBeNull();
});

it('tells keys as they are pressed', async () => {
  await start();
  const pressed = new Promise((resolve) => reader.onKeys(resolve));
  await act('keys', { keys: '12*#' });
  expect(await pressed).toBe('12*#');
});

it('shows a decision as light, sound and words, and the next takes its place', async () => {
  await start();
  expect(await reader.show({ outcome: 'granted', words: 'Bienvenue' })).toEqual({
    ok: true,
    value: undefined,
  });
  expect(wired.sims[0]?.view()).toMatchObject({ light: 'green', text: 'Bienvenue', beeps: 1 });
  expect((await reader.show({ outcome: 'refused', words: 'Déjà utilisé' })).ok).toBe(true);
  expect(wired.sims[0]?.view()).toMatchObject({ light: 'red', text: 'Deja utilise', beeps: 4 });
  expect((await reader.show({ outcome: 'wait', words: 'Un instant', quiet: true })).ok).toBe(true);
  expect(wired.sims[0]?.view()).toMatchObject({ light: 'amber', text: 'Un instant', beeps: 4 });
});

it('shows nothing on a reader that is down, and says why', async () => {
  await start();
  await act('fault', { name: 'silent', on: true });
  await deviceBecomes(reader, hasFault('reader.no-answer'));
  expect(await reader.show({ outcome: 'granted', words: 'Bienvenue' })).toMatchObject({
    error: { code: 'reader.no-answer' },
  });
});

it('is not misled by a read that is cut short', async () => {
  await start();
  const numbers: CardNumber[] = [];
  reader.onNumber((number) => numbers.push(number));
  await act('fault', { name: 'malformed', on: true });
  await act('read', { number: '04AABBCC' });
  await act('fault', { name: 'malformed', on: false });
  const next = nextNumber();
  await act('read', { number: '04112233' });
  await next;
  expect(numbers.map((number) => chipNumber(number))).toEqual(['04112233']);
  expect(reader.state).toEqual({ status: 'ready' });
});
