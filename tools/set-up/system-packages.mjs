// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { say } from './progress.mjs';
import { runCommand } from './run-command.mjs';

/**
 * @typedef {object} SystemPackage
 * @property {string} name Debian's name of it
 * @property {string} why what it is for
 * @property {string} without what does not work when it is missing
 * @property {boolean} [onlyToCompile] not needed once the native parts are compiled
 * @property {() => boolean} present
 */

/** @param {string} program */
function inPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** A file of the distribution, in whatever folder this machine's architecture puts it. @param {string} file */
function inLibraries(file) {
  if (existsSync(join('/usr/lib', file))) return true;
  return readdirSync('/usr/lib', { withFileTypes: true }).some(
    (folder) => folder.name.endsWith('-linux-gnu') && existsSync(join('/usr/lib', folder.name, file)),
  );
}

/** Everything beyond Node and npm, with the reason. @type {readonly SystemPackage[]} */
export const systemPackages = [
  {
    name: 'socat',
    why: 'the serial cables of the virtual club',
    without: 'the simulated dispenser, scanner and gate',
    present: () => inPath('socat'),
  },
  {
    name: 'pcscd',
    why: 'the service through which card readers are reached, virtual ones too',
    without: 'the card reader at the gate',
    present: () => inPath('pcscd'),
  },
  {
    name: 'vsmartcard-vpcd',
    why: 'the virtual card reader of the virtual club',
    without: 'the simulated card reader at the gate',
    present: () => inLibraries('pcsc/drivers/serial/libifdvpcd.so'),
  },
  {
    name: 'libpcsclite-dev',
    why: 'to compile the link to the card readers',
    without: 'the card reader at the gate',
    onlyToCompile: true,
    present: () => existsSync('/usr/include/PCSC/winscard.h'),
  },
  {
    name: 'g++',
    why: 'to compile the database of the edge and the link to the card readers',
    without: 'the edge and the card reader at the gate',
    onlyToCompile: true,
    present: () => inPath('g++'),
  },
  {
    name: 'make',
    why: 'to compile the same',
    without: 'the edge and the card reader at the gate',
    onlyToCompile: true,
    present: () => inPath('make'),
  },
  {
    name: 'python3',
    why: 'to compile the same (the build tool of native parts is written in it)',
    without: 'the edge and the card reader at the gate',
    onlyToCompile: true,
    present: () => inPath('python3'),
  },
  {
    name: 'chromium',
    why: 'the browser of the screen tests and of the main job',
    without: 'the browser tests and the main job',
    present: () => inPath('chromium'),
  },
];

/**
 * What of the list is missing here.
 * @param {readonly SystemPackage[]} packages
 */
export const missingSystemPackages = (packages) => packages.filter((wanted) => !wanted.present());

/**
 * The command a person would type.
 * @param {readonly SystemPackage[]} packages
 */
export const installCommand = (packages) =>
  `sudo apt-get install --no-install-recommends ${packages.map(({ name }) => name).join(' ')}`;

/**
 * Says what is missing and why, installs it when it may, and returns what is still missing afterwards.
 *
 * It may when it is root or can become root (sudo, with a person at the terminal to give a password and a yes), and when
 * the answer is yes: `--yes`, root without a terminal, continuous integration, or a person who says so.
 *
 * @param {{ yes: boolean, compiled: boolean }} options `compiled`: the native parts are there already
 * @returns {Promise<readonly SystemPackage[]>}
 */
export async function installSystemPackages({ yes, compiled }) {
  const needed = systemPackages.filter(({ onlyToCompile }) => !(onlyToCompile && compiled));
  const missing = missingSystemPackages(needed);
  if (missing.length === 0) return missing;

  say('These Debian packages are needed and missing:');
  for (const { name, why } of missing) say(`    ${name.padEnd(18)} ${why}`);

  if (!inPath('apt-get')) {
    say('This machine has no apt-get: install their counterparts with its own package manager.');
    return missing;
  }
  const asRoot = process.getuid?.() === 0;
  const personHere = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (!asRoot && !(personHere && inPath('sudo'))) {
    say(`They may not be installed by this user. The command is:\n    ${installCommand(missing)}`);
    return missing;
  }
  if (personHere && !yes && !(await agrees('Install them now?'))) {
    say(`Not installed. The command is:\n    ${installCommand(missing)}`);
    return missing;
  }

  const [command, ...before] = asRoot ? ['apt-get'] : ['sudo', 'apt-get'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...missing.map(({ name }) => name)],
  ]) {
    const { code } = await runCommand(command ?? 'apt-get', [...before, ...args], { env });
    if (code !== 0) say(`apt-get ${args[0]} ended with code ${code}.`);
  }
  const still = missingSystemPackages(needed);
  if (still.length > 0) say(`Still missing. The command is:\n    ${installCommand(still)}`);
  return still;
}

/** @param {string} question */
async function agrees(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${question} [Y/n] `);
    return /^(y|yes|o|oui)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
