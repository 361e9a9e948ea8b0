import type { Clock } from '@portillon/core/base/clock.ts';

export interface Ask {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export type Asked =
  | { readonly status: number; readonly retryAfterMs: number | null; readonly text: string }
  /** Why there is no answer, without anything that was sent. */
  | { readonly problem: string };

export interface AskLimits {
  readonly answerMs: number;
  readonly answerBytes: number;
}

const longestRetryAfterMs = 3_600_000;

/** One request and its whole answer, within bounds of time and size. Follows no redirection. Never rejects. */
export async function askWithin(
  ask: Ask,
  limits: AskLimits,
  clock: Clock,
  stopped: AbortSignal,
): Promise<Asked> {
  const late = new AbortController();
  const cancel = clock.setTimer(limits.answerMs, () => late.abort());
  try {
    const response = await fetch(ask.url, {
      method: ask.method,
      headers: { ...ask.headers, ...(ask.body === null ? {} : { 'content-type': 'application/json' }) },
      body: ask.body,
      redirect: 'manual',
      signal: AbortSignal.any([late.signal, stopped]),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > limits.answerBytes) {
        late.abort();
        return { problem: `an answer of more than ${limits.answerBytes} bytes` };
      }
      chunks.push(chunk);
    }
    return {
      status: response.status,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), clock.wallMs()),
      text: Buffer.concat(chunks).toString('utf8'),
    };
  } catch (error) {
    if (stopped.aborted) return { problem: 'the adapter is closed' };
    if (late.signal.aborted) return { problem: `no answer within ${limits.answerMs} ms` };
    const cause = (error as { cause?: NodeJS.ErrnoException }).cause;
    return { problem: `no connection: ${cause?.code ?? (error as Error).name}` };
  } finally {
    cancel();
  }
}

/** Seconds or a date (RFC 9110), an hour at most. */
function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
