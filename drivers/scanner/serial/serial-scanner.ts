import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceState } from '../../device.ts';
import type { Parsed } from '../../framing/frame-parser.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { Listeners } from '../../line/listeners.ts';
import { SupervisedLine } from '../../line/supervised-line.ts';
import type { Connection, Transport } from '../../transport/transport.ts';
import { RepeatedReading } from '../repeated-reading.ts';
import type { ScannedCode, Scanner } from '../scanner.ts';
import { SerialScanParser } from './serial-scan.ts';

export interface SerialScannerOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** What the scanner was programmed to send before each code; nothing unless said. */
  readonly prefix?: string;
}

/** Inside a code no scanner pauses this long: silence ends it, for scanners that send no suffix. */
const silenceMs = 50;

/** Any scanner on a serial port or USB CDC, in presentation mode. It cannot be asked anything: reached means ready. */
export class SerialScanner implements Scanner {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #prefix: string;
  readonly #line: SupervisedLine;
  readonly #status = new DeviceStatus();
  readonly #codeListeners = new Listeners<[ScannedCode]>();
  readonly #repeated = new RepeatedReading();
  #cancelSilence: CancelTimer = () => undefined;

  constructor({ transport, clock, log, prefix = '' }: SerialScannerOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#prefix = prefix;
    this.#line = new SupervisedLine({ transport, clock, log });
    this.#line.onState((line) => {
      this.#cancelSilence();
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
    const parser = new SerialScanParser(this.#prefix);
    connection.onData((bytes) => {
      this.#cancelSilence();
      this.#take(parser.push(bytes));
      if (!parser.isInsideCode) return;
      this.#cancelSilence = this.#clock.setTimer(silenceMs, () => this.#take(parser.finish()));
    });
    connection.onEnd(() => this.#line.countDiscarded(parser.reset()));
  }

  #take({ frames, discarded }: Parsed<string>): void {
    const arrivedMonotonicMs = this.#clock.monotonicMs();
    if (discarded > 0) {
      this.#line.countDiscarded(discarded);
      this.#log.warn('scanned bytes make no code', { fault: 'scanner.noise', discarded });
    }
    for (const text of frames) {
      if (this.#repeated.isRepeat(text, arrivedMonotonicMs)) continue;
      this.#codeListeners.notify({ text, symbology: null, arrivedMonotonicMs });
    }
  }
}
