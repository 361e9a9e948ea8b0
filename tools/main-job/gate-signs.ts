import type { Clock } from '@portillon/core/base/clock.ts';
import type { PanelClient } from '@portillon/hardware-sims/panel/panel-client.ts';
import { waitUntil } from './wait-until.ts';

const limitMs = 5_000;

/** What the display beside a gate was told to show, read from the bytes that its reader received; nothing where there is none. */
export class GateSigns {
  readonly #panel: PanelClient;
  readonly #reader: string | null;

  constructor(panel: PanelClient, reader: string | null) {
    this.#panel = panel;
    this.#reader = reader;
  }

  get fitted(): boolean {
    return this.#reader !== null;
  }

  /** Waits until these words were shown since that moment, with light and sound. */
  async shown(clock: Clock, words: string, sinceMs: number): Promise<void> {
    const reader = this.#reader;
    if (reader === null) return;
    await waitUntil(clock, `"${words}" on the display of the gate`, limitMs, async () => {
      const received = await this.#panel.received(reader);
      const since = received
        .filter(({ atMonotonicMs }) => atMonotonicMs >= sinceMs)
        .map(({ meaning }) => withoutAccents(meaning));
      return (
        since.includes(`text "${withoutAccents(words)}"`) &&
        since.includes('light') &&
        since.includes('sound')
      );
    });
  }
}

/** A display of ASCII drops them. */
function withoutAccents(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '');
}
