import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, delay, withTimeLimit } from '@portillon/core/base/clock.ts';
import type { MemberBaseReady } from '@portillon/sync-service/member-base.ts';
import type { SeedFile } from '@portillon/sync-service/seed/seed-file.ts';
import { inProject } from '@portillon/tools/set-up/project.mjs';
import demoNetwork from '../../sync-service/seed/demo-network.json' with { type: 'json' };

const readyLimitMs = 120_000;
const stopLimitMs = 30_000;
const lookEveryMs = 50;

export interface BaseProcessOptions {
  readonly clock: Clock;
  /** Kept from start to start; the embedded PostgreSQL lies in it, with its settings as shipped: every commit is durable. */
  readonly folder: string;
  /** Clubs of the demonstration network; the others are like them, `Club 3` and on. */
  readonly clubs: number;
  /** Of the HTTP API; any free one when it is not said. */
  readonly port?: number;
  /** Arguments of Node itself, `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
}

/** The built member base as a process of its own, on a PostgreSQL of its own, as a service manager starts it. */
export class BaseProcess {
  readonly ready: MemberBaseReady;
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  private constructor(clock: Clock, child: ChildProcess, logFile: string, ready: MemberBaseReady) {
    this.#clock = clock;
    this.#child = child;
    this.#logFile = logFile;
    this.ready = ready;
  }

  /** Rejects with what it said last. */
  static async start(options: BaseProcessOptions): Promise<BaseProcess> {
    const { clock, folder, clubs, port = 0, nodeArguments = [] } = options;
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const [seedFile, readyFile, logFile] = ['seed.json', 'ready.json', 'base.log'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(seedFile, JSON.stringify(networkOf(clubs)));
    writeFileSync(readyFile, '');
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        ...nodeArguments,
        inProject('build', 'sync-service.mjs'),
        ...['--state', join(folder, 'state'), '--seed', seedFile, '--ready-file', readyFile],
        ...['--port', String(port)],
        '--follow-parent',
      ],
      { stdio: ['pipe', log, log] },
    );
    closeSync(log);
    const untilMs = clock.monotonicMs() + readyLimitMs;
    while (child.exitCode === null && clock.monotonicMs() < untilMs) {
      const text = readFileSync(readyFile, 'utf8');
      if (text !== '') {
        return new BaseProcess(clock, child, logFile, JSON.parse(text) as MemberBaseReady);
      }
      await delay(clock, lookEveryMs);
    }
    child.kill('SIGKILL');
    throw new Error(`the base does not start. It said last:\n${lastLines(logFile)}`);
  }

  get url(): string {
    return this.ready.url;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Of its log. */
  get lastWords(): string {
    return lastLines(this.#logFile);
  }

  /** SIGKILL to the service; its PostgreSQL is left running, as after a real crash, and the next start finds it. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Safe to repeat. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    if ((await withTimeLimit(this.#clock, stopLimitMs, exited)) !== 'timed-out') return;
    this.#child.kill('SIGKILL');
    await exited;
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n');
}

/** The demonstration network with as many clubs as asked for. */
function networkOf(count: number): SeedFile {
  const network = structuredClone(demoNetwork) as unknown as SeedFile;
  const [entity] = network.legalEntities;
  const [club] = entity?.clubs ?? [];
  if (!entity || !club) throw new Error('the demonstration network has a club');
  const more = Array.from({ length: Math.max(0, count - entity.clubs.length) }, (_, index) => ({
    ...club,
    name: `Club ${entity.clubs.length + index + 1}`,
  }));
  const clubs = [...entity.clubs, ...more].slice(0, count);
  return { ...network, legalEntities: [{ ...entity, clubs }] };
}
