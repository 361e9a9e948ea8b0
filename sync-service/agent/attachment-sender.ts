import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { attachmentAnswerSchema } from '@portillon/core/wire/messages.ts';
import type { EdgeIdentity } from './agent-store.ts';
import type { BaseClient, RequestFailure } from './base-client.ts';

const longestPieceBytes = 256 * 1024;
const shortestPieceBytes = 16 * 1024;
/** How long a piece should take on its way. */
const pieceMs = 1_000;
const longestRestMs = 30_000;
const limitMs = { ask: 15_000, put: 60_000 };
/** How often the base may say that it holds another number of bytes before the attachment waits for its next turn. */
const correctionsMost = 3;

export interface AttachmentSenderOptions {
  readonly client: BaseClient;
  readonly clock: Clock;
  /** Resolves when no event waits to be sent, or when the agent stops. */
  readonly quiet: () => Promise<void>;
  readonly stopped: AbortSignal;
}

/** Brings sealed bytes to the base: whole where they are few, else in pieces from what it holds on (W-ATT-13). */
export class AttachmentSender {
  readonly #options: AttachmentSenderOptions;
  #pieceBytes = longestPieceBytes;

  constructor(options: AttachmentSenderOptions) {
    this.#options = options;
  }

  async send(
    identity: EdgeIdentity,
    digest: string,
    bytes: Uint8Array,
  ): Promise<Result<void, RequestFailure>> {
    if (bytes.length <= this.#pieceBytes) return this.#put(identity, digest, bytes, null);
    const held = await this.#options.client.send(
      {
        method: 'GET',
        path: `/v1/attachments/${digest}`,
        limitMs: limitMs.ask,
        answer: attachmentAnswerSchema,
      },
      identity,
    );
    if (!held.ok) {
      // A base of the version before knows no pieces.
      if (held.error.code !== 'request.not-found') return err(held.error);
      return this.#put(identity, digest, bytes, null);
    }
    return held.value.whole ? ok(undefined) : this.#sendFrom(identity, digest, bytes, held.value.held);
  }

  async #sendFrom(
    identity: EdgeIdentity,
    digest: string,
    bytes: Uint8Array,
    from: number,
  ): Promise<Result<void, RequestFailure>> {
    let offset = from;
    let corrections = 0;
    while (offset < bytes.length) {
      const piece = bytes.subarray(offset, offset + this.#pieceBytes);
      const put = await this.#put(identity, digest, piece, { offset, total: bytes.length });
      if (put.ok) {
        offset += piece.length;
        continue;
      }
      // What lay at the base was of something else, and is gone.
      const isStale = put.error.code === 'attachment.digest-mismatch' && from > 0 && corrections === 0;
      const heldBytes = isStale ? 0 : put.error.heldBytes;
      if (heldBytes === undefined || corrections === correctionsMost) return put;
      corrections += 1;
      offset = heldBytes;
    }
    return ok(undefined);
  }

  async #put(
    identity: EdgeIdentity,
    digest: string,
    body: Uint8Array,
    piece: { readonly offset: number; readonly total: number } | null,
  ): Promise<Result<void, RequestFailure>> {
    const { client, clock, quiet, stopped } = this.#options;
    await quiet();
    const fromMs = clock.monotonicMs();
    const where = piece ? `?offset=${piece.offset}&total=${piece.total}` : '';
    const answer = await client.send(
      {
        method: 'PUT',
        path: `/v1/attachments/${digest}${where}`,
        body,
        contentType: 'application/octet-stream',
        limitMs: limitMs.put,
        answer: null,
      },
      identity,
    );
    const tookMs = clock.monotonicMs() - fromMs;
    this.#measured(body.length, tookMs, answer.ok || answer.error.code !== null);
    // Half of the line at most, whatever else needs it.
    if (tookMs > 0 && !stopped.aborted) {
      await delay(clock, Math.min(tookMs, longestRestMs), stopped).catch(() => undefined);
    }
    return answer.ok ? ok(undefined) : answer;
  }

  /** What is short is mostly the way there and back, and says nothing of the line. */
  #measured(length: number, tookMs: number, arrived: boolean): void {
    if (length < shortestPieceBytes) return;
    const fits = arrived ? (length * pieceMs) / Math.max(tookMs, 1) : this.#pieceBytes / 2;
    this.#pieceBytes = Math.floor(Math.min(longestPieceBytes, Math.max(shortestPieceBytes, fits)));
  }
}
