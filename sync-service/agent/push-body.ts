import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { PushAnswer, PushRequest } from '@portillon/core/wire/messages.ts';

const deflate = promisify(gzip);

/** Less than this gains nothing. */
const worthCompressing = 1_024;

/** A base of the version before takes so many events and characters at once, and nothing compressed (W-PUSH-14). */
const cautious = { events: 500, bodiesLength: 1_048_576, gzip: false };
const bold = { events: 2_000, bodiesLength: 2_097_152 };

export interface PushSize {
  readonly events: number;
  readonly bodiesLength: number;
  readonly gzip: boolean;
}

/** Refusals that a base which knows no compression, or a proxy before it, may have for a compressed push. */
const notForCompressed = new Set([
  'push.malformed',
  'request.too-large',
  'request.wrong-type',
  'request.wrong-encoding',
]);

/** How the base takes pushes, as far as it has said so and kept to it. */
export class PushManners {
  #takes: PushAnswer['takes'];
  #plainOnly = false;

  get size(): PushSize {
    if (!this.#takes || this.#plainOnly) return cautious;
    const { gzip: compressed, events } = this.#takes;
    return { ...bold, events: Math.min(bold.events, events), gzip: compressed };
  }

  /** As the answer says; nothing said is a base of the version before. */
  told(answer: PushAnswer): void {
    this.#takes = answer.takes;
  }

  /** True when the refusal may be for the compression alone: the same is sent as it is, from now on. */
  refused(code: string | null, wasCompressed: boolean): boolean {
    if (!wasCompressed || code === null || !notForCompressed.has(code)) return false;
    this.#plainOnly = true;
    return true;
  }
}

export interface PushBody {
  readonly body: Uint8Array | string;
  readonly contentEncoding?: 'gzip';
}

/** The bytes to sign and send. */
export async function pushBody(push: PushRequest, { gzip: compressed }: PushSize): Promise<PushBody> {
  const text = JSON.stringify(push);
  if (!compressed || text.length < worthCompressing) return { body: text };
  // The fastest: hashes and ids make up most of it and cannot be made smaller.
  return { body: await deflate(text, { level: constants.Z_BEST_SPEED }), contentEncoding: 'gzip' };
}
