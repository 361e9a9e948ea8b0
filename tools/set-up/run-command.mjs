// @ts-check
import { spawn } from 'node:child_process';

/**
 * Runs a command to its end. Its output goes to the terminal, or is kept (the last 64 KiB) when `quiet`. Resolves with its
 * exit code; 127 when the program does not exist, 128 when a signal ended it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runCommand(command, args, { cwd, env, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['inherit', 'pipe', 'pipe'] });
    let output = '';
    /** @param {NodeJS.WriteStream} screen */
    const reader = (screen) => (/** @type {Buffer} */ bytes) => {
      output = (output + bytes.toString()).slice(-65_536);
      if (!quiet) screen.write(bytes);
    };
    child.stdout.on('data', reader(process.stdout));
    child.stderr.on('data', reader(process.stderr));
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 128, output }));
  });
}

/**
 * The npm that started us, or the one in the path.
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} options
 */
export function runNpm(args, options) {
  const npmScript = process.env.npm_execpath;
  return npmScript?.endsWith('npm-cli.js')
    ? runCommand(process.execPath, [npmScript, ...args], options)
    : runCommand('npm', args, options);
}
