import { isoTime } from '@portillon/core/base/clock.ts';
import { openSealed, seal } from '@portillon/core/crypto/seal.ts';
import type { BaseKeys } from '../keys/base-keys.ts';
import type { Sql } from './database.ts';

/** How long the same call gets the same answer again. */
export const answersKeptMs = 24 * 3_600_000;
const purpose = 'api-answer';
const droppedAtOnce = 100;

export interface CallOnce {
  readonly keyId: string;
  readonly idempotencyKey: string;
  /** Of method, path and body. */
  readonly requestHash: string;
}

/**
 * Takes the place of this call, inside the transaction that carries it out: a second one waits until the first is committed
 * or undone (AP8). `first` is to be carried out; an answer is given again; `other` was another call under the same name.
 */
export async function beginCall(
  sql: Sql,
  keys: BaseKeys,
  call: CallOnce,
  nowMs: number,
): Promise<'first' | 'other' | { readonly answer: unknown }> {
  const before = isoTime(nowMs - answersKeptMs);
  await sql.query(
    `delete from api_answers where key_id = $1 and idempotency_key in
       (select idempotency_key from api_answers where key_id = $1 and at < $2 limit ${droppedAtOnce})`,
    [call.keyId, before],
  );
  const taken = await sql.query(
    `insert into api_answers (key_id, idempotency_key, request_hash, at)
     values ($1, $2, $3, $4) on conflict do nothing returning 1`,
    [call.keyId, call.idempotencyKey, call.requestHash, isoTime(nowMs)],
  );
  if (taken.length > 0) return 'first';
  const [known] = await sql.query<{ request_hash: string; sealed: Buffer }>(
    'select request_hash, sealed from api_answers where key_id = $1 and idempotency_key = $2',
    [call.keyId, call.idempotencyKey],
  );
  if (known?.request_hash !== call.requestHash) return 'other';
  const opened = await openSealed(keys.seal.privateKey, purpose, known.sealed);
  return { answer: JSON.parse(Buffer.from(opened).toString()) };
}

/** Sealed: an answer may hold a code that nobody is to find in the tables. */
export async function keepAnswer(sql: Sql, keys: BaseKeys, call: CallOnce, answer: unknown): Promise<void> {
  const sealed = await seal(keys.seal.publicKey, purpose, Buffer.from(JSON.stringify(answer)));
  await sql.query('update api_answers set sealed = $3 where key_id = $1 and idempotency_key = $2', [
    call.keyId,
    call.idempotencyKey,
    Buffer.from(sealed),
  ]);
}
