import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorIn, ProgramLog } from './program-log.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portillon-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('shows errors with their fields, and nothing else', () => {
  expect(errorIn('{"level":"error","msg":"push refused","program":"edge","time":1,"seq":7}')).toBe(
    'push refused seq=7',
  );
  expect(errorIn('{"level":"warn","msg":"slow"}')).toBeNull();
  expect(errorIn('{"level":"error","msg":"cut sho')).toBeNull();
  expect(errorIn('    at somewhere (file.ts:3)')).toBeNull();
});

it('tells each error once, also when its line arrives in pieces', () => {
  const log = new ProgramLog(join(folder, 'edge.log'));
  appendFileSync(log.path, '{"level":"error","msg":"first"}\n{"level":"err');
  expect(log.newErrors()).toEqual(['first']);
  appendFileSync(log.path, 'or","msg":"second"}\n');
  expect(log.newErrors()).toEqual(['second']);
  expect(log.newErrors()).toEqual([]);
});

it('keeps the logs of three earlier runs', () => {
  const path = join(folder, 'edge.log');
  for (let run = 1; run <= 6; run++) appendFileSync(new ProgramLog(path).path, `run ${run}`);
  expect(readFileSync(path, 'utf8')).toBe('run 6');
  expect(readFileSync(`${path}.3`, 'utf8')).toBe('run 3');
  expect(existsSync(`${path}.4`)).toBe(false);
});
