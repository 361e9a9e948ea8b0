import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const models = readdirSync(new URL('.', import.meta.url)).filter(
  (name) => name !== 'test' && statSync(new URL(name, import.meta.url)).isDirectory(),
);
/** Where a model's name becomes a driver, and where it becomes a sim. */
const registries = ['kiosk/edge/dispenser-models.ts', 'hardware-sims/card-dispenser/dispenser-models.ts'];

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourcesIn(path);
    const isSource = /\.(ts|tsx|mjs)$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name);
    return isSource ? [path] : [];
  });
}

it('[DI18] knows models of dispensers in their folders and in one registry each of edge and sims, nowhere else', () => {
  expect(models.length).toBeGreaterThan(1);
  // `crt-591` and `Crt591` both.
  const named = new RegExp(models.map((name) => name.replaceAll('-', '-?')).join('|'), 'i');
  const found = ['core', 'drivers', 'kiosk', 'hardware-sims', 'sync-service', 'tools', 'ui']
    .flatMap((folder) => sourcesIn(join(root, folder)))
    .filter((path) => named.test(readFileSync(path, 'utf8')))
    .map((path) => relative(root, path))
    .filter((path) => !models.some((name) => path.includes(`/card-dispenser/${name}/`)))
    .filter((path) => !path.split('/').includes('test'));
  expect(found.sort()).toEqual([...registries].sort());
});
