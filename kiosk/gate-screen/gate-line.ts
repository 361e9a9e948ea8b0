import type { CancelTimer, Clock } from '@portillon/ui/browser-clock.ts';
import { type GateScreenView, gateScreenViewSchema, silentMs } from '../bridge/gate-screen-view.ts';

export interface GateLineOptions {
  readonly clock: Clock;
  /** Opens the stream; `onEnd` once, however it ended, also when it never opened. */
  openEvents(events: { onText(text: string): void; onEnd(): void }): { close(): void };
  /** Null while the edge is away. */
  show(view: GateScreenView | null): void;
  /** Fetches the page anew. */
  reload(): void;
}

const retryMs = 500;
/** An edge that says what this page does not understand is another version, and brings another page. */
const reloadMs = 5_000;

/**
 * The page's line to the edge. What stands on the page is what the edge said in the last seconds: when it is silent for longer,
 * nothing of it is kept, and the line is tried again for as long as it takes (GS10).
 */
export class GateLine {
  readonly #options: GateLineOptions;
  #events: { close(): void } | null = null;
  #cancelSilence: CancelTimer = () => undefined;
  #cancelRetry: CancelTimer = () => undefined;
  #cancelReload: CancelTimer | null = null;

  constructor(options: GateLineOptions) {
    this.#options = options;
  }

  start(): void {
    this.#open();
    this.#awaitWord();
  }

  stop(): void {
    this.#cancelSilence();
    this.#cancelRetry();
    this.#cancelReload?.();
    this.#events?.close();
    this.#events = null;
  }

  #open(): void {
    const events = this.#options.openEvents({
      onText: (text) => {
        if (this.#events === events) this.#heard(text);
      },
      onEnd: () => {
        if (this.#events === events) this.#tryAgain();
      },
    });
    this.#events = events;
  }

  #heard(text: string): void {
    const view = readView(text);
    if (view === null) {
      this.#cancelReload ??= this.#options.clock.setTimer(reloadMs, () => this.#options.reload());
      return;
    }
    this.#cancelReload?.();
    this.#cancelReload = null;
    this.#awaitWord();
    this.#options.show(view);
  }

  #awaitWord(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#options.clock.setTimer(silentMs, () => {
      this.#options.show(null);
      this.#events?.close();
      this.#tryAgain();
      this.#awaitWord();
    });
  }

  #tryAgain(): void {
    this.#events = null;
    this.#cancelRetry();
    this.#cancelRetry = this.#options.clock.setTimer(retryMs, () => this.#open());
  }
}

function readView(text: string): GateScreenView | null {
  try {
    const view = gateScreenViewSchema.safeParse(JSON.parse(text));
    return view.success ? view.data : null;
  } catch (unreadable) {
    if (unreadable instanceof SyntaxError) return null;
    throw unreadable;
  }
}
