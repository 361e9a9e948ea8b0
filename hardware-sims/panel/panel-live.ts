import type { Clock } from '@portillon/core/base/clock.ts';
import { WebSocket } from 'ws';
import type { ClubView } from './club-view.ts';

/** The club as the panel tells it live, for programs that wait until something is to be seen. */
export class PanelLive {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  #last: ClubView | undefined;
  #ended: Error | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(panelUrl: string, clock: Clock) {
    this.#clock = clock;
    this.#socket = new WebSocket(`${panelUrl.replace(/^http/, 'ws')}/api/live`);
    this.#socket.on('message', (data) => {
      this.#last = JSON.parse(String(data)) as ClubView;
      this.#tell();
    });
    this.#socket.on('error', (error) => this.#end(`The panel cannot be watched: ${error.message}.`));
    this.#socket.on('close', () => this.#end('The panel has ended.'));
  }

  /** Resolves with the first view that fits. Rejects after `limitMs` or when the panel ends; `words` name what was awaited. */
  until(words: string, fits: (club: ClubView) => boolean, limitMs: number): Promise<ClubView> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        cancel();
        this.#watchers.delete(look);
        settle();
      };
      const look = () => {
        if (this.#last && fits(this.#last)) {
          const club = this.#last;
          finish(() => resolve(club));
        } else if (this.#ended) {
          const ended = this.#ended;
          finish(() => reject(ended));
        }
      };
      const cancel = this.#clock.setTimer(limitMs, () =>
        finish(() => reject(new Error(`The virtual club did not show "${words}" within ${limitMs} ms.`))),
      );
      this.#watchers.add(look);
      look();
    });
  }

  close(): void {
    this.#socket.close();
  }

  #end(sentence: string): void {
    this.#ended ??= new Error(sentence);
    this.#tell();
  }

  #tell(): void {
    for (const look of [...this.#watchers]) look();
  }
}
