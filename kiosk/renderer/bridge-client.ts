import type { CancelTimer, Clock } from '@portillon/ui/browser-clock.ts';
import {
  downEnvelopeSchema,
  type ScreenMessage,
  tokenAnswerSchema,
  type UpEnvelope,
} from '../bridge/messages.ts';
import type { KioskView } from '../bridge/view.ts';

export type Outcome = 'done' | 'stale' | 'rejected' | 'away';

/** The part of a WebSocket that is used, so that a test can be the other end. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  onMessage(data: unknown): void;
  /** Once, however the line ended, also when it never opened. */
  onClose(): void;
}

export interface BridgeClientOptions {
  readonly clock: Clock;
  /** `GET /bridge/token`, parsed from JSON; rejects while the edge is away. */
  fetchToken(): Promise<unknown>;
  openSocket(token: string, events: SocketEvents): Socket;
}

const firstRetryMs = 250;
/** The edge is on the same box and back in under 3 s: the screen must not be what a customer waits for. */
const longestRetryMs = 1_000;
/** An answer that takes longer is as good as none. */
const answerLimitMs = 5_000;
/** An edge that accepts the call and shows nothing is away too. */
const attachLimitMs = 5_000;

/**
 * The screen's line to the edge. Attaches, and attaches again for as long as it takes (the token lives one start of the
 * edge, so it is fetched anew each time). While the edge is away there is no view: nothing of it is kept on the screen.
 */
export class BridgeClient {
  readonly #options: BridgeClientOptions;
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  #view: KioskView | null = null;
  #socket: Socket | null = null;
  #retryMs = firstRetryMs;
  #nextId = 1;
  #stopped = false;
  #cancelTimer: CancelTimer = () => undefined;

  constructor(options: BridgeClientOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#attach();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#socket?.close();
  }

  /** The view shown now, or null while the edge is away. The same object until it changes. */
  view = (): KioskView | null => this.#view;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Resolves with the edge's answer; `away` when the line is down, breaks, or stays silent for 5 s. Never rejects. */
  send(message: ScreenMessage): Promise<Outcome> {
    const socket = this.#socket;
    if (socket === null || this.#view === null) return Promise.resolve('away');
    const id = this.#nextId++;
    const envelope: UpEnvelope = { id, message };
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(answerLimitMs, () => this.#settle(id, 'away'));
      this.#waiting.set(id, (outcome) => {
        cancel();
        resolve(outcome);
      });
      socket.send(JSON.stringify(envelope));
    });
  }

  async #attach(): Promise<void> {
    try {
      const answer = tokenAnswerSchema.parse(await this.#options.fetchToken());
      if (this.#stopped) return;
      this.#open(answer.token);
    } catch {
      // Away, starting, or not ours: the screen says "one moment" meanwhile.
      this.#retry();
    }
  }

  #open(token: string): void {
    const socket = this.#options.openSocket(token, {
      onMessage: (data) => this.#receive(socket, data),
      onClose: () => {
        if (this.#socket === socket) this.#lose();
      },
    });
    this.#socket = socket;
    this.#cancelTimer = this.#options.clock.setTimer(attachLimitMs, () => socket.close());
  }

  #receive(socket: Socket, data: unknown): void {
    if (this.#socket !== socket) return;
    const envelope = readEnvelope(data);
    if (envelope === null) {
      // An edge that does not speak our table is another version of it: start over, perhaps it is being replaced.
      socket.close();
      return;
    }
    if (envelope.type === 'answer') {
      this.#settle(envelope.id, envelope.outcome);
      return;
    }
    if (this.#view !== null && envelope.view.revision <= this.#view.revision) return;
    this.#cancelTimer();
    this.#retryMs = firstRetryMs;
    this.#show(envelope.view);
  }

  #lose(): void {
    this.#socket = null;
    this.#cancelTimer();
    for (const id of [...this.#waiting.keys()]) this.#settle(id, 'away');
    this.#show(null);
    if (!this.#stopped) this.#retry();
  }

  /** Bounded back-off, for ever: a kiosk with nobody near it must come back by itself. */
  #retry(): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#options.clock.setTimer(this.#retryMs, () => void this.#attach());
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
  }

  #settle(id: number, outcome: Outcome): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(outcome);
  }

  #show(view: KioskView | null): void {
    if (view === null && this.#view === null) return;
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}

function readEnvelope(data: unknown) {
  if (typeof data !== 'string') return null;
  try {
    const envelope = downEnvelopeSchema.safeParse(JSON.parse(data));
    return envelope.success ? envelope.data : null;
  } catch (unreadable) {
    if (unreadable instanceof SyntaxError) return null;
    throw unreadable;
  }
}
