import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { anyPort } from '@portillon/tools/start/free-port.mjs';
import { EdgeProcess } from '../tap/edge-process.ts';

const lookEveryMs = 50;

/** The built edge without a device, in a folder that is kept from start to start. */
export class BookedEdge {
  readonly #clock: Clock;
  readonly #process: EdgeProcess;
  readonly #healthUrl: string;
  readonly #folder: string;

  private constructor(clock: Clock, process: EdgeProcess, healthUrl: string, folder: string) {
    this.#clock = clock;
    this.#process = process;
    this.#healthUrl = healthUrl;
    this.#folder = folder;
  }

  static async start(
    clock: Clock,
    folder: string,
    base: { readonly url: string; readonly code: string },
  ): Promise<BookedEdge> {
    const port = await anyPort();
    const process = new EdgeProcess(clock, folder, {
      name: 'bench',
      stateFolder: join(folder, 'edge'),
      baseUrl: base.url,
      enrolmentCode: base.code,
      bridge: { port },
      devices: { gates: [] },
    });
    return new BookedEdge(clock, process, `http://127.0.0.1:${port}/health`, folder);
  }

  /** Until its book holds as many credentials and is no older than a minute; in ms. */
  async ready(count: number, limitMs: number): Promise<number> {
    const startedMs = this.#clock.monotonicMs();
    for (;;) {
      const tookMs = this.#clock.monotonicMs() - startedMs;
      const health = await this.#health();
      if (health && health.credentials.count >= count && (health.dataAgeMs ?? limitMs) < 60_000)
        return tookMs;
      if (tookMs > limitMs) {
        throw new Error(
          `the book holds ${health?.credentials.count ?? 0}. The edge said last:\n${this.#process.lastWords}`,
        );
      }
      await delay(this.#clock, lookEveryMs);
    }
  }

  /** Of the book alone, as the edge counts it. */
  async bookBytes(): Promise<number> {
    return (await this.#health())?.credentials.memoryBytes ?? 0;
  }

  /** Memory of the whole process: now, and the most it ever was (VmRSS, VmHWM). */
  get memoryBytes(): { readonly now: number; readonly most: number } {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1_024;
    return { now: of('VmRSS'), most: of('VmHWM') };
  }

  /** Of everything that it keeps. */
  get diskBytes(): number {
    const folder = join(this.#folder, 'edge');
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
      const file = statSync(join(folder, name));
      return sum + (file.isFile() ? file.size : 0);
    }, 0);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  async #health() {
    try {
      return (await (await fetch(this.#healthUrl)).json()) as {
        readonly credentials: { readonly count: number; readonly memoryBytes: number };
        readonly dataAgeMs: number | null;
      };
    } catch {
      return null; // it has not come that far yet
    }
  }
}
