// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../set-up/project.mjs';
import { brokenImports, strayTimeAndChance } from './import-rules.mjs';
import { literalTemporaryPaths, machineBoundWords, untidyNames } from './tidiness.mjs';

const folders = ['core', 'ui', 'drivers', 'hardware-sims', 'kiosk', 'sync-service', 'tools', 'bench'];

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesIn(folder) {
  if (!existsSync(join(projectFolder, folder))) return [];
  return readdirSync(join(projectFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourcesIn(path);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : [];
  });
}

/** Text files under version control; all sources where there is no git. @param {readonly string[]} sources */
function textFiles(sources) {
  try {
    const listed = execFileSync('git', ['ls-files', '-z'], { cwd: projectFolder, encoding: 'utf8' });
    const binary = /\.(png|jpe?g|woff2?|ico|pdf|bin)$/;
    return listed
      .split('\0')
      .filter((path) => path !== '' && !binary.test(path) && existsSync(join(projectFolder, path)));
  } catch {
    return sources; // a copy of the tree without its history
  }
}

/** @param {string} path */
const read = (path) => ({ path, text: readFileSync(join(projectFolder, path), 'utf8') });

const paths = folders.flatMap(sourcesIn);
const programs = paths.filter((path) => !path.endsWith('.mjs')).map(read);

const problems = [
  ...brokenImports(programs),
  ...strayTimeAndChance(programs),
  ...literalTemporaryPaths(programs),
  ...untidyNames(paths),
  ...machineBoundWords(textFiles(paths).map(read)),
];
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(
  problems.length === 0
    ? `Layers hold: ${programs.length} sources.\n`
    : `${problems.length} problems; the rules stand in tools/layers/layer-map.mjs.\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
