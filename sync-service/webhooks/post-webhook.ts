import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { WebhookTargets } from './webhook-targets.ts';

export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly limitMs: number;
}

/** What came back: a status, or why there is none. A redirection is a status like any other, and not followed. */
export type PostOutcome = { readonly status: number } | { readonly problem: string };

/**
 * Sends one message. The name is looked up once, each address judged, and the connection made to a judged one: a name that
 * leads elsewhere a moment later gains nothing.
 */
export function postWebhook(
  post: WebhookPost,
  targets: WebhookTargets,
  clock: Clock,
  stopped: AbortSignal,
): Promise<PostOutcome> {
  const wrong = targets.problemOf(post.url);
  if (wrong !== null) return Promise.resolve({ problem: wrong });
  const url = new URL(post.url);
  const late = new AbortController();
  const cancelLimit = clock.setTimer(post.limitMs, () => late.abort());
  return new Promise<PostOutcome>((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(
      url,
      {
        method: 'POST',
        headers: {
          ...post.headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(post.body),
          'user-agent': 'Portillon',
        },
        // A connection of its own each: one that is kept was judged for another message.
        agent: false,
        lookup: judgedLookup(targets, url.protocol),
        signal: AbortSignal.any([late.signal, stopped]),
      },
      (response) => {
        // Nobody reads the answer; its status is what counts.
        response.destroy();
        resolve({ status: response.statusCode ?? 0 });
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) => {
      const problem = late.signal.aborted
        ? `no answer within ${post.limitMs} ms`
        : (error.code ?? error.message);
      resolve({ problem: error instanceof RefusedAddress ? error.message : problem });
    });
    request.end(post.body);
  }).finally(cancelLimit);
}

class RefusedAddress extends Error {}

function judgedLookup(targets: WebhookTargets, protocol: string): LookupFunction {
  return (hostname, options, told) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return told(error, '');
      const judged = found.map((each) => ({ ...each, refusal: targets.refusal(each.address, protocol) }));
      const good = judged.filter(({ refusal }) => refusal === null);
      const [first] = good;
      if (!first || isIP(first.address) === 0) {
        return told(new RefusedAddress(judged[0]?.refusal ?? 'the name leads nowhere'), '');
      }
      if (options.all) return told(null, good);
      return told(null, first.address, first.family);
    });
  };
}
