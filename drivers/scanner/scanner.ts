import type { Device } from '../device.ts';

export interface ScannedCode {
  /** The code's text: printable, at most 3072 characters, prefix and suffix removed. */
  readonly text: string;
  /** AIM identifier such as `]Q1` where the scanner tells it. */
  readonly symbology: string | null;
  readonly arrivedMonotonicMs: number;
}

export interface Scanner extends Device {
  /** A code was read. The same text within 2 s is the same reading and is not announced again. */
  onCode(listener: (code: ScannedCode) => void): () => void;
  /** Bytes thrown away because they made no code (noise, too long, control characters), since start. */
  readonly discardedBytes: number;
}
