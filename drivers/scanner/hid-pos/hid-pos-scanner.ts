import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceState } from '../../device.ts';
import { SupervisedLine } from '../../line/supervised-line.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CodeForm } from '../code-form.ts';
import { ScanIntake } from '../scan-intake.ts';
import type { ScannedCode, Scanner, Unreadable } from '../scanner.ts';
import { HidPosParser } from './hid-pos-report.ts';

export interface HidPosScannerOptions extends Pick<CodeForm, 'prefix' | 'suffix'> {
  /** A `hid://` line: each piece it delivers is one report. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** SC4; 250 unless said. */
  readonly gapMs?: number | undefined;
}

/** An interrupt endpoint at full speed is polled every 255 ms at the latest (USB 2.0, 9.6.6). */
const usualGapMs = 250;

/** A scanner in HID point-of-sale mode: it types nothing into any window, and says which kind of code it read. */
export class HidPosScanner implements Scanner {
  readonly #line: SupervisedLine;
  readonly #intake: ScanIntake;

  constructor({ transport, clock, log, gapMs = usualGapMs, ...form }: HidPosScannerOptions) {
    this.#line = new SupervisedLine({ transport, clock, log });
    const makeParser = () => new HidPosParser(form);
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
