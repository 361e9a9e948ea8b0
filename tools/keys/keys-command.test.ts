import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from '@portillon/kiosk/store/folder-lock.ts';
import { newBaseKeys } from '@portillon/sync-service/keys/base-keys.ts';
import { FileBaseKeyStore } from '@portillon/sync-service/keys/file-base-key-store.ts';
import { FileKeyStore } from '@portillon/sync-service/secrets/file-key-store.ts';
import { isSealed } from '@portillon/sync-service/secrets/secret-seal.ts';
import { sealFileName, systemSeal } from '@portillon/sync-service/secrets/system-seal.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runKeysCommand } from './keys-command.ts';

/** The real `systemd-creds`, which needs the rights of the system; a machine without systemd has none. */
const canSeal = process.getuid?.() === 0 && existsSync('/usr/bin/systemd-creds');

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portillon-keys-command-'));
  // A host key of our own (systemd-creds(1), Environment): none of this machine is made or used.
  process.env.SYSTEMD_CREDENTIAL_SECRET = join(folder, 'host-key');
});
afterEach(() => {
  delete process.env.SYSTEMD_CREDENTIAL_SECRET;
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<number> {
  said = [];
  const hear = (text: string) => said.push(text);
  return runKeysCommand(args, { environment: {}, say: hear, tell: hear });
}

/** Every secret of a base, as it could stand in a text. */
async function baseWithKeys(): Promise<readonly string[]> {
  const keys = await newBaseKeys(randomBytes);
  await new FileBaseKeyStore(folder).save(keys);
  return [
    keys.network.privateKey,
    keys.seal.privateKey,
    ...keys.card.versions.flatMap(({ read, write }) => [read, write]),
  ];
}

const baseFile = () => readFileSync(join(folder, 'base-keys.json'));

it('says that keys lie in clear, and turns the card keys over without showing one', async () => {
  const secrets = await baseWithKeys();
  expect(await run('--state', folder)).toBe(0);
  expect(said.join('\n')).toMatch(/keys: open-file, WEAK.*\ncard keys: version 1; cards are read of 1/);
  expect(await run('--state', folder, '--rotate')).toBe(0);
  expect(said.join('\n')).toMatch(/version 2 once the base runs.*\n.*\n.*cards are read of 1, 2/);
  expect(await run('--state', folder, '--retire', '2')).toBe(1);
  expect(await run('--state', folder, '--retire', '1')).toBe(0);
  expect(said.join('\n')).toMatch(/cards are read of 2$/);
  for (const secret of secrets) expect(said.join('\n')).not.toContain(secret);
});

it.skipIf(!canSeal)('seals the keys of a base under this machine’s own, and puts them back', async () => {
  const secrets = await baseWithKeys();
  const closingKey = join(folder, 'store-closing-key.p8');
  writeFileSync(closingKey, 'closing', { mode: 0o600 });
  expect(await run('--state', folder, '--seal')).toBe(0);
  expect(said.join('\n')).toMatch(/keys: systemd-creds\n/);
  expect([isSealed(baseFile()), isSealed(readFileSync(closingKey))]).toEqual([true, true]);
  for (const secret of secrets) {
    expect(baseFile().includes(secret)).toBe(false);
    expect(said.join('\n')).not.toContain(secret);
  }
  await expect(new FileBaseKeyStore(folder).load()).rejects.toThrow('is sealed');
  const seal = await systemSeal({}, folder);
  const sealed = await new FileBaseKeyStore(folder, seal).load();
  expect(sealed?.network.privateKey).toBe(secrets[0]);
  expect(await run('--state', folder, '--seal')).toBe(0);
  expect(await run('--state', folder, '--rotate')).toBe(0);
  expect(isSealed(baseFile())).toBe(true);

  expect(await run('--state', folder, '--open')).toBe(0);
  expect(said.join('\n')).toMatch(/open-file, WEAK/);
  expect(existsSync(join(folder, sealFileName))).toBe(false);
  expect((await new FileBaseKeyStore(folder).load())?.card.current).toBe(2);
  expect(readFileSync(closingKey, 'utf8')).toBe('closing');
  expect(statSync(join(folder, 'base-keys.json')).mode & 0o777).toBe(0o600);
});

it.skipIf(!canSeal)(
  'seals the secrets of a box, those of its readers among them, while its edge is stopped',
  async () => {
    const config = join(folder, 'edge.json');
    const bare = {
      name: 'gate',
      stateFolder: 'state',
      baseUrl: 'http://127.0.0.1:4620',
      bridge: { port: 0 },
      devices: { gates: [] },
    };
    writeFileSync(config, JSON.stringify(bare));
    const keysFolder = join(folder, 'state', 'keys');
    const readerKey = randomBytes(16);
    await (await FileKeyStore.open(keysFolder)).write('reader-board-gate-1', readerKey);
    const edge = await FolderLock.take(join(folder, 'state'));
    expect(await run('--config', config, '--seal')).toBe(1);
    expect(said.join('\n')).toMatch(/store.in-use/);
    await edge.release();
    expect(await run('--config', config, '--seal')).toBe(0);
    expect(said.join('\n')).toMatch(/keys: systemd-creds\nsecrets: reader-board-gate-1/);
    const sealed = await FileKeyStore.open(keysFolder, await systemSeal({}, keysFolder));
    expect(await sealed.read('reader-board-gate-1')).toEqual(Uint8Array.from(readerKey));
    await expect((await FileKeyStore.open(keysFolder)).read('reader-board-gate-1')).rejects.toThrow(
      'is sealed',
    );
    expect(await run('--config', config, '--rotate')).toBe(2);
    // Another machine has another key: what was taken away with the disk opens nothing there.
    writeFileSync(join(keysFolder, sealFileName), randomBytes(64).toString('base64'), { mode: 0o600 });
    expect(await run('--config', config)).toBe(1);
    expect(said.join('\n')).toMatch(/store.failed: systemd-creds decrypt/);
  },
);

it('refuses keys that others may read, and says what to do', async () => {
  await baseWithKeys();
  chmodSync(join(folder, 'base-keys.json'), 0o640);
  expect(await run('--state', folder)).toBe(1);
  expect(said.join('\n')).toMatch(/may be read by others than its owner \(mode 640\).*chmod 600/);
});

it('tells how it is called, and what is not there', async () => {
  expect(await run()).toBe(2);
  expect(await run('--state', folder, '--seal', '--open')).toBe(2);
  expect(await run('--state', folder)).toBe(1);
  expect(said.join('\n')).toMatch(/no keys of a base/);
});
