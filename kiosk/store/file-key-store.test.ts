import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileKeyStore } from './file-key-store.ts';

let parent: string;
let folder: string;
let keys: FileKeyStore;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'portillon-keys-'));
  folder = join(parent, 'keys');
  keys = await FileKeyStore.open(folder);
});

afterEach(async () => {
  await rm(parent, { recursive: true });
});

const secret = new Uint8Array([0, 1, 254, 255]);

it('gives back what was written, and after a restart too', async () => {
  await keys.write('identity', secret);
  expect(await keys.read('identity')).toEqual(secret);
  expect(await (await FileKeyStore.open(folder)).read('identity')).toEqual(secret);
});

it('replaces a secret whole', async () => {
  await keys.write('identity', new Uint8Array(100).fill(1));
  await keys.write('identity', secret);
  expect(await keys.read('identity')).toEqual(secret);
  expect(await readdir(folder)).toEqual(['identity.key']);
});

it('knows nothing of a secret that was never written, or was destroyed', async () => {
  expect(await keys.read('identity')).toBeNull();
  await keys.write('identity', secret);
  await keys.destroy('identity');
  await keys.destroy('identity');
  expect(await keys.read('identity')).toBeNull();
  expect(await readdir(folder)).toEqual([]);
});

it('lists names in order', async () => {
  await keys.write('visit-b', secret);
  await keys.write('identity', secret);
  expect(await keys.names()).toEqual(['identity', 'visit-b']);
});

it('lets only its owner read, in a folder of its owner', async () => {
  await keys.write('identity', secret);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'identity.key'))).mode & 0o777).toBe(0o600);
});

it('keeps the old secret and removes the rest when the power went in the middle of a write', async () => {
  await keys.write('identity', secret);
  await writeFile(join(folder, 'identity.key-unfinished'), 'half');
  const restarted = await FileKeyStore.open(folder);
  expect(await restarted.read('identity')).toEqual(secret);
  expect(await readdir(folder)).toEqual(['identity.key']);
});

it.each(['', '../identity', 'a/b', 'A', '.hidden', '-dash'])('refuses "%s" as a name', async (name) => {
  await expect(keys.write(name, secret)).rejects.toThrow('not the name of a secret');
});

it('names a folder that cannot be used as a fault', async () => {
  await writeFile(join(parent, 'file'), '');
  await expect(FileKeyStore.open(join(parent, 'file', 'keys'))).rejects.toMatchObject({
    fault: { code: 'store.failed' },
  });
});
