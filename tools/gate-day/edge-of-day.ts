import { type Clock, delay } from '@portillon/core/base/clock.ts';
import type { LogFields } from '@portillon/core/base/log.ts';
import { apply, emptyClub, type Occupancy } from '@portillon/core/occupancy/occupancy.ts';
import type { AccessReason } from '@portillon/core/wire/event.ts';
import type { EdgeHealth } from '@portillon/kiosk/edge/edge.ts';
import { DayProgram } from './day-program.ts';
import { untilTrue } from './until-true.ts';

export interface EdgeDecision {
  readonly decisionId: string;
  readonly outcome: string;
  readonly reason: AccessReason | null;
  readonly by: string | null;
}

type Direction = 'entry' | 'exit';

export interface EdgeOfDayOptions {
  readonly clock: Clock;
  readonly configFile: string;
  readonly logFile: string;
}

const readyLimitMs = 30_000;

/** The edge of the day: its process, which may be killed and started again, and what it says that it has done. */
export class EdgeOfDay {
  readonly #options: EdgeOfDayOptions;
  readonly #decisions = new Map<string, EdgeDecision[]>();
  readonly #passages: { readonly gateId: string; readonly direction: Direction }[] = [];
  #plain: Occupancy = emptyClub;
  #forcedAlarms = 0;
  #program: DayProgram | null = null;

  constructor(options: EdgeOfDayOptions) {
    this.#options = options;
  }

  /** What a counter without any judgement would show of the passages seen since its first start. */
  get plainCount(): number {
    return this.#plain.inside;
  }

  get forcedAlarms(): number {
    return this.#forcedAlarms;
  }

  get isRunning(): boolean {
    return this.#program !== null;
  }

  decisionsAt(gateId: string): readonly EdgeDecision[] {
    return this.#decisions.get(gateId) ?? [];
  }

  passages(direction: Direction, gateId?: string): number {
    return this.#passages.filter(
      (passage) => passage.direction === direction && (gateId === undefined || passage.gateId === gateId),
    ).length;
  }

  /** Resolves when it answers. */
  async start(offsetMs: number): Promise<void> {
    const { configFile, logFile } = this.#options;
    this.#program = await DayProgram.start({
      name: 'gate-day-edge',
      args: ['--config', configFile, `--offset-ms=${offsetMs}`],
      logFile,
      onLogged: (event, fields) => this.#heard(event, fields),
    });
  }

  /** Every device of the gates answers. */
  async devicesReady(): Promise<void> {
    await untilTrue(this.#options.clock, 'all devices of the gates answer', readyLimitMs, async () => {
      const { devices } = await this.health();
      return Object.values(devices).every(({ status }) => status === 'ready');
    });
  }

  health(): Promise<EdgeHealth> {
    return this.#running.health();
  }

  leap(offsetMs: number): Promise<void> {
    return this.#running.leap(offsetMs, false);
  }

  async kill(): Promise<void> {
    const program = this.#running;
    this.#program = null;
    await program.kill();
    // What it had told before is still on its way through this process.
    await delay(this.#options.clock, 0);
  }

  async stop(): Promise<void> {
    await this.#program?.stop();
    this.#program = null;
  }

  get #running(): DayProgram {
    if (!this.#program?.isRunning) {
      throw new Error(`the edge does not run; its log: ${this.#options.logFile}`);
    }
    return this.#program;
  }

  #heard(event: string, fields: LogFields): void {
    const gateId = String(fields.gateId);
    switch (event) {
      case 'gate.decided': {
        const { decisionId, outcome, reason, by } = fields;
        this.#decisions.set(gateId, [
          ...this.decisionsAt(gateId),
          {
            decisionId: String(decisionId),
            outcome: String(outcome),
            reason: (reason ?? null) as AccessReason | null,
            by: typeof by === 'string' ? by : null,
          },
        ]);
        return;
      }
      case 'gate.passage': {
        const direction = fields.direction === 'exit' ? 'exit' : 'entry';
        this.#passages.push({ gateId, direction });
        this.#plain = apply(this.#plain, { direction });
        return;
      }
      case 'gate.alarm':
        if (fields.kind === 'forced') this.#forcedAlarms += 1;
        return;
    }
  }
}
