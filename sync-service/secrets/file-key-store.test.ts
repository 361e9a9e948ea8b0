import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileKeyStore } from './file-key-store.ts';
import { credentialName, SecretSeal } from './secret-seal.ts';
import { systemSeal } from './system-seal.ts';

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

describe('with the seal of the operating system', () => {
  const seal = new SecretSeal(new Uint8Array(32).fill(1), 'systemd-credential');
  const openSealed = () => FileKeyStore.open(folder, seal);
  const onDisk = (name: string) => readFile(join(folder, `${name}.key`));
  const master = new Uint8Array(16).fill(0x5a);

  it('keeps no secret on the disk that can be read there, and gives it back', async () => {
    const sealed = await openSealed();
    expect([keys.place, sealed.place]).toEqual(['open-file', 'systemd-credential']);
    await sealed.write('card-write-1', master);
    expect((await onDisk('card-write-1')).includes(Buffer.from(master))).toBe(false);
    expect(await sealed.read('card-write-1')).toEqual(master);
    expect(await (await openSealed()).read('card-write-1')).toEqual(master);
  });

  it('seals what lay in clear before', async () => {
    await keys.write('card-write-1', master);
    expect((await onDisk('card-write-1')).includes(Buffer.from(master))).toBe(true);
    const sealed = await openSealed();
    expect((await onDisk('card-write-1')).includes(Buffer.from(master))).toBe(false);
    expect(await sealed.read('card-write-1')).toEqual(master);
  });

  it('reads nothing without the seal, and writes nothing in clear beside what is sealed', async () => {
    await (await openSealed()).write('identity', secret);
    const without = await FileKeyStore.open(folder);
    await expect(without.read('identity')).rejects.toThrow(credentialName);
    await expect(without.write('other', secret)).rejects.toMatchObject({ fault: { code: 'store.failed' } });
    expect(await without.names()).toEqual(['identity']);
  });

  it('opens nothing with the seal of another system, under another name, or damaged', async () => {
    const sealed = await openSealed();
    await sealed.write('identity', secret);
    const elsewhere = await FileKeyStore.open(
      folder,
      new SecretSeal(new Uint8Array(32).fill(2), 'systemd-credential'),
    );
    await expect(elsewhere.read('identity')).rejects.toThrow('another key');
    await copyFile(join(folder, 'identity.key'), join(folder, 'card-read-1.key'));
    await expect(sealed.read('card-read-1')).rejects.toThrow('damaged');
    const bytes = await onDisk('identity');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(join(folder, 'identity.key'), bytes);
    await expect(sealed.read('identity')).rejects.toMatchObject({ fault: { code: 'store.failed' } });
  });

  it('finds the seal where systemd puts credentials, and does without where it puts none', async () => {
    const credentials = await mkdtemp(join(tmpdir(), 'portillon-credentials-'));
    const environment = { CREDENTIALS_DIRECTORY: credentials };
    try {
      expect(await systemSeal({}, folder)).toBeNull();
      expect(await systemSeal(environment, folder)).toBeNull();
      await writeFile(join(credentials, credentialName), new Uint8Array(31));
      await expect(systemSeal(environment, folder)).rejects.toThrow('fewer than 32 bytes');
      await writeFile(join(credentials, credentialName), new Uint8Array(32).fill(1));
      const found = await systemSeal(environment, folder);
      expect(found?.open('a', seal.close('a', secret))).toEqual(secret);
    } finally {
      await rm(credentials, { recursive: true });
    }
  });
});
