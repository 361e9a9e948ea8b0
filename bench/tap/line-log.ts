import type { Clock } from '@portillon/core/base/clock.ts';
import type { FrameParser } from '@portillon/drivers/framing/frame-parser.ts';
import type { LineWatch } from '@portillon/hardware-sims/line/pty-line.ts';
import type { Span } from './tap-figures.ts';

export interface LineLogOptions<Frame> {
  readonly clock: Clock;
  /** For what the driver sends. */
  readonly parser: FrameParser<Frame>;
  readonly isRelease: (frame: Frame) => boolean;
  /** How long the protocol lets the line rest after an answer. */
  readonly restMs: number;
  readonly onRelease: (release: { readonly atMs: number; readonly byteCount: number }) => void;
  /** What the devices send, just before it goes out. */
  readonly onSaid?: (bytes: Uint8Array) => void;
}

/** Spans are kept for the tap under way only. */
const keptSpans = 200;

/** What passes on the line of a gate: when it is taken by a question and its answer, and when the release comes. */
export class LineLog<Frame> implements LineWatch {
  readonly #options: LineLogOptions<Frame>;
  readonly #polls: { readonly fromMs: number; toMs: number }[] = [];
  #firstByteMs: number | undefined;
  #asked = false;

  constructor(options: LineLogOptions<Frame>) {
    this.#options = options;
  }

  /** From the first byte of each question to the end of the rest after its answer; the release is none of them. */
  get polls(): readonly Span[] {
    return this.#polls;
  }

  heard(bytes: Uint8Array): void {
    const { clock, parser, isRelease, onRelease } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#firstByteMs ??= nowMs;
    for (const frame of parser.push(bytes).frames) {
      const atMs = this.#firstByteMs ?? nowMs;
      this.#firstByteMs = undefined;
      this.#asked = !isRelease(frame);
      if (this.#asked) this.#polls.push({ fromMs: atMs, toMs: nowMs });
      else onRelease({ atMs, byteCount: bytes.length });
    }
    if (this.#polls.length > keptSpans) this.#polls.shift();
  }

  said(bytes: Uint8Array): void {
    const { clock, restMs, onSaid } = this.#options;
    const last = this.#polls.at(-1);
    if (this.#asked && last) last.toMs = clock.monotonicMs() + restMs;
    onSaid?.(bytes);
  }
}
