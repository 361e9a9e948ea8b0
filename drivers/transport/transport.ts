import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Result } from '@portillon/core/base/result.ts';

/**
 * A line of bytes to a device, whatever carries it (serial, TCP, memory). One type, one contract suite
 * (`transport-contract.ts`), run on every implementation.
 */
export interface Transport {
  /** The address as the operator wrote it, for messages: `serial:///dev/ttyUSB0?baud=9600`, `tcp://10.0.0.7:9100`. */
  readonly address: string;
  /**
   * Opens the line. Resolves with a connection, or with `transport.unreachable` (nothing there, refused, no such port),
   * `transport.busy` (another program holds it) or `transport.timed-out`. Safe to repeat after a failure; opening twice
   * without closing is a bug.
   */
  open(): Promise<Result<Connection, Fault>>;
}

/** How a connection ended: by our own `close`, or by the world. The two are never mixed up. */
export type ConnectionEnd = { readonly by: 'us' } | { readonly by: 'world'; readonly fault: Fault };

export interface Connection {
  /**
   * Resolves when the bytes have left this process (drained to the operating system); not when the device has read
   * them. Writes go out in call order. After the end of the connection it resolves with `transport.closed` (we closed)
   * or `transport.pulled` (the world did). Not safe to repeat blindly: some bytes may have left.
   */
  write(bytes: Uint8Array): Promise<Result<void, Fault>>;
  /** Throws away what has arrived and was not delivered yet; resolves with how many bytes that was. */
  flush(): Promise<number>;
  /**
   * Delivers bytes as they come, in pieces of any size. Bytes that arrive while there is no listener are kept, up to
   * 64 KiB; beyond that the oldest are dropped and counted in `droppedBytes`. One listener at a time.
   */
  onData(listener: (bytes: Uint8Array) => void): () => void;
  /** Called once, with the reason. Called at once if the connection has ended already. */
  onEnd(listener: (end: ConnectionEnd) => void): () => void;
  readonly droppedBytes: number;
  /** Ends the connection. Resolves when the port is free again. Safe to repeat. Pending writes settle with a fault. */
  close(): Promise<void>;
}
