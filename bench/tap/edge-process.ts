import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, delay, withTimeLimit } from '@portillon/core/base/clock.ts';
import type { EdgeHealth } from '@portillon/kiosk/edge/edge.ts';
import { inProject } from '@portillon/tools/set-up/project.mjs';

const readyLimitMs = 30_000;
const stopLimitMs = 10_000;
const lookEveryMs = 100;

/** What is read of the configuration here; the edge checks the rest. */
interface BenchedConfig extends Readonly<Record<string, unknown>> {
  readonly bridge: { readonly port: number };
}

/** The built edge as a process of its own, as a service manager starts it. */
export class EdgeProcess {
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  readonly #healthUrl: string;
  readonly #logFile: string;

  constructor(clock: Clock, folder: string, config: BenchedConfig) {
    this.#clock = clock;
    this.#healthUrl = `http://127.0.0.1:${config.bridge.port}/health`;
    this.#logFile = join(folder, 'edge.log');
    const configFile = join(folder, 'edge.json');
    writeFileSync(configFile, JSON.stringify(config));
    const log = openSync(this.#logFile, 'w', 0o600);
    this.#child = spawn(
      process.execPath,
      ['--enable-source-maps', inProject('build', 'edge.mjs'), '--config', configFile, '--follow-parent'],
      { stdio: ['pipe', log, log] },
    );
    closeSync(log);
  }

  /** Resolves when every device is ready; rejects with the devices that are not. */
  async ready(): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + readyLimitMs;
    let waitsFor = 'the edge does not answer';
    while (this.#clock.monotonicMs() < untilMs && this.#child.exitCode === null) {
      const health = await this.#health();
      if (health) {
        const notReady = Object.entries(health.devices).filter(([, { status }]) => status !== 'ready');
        if (notReady.length === 0) return;
        waitsFor = notReady.map(([name, { status, fault }]) => `${name} is ${fault ?? status}`).join(', ');
      }
      await delay(this.#clock, lookEveryMs);
    }
    throw new Error(`the gates are not ready: ${waitsFor}`);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    if ((await withTimeLimit(this.#clock, stopLimitMs, exited)) !== 'timed-out') return;
    this.#child.kill('SIGKILL');
    await exited;
  }

  async #health(): Promise<EdgeHealth | null> {
    try {
      return (await (await fetch(this.#healthUrl)).json()) as EdgeHealth;
    } catch {
      return null; // it has not come that far yet
    }
  }

  /** Of its log. */
  get lastWords(): string {
    return readFileSync(this.#logFile, 'utf8').split('\n').slice(-20).join('\n');
  }
}
