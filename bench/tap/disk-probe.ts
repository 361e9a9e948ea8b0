import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, delay } from '@portillon/core/base/clock.ts';

const everyMs = 200;
const page = Buffer.alloc(4_096);

/** What a durable write costs on this disk while everything else runs: the floor under every figure beside it. */
export class DiskProbe {
  readonly tookMs: number[] = [];
  readonly #clock: Clock;
  readonly #path: string;
  #working: Promise<void> | undefined;
  #stopped = false;

  constructor(clock: Clock, folder: string) {
    this.#clock = clock;
    this.#path = join(folder, 'disk-probe');
  }

  start(): void {
    this.#working = this.#work();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    const file: FileHandle = await open(this.#path, 'w');
    try {
      while (!this.#stopped) {
        const startedMs = this.#clock.monotonicMs();
        await file.write(page);
        await file.datasync();
        this.tookMs.push(this.#clock.monotonicMs() - startedMs);
        await delay(this.#clock, everyMs);
      }
    } finally {
      await file.close();
    }
  }
}
