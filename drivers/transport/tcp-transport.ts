import { connect, type Socket } from 'node:net';
import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { BufferedConnection } from './buffered-connection.ts';
import type { Connection, Transport } from './transport.ts';

export interface TcpTransportOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly openLimitMs?: number;
}

/**
 * Keep-alive finds a peer that vanished without a word (power lost, cable pulled at its end), but slowly: Linux asks nine
 * times, 75 s apart, and Node cannot set that. Drivers notice silence by their own time limits.
 */
const keepAliveAfterMs = 5_000;

export class TcpTransport implements Transport {
  readonly address: string;
  readonly #options: TcpTransportOptions;
  #inUse = false;

  constructor(options: TcpTransportOptions) {
    this.#options = options;
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    this.address = `tcp://${host}:${options.port}`;
  }

  async open(): Promise<Result<Connection, Fault>> {
    invariant(!this.#inUse, 'the line is open already');
    this.#inUse = true;
    const opened = await this.#connect();
    if (!opened.ok) {
      this.#inUse = false;
      return opened;
    }
    const connection = new TcpConnection(opened.value, this.address);
    connection.onEnd(() => {
      this.#inUse = false;
    });
    return ok(connection);
  }

  #connect(): Promise<Result<Socket, Fault>> {
    const { host, port, clock, openLimitMs = 3_000 } = this.#options;
    return new Promise((resolve) => {
      const socket = connect({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveAfterMs,
      });
      const settle = (result: Result<Socket, Fault>): void => {
        cancel();
        socket.removeAllListeners();
        if (!result.ok) {
          socket.on('error', () => undefined); // what a socket we gave up on still complains of concerns nobody
          socket.destroy();
        }
        resolve(result);
      };
      const cancel = clock.setTimer(openLimitMs, () =>
        settle(err(fault('transport.timed-out', `${this.address}: no answer in ${openLimitMs} ms`))),
      );
      socket.once('connect', () => settle(ok(socket)));
      socket.once('error', (error: NodeJS.ErrnoException) => {
        const code = error.code === 'ETIMEDOUT' ? 'transport.timed-out' : 'transport.unreachable';
        settle(err(fault(code, `${this.address}: ${error.code ?? error.message}`)));
      });
    });
  }
}

class TcpConnection extends BufferedConnection {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;

  constructor(socket: Socket, address: string) {
    super();
    this.#socket = socket;
    let reason = 'closed by the device';
    socket.on('data', (bytes) => this.arrived(Uint8Array.from(bytes)));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message;
    });
    socket.on('end', () => socket.destroy()); // a device that stops talking has gone: no half-open lines
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.ended({ by: 'world', fault: fault('transport.pulled', `${address}: ${reason}`) });
        resolve();
      });
    });
  }

  protected override send(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      this.#socket.write(bytes, (error) => resolve(!error));
    });
  }

  protected override release(): Promise<void> {
    this.#socket.destroy();
    return this.#closed;
  }
}
