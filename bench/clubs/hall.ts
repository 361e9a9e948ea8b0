import { setMaxListeners } from 'node:events';
import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { ClubBox } from './club-box.ts';
import type { FromHall, ToHall } from './hall-messages.ts';

const stateEveryMs = 1_000;
const openedAtOnce = 4;

/** The boxes of one process, and the time in which their plans are played. */
export class Hall {
  readonly #clock: Clock;
  readonly #tell: (message: FromHall) => void;
  readonly #boxes: ClubBox[] = [];
  /** Cards that people may come with, here or elsewhere. */
  readonly #known: string[] = [];
  readonly #over = new AbortController();
  readonly #closed = new AbortController();
  #playing: Promise<unknown>[] = [];
  #telling: Promise<unknown> = Promise.resolve();

  /** Hundreds wait at once. */
  static readonly #waitersLimit = 10_000;

  constructor(clock: Clock, tell: (message: FromHall) => void) {
    this.#clock = clock;
    this.#tell = tell;
    for (const { signal } of [this.#over, this.#closed]) setMaxListeners(Hall.#waitersLimit, signal);
  }

  async hear(message: ToHall): Promise<void> {
    switch (message.type) {
      case 'open':
        return this.#open(message);
      case 'begin':
        return this.#begin(message.sinceMs, message.speed);
      case 'sold-elsewhere':
        this.#known.push(...message.credentialIds);
        return;
      case 'heal':
        this.#over.abort();
        await Promise.all(this.#playing);
        for (const box of this.#boxes) await box.heal();
        return;
      case 'close':
        this.#closed.abort();
        await this.#telling;
        await Promise.all(this.#boxes.map((box) => box.close()));
    }
  }

  async #open({ baseUrl, seed, boxes, place }: Extract<ToHall, { type: 'open' }>): Promise<void> {
    const waiting = [...boxes];
    const openNext = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        this.#boxes.push(
          await ClubBox.open({ place: next, baseUrl, seed, sells: place, clock: this.#clock }),
        );
      }
    };
    await Promise.all(Array.from({ length: openedAtOnce }, openNext));
    this.#tell({ type: 'opened' });
  }

  async #begin(sinceMs: number, speed: number): Promise<void> {
    const startedMs = this.#clock.monotonicMs();
    const time = {
      nowMs: () => sinceMs + (this.#clock.monotonicMs() - startedMs) * speed,
      until: (atMs: number) =>
        delay(this.#clock, Math.max(0, (atMs - time.nowMs()) / speed), this.#over.signal),
    };
    for (const box of this.#boxes) await box.begin(sinceMs);
    this.#playing = this.#boxes
      .flatMap((box) => [this.#acts(box, time, sinceMs), this.#network(box, time, sinceMs)])
      .map((playing) => this.#endsOnlyWith(this.#over.signal, playing));
    this.#telling = this.#endsOnlyWith(this.#closed.signal, this.#states());
  }

  /** A wait that was cut short is the end that was wanted; anything else ends the hall. */
  async #endsOnlyWith(signal: AbortSignal, playing: Promise<unknown>): Promise<void> {
    try {
      await playing;
    } catch (error) {
      if (error === signal.reason) return;
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#tell({ type: 'failed', detail });
    }
  }

  /** One after the other, as people come; what lay in a power cut did not happen. */
  async #acts(box: ClubBox, time: HallTime, sinceMs: number): Promise<void> {
    for (const act of box.plan.acts) {
      if (act.atMs < sinceMs) continue;
      await time.until(act.atMs);
      const happened = await box.does(act, this.#known);
      if (!happened) continue;
      if (happened.soldCredentialId !== null) this.#known.push(happened.soldCredentialId);
      this.#tell({ type: 'happened', club: box.plan.club, ...happened });
    }
  }

  async #network(box: ClubBox, time: HallTime, sinceMs: number): Promise<void> {
    const turns = box.plan.outages.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
    for (const atMs of turns) {
      if (atMs < sinceMs) continue;
      await time.until(atMs);
      await box.networkAt(atMs);
    }
  }

  /** Goes on when the day is over: that is when it is looked at. */
  async #states(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      const boxes = [];
      for (const box of this.#boxes) boxes.push(await box.state());
      this.#tell({ type: 'state', boxes });
      await delay(this.#clock, stateEveryMs, this.#closed.signal);
    }
  }
}

interface HallTime {
  readonly nowMs: () => number;
  readonly until: (atMs: number) => Promise<void>;
}
