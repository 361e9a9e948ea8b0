import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKeyStore } from '@portillon/sync-service/secrets/file-key-store.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReaderKeys } from './reader-keys.ts';

let parent: string;
let store: FileKeyStore;
let keys: ReaderKeys;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'portillon-reader-keys-'));
  store = await FileKeyStore.open(join(parent, 'keys'));
  keys = new ReaderKeys(store);
});

afterEach(async () => {
  await rm(parent, { recursive: true });
});

const [old, fresh] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];

it('knows no key of a reader that was never installed', async () => {
  expect(await keys.read('gate-1.board')).toEqual({ current: null, next: null });
  await keys.nextBecomesCurrent('gate-1.board');
  expect(await readdir(join(parent, 'keys'))).toEqual([]);
});

it('keeps both keys until the reader has proved the next', async () => {
  await keys.writeNext('gate-1.board', old);
  await keys.nextBecomesCurrent('gate-1.board');
  await keys.writeNext('gate-1.board', fresh);
  expect(await new ReaderKeys(store).read('gate-1.board')).toEqual({ current: old, next: fresh });
  await keys.nextBecomesCurrent('gate-1.board');
  expect(await keys.read('gate-1.board')).toEqual({ current: fresh, next: null });
});

it('loses nothing when the power goes between the two writes of a change', async () => {
  await keys.writeNext('gate-1.board', fresh);
  await store.write('reader-board-gate-1', fresh);
  expect(await keys.read('gate-1.board')).toEqual({ current: fresh, next: fresh });
  await keys.nextBecomesCurrent('gate-1.board');
  expect(await keys.read('gate-1.board')).toEqual({ current: fresh, next: null });
});

it('keeps the keys of two places apart, whatever gates are called', async () => {
  const places = [
    'gate-1.badge-reader',
    'gate-1-badge.reader',
    'gate-1.reader',
    'next.board',
    'board.board',
    'gate-next.board',
    'gate.board',
  ];
  for (const [index, place] of places.entries()) {
    await keys.writeNext(place, new Uint8Array(16).fill(index));
    if (index % 2 === 0) await keys.nextBecomesCurrent(place);
  }
  for (const [index, place] of places.entries()) {
    const key = new Uint8Array(16).fill(index);
    expect([place, await keys.read(place)]).toEqual([
      place,
      index % 2 === 0 ? { current: key, next: null } : { current: null, next: key },
    ]);
  }
});
