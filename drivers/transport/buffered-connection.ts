import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { Connection, ConnectionEnd } from './transport.ts';

const keptBytes = 64 * 1024;

/**
 * What every connection does alike, whatever carries it: keeps bytes until somebody listens, ends once and tells why.
 * The carrier calls `arrived` and `ended`, and says how bytes leave and how the port is given back.
 */
export abstract class BufferedConnection implements Connection {
  #kept: Uint8Array[] = [];
  #keptCount = 0;
  #droppedBytes = 0;
  #listener: ((bytes: Uint8Array) => void) | undefined;
  #end: ConnectionEnd | undefined;
  #closing: Promise<void> | undefined;
  readonly #announceEnd: (end: ConnectionEnd) => void;
  readonly #endListeners = new Set<(end: ConnectionEnd) => void>();
  readonly #ended: Promise<ConnectionEnd>;

  constructor() {
    let announce: (end: ConnectionEnd) => void = () => undefined;
    this.#ended = new Promise((resolve) => {
      announce = resolve;
    });
    this.#announceEnd = announce;
  }

  /** Hands the bytes to the operating system, in call order; false when the line failed. */
  protected abstract send(bytes: Uint8Array): Promise<boolean>;
  /** Gives the port back; resolves when another may open it. Called at most once, never after the world ended the line. */
  protected abstract release(): Promise<void>;

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  async write(bytes: Uint8Array): Promise<Result<void, Fault>> {
    if (this.#closing === undefined && !this.#end) {
      const sent = await Promise.race([this.send(bytes), this.#ended]);
      if (sent === true) return ok(undefined);
    }
    const end = await this.#ended;
    return err(end.by === 'world' ? end.fault : fault('transport.closed', 'closed by the driver'));
  }

  flush(): Promise<number> {
    const count = this.#keptCount;
    this.#kept = [];
    this.#keptCount = 0;
    return Promise.resolve(count);
  }

  onData(listener: (bytes: Uint8Array) => void): () => void {
    invariant(!this.#listener, 'a connection has one listener at a time');
    this.#listener = listener;
    const kept = this.#kept;
    this.#kept = [];
    this.#keptCount = 0;
    for (const bytes of kept) listener(bytes);
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  onEnd(listener: (end: ConnectionEnd) => void): () => void {
    if (this.#end) {
      listener(this.#end);
      return () => undefined;
    }
    this.#endListeners.add(listener);
    return () => {
      this.#endListeners.delete(listener);
    };
  }

  close(): Promise<void> {
    if (this.#end && this.#closing === undefined) return Promise.resolve();
    this.#closing ??= this.release().then(() => this.ended({ by: 'us' }));
    return this.#closing;
  }

  protected arrived(bytes: Uint8Array): void {
    if (this.#end || this.#closing !== undefined || bytes.length === 0) return;
    if (this.#listener) {
      this.#listener(bytes);
      return;
    }
    this.#kept.push(bytes);
    this.#keptCount += bytes.length;
    while (this.#keptCount > keptBytes) this.#dropOldest(this.#keptCount - keptBytes);
  }

  /** The carrier's last word; only the first counts. An end that follows our own `close` is ours. */
  protected ended(end: ConnectionEnd): void {
    if (this.#end) return;
    this.#end = this.#closing === undefined ? end : { by: 'us' };
    this.#announceEnd(this.#end);
    for (const listener of [...this.#endListeners]) listener(this.#end);
    this.#endListeners.clear();
  }

  #dropOldest(excess: number): void {
    const oldest = this.#kept.shift() ?? new Uint8Array(0);
    if (oldest.length > excess) this.#kept.unshift(oldest.subarray(excess));
    const dropped = Math.min(oldest.length, excess);
    this.#keptCount -= dropped;
    this.#droppedBytes += dropped;
  }
}
