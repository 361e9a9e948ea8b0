import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { BufferedConnection } from './buffered-connection.ts';
import type { Connection, Transport } from './transport.ts';

export interface MemoryTransportOptions {
  readonly address?: string;
  /** How bytes are cut on their way, both ways; whole by default. */
  readonly cut?: (bytes: Uint8Array) => readonly Uint8Array[];
}

/**
 * A line without a wire, for unit tests. The driver opens it like any other; the test holds the device's end:
 * `onDriverBytes` and `writeToDriver` carry bytes, `pull` and `plugIn` move the cable. Delivery is never within the call.
 */
export class MemoryTransport implements Transport {
  readonly address: string;
  readonly #cut: (bytes: Uint8Array) => readonly Uint8Array[];
  #pluggedIn = true;
  #connection: MemoryConnection | undefined;
  #deviceListener: (bytes: Uint8Array) => void = () => undefined;

  constructor(options: MemoryTransportOptions = {}) {
    this.address = options.address ?? 'memory://device';
    this.#cut = options.cut ?? ((bytes) => [bytes]);
  }

  async open(): Promise<Result<Connection, Fault>> {
    invariant(!this.#connection || this.#connection.hasEnded, 'the line is open already');
    if (!this.#pluggedIn) return err(fault('transport.unreachable', `${this.address}: no cable`));
    this.#connection = new MemoryConnection((bytes) => {
      for (const piece of this.#cut(bytes)) queueMicrotask(() => this.#deviceListener(piece));
    });
    return ok(this.#connection);
  }

  /** What the driver writes, as it comes. */
  onDriverBytes(listener: (bytes: Uint8Array) => void): void {
    this.#deviceListener = listener;
  }

  /** Lost without a word while nobody has the line open, as on a real one. */
  writeToDriver(bytes: Uint8Array): void {
    const connection = this.#connection;
    for (const piece of this.#cut(bytes)) queueMicrotask(() => connection?.deliver(piece));
  }

  pull(): void {
    this.#pluggedIn = false;
    this.#connection?.pull(fault('transport.pulled', `${this.address}: cable pulled`));
  }

  plugIn(): void {
    this.#pluggedIn = true;
  }
}

class MemoryConnection extends BufferedConnection {
  readonly #toDevice: (bytes: Uint8Array) => void;

  constructor(toDevice: (bytes: Uint8Array) => void) {
    super();
    this.#toDevice = toDevice;
  }

  deliver(bytes: Uint8Array): void {
    this.arrived(Uint8Array.from(bytes));
  }

  pull(reason: Fault): void {
    this.ended({ by: 'world', fault: reason });
  }

  protected override send(bytes: Uint8Array): Promise<boolean> {
    this.#toDevice(Uint8Array.from(bytes));
    return Promise.resolve(true);
  }

  protected override release(): Promise<void> {
    return Promise.resolve();
  }
}
