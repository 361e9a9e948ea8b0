import type { Clock } from '@portillon/ui/browser-clock.ts';
import type { ClubView } from '../club-view.ts';

export interface LiveClubState {
  readonly club: ClubView | null;
  /** The page's monotonic time at which `club` arrived. */
  readonly arrivedMs: number;
  readonly connected: boolean;
}

const reconnectMs = 1000;

/** The club as the panel's server tells it, kept up to date; comes back by itself when the program is restarted. */
export class LiveClub {
  #state: LiveClubState = { club: null, arrivedMs: 0, connected: false };
  readonly #listeners = new Set<() => void>();
  readonly #clock: Clock;
  readonly #url: string;

  constructor(clock: Clock, url: string) {
    this.#clock = clock;
    this.#url = url;
    this.#connect();
  }

  get now(): LiveClubState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): LiveClubState => this.#state;

  #connect(): void {
    const socket = new WebSocket(this.#url);
    socket.onmessage = (message: MessageEvent<string>) => {
      const club = JSON.parse(message.data) as ClubView;
      this.#become({ club, arrivedMs: this.#clock.monotonicMs(), connected: true });
    };
    socket.onclose = () => {
      this.#become({ ...this.#state, connected: false });
      this.#clock.setTimer(reconnectMs, () => this.#connect());
    };
  }

  #become(state: LiveClubState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
