import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { Listeners } from '../../line/listeners.ts';
import { SupervisedLine } from '../../line/supervised-line.ts';
import type { Connection, Transport } from '../../transport/transport.ts';
import { RepeatedReading } from '../repeated-reading.ts';
import type { ScannedCode, Scanner } from '../scanner.ts';
import { HidPosParser } from './hid-pos-report.ts';

export interface HidPosScannerOptions {
  /** A `hid://` line: each piece it delivers is one report. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
}

/** A scanner in HID point-of-sale mode: it types nothing into any window, and says which kind of code it read. */
export class HidPosScanner implements Scanner {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #line: SupervisedLine;
  readonly #status = new DeviceStatus();
  readonly #codeListeners = new Listeners<[ScannedCode]>();
  readonly #repeated = new RepeatedReading();

  constructor({ transport, clock, log }: HidPosScannerOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#line = new SupervisedLine({ transport, clock, log });
    this.#line.onState((line) => {
      if (line.status === 'connected') {
        this.#listen(line.connection);
        this.#status.set({ status: 'ready' });
      } else if (line.status === 'disconnected') {
        this.#status.set({ status: 'disconnected', fault: line.fault });
      } else if (line.status === 'stopped') {
        this.#status.set({ status: 'stopped' });
      }
    });
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  get discardedBytes(): number {
    return this.#line.discardedBytes;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  onCode(listener: (code: ScannedCode) => void): () => void {
    return this.#codeListeners.add(listener);
  }

  start(): void {
    this.#line.start();
  }

  stop(): Promise<void> {
    return this.#line.stop();
  }

  #listen(connection: Connection): void {
    const parser = new HidPosParser();
    connection.onData((report) => {
      const { code, discarded } = parser.push(report);
      if (discarded > 0) {
        this.#line.countDiscarded(discarded);
        this.#log.warn('scanned bytes make no code', { fault: 'scanner.noise', discarded });
      }
      const arrivedMonotonicMs = this.#clock.monotonicMs();
      if (!code || this.#repeated.isRepeat(code.text, arrivedMonotonicMs)) return;
      this.#codeListeners.notify({ ...code, arrivedMonotonicMs });
    });
    connection.onEnd(() => this.#line.countDiscarded(parser.reset()));
  }
}
