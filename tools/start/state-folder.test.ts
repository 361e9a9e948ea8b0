import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StateFolder } from './state-folder.mjs';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'portillon state '));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

it('is refused where something else lies, and nothing of it is touched', () => {
  writeFileSync(join(place, 'thesis.txt'), 'ten years of work');
  expect(() => new StateFolder(place)).toThrow(/not a state folder of Portillon/);
  expect(readdirSync(place)).toEqual(['thesis.txt']);
});

it('begins anew by deleting what is in it, and stays ours', () => {
  const state = new StateFolder(join(place, 'club'));
  mkdirSync(state.in('sims'));
  state.write('ports.json', { kiosk: 4610 });
  state.empty();
  expect(existsSync(state.in('sims'))).toBe(false);
  expect(state.read('ports.json')).toBeNull();
  expect(() => new StateFolder(state.path)).not.toThrow();
});

it('belongs to one start at a time, which is named to the second', async () => {
  const first = new StateFolder(place);
  await first.take();
  const second = new StateFolder(place);
  await expect(second.take()).rejects.toThrow(`already running on ${first.path} (process ${process.pid})`);
  await first.release();
  await second.take();
  await second.release();
});

it('takes a file that was cut short for one that is not there', () => {
  const state = new StateFolder(place);
  writeFileSync(state.in('ports.json'), '{"kiosk": 46');
  expect(state.read('ports.json')).toBeNull();
});
