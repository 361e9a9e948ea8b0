import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Clock, delay, withTimeLimit } from '@portillon/core/base/clock.ts';
import { inProject } from '@portillon/tools/set-up/project.mjs';
import type { BoxPlace, FromHall, ToHall } from './hall-messages.ts';

const openLimitMs = 180_000;
const closeLimitMs = 60_000;
/** As long as a fuse takes to be put back. */
const darkMs = 1_500;

export interface HallOptions {
  readonly clock: Clock;
  readonly opening: Omit<Extract<ToHall, { type: 'open' }>, 'type'>;
  readonly speed: number;
  /** Where the clubs' time stands. */
  readonly nowMs: () => number;
  readonly onHappened: (told: Extract<FromHall, { type: 'happened' }>) => void;
  /** It cannot go on by itself: the run is void. */
  readonly onFailed: (detail: string) => void;
}

type BoxState = Extract<FromHall, { type: 'state' }>['boxes'][number];

/** A process with the boxes of some clubs, as its parent has it. */
export class HallProcess {
  readonly #options: HallOptions;
  #child: ChildProcess | null = null;
  #opened: (() => void) | null = null;
  #known: string[] = [];
  /** As told last. */
  boxes: readonly BoxState[] = [];

  constructor(options: HallOptions) {
    this.#options = options;
  }

  get places(): readonly BoxPlace[] {
    return this.#options.opening.boxes;
  }

  /** Resolves when all its boxes are enrolled and their stores open. */
  async open(): Promise<void> {
    const child = fork(inProject('build', 'clubs-hall.mjs'), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Four threads for the disks of a hundred boxes would be a queue that no box has.
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    });
    this.#child = child;
    this.boxes = [];
    child.on('message', (message: FromHall) => this.#hear(message));
    child.once('exit', (code) => {
      if (this.#child === child) this.#options.onFailed(`a hall ended by itself, with ${code}`);
    });
    const opened = new Promise<void>((resolve) => {
      this.#opened = resolve;
    });
    this.#say({ type: 'open', ...this.#options.opening });
    if ((await withTimeLimit(this.#options.clock, openLimitMs, opened)) === 'timed-out') {
      throw new Error('the boxes of a hall do not open');
    }
    if (this.#known.length > 0) this.#say({ type: 'sold-elsewhere', credentialIds: this.#known });
  }

  /** The doors open; or have been open for so long. */
  begin(sinceMs = 0): void {
    this.#say({ type: 'begin', sinceMs, speed: this.#options.speed });
  }

  soldElsewhere(credentialIds: readonly string[]): void {
    this.#known.push(...credentialIds);
    if (this.#child) this.#say({ type: 'sold-elsewhere', credentialIds });
  }

  /** SIGKILL, some darkness, and the same boxes from their disks. */
  async powerCut(): Promise<void> {
    await this.kill();
    await delay(this.#options.clock, darkMs);
    await this.open();
    this.begin(this.#options.nowMs());
  }

  heal(): void {
    this.#say({ type: 'heal' });
  }

  /** Resolves when its stores are closed. */
  async close(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = null;
    const exited = once(child, 'exit');
    child.send({ type: 'close' } satisfies ToHall);
    if ((await withTimeLimit(this.#options.clock, closeLimitMs, exited)) !== 'timed-out') return;
    child.kill('SIGKILL');
    await exited;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = null;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  #say(message: ToHall): void {
    this.#child?.send(message);
  }

  #hear(message: FromHall): void {
    switch (message.type) {
      case 'opened':
        this.#opened?.();
        return;
      case 'happened':
        if (message.soldCredentialId !== null) this.#known.push(message.soldCredentialId);
        this.#options.onHappened(message);
        return;
      case 'state':
        this.boxes = message.boxes;
        return;
      case 'failed':
        this.#options.onFailed(message.detail);
    }
  }
}
