import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceState } from '../device.ts';
import { DeviceStatus } from '../line/device-status.ts';
import { Listeners } from '../line/listeners.ts';
import type { LineState, SupervisedLine } from '../line/supervised-line.ts';
import type { Connection } from '../transport/transport.ts';
import type { ScanParsed } from './code-form.ts';
import { RepeatedReading } from './repeated-reading.ts';
import type { ScannedCode, Unreadable } from './scanner.ts';

/** Joins pieces into codes. Both ways of speaking have one. */
export interface ScanParser {
  push(bytes: Uint8Array): ScanParsed;
  /** Whether a code has begun and not ended yet. */
  readonly isInsideCode: boolean;
  /** Silence: ends the code that has begun, or throws it away. */
  silence(): ScanParsed;
  /** Forgets what has begun. Returns how many bytes that threw away. */
  reset(): number;
}

export interface ScanIntakeOptions {
  readonly line: SupervisedLine;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeParser: () => ScanParser;
  /** SC4: how long the pieces of a code may lie apart. */
  readonly gapMs: number;
}

/** SC8. No code is a fifth as long, and no noise on a line comes so thick. */
const babbleBytes = 16_384;
const babbleCodes = 50;
const babbleCodesWithinMs = 1_000;
/** SC9. */
const quietMs = 1_000;
const noiseLogEveryMs = 10_000;
const lateMs = 5;

/**
 * What all scanners do with what arrives, whatever bytes they speak: pieces to codes, repeats told once, what is thrown
 * away counted, and a scanner that never stops set aside until it has.
 *
 *   piece ──▶ parser ──▶ code ──▶ told before? ──▶ listeners
 *               └─▶ nothing of use ──▶ counted ──▶ too much of it: faulted, bytes are only counted until a second's silence
 */
export class ScanIntake {
  readonly status = new DeviceStatus();
  readonly codes = new Listeners<[ScannedCode]>();
  readonly unreadable = new Listeners<[Unreadable]>();
  readonly #options: ScanIntakeOptions;
  readonly #repeated = new RepeatedReading();
  #cancelGap: CancelTimer = () => undefined;
  #cancelQuiet: CancelTimer | undefined;
  #lastHeardMs = Number.NEGATIVE_INFINITY;
  #uselessBytes = 0;
  #codesSinceMs = Number.NEGATIVE_INFINITY;
  #codeCount = 0;
  #noiseLoggedMs = Number.NEGATIVE_INFINITY;
  #noiseToLog = 0;
  #tooLongMs = Number.NEGATIVE_INFINITY;

  constructor(options: ScanIntakeOptions) {
    this.#options = options;
    options.line.onState((line) => this.#lineChanged(line));
  }

  get #isBabbling(): boolean {
    const { state } = this.status;
    return state.status === 'faulted';
  }

  #lineChanged(line: LineState): void {
    this.#cancelGap();
    this.#cancelQuiet?.();
    this.#cancelQuiet = undefined;
    this.#uselessBytes = 0;
    this.#codeCount = 0;
    if (line.status === 'connected') {
      this.#listen(line.connection);
      this.status.set({ status: 'ready' });
    } else if (line.status !== 'opening') this.status.set(stateOf(line));
  }

  #listen(connection: Connection): void {
    const { clock, line, makeParser } = this.#options;
    const parser = makeParser();
    connection.onData((bytes) => {
      this.#cancelGap();
      const nowMs = clock.monotonicMs();
      if (nowMs - this.#lastHeardMs >= quietMs) this.#uselessBytes = 0;
      this.#lastHeardMs = nowMs;
      if (this.#isBabbling) {
        line.countDiscarded(bytes.length);
        return;
      }
      this.#take(parser.push(bytes), parser);
      if (!parser.isInsideCode || this.#isBabbling) return;
      this.#cancelGap = this.#afterGap(nowMs, () => this.#take(parser.silence(), parser));
    });
    connection.onEnd(() => line.countDiscarded(parser.reset()));
  }

  /** A busy program is late, and the next piece may lie there unread: it is read before the silence counts. */
  #afterGap(heardMs: number, then: () => void): CancelTimer {
    const { clock, gapMs } = this.#options;
    let cancel = clock.setTimer(gapMs, () => {
      if (clock.monotonicMs() - heardMs - gapMs <= lateMs) then();
      else cancel = clock.setTimer(1, then);
    });
    return () => cancel();
  }

  #take({ readings, discarded }: ScanParsed, parser: ScanParser): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const reading of readings) {
      if ('code' in reading) {
        this.#uselessBytes = 0;
        if (this.#isFlood(nowMs)) break;
        if (this.#repeated.isRepeat(reading.code.text, nowMs)) continue;
        this.codes.notify({ ...reading.code, arrivedMonotonicMs: nowMs });
      } else if (reading.why === 'too-long') this.#tooLong(reading, nowMs);
    }
    this.#countNoise(discarded, nowMs);
    this.#uselessBytes += discarded;
    if (this.#uselessBytes < babbleBytes && this.#codeCount <= babbleCodes) return;
    const what =
      this.#codeCount > babbleCodes ? 'more than 50 codes in a second' : '16 KiB that make no code';
    this.#options.line.countDiscarded(parser.reset());
    this.status.set({ status: 'faulted', fault: fault('scanner.babbling', what) });
    this.#options.log.warn('scanner never stops', { fault: 'scanner.babbling', detail: what });
    this.#waitForQuiet();
  }

  #isFlood(nowMs: number): boolean {
    if (nowMs - this.#codesSinceMs >= babbleCodesWithinMs) {
      this.#codesSinceMs = nowMs;
      this.#codeCount = 0;
    }
    this.#codeCount += 1;
    return this.#codeCount > babbleCodes;
  }

  /** SC9: one timer at a time, however much is heard meanwhile. */
  #waitForQuiet(): void {
    const { clock, log } = this.#options;
    const leftMs = this.#lastHeardMs + quietMs - clock.monotonicMs();
    if (leftMs > 0) {
      this.#cancelQuiet = clock.setTimer(leftMs, () => this.#waitForQuiet());
      return;
    }
    this.#cancelQuiet = undefined;
    this.#uselessBytes = 0;
    this.#codeCount = 0;
    this.status.set({ status: 'ready' });
    log.info('scanner has stopped');
  }

  #tooLong(reading: Unreadable, nowMs: number): void {
    if (nowMs - this.#tooLongMs < 2_000) return;
    this.#tooLongMs = nowMs;
    this.#options.log.warn('a code is longer than any may be', {
      fault: 'scanner.code-too-long',
      byteCount: reading.byteCount,
    });
    this.unreadable.notify(reading);
  }

  #countNoise(discarded: number, nowMs: number): void {
    if (discarded === 0) return;
    this.#options.line.countDiscarded(discarded);
    this.#noiseToLog += discarded;
    if (nowMs - this.#noiseLoggedMs < noiseLogEveryMs) return;
    this.#options.log.warn('scanned bytes make no code', {
      fault: 'scanner.noise',
      discarded: this.#noiseToLog,
    });
    this.#noiseLoggedMs = nowMs;
    this.#noiseToLog = 0;
  }
}

function stateOf(line: Exclude<LineState, { status: 'opening' | 'connected' }>): DeviceState {
  return line.status === 'stopped' ? { status: 'stopped' } : { status: 'disconnected', fault: line.fault };
}
