import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One of the two virtual slots of the machine, held by one process at a time, so that two virtual clubs say so instead of
 * fighting for the reader. The lock of a process that is gone is taken over.
 */
export class SlotLock {
  readonly #file: string;
  readonly #port: number;
  #held = false;

  constructor(port: number) {
    this.#port = port;
    this.#file = join(tmpdir(), `portillon-vpcd-${port}.lock`);
  }

  /** Throws with the number of the holder when a living process holds the slot. */
  take(): void {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        writeFileSync(this.#file, `${process.pid}\n`, { flag: 'wx' });
        this.#held = true;
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = Number(readIfThere(this.#file));
      if (holder > 0 && isAlive(holder)) {
        throw new Error(
          `the virtual card reader on port ${this.#port} is used by process ${holder}; end it first`,
        );
      }
      rmSync(this.#file, { force: true });
    }
    throw new Error(`${this.#file} is taken and given back all the time`);
  }

  release(): void {
    if (this.#held) rmSync(this.#file, { force: true });
    this.#held = false;
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // given back in this moment
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
