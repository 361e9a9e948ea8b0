import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { LogFields } from '@portillon/core/base/log.ts';
import type { EdgeHealth } from '@portillon/kiosk/edge/edge.ts';
import type { MemberBaseReady } from '@portillon/sync-service/member-base.ts';
import { inProject } from '../set-up/project.mjs';
import type { AskedOfProgram, DayRequest, ToldByProgram } from './day-messages.ts';

export interface DayProgramOptions {
  readonly name: 'gate-day-edge' | 'gate-day-base';
  readonly args: readonly string[];
  /** Where its log goes. */
  readonly logFile: string;
  readonly onLogged?: (event: string, fields: LogFields) => void;
}

/** A program of the day in a process of its own, asked over the channel that Node gives to parent and child. */
export class DayProgram {
  readonly base: MemberBaseReady | null;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #waiting: Map<number, (health: EdgeHealth | null) => void>;
  #no = 0;

  private constructor(
    child: ChildProcess,
    ended: Promise<unknown>,
    waiting: Map<number, (health: EdgeHealth | null) => void>,
    base: MemberBaseReady | null,
  ) {
    this.#child = child;
    this.#ended = ended;
    this.#waiting = waiting;
    this.base = base;
  }

  /** Resolves when it is ready. Rejects with where its log is when it ends before. */
  static async start({ name, args, logFile, onLogged }: DayProgramOptions): Promise<DayProgram> {
    const log = openSync(logFile, 'a', 0o600);
    const child = fork(inProject('build', `${name}.mjs`), [...args], {
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    const ended = once(child, 'exit');
    const waiting = new Map<number, (health: EdgeHealth | null) => void>();
    const ready = new Promise<MemberBaseReady | null>((resolve) => {
      child.on('message', (told: ToldByProgram) => {
        if (told.type === 'ready') resolve(told.base);
        else if (told.type === 'logged') onLogged?.(told.event, told.fields);
        else {
          waiting.get(told.no)?.(told.health);
          waiting.delete(told.no);
        }
      });
    });
    const failed = ended.then(() => {
      throw new Error(`${name} ended before it was ready; its log: ${logFile}`);
    });
    // That it ends later is no failure of the start.
    failed.catch(() => undefined);
    return new DayProgram(child, ended, waiting, await Promise.race([ready, failed]));
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async leap(offsetMs: number, inTouch: boolean): Promise<void> {
    await this.#ask({ type: 'leap', offsetMs, inTouch });
  }

  async health(): Promise<EdgeHealth> {
    const health = await this.#ask({ type: 'health' });
    if (!health) throw new Error('the edge does not answer');
    return health;
  }

  /** Ends in order. Safe to repeat. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    await this.#ask({ type: 'stop' });
    await this.#ended;
  }

  /** As the power would: at once, no goodbye. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Null when it ended meanwhile. */
  #ask(request: DayRequest): Promise<EdgeHealth | null> {
    const asked: AskedOfProgram = { no: ++this.#no, request };
    const answered = new Promise<EdgeHealth | null>((resolve) => this.#waiting.set(asked.no, resolve));
    this.#child.send(asked);
    return Promise.race([answered, this.#ended.then(() => null)]);
  }
}
