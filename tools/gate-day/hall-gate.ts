import { type Clock, delay } from '@portillon/core/base/clock.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import type { VpcdReaderSim } from '@portillon/hardware-sims/card-reader/vpcd/vpcd-reader-sim.ts';
import type { PushAnswer } from '@portillon/hardware-sims/gate/turnstile.ts';
import type { OsdpReaderSim } from '@portillon/hardware-sims/osdp/osdp-reader-sim.ts';
import type { SerialScannerSim } from '@portillon/hardware-sims/scanner/serial-scanner/serial-scanner-sim.ts';
import type { Sim } from '@portillon/hardware-sims/sim.ts';

export interface HallGateParts {
  readonly id: string;
  readonly board: Sim;
  readonly reader: VpcdReaderSim;
  readonly badgeReader: OsdpReaderSim | null;
  readonly scanner: SerialScannerSim;
  readonly clock: Clock;
}

const lookEveryMs = 5;
const turnLimitMs = 15_000;
/** The scanner's two seconds, and some. */
const sameReadingMs = 2_300;

/** One turnstile with what stands at it, as people use it; what its board was told is counted as it comes. */
export class HallGate {
  readonly id: string;
  readonly #parts: HallGateParts;
  readonly #releasedAtMs: number[] = [];
  readonly #scannedAtMs = new Map<string, number>();
  #lastFrame: unknown = null;

  constructor(parts: HallGateParts) {
    this.id = parts.id;
    this.#parts = parts;
    parts.board.onChange(() => this.#look());
  }

  /** Monotonic times of the orders to release that have reached the board; an order that was repeated counts each time. */
  get releasedAtMs(): readonly number[] {
    return this.#releasedAtMs;
  }

  /** How often the arm has turned each way. */
  get turns(): { readonly entries: number; readonly exits: number } {
    const { entries, exits } = this.#parts.board.view();
    return { entries: Number(entries), exits: Number(exits) };
  }

  /** Holds a card to the reader. Resolves when it has power, with when the edge first asked it for something. */
  async holdCard(card: SimCard): Promise<() => number> {
    const { reader, clock } = this.#parts;
    const fromMs = clock.monotonicMs();
    await reader.lay(card);
    return () => {
      const first = reader.received.find(({ atMonotonicMs }) => atMonotonicMs >= fromMs);
      return first?.atMonotonicMs ?? clock.monotonicMs();
    };
  }

  takeCardAway(): Promise<void> {
    return this.#parts.reader.lift();
  }

  /** Waits before the same code is shown again: the scanner takes it for the same reading for a while. */
  async scan(text: string): Promise<void> {
    const { scanner, clock } = this.#parts;
    const againAtMs = (this.#scannedAtMs.get(text) ?? Number.NEGATIVE_INFINITY) + sameReadingMs;
    await delay(clock, Math.max(0, againAtMs - clock.monotonicMs()));
    this.#scannedAtMs.set(text, clock.monotonicMs());
    await scanner.act('scan', { text });
  }

  /** A badge that has a number only. */
  async holdBadge(number: string): Promise<void> {
    const { badgeReader } = this.#parts;
    if (!badgeReader) throw new Error(`${this.id} has no reader for badges with a number only`);
    await badgeReader.act('read', { number });
  }

  /** Leans on the arm once; false when it is locked. Waits while it still turns for somebody else. */
  async pushes(direction: 'entry' | 'exit'): Promise<boolean> {
    const { board, clock } = this.#parts;
    const endMs = clock.monotonicMs() + turnLimitMs;
    for (;;) {
      const isTurning = board.view().arm === 'turning';
      if (!isTurning) return ((await board.act('push', { direction })) as PushAnswer).passed;
      if (clock.monotonicMs() >= endMs) throw new Error(`the arm of ${this.id} never stops turning`);
      await delay(clock, lookEveryMs);
    }
  }

  async force(): Promise<void> {
    const { board, clock } = this.#parts;
    while (board.view().arm === 'turning') await delay(clock, lookEveryMs);
    await board.act('force');
  }

  #look(): void {
    const frame = this.#parts.board.received.at(-1);
    if (!frame || frame === this.#lastFrame) return;
    this.#lastFrame = frame;
    if (/^pulse (relay|output)/.test(frame.meaning)) this.#releasedAtMs.push(frame.atMonotonicMs);
  }
}
