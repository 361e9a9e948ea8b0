// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './progress.mjs';
import { giveUp, projectFolder } from './project.mjs';
import { runNpm } from './run-command.mjs';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage */

/**
 * Whether node_modules holds what the lockfile says. npm keeps its own list of what it installed, and writes it last, so
 * that an interrupted install is not taken for a whole one. Optional packages of other platforms may be missing.
 */
export function installedAsLocked(folder = projectFolder) {
  const installedList = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedList)) return false;
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const installed = readPackages(installedList);
  return Object.entries(wanted).every(([path, { version, integrity, optional, link }]) => {
    if (!path.includes('node_modules/')) return true;
    const have = installed[path];
    if (!have) return optional === true;
    return link === true || (have.version === version && (!integrity || have.integrity === integrity));
  });
}

/**
 * @param {string} lockfile
 * @returns {Record<string, LockedPackage>}
 */
const readPackages = (lockfile) => JSON.parse(readFileSync(lockfile, 'utf8')).packages;

/**
 * `npm ci` when node_modules does not fit the lockfile. Install scripts are not run: what has native parts is built by
 * name afterwards (native-modules.mjs), so that no download of a runtime can break an install.
 */
export async function installNpmPackages() {
  if (installedAsLocked()) return;
  await step('installing the npm packages', async () => {
    const { code, output } = await runNpm(
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd: projectFolder, quiet: true },
    );
    if (code !== 0) giveUp(`npm ci failed:\n${output}`);
  });
}
