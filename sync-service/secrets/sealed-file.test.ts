import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sealedFile, writeSealedFile } from './sealed-file.ts';
import { isSealed, SecretSeal } from './secret-seal.ts';

const seal = new SecretSeal(new Uint8Array(32).fill(1), 'systemd-creds');
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-sealed-'));
  path = join(folder, 'base-keys.json');
});
afterEach(() => rm(folder, { recursive: true }));

it('leaves nothing in clear of a secret that was being opened when the power went', async () => {
  await writeSealedFile(path, 'base-keys', seal, 'secret');
  await writeFile(`${path}.new`, 'secret', { mode: 0o600 });
  expect(Buffer.from((await sealedFile(path, 'base-keys', seal)) ?? []).toString()).toBe('secret');
  expect(await readdir(folder)).toEqual(['base-keys.json']);
  expect(isSealed(await readFile(path))).toBe(true);
});
