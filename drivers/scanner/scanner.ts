import type { Device } from '../device.ts';
import type { NoCode, ReadCode } from './code-form.ts';

export interface ScannedCode extends ReadCode {
  /** The code's text: printable, at most 3072 bytes, prefix and suffix removed. */
  readonly text: string;
  readonly arrivedMonotonicMs: number;
}

/** Somebody held something before the scanner that is no code for us. */
export interface Unreadable {
  readonly why: NoCode;
  readonly byteCount: number;
}

export interface Scanner extends Device {
  /** A code was read. The same text within 2 s is the same reading and is not announced again. */
  onCode(listener: (code: ScannedCode) => void): () => void;
  /** A code too long to be one was shown; at most once in 2 s. Noise is only counted. */
  onUnreadable(listener: (unreadable: Unreadable) => void): () => void;
  /** Bytes thrown away because they made no code (noise, too long, control characters), since start. */
  readonly discardedBytes: number;
}
