import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { Connection } from '../../transport/transport.ts';
import { type Apdu, ApduParser, encodeApdu } from './apdu.ts';
import { Inbox } from './inbox.ts';

/** A connection seen as a row of APDUs both ways. It lives as long as its connection. */
export interface ApduLine {
  /**
   * Resolves when the terminal has it: on TCP when the bytes have left, on a serial line when it has acknowledged the
   * block. Faults: `line.no-answer`, `line.garbled` (it refused every repeat), or the end of the connection.
   */
  send(apdu: Apdu): Promise<Result<void, Fault>>;
  /** The next APDU of the terminal. Faults: `line.no-answer`, `line.garbled`, or the end of the connection. */
  next(limitMs: number): Promise<Result<Apdu, Fault>>;
  /** Calls once something waits for `next`, the end of the connection included. Returns how to stop listening. */
  onArrival(listener: () => void): () => void;
  /** Throws away what was said before the question that comes now; counted. */
  forgetWaiting(): void;
}

export interface ApduLineOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  /** Told of every byte thrown away. */
  readonly onDiscarded: (count: number) => void;
}

/** Bare APDUs over TCP, in pieces of any size. */
export class TcpApduLine implements ApduLine {
  readonly #connection: Connection;
  readonly #inbox: Inbox;

  constructor({ connection, clock, onDiscarded }: ApduLineOptions) {
    this.#connection = connection;
    const inbox = new Inbox({ clock, onDiscarded });
    this.#inbox = inbox;
    const parser = new ApduParser();
    connection.onData((bytes) => {
      const parsed = parser.push(bytes);
      if (parsed.discarded > 0) onDiscarded(parsed.discarded);
      for (const token of parsed.frames) {
        inbox.put(
          token.kind === 'apdu' ? ok(token.apdu) : err(fault('line.garbled', 'bytes that begin no APDU')),
        );
      }
    });
    connection.onEnd((end) =>
      inbox.end(end.by === 'world' ? end.fault : fault('transport.closed', 'closed by the driver')),
    );
  }

  send(apdu: Apdu): Promise<Result<void, Fault>> {
    return this.#connection.write(encodeApdu(apdu));
  }

  next(limitMs: number): Promise<Result<Apdu, Fault>> {
    return this.#inbox.next(limitMs);
  }

  onArrival(listener: () => void): () => void {
    return this.#inbox.onArrival(listener);
  }

  forgetWaiting(): void {
    this.#inbox.forgetWaiting();
  }
}
