import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inProject } from '../set-up/project.mjs';
import { perimeterDigest, perimeterFiles } from './fiscal-perimeter.mjs';

const listed = perimeterFiles.map(({ file }) => file);

it('lists files that are there, each once and in order', () => {
  expect(listed.filter((file) => !existsSync(inProject(file)))).toEqual([]);
  expect(listed).toEqual([...new Set(listed)].sort());
  expect(perimeterDigest()).toMatch(/^[0-9a-f]{64}$/);
});

it('lists every source of the journal', () => {
  const sources = [
    ...readdirSync(inProject('core', 'journal')).map((name) => `core/journal/${name}`),
    ...readdirSync(inProject('kiosk', 'store'))
      .filter((name) => name.startsWith('fiscal-'))
      .map((name) => `kiosk/store/${name}`),
  ].filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  expect(sources.filter((file) => !listed.includes(file))).toEqual([]);
});
