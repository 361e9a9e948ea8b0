// @ts-check
import { fileURLToPath } from 'node:url';
import { fetchElectron } from './set-up/electron-runtime.mjs';
import { buildNativeModules, missingNativeModules } from './set-up/native-modules.mjs';
import { requireNode } from './set-up/node-version.mjs';
import { installedAsLocked, installNpmPackages } from './set-up/npm-packages.mjs';
import { say } from './set-up/progress.mjs';
import { giveUp, inContinuousIntegration } from './set-up/project.mjs';
import { installSystemPackages } from './set-up/system-packages.mjs';

const help = `Prepares a machine for Portillon: Debian packages, npm packages, native parts.
    --yes             installs Debian packages without asking
    --with-electron   fetches Electron's runtime too, for the kiosk in a window of its own
    --help            this`;

/**
 * Makes the machine ready, cheaply when it is ready already. What cannot be had is named, with what does not work without
 * it, and the rest goes on; in continuous integration it fails.
 *
 * @param {{ yes: boolean, withElectron: boolean }} options
 * @returns {Promise<readonly { name: string, without: string }[]>} what is missing
 */
export async function setUp({ yes, withElectron }) {
  requireNode();
  const compiled = installedAsLocked() && (await missingNativeModules()).length === 0;
  const missingPackages = await installSystemPackages({ yes, compiled });
  await installNpmPackages();
  const missingModules = compiled ? [] : await buildNativeModules();
  if (withElectron) await fetchElectron();

  const missing = [...missingPackages, ...missingModules];
  for (const { name, without } of missing)
    say(`Missing: ${name}. Without it this does not work: ${without}.`);
  if (missing.length > 0 && inContinuousIntegration)
    giveUp('Continuous integration runs everything or fails: install what is missing.');
  return missing;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const known = new Set(['--yes', '--with-electron', '--help']);
  const unknown = process.argv.slice(2).find((word) => !known.has(word));
  if (unknown) giveUp(`I do not know ${unknown}.\n\n${help}`);
  if (process.argv.includes('--help')) say(help);
  else {
    const missing = await setUp({
      yes: process.argv.includes('--yes'),
      withElectron: process.argv.includes('--with-electron'),
    });
    say(missing.length === 0 ? 'Ready.' : 'Ready, without what is named above.');
  }
}
