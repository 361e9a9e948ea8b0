// @ts-check
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { buildAll } from './build.mjs';
import { programNames } from './bundling/targets.mjs';
import { giveUp, inProject } from './set-up/project.mjs';
import { setUp } from './set-up.mjs';

const [name, ...args] = process.argv.slice(2);
if (!name || !programNames.includes(name)) giveUp(`node tools/run.mjs ${programNames.join('|')} [OPTIONS]`);

await setUp({ yes: false, withElectron: false });
await buildAll();
const program = inProject('build', `${name}.mjs`);
if (!existsSync(program)) giveUp(`${name} is not built: its source is missing.`);

const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], { stdio: 'inherit' });
// The terminal sends Ctrl-C to both of us; a signal sent to us alone is passed on. The program decides when it ends.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => {
    if (!process.stdin.isTTY) child.kill(signal);
  });
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
