import { randomBytes } from 'node:crypto';
import { newId } from '@portillon/core/base/ids.ts';
import { isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { z } from 'zod';
import type { ApiKey } from '../../postgres/api-keys.ts';
import { addWebhook, endWebhook, resendMessage } from '../../postgres/webhooks.ts';
import { webhookSecretText } from '../../webhooks/webhook-signature.ts';
import { ApiRefusal, type ApiRoute, apiRoute } from './api-route.ts';
import { exampleIds, idField, timeField } from './api-shapes.ts';
import { listClause, listValues, nextField, pageOf, pageQuery } from './paging.ts';
import { webhookKindNames, webhookKinds } from './webhook-kinds.ts';

const webhooksOfAKey = 20;
const secretBytes = 32;

const kindsField = z
  .array(z.enum(webhookKindNames))
  .min(1)
  .max(webhookKindNames.length)
  .describe(
    `What to hear of; each asks for the scope to read it: ${Object.entries(webhookKinds)
      .map(([kind, scope]) => `\`${kind}\` (\`${scope}\`)`)
      .join(', ')}.`,
  );
const newWebhookSchema = z.object({
  url: z
    .string()
    .max(500)
    .refine(isWholeText, notWholeText)
    .describe('By https, at a public address; others only where the operator has named them.'),
  kinds: kindsField,
});
const webhookSchema = z.object({
  id: idField,
  url: z.string(),
  kinds: z.array(z.string()),
  createdAt: timeField,
  endedAt: timeField.nullable(),
  endedWhy: z.string().nullable(),
  waiting: z.int().describe('Messages that were not taken so far.'),
  dead: z.int().describe('Messages that are not tried any more.'),
});
const messageSchema = z.object({
  id: idField.describe('The `webhook-id` it was sent with.'),
  webhookId: idField,
  kind: z.string(),
  subjectId: idField.describe('Of what it is about; messages about one subject come in order.'),
  state: z.enum(['waiting', 'delivered', 'dead']),
  attempts: z.int(),
  problem: z.string().nullable(),
  createdAt: timeField,
  settledAt: timeField.nullable(),
});

type WebhookRow = z.input<typeof webhookSchema> & Record<string, unknown>;
type MessageRow = z.input<typeof messageSchema> & { readonly at: string } & Record<string, unknown>;

const exampleWebhook = {
  id: exampleIds.webhook,
  url: 'https://shop.example/portillon',
  kinds: ['order.changed'],
};

/** Webhooks of a key: it sees its own and no other's (AP30). */
export const webhookResources: readonly ApiRoute[] = [
  apiRoute({
    method: 'POST',
    path: '/webhooks',
    tag: 'Webhooks',
    summary: 'Subscribes an address to what happens',
    description:
      'Messages are signed as Standard Webhooks 1.0 has it: `webhook-id`, `webhook-timestamp`, `webhook-signature`. The body is `{"type","timestamp","data"}`, with ids, states and amounts. Any status from 200 to 299 says that it was taken; else it comes again, ten times in three days. 410 ends the webhook.',
    scope: 'webhooks:write',
    status: 201,
    body: newWebhookSchema,
    answer: z.object({
      id: idField,
      url: z.string(),
      kinds: z.array(z.string()),
      secret: z.string().describe('Told once. Messages are signed with it.'),
    }),
    example: {
      body: { url: exampleWebhook.url, kinds: exampleWebhook.kinds },
      answer: { ...exampleWebhook, secret: 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=' },
    },
    refusals: ['webhook.address-refused', 'webhook.too-many'],
    async handle({ sql, base, key, body, nowMs }) {
      const { keyId, scopes } = keyOf(key);
      const lacking = body.kinds.find((kind) => !scopes.includes(webhookKinds[kind]));
      if (lacking !== undefined) {
        throw new ApiRefusal(
          'api.not-in-scope',
          `to hear of ${lacking} this key lacks the scope ${webhookKinds[lacking]}`,
          'kinds',
        );
      }
      const wrong = base.webhookTargets.problemOf(body.url);
      if (wrong !== null) throw new ApiRefusal('webhook.address-refused', wrong, 'url');
      const [held] = await sql.query<{ count: number }>(
        'select count(*) as count from webhooks where key_id = $1 and ended_at is null',
        [keyId],
      );
      if ((held?.count ?? 0) >= webhooksOfAKey) {
        throw new ApiRefusal(
          'webhook.too-many',
          `a key has ${webhooksOfAKey} webhooks at most; end one first`,
        );
      }
      const id = newId<'webhook'>(base.clock, base.random);
      const secret = randomBytes(secretBytes);
      const kinds = [...new Set(body.kinds)];
      await addWebhook(sql, base.keys, { id, keyId, url: body.url, kinds, secret }, nowMs);
      return { id, url: body.url, kinds, secret: webhookSecretText(secret) };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/webhooks',
    tag: 'Webhooks',
    summary: 'The webhooks of this key',
    scope: 'webhooks:write',
    status: 200,
    answer: z.object({ data: z.array(webhookSchema) }),
    example: {
      answer: {
        data: [
          {
            ...exampleWebhook,
            createdAt: '2026-11-26T18:00:00.000Z',
            endedAt: null,
            endedWhy: null,
            waiting: 0,
            dead: 2,
          },
        ],
      },
    },
    refusals: [],
    async handle({ sql, key }) {
      const rows = await sql.query<WebhookRow>(
        `select id, url, kinds, created_at as "createdAt", ended_at as "endedAt", ended_why as "endedWhy",
                (select count(*) from webhook_messages where webhook_id = webhooks.id and state = 'waiting') as waiting,
                (select count(*) from webhook_messages where webhook_id = webhooks.id and state = 'dead') as dead
           from webhooks where key_id = $1 order by created_at, id`,
        [keyOf(key).keyId],
      );
      return { data: rows };
    },
  }),
  apiRoute({
    method: 'DELETE',
    path: '/webhooks/{webhookId}',
    tag: 'Webhooks',
    summary: 'Ends a webhook; what waits is not sent any more',
    scope: 'webhooks:write',
    status: 200,
    params: z.object({ webhookId: idField }),
    answer: z.object({ id: idField }),
    example: { params: { webhookId: exampleIds.webhook }, answer: { id: exampleIds.webhook } },
    refusals: ['api.unknown'],
    async handle({ sql, key, params, nowMs }) {
      const ended = await endWebhook(sql, keyOf(key).keyId, params.webhookId, nowMs);
      if (!ended) throw new ApiRefusal('api.unknown', 'this key has no such webhook');
      return { id: params.webhookId };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/webhook-messages',
    tag: 'Webhooks',
    summary: 'Messages of the webhooks of this key, those that nobody took among them',
    scope: 'webhooks:write',
    status: 200,
    query: z.object({
      ...pageQuery,
      webhookId: idField.optional(),
      state: z.enum(['waiting', 'delivered', 'dead']).optional(),
    }),
    answer: z.object({ data: z.array(messageSchema), next: nextField }),
    example: {
      query: { state: 'dead' },
      answer: {
        data: [
          {
            id: exampleIds.delivery,
            webhookId: exampleIds.webhook,
            kind: 'order.changed',
            subjectId: exampleIds.order,
            state: 'dead',
            attempts: 10,
            problem: 'HTTP 500',
            createdAt: '2026-11-26T18:00:00.000Z',
            settledAt: '2026-11-29T20:00:00.000Z',
          },
        ],
        next: null,
      },
    },
    refusals: [],
    async handle({ sql, key, query }) {
      const rows = await sql.query<MessageRow>(
        `select webhook_messages.id, webhook_id as "webhookId", kind, subject_id as "subjectId", state, attempts, problem,
                webhook_messages.created_at as "createdAt", date_trunc('milliseconds', webhook_messages.created_at) as at,
                settled_at as "settledAt"
           from webhook_messages join webhooks on webhooks.id = webhook_id
          where ${listClause('webhook_messages', "date_trunc('milliseconds', webhook_messages.created_at)")}
            and key_id = $6 and ($7::uuid is null or webhook_id = $7) and ($8::text is null or state = $8)
          order by at, webhook_messages.id limit $5`,
        [...listValues(query), keyOf(key).keyId, query.webhookId ?? null, query.state ?? null],
      );
      const page = pageOf(rows, query.limit);
      return { data: [...page.rows], next: page.next };
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/webhook-messages/{messageId}/resend',
    tag: 'Webhooks',
    summary: 'Sends a message again that nobody took',
    scope: 'webhooks:write',
    status: 200,
    params: z.object({ messageId: idField }),
    answer: z.object({ id: idField, state: z.literal('waiting') }),
    example: {
      params: { messageId: exampleIds.delivery },
      answer: { id: exampleIds.delivery, state: 'waiting' },
    },
    refusals: ['api.unknown', 'webhook.ended'],
    async handle({ sql, key, params }) {
      const sent = await resendMessage(sql, keyOf(key).keyId, params.messageId);
      if (sent === null) throw new ApiRefusal('api.unknown', 'this key has no such message that is dead');
      if (!sent) throw new ApiRefusal('webhook.ended', 'the webhook of this message has ended');
      return { id: params.messageId, state: 'waiting' as const };
    },
  }),
];

function keyOf(key: ApiKey | null): ApiKey {
  if (!key) throw new Error('webhooks are a key’s');
  return key;
}
