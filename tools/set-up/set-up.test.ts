import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isNewEnough } from './node-version.mjs';
import { installedAsLocked } from './npm-packages.mjs';
import { installCommand, missingSystemPackages, systemPackages } from './system-packages.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portillon-set-up-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockfile = (packages: Record<string, object>) => JSON.stringify({ packages });
const zod = { version: '4.0.0', integrity: 'sha512-a' };

function installed(wanted: Record<string, object>, have: Record<string, object>) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'package-lock.json'), lockfile({ '': {}, core: {}, ...wanted }));
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), lockfile(have));
  return installedAsLocked(folder);
}

it.each([
  ['v20.19.0', true],
  ['v20.20.2', true],
  ['v22.0.0', true],
  ['v20.18.3', false],
  ['v18.19.0', false],
])('takes Node %s: %s', (version, fine) => {
  expect(isNewEnough(version)).toBe(fine);
});

it('installs again when a package is missing, older, or other bytes than the lockfile says', () => {
  expect(installed({ 'node_modules/zod': zod }, { 'node_modules/zod': zod })).toBe(true);
  expect(installed({ 'node_modules/zod': zod }, {})).toBe(false);
  expect(installed({ 'node_modules/zod': zod }, { 'node_modules/zod': { ...zod, version: '3.0.0' } })).toBe(
    false,
  );
  expect(
    installed({ 'node_modules/zod': zod }, { 'node_modules/zod': { ...zod, integrity: 'sha512-b' } }),
  ).toBe(false);
});

it('does not miss what is only for other platforms', () => {
  expect(installed({ 'node_modules/@esbuild/win32-x64': { ...zod, optional: true } }, {})).toBe(true);
});

it('installs where nothing was ever installed', () => {
  writeFileSync(join(folder, 'package-lock.json'), lockfile({ 'node_modules/zod': zod }));
  expect(installedAsLocked(folder)).toBe(false);
});

it('names every missing Debian package in one command, each with its reason', () => {
  const missing = missingSystemPackages(systemPackages.map((one) => ({ ...one, present: () => false })));
  for (const { name, why, without } of missing) {
    expect(installCommand(missing)).toContain(` ${name}`);
    expect(why).not.toBe('');
    expect(without).not.toBe('');
  }
});
