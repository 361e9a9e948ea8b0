import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { HIDAsync } from 'node-hid';
import { BufferedConnection } from './buffered-connection.ts';
import type { Connection, Transport } from './transport.ts';

type OpenHid = (path: string) => Promise<HIDAsync>;

/** Loaded when the first HID device is opened: a box without one never touches the native module. */
const openWithNodeHid: OpenHid = async (path) => (await import('node-hid')).HIDAsync.open(path);

/**
 * A HID device as a transport: each piece delivered is one whole input report, its report id first, and each write is one
 * output report. `open` is node-hid's unless a test brings recorded reports.
 */
export class HidTransport implements Transport {
  readonly address: string;
  readonly #path: string;
  readonly #openHid: OpenHid;
  #inUse = false;

  constructor(address: string, path: string, openHid = openWithNodeHid) {
    this.address = address;
    this.#path = path;
    this.#openHid = openHid;
  }

  async open(): Promise<Result<Connection, Fault>> {
    invariant(!this.#inUse, 'the line is open already');
    this.#inUse = true;
    try {
      const connection = new HidConnection(await this.#openHid(this.#path), this.address);
      connection.onEnd(() => {
        this.#inUse = false;
      });
      return ok(connection);
    } catch (error) {
      this.#inUse = false;
      return err(fault('transport.unreachable', `${this.address}: ${(error as Error).message}`));
    }
  }
}

class HidConnection extends BufferedConnection {
  readonly #device: HIDAsync;

  constructor(device: HIDAsync, address: string) {
    super();
    this.#device = device;
    device.on('data', (report: Buffer) => this.arrived(Uint8Array.from(report)));
    // node-hid reports an unplugged device as a failed read, and stops reading.
    device.on('error', (error: Error) => {
      const pulled = {
        by: 'world',
        fault: fault('transport.pulled', `${address}: ${error.message}`),
      } as const;
      device.close().then(
        () => this.ended(pulled),
        () => this.ended(pulled),
      );
    });
  }

  protected override send(bytes: Uint8Array): Promise<boolean> {
    return this.#device.write(Buffer.from(bytes)).then(
      () => true,
      () => false,
    );
  }

  protected override release(): Promise<void> {
    return this.#device.close();
  }
}
