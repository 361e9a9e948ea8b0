// @ts-check
import { spawn } from 'node:child_process';
import { closeSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 50;
const stopLimitMs = 20_000;
const firstRestartMs = 200;
const longestRestartMs = 10_000;
/** A program that lived this long before it died starts again at once, as if for the first time. */
const steadyMs = 60_000;

/**
 * @typedef {object} ProgramPlan
 * @property {string} name
 * @property {string} command
 * @property {() => readonly string[]} args read anew at every start
 * @property {string} readyFile the program writes it when it stands
 * @property {number} readyLimitMs
 * @property {import('./program-log.mjs').ProgramLog} log
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * One of our programs, started, watched, and started again when it dies: at once the first time, then waiting longer, at
 * most ten seconds. It has a process group of its own, so that Ctrl-C in the terminal reaches us alone and we end the
 * programs in order; it watches its standard input, so that it ends when we are killed.
 */
export class SupervisedProgram {
  /** @type {ProgramPlan} */
  #plan;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** @type {Promise<string>} */
  #ended = Promise.resolve('never started');
  #stopping = false;
  /** @type {string | undefined} */
  #restartReason;
  #restartMs = firstRestartMs;
  /** @type {(line: string) => void} */
  #say;
  /** @type {(ready: Record<string, unknown>) => void | Promise<void>} */
  #onRestarted = () => undefined;

  /**
   * @param {ProgramPlan} plan
   * @param {(line: string) => void} say
   */
  constructor(plan, say) {
    this.#plan = plan;
    this.#say = say;
  }

  get pid() {
    return this.#child?.pid;
  }

  /**
   * Called with what the program says of itself each time it stands again after a death.
   * @param {(ready: Record<string, unknown>) => void | Promise<void>} listener
   */
  onRestarted(listener) {
    this.#onRestarted = listener;
  }

  /**
   * Starts it and resolves with what its ready file says. Rejects when it ends before, or is not ready in time.
   * @returns {Promise<Record<string, unknown>>}
   */
  async start() {
    const ready = await this.#startOnce();
    void this.#watch(performance.now());
    return ready;
  }

  /**
   * Ends it in good order; the watch then starts it again.
   * @param {string} why
   */
  async restart(why) {
    this.#restartReason = why;
    this.#child?.kill('SIGTERM');
    await this.#ended;
  }

  /** Ends it with SIGTERM and waits; kills it after twenty seconds. Safe to repeat. */
  async stop() {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const kill = setTimeout(() => {
      this.#say(`${this.#plan.name} does not end; it is killed.`);
      child.kill('SIGKILL');
    }, stopLimitMs);
    await this.#ended;
    clearTimeout(kill);
  }

  async #startOnce() {
    const { command, args, cwd, env, log, name, readyFile, readyLimitMs } = this.#plan;
    rmSync(readyFile, { force: true });
    const output = log.openForWriting();
    const child = spawn(command, args(), {
      cwd,
      env: env ?? process.env,
      stdio: ['pipe', output, output],
      detached: true,
    });
    closeSync(output);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    });
    let end = '';
    void this.#ended.then((how) => {
      end = how;
    });
    const limit = performance.now() + readyLimitMs;
    while (!existsSync(readyFile)) {
      if (end) throw new Error(`${name} ended at once (${end}):\n${indented(log.lastLines(8))}`);
      if (performance.now() > limit) {
        child.kill('SIGKILL');
        throw new Error(
          `${name} is not ready after ${readyLimitMs / 1000} s:\n${indented(log.lastLines(8))}`,
        );
      }
      await sleep(pollMs);
    }
    return JSON.parse(readFileSync(readyFile, 'utf8'));
  }

  /** @param {number} startedMs */
  async #watch(startedMs) {
    const how = await this.#ended;
    if (this.#stopping) return;
    if (performance.now() - startedMs > steadyMs) this.#restartMs = firstRestartMs;
    this.#say(`${this.#plan.name} ${this.#restartReason ?? `has ended (${how})`}; it is started again.`);
    this.#restartReason = undefined;
    for (;;) {
      await sleep(this.#restartMs);
      this.#restartMs = Math.min(this.#restartMs * 2, longestRestartMs);
      if (this.#stopping) return;
      try {
        const againMs = performance.now();
        const ready = await this.#startOnce();
        this.#say(`${this.#plan.name} is back.`);
        void this.#watch(againMs);
        await this.#onRestarted(ready);
        return;
      } catch (error) {
        if (this.#stopping) return;
        this.#say(error instanceof Error ? error.message : String(error));
      }
    }
  }
}

/** @param {readonly string[]} lines */
const indented = (lines) => lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
