import { credentialOfGrant, grantRequestToSign } from '@portillon/core/crypto/pass-layout.ts';
import type { Clock } from '@portillon/ui/browser-clock.ts';
import { type KeptPass, rawPublicKey, signed } from './phone-store.ts';

export type GrantAnswer =
  | { readonly kind: 'granted'; readonly grant: Uint8Array }
  /** A code of the base (W-PASS-5). */
  | { readonly kind: 'refused'; readonly code: string }
  /** No network, or a base that cannot work now: the same question later. */
  | { readonly kind: 'no-answer' };

export interface Asked {
  readonly answer: GrantAnswer;
  /** How far the phone's clock is ahead of the base's, in milliseconds; null where the base was not reached. */
  readonly clockAheadMs: number | null;
}

const answerLimitMs = 10_000;

/**
 * Asks the base for the grant of this phone's key, which signs a challenge for it (PS14). `link` is what a kiosk showed, if
 * one did. Never rejects; safe to repeat.
 */
export async function grantFromBase(pass: KeptPass, clock: Clock, link: string | null): Promise<Asked> {
  let clockAheadMs: number | null = null;
  try {
    const beforeMs = clock.wallMs();
    const asked = await post('challenge', {});
    const { challenge, timeMs } = asked.body as { challenge?: string; timeMs?: number };
    if (challenge === undefined || timeMs === undefined) return { answer: answered(asked), clockAheadMs };
    clockAheadMs = (beforeMs + clock.wallMs()) / 2 - timeMs;
    const publicKey = await rawPublicKey(pass);
    const toSign = grantRequestToSign(fromText(challenge), publicKey, link === null ? null : fromText(link));
    const told = await post('grant', {
      challenge,
      publicKey: toText(publicKey),
      signature: toText(await signed(pass, toSign)),
      ...(pass.grant ? { holds: toText(credentialOfGrant(pass.grant)) } : {}),
      ...(link === null ? {} : { link }),
    });
    return { answer: answered(told), clockAheadMs };
  } catch {
    return { answer: { kind: 'no-answer' }, clockAheadMs };
  }
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Not `GET`: the worker of the page keeps what is got. */
async function post(what: 'challenge' | 'grant', body: unknown): Promise<Reply> {
  const answer = await fetch(`./api/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    cache: 'no-store',
    signal: AbortSignal.timeout(answerLimitMs),
  });
  return { status: answer.status, body: await answer.json() };
}

function answered({ status, body }: Reply): GrantAnswer {
  const { grant, error } = body as { grant?: string; error?: { code?: string } };
  if (grant !== undefined) return { kind: 'granted', grant: fromText(grant) };
  if (status === 429 || status >= 500 || error?.code === undefined) return { kind: 'no-answer' };
  return { kind: 'refused', code: error.code };
}

/** Base64url, as the base writes it. */
function fromText(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function toText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
