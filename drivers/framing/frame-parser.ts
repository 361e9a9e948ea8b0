/**
 * An incremental parser of one protocol's frames. Pure: bytes in, frames out, no timers, no I/O. Lines deliver bytes in
 * pieces of any size, so it keeps half a frame between pushes; bytes that can be no part of a frame are thrown away
 * and counted, and it goes on at the next byte that may start one. Built on `PendingBytes`.
 *
 *   class EchoParser implements FrameParser<Uint8Array> {        // frame: length byte, then that many bytes
 *     readonly #pending = new PendingBytes(256);
 *     push(bytes: Uint8Array): Parsed<Uint8Array> {
 *       const frames: Uint8Array[] = [];
 *       this.#pending.append(bytes);
 *       for (let length = this.#pending.at(0); length !== undefined && this.#pending.length > length; length = this.#pending.at(0)) {
 *         frames.push(this.#pending.take(1 + length).subarray(1));
 *       }
 *       return { frames, discarded: this.#pending.trim() };
 *     }
 *     reset = () => this.#pending.clear();
 *   }
 */
export interface FrameParser<Frame> {
  /** Takes what arrived. Gives the frames it completed, in order, and how many bytes it threw away. */
  push(bytes: Uint8Array): Parsed<Frame>;
  /** Forgets half a frame (silence on the line, new connection). Returns how many bytes that threw away. */
  reset(): number;
}

export interface Parsed<Frame> {
  readonly frames: readonly Frame[];
  readonly discarded: number;
}
