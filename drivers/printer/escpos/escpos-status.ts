import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { FrameParser, Parsed } from '../../framing/frame-parser.ts';
import { PendingBytes } from '../../framing/pending-bytes.ts';

/** What a printer of the ESC/POS family tells of itself, by whatever command it was asked. */
export interface PrinterStatus {
  readonly offline: boolean;
  readonly coverOpen: boolean;
  readonly paperEnd: boolean;
  readonly paperNearEnd: boolean;
  /** Words for a technician when the mechanism reports an error, or null. */
  readonly error: string | null;
}

/** What comes back on the line. */
export type EscPosAnswer =
  /** To DLE EOT n; it does not say which n. */
  | { readonly kind: 'real-time'; readonly byte: number }
  /** Automatic status back (GS a), at once and on every change. */
  | { readonly kind: 'automatic'; readonly status: PrinterStatus }
  /** To GS ( H: all that came before has been printed. */
  | { readonly kind: 'process-id'; readonly id: string }
  /** To DLE DC4 8: the buffers are empty. */
  | { readonly kind: 'cleared' };

/** Real-time status (DLE EOT n), n from 1 to 4; carried out as it arrives, even while the printer is offline. */
export function askRealTime(n: 1 | 2 | 3 | 4): Uint8Array {
  return Uint8Array.of(0x10, 0x04, n);
}

/** ESC @, then GS a 255: modes as after power on, and every change of status told unasked. */
export const initialise = Uint8Array.of(0x1b, 0x40, 0x1d, 0x61, 0xff);

/** DLE DC4 8: throws away what was received and not printed, even while offline; recovers from a recoverable error. */
export const clearBuffers = Uint8Array.of(0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08);

/** GS ( H, function 48: answers with the four characters of `id` once everything before it has been printed. */
export function askProcessId(id: string): Uint8Array {
  return Uint8Array.of(0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, ...Buffer.from(id, 'ascii'));
}

/** The four answers to DLE EOT 1 to 4, put together. */
export function statusOfRealTime(answers: readonly [number, number, number, number]): PrinterStatus {
  const [printer, offlineCause, errorCause, paper] = answers;
  const has = (byte: number, bit: number) => (byte & bit) !== 0;
  return {
    offline: has(printer, 0x08),
    coverOpen: has(offlineCause, 0x04),
    paperEnd: has(offlineCause, 0x20) || has(paper, 0x60),
    paperNearEnd: has(paper, 0x0c),
    error: errorWords(errorCause) ?? (has(offlineCause, 0x40) ? 'error of no stated cause' : null),
  };
}

function statusOfAutomatic(bytes: Uint8Array): PrinterStatus {
  const [printer = 0, error = 0, paper = 0] = bytes;
  return {
    offline: (printer & 0x08) !== 0,
    coverOpen: (printer & 0x20) !== 0,
    paperEnd: (paper & 0x0c) !== 0,
    paperNearEnd: (paper & 0x03) !== 0,
    error: errorWords(error),
  };
}

/** The error bits stand at the same places in DLE EOT 3 and in the second automatic byte. */
function errorWords(byte: number): string | null {
  if ((byte & 0x08) !== 0) return 'cutter';
  if ((byte & 0x20) !== 0) return 'unrecoverable';
  if ((byte & 0x40) !== 0) return 'print head too hot';
  if ((byte & 0x04) !== 0) return 'mechanism';
  return null;
}

/** What keeps the printer from printing, or null. An open cover often reads as no paper too, so it is named first. */
export function faultOf(status: PrinterStatus): Fault | null {
  if (status.coverOpen) return fault('printer.cover-open', 'cover open');
  if (status.error !== null) return fault('printer.hardware', status.error);
  if (status.paperEnd) return fault('printer.paper-out', 'paper end');
  if (status.offline) return fault('printer.hardware', 'offline for no stated cause');
  return null;
}

const automaticLength = 4;
/** Answers that begin with 37 hex: their second byte, and how long they are in all. */
const headerByte = 0x37;
const blockLengths: Readonly<Record<number, number>> = { 34: 7, 37: 3 };

/**
 * The answers of a printer, told apart by fixed bits: DLE EOT `0xx1xx10`, automatic status `0xx1xx00` and three bytes
 * `0xx0xxxx`, blocks from `37` to `00`.
 */
export class EscPosAnswerParser implements FrameParser<EscPosAnswer> {
  readonly #pending = new PendingBytes(64);

  push(bytes: Uint8Array): Parsed<EscPosAnswer> {
    const frames: EscPosAnswer[] = [];
    let discarded = 0;
    this.#pending.append(bytes);
    for (let first = this.#pending.at(0); first !== undefined; first = this.#pending.at(0)) {
      const length = this.#length(first);
      if (length === undefined) break;
      const answer = length === 0 ? undefined : decode(this.#pending.peek(length));
      if (answer) {
        frames.push(answer);
        this.#pending.take(length);
      } else {
        this.#pending.take(1);
        discarded += 1;
      }
    }
    return { frames, discarded: discarded + this.#pending.trim() };
  }

  reset(): number {
    return this.#pending.clear();
  }

  /** Bytes of the answer that begins with `first`; 0 when none does, undefined when it has not fully arrived. */
  #length(first: number): number | undefined {
    if ((first & 0x93) === 0x12) return 1;
    if ((first & 0x93) === 0x10) {
      for (let index = 1; index < automaticLength; index++) {
        const byte = this.#pending.at(index);
        if (byte === undefined) return undefined;
        if ((byte & 0x90) !== 0) return 0;
      }
      return automaticLength;
    }
    if (first !== headerByte) return 0;
    const second = this.#pending.at(1);
    if (second === undefined) return undefined;
    const length = blockLengths[second] ?? 0;
    return length <= this.#pending.length ? length : undefined;
  }
}

function decode(bytes: Uint8Array): EscPosAnswer | undefined {
  if (bytes.length === 1) return { kind: 'real-time', byte: bytes[0] ?? 0 };
  if (bytes[0] !== headerByte) return { kind: 'automatic', status: statusOfAutomatic(bytes) };
  if (bytes.at(-1) !== 0x00) return undefined;
  if (bytes[1] === 0x25) return { kind: 'cleared' };
  return { kind: 'process-id', id: Buffer.from(bytes.subarray(2, 6)).toString('latin1') };
}
