import rateLimit from '@fastify/rate-limit';
import { newId } from '@portillon/core/base/ids.ts';
import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { beginCall, keepAnswer } from '../../postgres/api-answers.ts';
import type { ApiKey } from '../../postgres/api-keys.ts';
import { noteApiRead } from '../../postgres/api-reads.ts';
import type { Sql } from '../../postgres/database.ts';
import { keysAtHand, type MemberAtHand } from '../../postgres/member-names.ts';
import type { BaseContext } from '../base-context.ts';
import { type RefusalWords, refuse } from '../refusal.ts';
import { sharedRateLimit } from '../shared-rate-limit.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { keyOfCall } from './api-access.ts';
import { ApiRefusal, type ApiRoute } from './api-route.ts';
import { apiTable } from './api-table.ts';
import { openApiDocument } from './open-api.ts';

export const apiPrefix = '/api/v1';
const bodyBytes = 64 * 1024;
/** Of one address without a key, behind which a whole office may be. */
const openCallsPerMinute = 240;
const idempotencyHeader = 'idempotency-key';
const idempotencyShape = /^[\x21-\x7e]{1,128}$/;

/** What other systems call. Rules by number: SPEC.md beside this file. */
export async function apiRoutes(app: FastifyInstance, { base }: { base: BaseContext }): Promise<void> {
  await app.register(rateLimit, sharedRateLimit(base));
  const open = { rateLimit: { max: openCallsPerMinute, timeWindow: 60_000 } };
  app.addHook('onSend', async (_request, reply) => {
    void reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
  // AP6: the pattern of the address, never the address: it may name somebody.
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    base.log.info('api.called', {
      keyId: callers.get(request)?.keyId ?? null,
      method,
      route: routeOptions.url ?? null,
      status: reply.statusCode,
    });
  });
  const document = openApiDocument(apiTable, apiPrefix);
  app.get(`${apiPrefix}/openapi.json`, { config: open }, async () => document);
  for (const route of apiTable) {
    app.route({
      method: route.method,
      url: apiPrefix + route.path.replace(/\{(\w+)\}/g, ':$1'),
      bodyLimit: bodyBytes,
      ...(route.scope === null ? { config: open } : {}),
      handler: (request, reply) => answer(base, route, request, reply),
    });
  }
}

/** Whose key a request came with, for the log. */
const callers = new WeakMap<FastifyRequest, ApiKey>();

async function answer(
  base: BaseContext,
  route: ApiRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  let key: ApiKey | null = null;
  if (route.scope !== null) {
    const found = await keyOfCall(base, request, route.scope);
    if ('refusal' in found) {
      if (found.refusal.code === 'request.too-often') {
        void reply.header('retry-after', String(60 - (Math.floor(base.clock.wallMs() / 1_000) % 60)));
      }
      return refuse(reply, found.refusal);
    }
    key = found.key;
    callers.set(request, key);
  }
  try {
    const params = parsed(route.params, request.params, 'the address');
    const query = parsed(route.query, request.query, 'the query');
    const body = parsed(route.body, request.body ?? {}, 'the body');
    const carryOut = (sql: Sql, newMember: () => MemberAtHand) =>
      carriedOut(base, route, { sql, key, params, query, body, newMember });
    const done =
      route.method === 'GET' || key === null
        ? await carryOut(base.database, noNewMember)
        : await once(base, key, request, body, carryOut);
    return await reply.status(route.status).send(done);
  } catch (error) {
    if (error instanceof ApiRefusal) return refuse(reply, error.words);
    throw error;
  }
}

interface ReadCall {
  readonly sql: Sql;
  readonly key: ApiKey | null;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly newMember: () => MemberAtHand;
}

/** A call that has come as far as to make a member, whose key is not there yet. */
class MemberWanted extends Error {}

function noNewMember(): never {
  throw new MemberWanted('this call makes no member');
}

async function carriedOut(base: BaseContext, route: ApiRoute, call: ReadCall): Promise<unknown> {
  const nowMs = base.clock.wallMs();
  const read: string[] = [];
  const value = await route.handle({
    ...call,
    base,
    entityId: call.key?.legalEntityId ?? null,
    nowMs,
    noteRead: (memberIds) => read.push(...memberIds),
  });
  // Nothing goes out that the page of the API does not name.
  const told = route.answer.parse(value);
  if (call.key && read.length > 0) {
    const id = newId<'api-read'>(base.clock, base.random);
    await noteApiRead(call.sql, { id, keyId: call.key.keyId, route: route.path, memberIds: read, nowMs });
  }
  return told;
}

/**
 * AP8: in one transaction with what is kept of the answer. A call that makes a member ends its first transaction there, and begins
 * again with a key: a store of keys that hangs holds no connection of the base. What is refused, or was answered before, makes none.
 */
async function once(
  base: BaseContext,
  key: ApiKey,
  request: FastifyRequest,
  body: unknown,
  carryOut: (sql: Sql, newMember: () => MemberAtHand) => Promise<unknown>,
): Promise<unknown> {
  const name = request.headers[idempotencyHeader];
  if (typeof name !== 'string' || !idempotencyShape.test(name)) {
    throw new ApiRefusal(
      'api.no-idempotency-key',
      `a call that changes something wants the header ${idempotencyHeader}: up to 128 visible characters that no other call has`,
    );
  }
  const { method, url } = request.raw;
  const call = {
    keyId: key.keyId,
    idempotencyKey: name,
    requestHash: sha256Hex(canonicalJson([method ?? '', url ?? '', body])),
  };
  const work = (newMember: () => MemberAtHand) => async (sql: Sql) => {
    const before = await beginCall(sql, base.keys, call, base.clock.wallMs());
    if (before === 'other') {
      throw new ApiRefusal(
        'api.idempotency-key-used',
        `another call was made with this ${idempotencyHeader}; a new call needs a new one`,
      );
    }
    if (before !== 'first') return before.answer;
    const done = await carryOut(sql, newMember);
    await keepAnswer(sql, base.keys, call, done);
    return done;
  };
  try {
    return await base.database.transaction(work(noNewMember));
  } catch (error) {
    if (!(error instanceof MemberWanted)) throw error;
  }
  const memberId = newId<'member'>(base.clock, base.random);
  const keys = await keysAtHand(base.memberKeys, [memberId], base.clock.wallMs());
  return base.database.transaction(work(() => ({ memberId, keys })));
}

function parsed(schema: z.ZodObject | null, value: unknown, where: string): unknown {
  if (!schema) return null;
  const read = schema.strict().safeParse(value);
  if (read.success) return read.data;
  const { message, path } = whereAndWhat(read.error);
  const words: RefusalWords = { code: 'api.malformed', message: `${where}: ${message}`, path };
  throw new ApiRefusal(words.code, words.message, path);
}
