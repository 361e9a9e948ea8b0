// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../set-up/project.mjs';

/** Everything a program or a page can be made of; the tests beside it change nothing. */
const sources = [
  'core',
  'drivers',
  'hardware-sims',
  'kiosk',
  'sync-service',
  'ui',
  'tools',
  'bench',
  'package-lock.json',
  'tsconfig.json',
];

const leftOut = /(^|\/)(node_modules|vectors|test)(\/|$)|\.test\.tsx?$|\.md$/;

/** One digest over the contents of all sources: while it stays, what is built is up to date. */
export function sourceDigest(folder = projectFolder) {
  const hash = createHash('sha256');
  for (const source of sources) {
    if (!existsSync(join(folder, source))) continue;
    for (const file of filesOf(folder, source))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(folder, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(folder, path) {
  if (leftOut.test(path)) return [];
  if (/\.[a-z]+$/.test(path)) return [path];
  return readdirSync(join(folder, path), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = `${path}/${entry.name}`;
      if (entry.isDirectory()) return filesOf(folder, inside);
      return leftOut.test(inside) ? [] : [inside];
    });
}
