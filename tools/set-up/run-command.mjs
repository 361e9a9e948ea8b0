// @ts-check
import { spawn } from 'node:child_process';

/**
 * Runs a command to its end. Its output goes to the terminal, or is kept (the last 64 KiB) when `quiet`. Resolves with its
 * exit code; 127 when the program does not exist, 128 when a signal ended it. With `limitMs` it has a process group of its
 * own, which is killed as a whole when the time is up or when we end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, limitMs?: number }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runCommand(command, args, { cwd, env, quiet = false, limitMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: [limitMs === undefined ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      detached: limitMs !== undefined,
    });
    const killGroup = () => {
      if (child.pid && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
    };
    const limit = limitMs === undefined ? undefined : setTimeout(killGroup, limitMs);
    if (limitMs !== undefined) process.once('exit', killGroup);
    let output = '';
    /** @param {NodeJS.WriteStream} screen */
    const reader = (screen) => (/** @type {Buffer} */ bytes) => {
      output = (output + bytes.toString()).slice(-65_536);
      if (!quiet) screen.write(bytes);
    };
    child.stdout.on('data', reader(process.stdout));
    child.stderr.on('data', reader(process.stderr));
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    child.on('close', (code) => {
      clearTimeout(limit);
      process.off('exit', killGroup);
      resolve({ code: code ?? 128, output });
    });
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
