import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cardKeysFor, newBaseKeys, withCardKeys, withoutCardKeys } from './base-keys.ts';
import { FileBaseKeyStore } from './file-base-key-store.ts';

let folder: string;
let store: FileBaseKeyStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-base-keys-'));
  store = new FileBaseKeyStore(folder);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('gives a new network two master keys for its cards, one to read and one to write', async () => {
  const { card } = await newBaseKeys(randomBytes);
  expect(card).toMatchObject({ current: 1, versions: [{ version: 1 }] });
  const [only] = card.versions;
  expect(only?.read).not.toBe(only?.write);
});

it('makes the next version current, once, and keeps the older ones until they are retired', async () => {
  const { card } = await newBaseKeys(randomBytes);
  const rotated = withCardKeys(card, 2, randomBytes);
  expect(rotated).toMatchObject({ current: 2, versions: [{ version: 1 }, { version: 2 }] });
  expect(withCardKeys(rotated, 2, randomBytes)).toBe(rotated);
  const retired = withoutCardKeys(rotated, 1);
  expect(retired.versions.map(({ version }) => version)).toEqual([2]);
  expect(withoutCardKeys(retired, 1)).toBe(retired);
  expect(withCardKeys(retired, 3, randomBytes).current).toBe(3);
});

it('says what is wrong with an order that cannot be carried out', async () => {
  const { card } = await newBaseKeys(randomBytes);
  expect(() => withCardKeys(card, 3, randomBytes)).toThrow('the next one is 2');
  expect(() => withoutCardKeys(card, 1)).toThrow('the current one');
  let many = card;
  for (let version = 2; version <= 8; version++) many = withCardKeys(many, version, randomBytes);
  expect(() => withCardKeys(many, 9, randomBytes)).toThrow('retire one first');
  expect(() => withCardKeys(many, 1, randomBytes)).toThrow('the next one is 9');
});

it('[W-CARDKEY-2] keeps the key that writes from an edge that issues no cards', async () => {
  const { card } = await newBaseKeys(randomBytes);
  const [only] = card.versions;
  expect(cardKeysFor(card, { issuesCards: true }).versions).toEqual([only]);
  expect(cardKeysFor(card, { issuesCards: false }).versions).toEqual([{ version: 1, read: only?.read }]);
});

it('takes up the keys of version 0.1.0: one key, which made every key of a card', async () => {
  const { network, seal } = await newBaseKeys(randomBytes);
  const key = randomBytes(16).toString('base64url');
  await writeFile(
    join(folder, 'base-keys.json'),
    JSON.stringify({ network, seal, card: { version: 1, key } }),
    { mode: 0o600 },
  );
  const keys = await store.load();
  expect(keys?.card).toEqual({ current: 1, versions: [{ version: 1, read: key, write: key }] });
});

it('keeps new card keys beside what was there, for its owner only', async () => {
  const keys = await newBaseKeys(randomBytes);
  await expect(store.replaceCardKeys(keys.card)).rejects.toThrow('is not there');
  await store.save(keys);
  await expect(store.save(keys)).rejects.toThrow('there already');
  const rotated = withCardKeys(keys.card, 2, randomBytes);
  expect(await store.replaceCardKeys(rotated)).toEqual({ ...keys, card: rotated });
  expect(await store.load()).toEqual({ ...keys, card: rotated });
  const path = join(folder, 'base-keys.json');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  // Version 0.1.0 can still be started on it.
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
    card: { version: 2, key: rotated.versions[1]?.read },
  });
});
