import { isoTime } from '@portillon/core/base/clock.ts';
import { openSealed, seal } from '@portillon/core/crypto/seal.ts';
import type { WebhookKind } from '../http/api/webhook-kinds.ts';
import type { BaseKeys } from '../keys/base-keys.ts';
import type { Database, Sql } from './database.ts';

const secretPurpose = 'webhook-secret';

export interface NewWebhook {
  readonly id: string;
  readonly keyId: string;
  readonly url: string;
  readonly kinds: readonly WebhookKind[];
  readonly secret: Uint8Array;
}

export async function addWebhook(
  sql: Sql,
  keys: BaseKeys,
  webhook: NewWebhook,
  nowMs: number,
): Promise<void> {
  const sealed = await seal(keys.seal.publicKey, secretPurpose, webhook.secret);
  await sql.query(
    `insert into webhooks (id, key_id, url, kinds, secret, created_at) values ($1, $2, $3, $4, $5, $6)`,
    [webhook.id, webhook.keyId, webhook.url, webhook.kinds, Buffer.from(sealed), isoTime(nowMs)],
  );
}

/** What still waits is not sent any more. False when the key has no such webhook. */
export async function endWebhook(
  sql: Sql,
  keyId: string,
  webhookId: string,
  nowMs: number,
): Promise<boolean> {
  const ended = await sql.query(
    `update webhooks set ended_at = $3, ended_why = 'by its key'
      where id = $1 and key_id = $2 and ended_at is null returning 1`,
    [webhookId, keyId, isoTime(nowMs)],
  );
  if (ended.length === 0) return false;
  await dropWaiting(sql, webhookId, 'the webhook was ended');
  return true;
}

async function dropWaiting(sql: Sql, webhookId: string, problem: string): Promise<void> {
  await sql.query(
    `update webhook_messages set state = 'dead', problem = $2, settled_at = now(), leased_until = null
      where webhook_id = $1 and state = 'waiting'`,
    [webhookId, problem],
  );
}

/** So many may be on their way to one receiver: one that never answers holds up nobody else (AP37). */
const atOnceTo = 5;

/** A message that this process has to send, before its lease is over. */
export interface LeasedMessage {
  readonly id: string;
  readonly webhookId: string;
  readonly url: string;
  readonly body: string;
  /** This one included. */
  readonly attempts: number;
  readonly secret: Uint8Array;
}

/**
 * Takes messages that are due: each one by one process only (skip locked), and of each subject the oldest that waits, so that a
 * receiver hears of one thing in order. A process that dies leaves its messages to the others once the lease is over.
 */
export async function leaseMessages(
  database: Database,
  keys: BaseKeys,
  most: number,
  leaseMs: number,
): Promise<LeasedMessage[]> {
  const rows = await database.query<Omit<LeasedMessage, 'secret'> & { sealed: Buffer }>(
    `with due as (
       select message.id from webhooks join api_keys on api_keys.id = webhooks.key_id
        cross join lateral (
          select id from webhook_messages as one
           where one.webhook_id = webhooks.id and one.state = 'waiting' and one.due_at <= now()
             and (one.leased_until is null or one.leased_until < now())
             and not exists (select 1 from webhook_messages as older
                              where older.webhook_id = one.webhook_id and older.subject_id = one.subject_id
                                and older.state = 'waiting' and older.seq < one.seq)
           order by one.due_at, one.seq
           limit greatest(0, $3 - (select count(*) from webhook_messages as sending
                                    where sending.webhook_id = webhooks.id and sending.state = 'waiting'
                                      and sending.leased_until > now()))
             for update of one skip locked
        ) as message
        where webhooks.ended_at is null and api_keys.revoked_at is null and api_keys.expires_at > now()
        limit $1
     )
     update webhook_messages as message
        set leased_until = now() + $2 * interval '1 ms', attempts = attempts + 1
       from due, webhooks
      where message.id = due.id and webhooks.id = message.webhook_id
     returning message.id, message.webhook_id as "webhookId", webhooks.url, message.body, message.attempts,
               webhooks.secret as sealed`,
    [most, leaseMs, atOnceTo],
  );
  return Promise.all(
    rows.map(async ({ sealed, ...row }) => ({
      ...row,
      secret: await openSealed(keys.seal.privateKey, secretPurpose, sealed),
    })),
  );
}

export type MessageOutcome =
  | { readonly is: 'delivered' }
  | { readonly is: 'again'; readonly inMs: number; readonly problem: string }
  | { readonly is: 'dead'; readonly problem: string }
  /** The receiver says that nobody is there any more. */
  | { readonly is: 'gone' }
  /** It was not sent: the process ends. */
  | { readonly is: 'given-back' };

export async function settleMessage(
  database: Database,
  message: LeasedMessage,
  outcome: MessageOutcome,
): Promise<void> {
  switch (outcome.is) {
    case 'delivered':
      await database.query(
        `update webhook_messages set state = 'delivered', settled_at = now(), leased_until = null, problem = null where id = $1`,
        [message.id],
      );
      return;
    case 'again':
      await database.query(
        `update webhook_messages set due_at = now() + $2 * interval '1 ms', leased_until = null, problem = $3 where id = $1`,
        [message.id, outcome.inMs, outcome.problem],
      );
      return;
    case 'dead':
      await database.query(
        `update webhook_messages set state = 'dead', settled_at = now(), leased_until = null, problem = $2 where id = $1`,
        [message.id, outcome.problem],
      );
      return;
    case 'gone':
      await database.transaction(async (sql) => {
        await sql.query(
          `update webhooks set ended_at = now(), ended_why = 'its receiver is gone (410)' where id = $1 and ended_at is null`,
          [message.webhookId],
        );
        await dropWaiting(sql, message.webhookId, 'the receiver is gone (410)');
      });
      return;
    case 'given-back':
      await database.query(
        'update webhook_messages set leased_until = null, attempts = attempts - 1 where id = $1',
        [message.id],
      );
  }
}

/** Sends a dead message again, with all its attempts. Null when the key has none such, false when its webhook has ended. */
export async function resendMessage(sql: Sql, keyId: string, messageId: string): Promise<boolean | null> {
  const [found] = await sql.query<{ ended: boolean }>(
    `select webhooks.ended_at is not null as ended from webhook_messages
       join webhooks on webhooks.id = webhook_messages.webhook_id
      where webhook_messages.id = $1 and key_id = $2 and state = 'dead' for update of webhook_messages`,
    [messageId, keyId],
  );
  if (!found) return null;
  if (found.ended) return false;
  await sql.query(
    `update webhook_messages set state = 'waiting', attempts = 0, due_at = now(), settled_at = null where id = $1`,
    [messageId],
  );
  return true;
}

/** How long messages are kept that were told, and that nobody took. */
const deliveredKeptDays = 7;
const deadKeptDays = 30;

export async function dropOldMessages(database: Database): Promise<void> {
  for (const [state, days] of [
    ['delivered', deliveredKeptDays],
    ['dead', deadKeptDays],
  ] as const) {
    await database.query(
      `delete from webhook_messages where id in (select id from webhook_messages
         where state = $1 and settled_at < now() - $2 * interval '1 day' limit 10000)`,
      [state, days],
    );
  }
}
