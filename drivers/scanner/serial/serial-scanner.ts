import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceState } from '../../device.ts';
import { SupervisedLine } from '../../line/supervised-line.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CodeForm } from '../code-form.ts';
import { ScanIntake } from '../scan-intake.ts';
import type { ScannedCode, Scanner, Unreadable } from '../scanner.ts';
import { SerialScanParser } from './serial-scan.ts';

export interface SerialScannerOptions extends CodeForm {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** SC4; 50 unless said. */
  readonly gapMs?: number | undefined;
}

/** Inside a code no scanner pauses this long: silence ends it, for scanners that send no suffix. */
const usualGapMs = 50;

/** Any scanner on a serial port or USB CDC, in presentation mode. It cannot be asked anything: reached means ready. */
export class SerialScanner implements Scanner {
  readonly #line: SupervisedLine;
  readonly #intake: ScanIntake;

  constructor({ transport, clock, log, gapMs = usualGapMs, ...form }: SerialScannerOptions) {
    this.#line = new SupervisedLine({ transport, clock, log });
    const makeParser = () => new SerialScanParser(form);
    this.#intake = new ScanIntake({ line: this.#line, clock, log, gapMs, makeParser });
  }

  get state(): DeviceState {
    return this.#intake.status.state;
  }

  get discardedBytes(): number {
    return this.#line.discardedBytes;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#intake.status.onState(listener);
  }

  onCode(listener: (code: ScannedCode) => void): () => void {
    return this.#intake.codes.add(listener);
  }

  onUnreadable(listener: (unreadable: Unreadable) => void): () => void {
    return this.#intake.unreadable.add(listener);
  }

  start(): void {
    this.#line.start();
  }

  stop(): Promise<void> {
    return this.#line.stop();
  }
}
