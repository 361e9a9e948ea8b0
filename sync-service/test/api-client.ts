import { newId } from '@portillon/core/base/ids.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { type ApiScope, apiScopeNames } from '../http/api/api-scopes.ts';
import { makeApiKey } from '../postgres/api-keys.ts';
import type { Database } from '../postgres/database.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** Another system, with a key of its own. */
export class ApiClient {
  readonly #url: string;
  readonly key: string | null;

  constructor(url: string, key: string | null) {
    this.#url = url;
    this.key = key;
  }

  static async withKey(
    url: string,
    database: Database,
    more: {
      readonly scopes?: readonly ApiScope[];
      readonly legalEntityId?: string | null;
      readonly callsPerMinute?: number;
      readonly expiresAtMs?: number;
    } = {},
  ): Promise<ApiClient> {
    const nowMs = systemClock.wallMs();
    const key = await makeApiKey(
      database,
      {
        id: newId(systemClock, systemRandom),
        name: 'test',
        scopes: more.scopes ?? apiScopeNames,
        legalEntityId: more.legalEntityId ?? null,
        callsPerMinute: more.callsPerMinute ?? 10_000,
        expiresAtMs: more.expiresAtMs ?? nowMs + 86_400_000,
      },
      nowMs,
    );
    return new ApiClient(url, key);
  }

  get(path: string): Promise<ApiAnswer> {
    return this.#send('GET', path, {});
  }

  post(
    path: string,
    body?: unknown,
    idempotencyKey: string | null = newId(systemClock, systemRandom),
  ): Promise<ApiAnswer> {
    return this.#send('POST', path, { body, idempotencyKey });
  }

  remove(path: string): Promise<ApiAnswer> {
    return this.#send('DELETE', path, { idempotencyKey: newId(systemClock, systemRandom) });
  }

  async #send(
    method: string,
    path: string,
    { body, idempotencyKey = null }: { readonly body?: unknown; readonly idempotencyKey?: string | null },
  ): Promise<ApiAnswer> {
    const headers = new Headers();
    if (this.key !== null) headers.set('authorization', `Bearer ${this.key}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (idempotencyKey !== null) headers.set('idempotency-key', idempotencyKey);
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  }
}
