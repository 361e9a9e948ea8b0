import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProgramLog } from './program-log.mjs';
import { SupervisedProgram } from './supervised-program.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portillon supervised '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program as ours are: says when it is ready, ends on SIGTERM and when its standard input ends. */
const obedient = `
  const { writeFileSync } = require('node:fs');
  process.stdin.resume();
  process.stdin.on('close', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
  writeFileSync(process.argv[1], JSON.stringify({ pid: process.pid }));
`;

const planOf = (source: string) => {
  const readyFile = join(folder, 'ready.json');
  return {
    name: 'edge',
    command: process.execPath,
    args: () => ['-e', source, readyFile],
    readyFile,
    readyLimitMs: 10_000,
    log: new ProgramLog(join(folder, 'edge.log')),
    cwd: folder,
  };
};

it('starts a killed program again within three seconds and says so', async () => {
  const said: string[] = [];
  const program = new SupervisedProgram(planOf(obedient), (line) => said.push(line));
  const { pid } = await program.start();
  const back = new Promise<Record<string, unknown>>((resolve) => program.onRestarted(resolve));
  const killedMs = process.hrtime.bigint();
  process.kill(Number(pid), 'SIGKILL');
  const again = await back;
  expect(Number(process.hrtime.bigint() - killedMs) / 1e6).toBeLessThan(3_000);
  expect(again.pid).not.toBe(pid);
  expect(said).toEqual(['edge has ended (SIGKILL); it is started again.', 'edge is back.']);
  await program.stop();
  expect(existsSync(`/proc/${again.pid}`)).toBe(false);
});

it('rejects with the last words of a program that does not come up', async () => {
  const program = new SupervisedProgram(
    planOf("console.error('the port is taken'); process.exit(3)"),
    () => undefined,
  );
  await expect(program.start()).rejects.toThrow(/edge ended at once \(code 3\):\n\s+the port is taken/);
  await program.stop();
});

it('leaves nothing running when the one who started it is killed', async () => {
  const readyFile = join(folder, 'ready.json');
  const parentScript = join(folder, 'parent.mjs');
  writeFileSync(
    parentScript,
    `import { ProgramLog } from ${JSON.stringify(new URL('./program-log.mjs', import.meta.url).href)};
     import { SupervisedProgram } from ${JSON.stringify(new URL('./supervised-program.mjs', import.meta.url).href)};
     const readyFile = ${JSON.stringify(readyFile)};
     const program = new SupervisedProgram({ name: 'edge', command: process.execPath,
       args: () => ['-e', ${JSON.stringify(obedient)}, readyFile], readyFile, readyLimitMs: 10_000,
       log: new ProgramLog(${JSON.stringify(join(folder, 'edge.log'))}), cwd: '/' }, () => undefined);
     await program.start();
     console.log('up');`,
  );
  const parent = spawn(process.execPath, [parentScript], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(parent.stdout, 'data');
  const { pid } = JSON.parse(readFileSync(readyFile, 'utf8'));
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 5_000 }).toBe(false);
});
