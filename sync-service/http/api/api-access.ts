import type { FastifyRequest } from 'fastify';
import { type ApiKey, type ApiKeyProblem, takeApiKey } from '../../postgres/api-keys.ts';
import type { BaseContext } from '../base-context.ts';
import type { RefusalWords } from '../refusal.ts';
import type { ApiScope } from './api-scopes.ts';

const problems: Readonly<Record<ApiKeyProblem, RefusalWords>> = {
  unknown: { code: 'api.unknown-key', message: 'no key of this base is like this one' },
  revoked: { code: 'api.key-revoked', message: 'this key was revoked; ask the operator for another one' },
  expired: { code: 'api.key-expired', message: 'this key is over; ask the operator for another one' },
  'too-often': {
    code: 'request.too-often',
    message: 'this key has made its calls of this minute; wait for the next one',
  },
};

/** The key of a call, or why it gets no answer (AP2, AP3, AP5). */
export async function keyOfCall(
  base: BaseContext,
  request: FastifyRequest,
  scope: ApiScope,
): Promise<{ readonly key: ApiKey } | { readonly refusal: RefusalWords }> {
  const [, text] = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (text === undefined) {
    return {
      refusal: { code: 'api.no-key', message: 'this address wants the header authorization: Bearer KEY' },
    };
  }
  const key = await takeApiKey(base.database, text, base.clock.wallMs());
  if ('problem' in key) return { refusal: problems[key.problem] };
  if (!key.scopes.includes(scope)) {
    return { refusal: { code: 'api.not-in-scope', message: `this key lacks the scope ${scope}` } };
  }
  return { key };
}
