import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { signBytes } from '@portillon/core/crypto/signing-key.ts';
import {
  counterHeader,
  edgeHeader,
  enrolCounter,
  refusalSchema,
  requestToSign,
  signatureHeader,
} from '@portillon/core/wire/messages.ts';
import type { z } from 'zod';
import type { AgentStore, EdgeIdentity } from './agent-store.ts';
import { answerBytes } from './answer-bytes.ts';

/** Why a request came to nothing. `code` is the base's word when it answered, null when it did not. */
export interface RequestFailure {
  readonly fault: Fault;
  readonly code: string | null;
  /** The same request will be refused again: trying once more at once is of no use. */
  readonly final: boolean;
  /** Of `attachment.wrong-offset`: where to go on. */
  readonly heldBytes?: number;
  /** When the base wants to be asked again, in ms; null where it named no time. */
  readonly retryAfterMs: number | null;
}

export interface BaseRequest<Answer> {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** From the base's address on, `/v1/feed?after=0`. */
  readonly path: string;
  readonly body?: Uint8Array | string;
  readonly contentType?: string;
  readonly contentEncoding?: 'gzip';
  readonly limitMs: number;
  /** Of an enrolment: the private half of the key that it tells (W-ENROL-9). */
  readonly newKey?: string;
  /** Null for an answer without a body. */
  readonly answer: z.ZodType<Answer> | null;
}

/** Several times what the longest page of the feed takes, unpacked (W-ERR-5). */
export const answerBytesMax = 32 * 1024 * 1024;

/** Requests may overtake each other by fewer at the base (W-SIGN-3). */
const counterStride = 1_024;
const longestCounterStride = counterStride * 2 ** 20;

/** One request to the base at a time limit, signed when an identity is given. Failures are values. */
export class BaseClient {
  readonly #baseUrl: URL;
  readonly #store: AgentStore;
  readonly #clock: Clock;
  readonly #stopped: AbortSignal;
  /** How many counters to pass over when one is refused (W-SIGN-4). */
  #nextStride = counterStride;

  constructor(baseUrl: string, store: AgentStore, clock: Clock, stopped: AbortSignal) {
    this.#baseUrl = new URL(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
    this.#store = store;
    this.#clock = clock;
    this.#stopped = stopped;
  }

  async send<Answer>(
    request: BaseRequest<Answer>,
    identity: EdgeIdentity | null,
  ): Promise<Result<Answer, RequestFailure>> {
    const came = await this.#exchange(request, identity);
    if (!came.ok) return came;
    if (request.answer === null) return ok(undefined as Answer);
    const answer = request.answer.safeParse(parseJson(came.value.toString()));
    if (answer.success) return ok(answer.data);
    const where = answer.error.issues[0]?.path.join('.') ?? '';
    const path = request.path.split('?', 1)[0];
    return err(unreachable(`the answer to ${request.method} ${path} is not understood at ${where}`));
  }

  /** For an answer that is no JSON. */
  bytes(path: string, limitMs: number, identity: EdgeIdentity): Promise<Result<Buffer, RequestFailure>> {
    return this.#exchange({ method: 'GET', path, limitMs }, identity);
  }

  async #exchange(
    request: Omit<BaseRequest<unknown>, 'answer'>,
    identity: EdgeIdentity | null,
  ): Promise<Result<Buffer, RequestFailure>> {
    const url = new URL(`.${request.path}`, this.#baseUrl);
    const headers: Record<string, string> = {};
    if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
    if (request.contentEncoding) headers['content-encoding'] = request.contentEncoding;
    const toSign = (counter: number) =>
      requestToSign(request.method, url.pathname + url.search, counter, sha256Hex(request.body ?? ''));
    if (identity) {
      const counter = await this.#store.reserveCounters(1);
      headers[edgeHeader] = identity.edgeId;
      headers[counterHeader] = String(counter);
      headers[signatureHeader] = toBase64url(signBytes(identity.privateKey, toSign(counter)));
    } else if (request.newKey) {
      headers[signatureHeader] = toBase64url(signBytes(request.newKey, toSign(enrolCounter)));
    }
    const late = new AbortController();
    const cancelLimit = this.#clock.setTimer(request.limitMs, () =>
      late.abort(new Error('no answer in time')),
    );
    try {
      const response = await fetch(url, {
        method: request.method,
        headers,
        body: request.body ?? null,
        redirect: 'error',
        signal: AbortSignal.any([late.signal, this.#stopped]),
      });
      const bytes = await answerBytes(response, answerBytesMax);
      if (!response.ok) {
        const failure = refused(response.status, bytes.toString());
        if (failure.code === 'request.replayed') await this.#passOverCounters();
        return err(failure);
      }
      if (identity) this.#nextStride = counterStride;
      return ok(bytes);
    } catch (error) {
      return err(unreachable(wordsOf(error)));
    } finally {
      cancelLimit();
    }
  }

  /** The store lies behind what the base has seen of this edge: it was brought back from an older copy. */
  async #passOverCounters(): Promise<void> {
    const count = this.#nextStride;
    this.#nextStride = Math.min(count * 2, longestCounterStride);
    await this.#store.reserveCounters(count);
  }
}

function refused(status: number, text: string): RequestFailure {
  const refusal = refusalSchema.safeParse(parseJson(text));
  const said = refusal.success ? refusal.data.error : null;
  const detail = said ? `${said.code}: ${said.message}` : `HTTP ${status}`;
  // 429 and 5xx are about the moment, not about the request.
  const passing = status === 429 || status >= 500 || said === null;
  return {
    fault: fault(passing ? 'sync.unreachable' : 'sync.refused', detail),
    code: said?.code ?? null,
    final: !passing,
    ...(said?.heldBytes === undefined ? {} : { heldBytes: said.heldBytes }),
    retryAfterMs: said?.retryAfterMs ?? null,
  };
}

function unreachable(detail: string): RequestFailure {
  return { fault: fault('sync.unreachable', detail), code: null, final: false, retryAfterMs: null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch hides the reason (ECONNREFUSED …) in the cause. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}
