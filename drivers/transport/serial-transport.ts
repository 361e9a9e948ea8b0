import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { SerialPort } from 'serialport';
import { BufferedConnection } from './buffered-connection.ts';
import { hangUpOnEmptyRead } from './hang-up-read.ts';
import type { Connection, Transport } from './transport.ts';

export interface SerialTransportOptions {
  /** `/dev/serial/by-id/…`, `/dev/ttyUSB0`, `COM3`. */
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

export class SerialTransport implements Transport {
  readonly address: string;
  readonly #options: SerialTransportOptions;
  #inUse = false;

  constructor(address: string, options: SerialTransportOptions) {
    this.address = address;
    this.#options = options;
  }

  open(): Promise<Result<Connection, Fault>> {
    invariant(!this.#inUse, 'the line is open already');
    this.#inUse = true;
    const port = new SerialPort({ ...this.#options, autoOpen: false });
    return new Promise((resolve) => {
      port.open((error) => {
        if (error) {
          this.#inUse = false;
          resolve(err(this.#openFault(error)));
          return;
        }
        hangUpOnEmptyRead(port.port); // before the first listener, so before the first read
        const connection = new SerialConnection(port, this.address);
        connection.onEnd(() => {
          this.#inUse = false;
        });
        resolve(ok(connection));
      });
    });
  }

  /** The native part gives a sentence and no code. "Cannot lock port" is its word for a port held by another program. */
  #openFault(error: Error): Fault {
    const held = /lock port|busy|access denied/i.test(error.message);
    return fault(held ? 'transport.busy' : 'transport.unreachable', `${this.address}: ${error.message}`);
  }
}

class SerialConnection extends BufferedConnection {
  readonly #port: SerialPort;
  readonly #closed: Promise<void>;

  constructor(port: SerialPort, address: string) {
    super();
    this.#port = port;
    let reason = 'hung up';
    port.on('data', (bytes: Buffer) => this.arrived(Uint8Array.from(bytes)));
    port.on('error', (error: Error) => {
      reason = error.message;
    });
    this.#closed = new Promise((resolve) => {
      port.once('close', (error?: Error | null) => {
        this.ended({
          by: 'world',
          fault: fault('transport.pulled', `${address}: ${error?.message ?? reason}`),
        });
        resolve();
      });
    });
  }

  protected override send(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      this.#port.write(bytes, (error) => resolve(!error));
    });
  }

  protected override release(): Promise<void> {
    if (this.#port.isOpen) this.#port.close(() => undefined); // otherwise it is closing already: a pulled cable
    return this.#closed;
  }
}
