import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type ApiScope, apiScopeNames } from '../http/api/api-scopes.ts';
import type { Sql } from './database.ts';

/** Who calls: what it may do, and whose rows it sees. */
export interface ApiKey {
  readonly keyId: string;
  readonly scopes: readonly ApiScope[];
  /** Null sees the whole network. */
  readonly legalEntityId: string | null;
}

export interface NewApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly legalEntityId: string | null;
  readonly callsPerMinute: number;
  readonly expiresAtMs: number;
}

const selectorBytes = 8;
const secretBytes = 32;
const keyShape = /^ptl_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** Makes a key and returns it: it is kept nowhere, so this is the only time that anybody sees it (AP1). */
export async function makeApiKey(sql: Sql, key: NewApiKey, nowMs: number): Promise<string> {
  const selector = randomBytes(selectorBytes).toString('hex');
  const secret = randomBytes(secretBytes).toString('base64url');
  await sql.query(
    `insert into api_keys (id, name, selector, secret_hash, scopes, legal_entity_id, calls_per_minute, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      key.id,
      key.name,
      selector,
      hashOf(secret).toString('hex'),
      key.scopes,
      key.legalEntityId,
      key.callsPerMinute,
      isoTime(nowMs),
      isoTime(key.expiresAtMs),
    ],
  );
  return `ptl_${selector}_${secret}`;
}

/** Why a key is not believed, or does not get an answer now. */
export type ApiKeyProblem = 'unknown' | 'revoked' | 'expired' | 'too-often';

/**
 * Whose key this is. Counts the call and notes the use, in the row of the key, so that all processes of the base count
 * together (AP5). One statement; a refused call counts too.
 */
export async function takeApiKey(
  sql: Sql,
  text: string,
  nowMs: number,
): Promise<ApiKey | { readonly problem: ApiKeyProblem }> {
  const [, selector, secret] = keyShape.exec(text) ?? [];
  if (selector === undefined || secret === undefined) return { problem: 'unknown' };
  const [known] = await sql.query<{
    id: string;
    secret_hash: string;
    revoked_at: string | null;
    expires_at: string;
  }>('select id, secret_hash, revoked_at, expires_at from api_keys where selector = $1', [selector]);
  // A key of 256 random bits needs no slow hash.
  if (!known || !timingSafeEqual(hashOf(secret), Buffer.from(known.secret_hash, 'hex'))) {
    return { problem: 'unknown' };
  }
  if (known.revoked_at !== null) return { problem: 'revoked' };
  if (Date.parse(known.expires_at) <= nowMs) return { problem: 'expired' };
  const [key] = await sql.query<{
    scopes: string[];
    legal_entity_id: string | null;
    calls: number;
    calls_per_minute: number;
  }>(
    `update api_keys
        set calls = case when minute = $2 then calls + 1 else 1 end, minute = $2, last_used_at = $3
      where id = $1 returning scopes, legal_entity_id, calls, calls_per_minute`,
    [known.id, Math.floor(nowMs / 60_000), isoTime(nowMs)],
  );
  if (!key) return { problem: 'unknown' };
  if (key.calls > key.calls_per_minute) return { problem: 'too-often' };
  return {
    keyId: known.id,
    scopes: apiScopeNames.filter((scope) => key.scopes.includes(scope)),
    legalEntityId: key.legal_entity_id,
  };
}

/** From now on it is refused. False when there is no such key, or it was revoked before. */
export async function revokeApiKey(sql: Sql, keyId: string, nowMs: number): Promise<boolean> {
  const rows = await sql.query(
    'update api_keys set revoked_at = $2 where id::text = $1 and revoked_at is null returning 1',
    [keyId, isoTime(nowMs)],
  );
  return rows.length > 0;
}

export interface ShownApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Name of the legal entity; null for the network. */
  readonly entity: string | null;
  readonly callsPerMinute: number;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

export async function listApiKeys(sql: Sql): Promise<ShownApiKey[]> {
  return sql.query<ShownApiKey & Record<string, unknown>>(
    `select api_keys.id, api_keys.name, scopes, legal_entities.name as entity,
            calls_per_minute as "callsPerMinute", expires_at as "expiresAt", revoked_at as "revokedAt",
            last_used_at as "lastUsedAt"
       from api_keys left join legal_entities on legal_entities.id = api_keys.legal_entity_id
      order by api_keys.created_at, api_keys.id`,
  );
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
