import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Connection, ConnectionEnd, Transport } from '../transport/transport.ts';
import { Listeners } from './listeners.ts';

export type LineState =
  /** The first attempt to open has not been answered yet. */
  | { readonly status: 'opening' }
  | { readonly status: 'connected'; readonly connection: Connection }
  /** Not open, with the last reason. It is tried again by itself. */
  | { readonly status: 'disconnected'; readonly fault: Fault }
  | { readonly status: 'stopped' };

export interface SupervisedLineOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly firstRetryMs?: number;
  readonly longestRetryMs?: number;
}

/**
 * Keeps a line open: opens it, and opens it again whenever it ends, waiting 200 ms, 400 ms … at most 5 s between
 * attempts. The waits start over once a connection has lasted longer than the longest wait.
 *
 *   constructor({ transport, clock, log }: Options) {
 *     this.#line = new SupervisedLine({ transport, clock, log });
 *     this.#line.onState((line) => {
 *       if (line.status === 'connected') {
 *         this.#frames = new FrameReader({
 *           connection: line.connection, parser: new MyParser(), clock,
 *           onDiscarded: (count) => this.#line.countDiscarded(count),
 *         });
 *         this.#greet(line.connection);                               // sets status `ready` once the device answered
 *       } else if (line.status === 'disconnected') {
 *         this.#status.set({ status: 'disconnected', fault: line.fault });
 *       } else if (line.status === 'stopped') this.#status.set({ status: 'stopped' });
 *     });
 *   }
 *   start() { this.#line.start(); }
 *   stop() { return this.#line.stop(); }
 */
export class SupervisedLine {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #firstRetryMs: number;
  readonly #longestRetryMs: number;
  readonly #listeners = new Listeners<[LineState]>();
  #state: LineState = { status: 'opening' };
  #running: Promise<void> | undefined;
  #stopping = false;
  #wake: () => void = () => undefined;
  #dropReason: Fault | undefined;
  #discardedBytes = 0;

  constructor(options: SupervisedLineOptions) {
    this.#transport = options.transport;
    this.#clock = options.clock;
    this.#log = options.log.child({ address: options.transport.address });
    this.#firstRetryMs = options.firstRetryMs ?? 200;
    this.#longestRetryMs = options.longestRetryMs ?? 5_000;
  }

  get state(): LineState {
    return this.#state;
  }

  /** The open connection, or undefined. */
  get connection(): Connection | undefined {
    return this.#state.status === 'connected' ? this.#state.connection : undefined;
  }

  /** Bytes that made no frame, plus those dropped because nobody listened, since start. */
  get discardedBytes(): number {
    return this.#discardedBytes + (this.connection?.droppedBytes ?? 0);
  }

  countDiscarded(count: number): void {
    if (count === 0) return;
    this.#discardedBytes += count;
    this.#log.debug('bytes discarded', { count, total: this.discardedBytes });
  }

  onState(listener: (state: LineState) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Returns at once. Not to be called twice. */
  start(): void {
    invariant(!this.#running, 'a line is started once');
    this.#running = this.#keepOpen();
  }

  /** Closes the connection because `reason`, and opens the line anew: for a device that lost the thread. */
  async drop(reason: Fault): Promise<void> {
    const connection = this.connection;
    if (!connection) return;
    this.#dropReason = reason;
    await connection.close();
  }

  /** Resolves when the line is closed and nothing is left running; waits for an opening in progress. Safe to repeat. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.connection?.close();
    await this.#running;
    this.#set({ status: 'stopped' });
  }

  async #keepOpen(): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      const opened = await this.#transport.open();
      if (!opened.ok) {
        this.#set({ status: 'disconnected', fault: opened.error });
      } else {
        const connectedMs = this.#clock.monotonicMs();
        const end = await this.#whileOpen(opened.value);
        if (this.#stopping) return;
        this.#set({ status: 'disconnected', fault: this.#reasonOf(end) });
        if (this.#clock.monotonicMs() - connectedMs > this.#longestRetryMs) failures = 0;
      }
      await this.#pause(Math.min(this.#longestRetryMs, this.#firstRetryMs * 2 ** failures));
      failures = Math.min(failures + 1, 16);
    }
  }

  async #whileOpen(connection: Connection): Promise<ConnectionEnd> {
    this.#dropReason = undefined;
    if (this.#stopping) {
      await connection.close();
    } else {
      this.#set({ status: 'connected', connection });
    }
    const end = await new Promise<ConnectionEnd>((resolve) => connection.onEnd(resolve));
    this.#discardedBytes += connection.droppedBytes;
    return end;
  }

  #reasonOf(end: ConnectionEnd): Fault {
    if (end.by === 'world') return end.fault;
    return this.#dropReason ?? fault('transport.closed', `${this.#transport.address} closed by the driver`);
  }

  #pause(forMs: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel: CancelTimer = this.#clock.setTimer(forMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #set(state: LineState): void {
    const before = this.#state;
    if (before.status === 'stopped') return;
    this.#state = state;
    if (state.status === 'disconnected') {
      if (before.status === 'disconnected' && before.fault.code === state.fault.code) return;
      this.#log.warn('line down', { fault: state.fault.code, detail: state.fault.detail });
    } else if (state.status === 'connected') {
      this.#log.info('line up');
    }
    this.#listeners.notify(state);
  }
}
