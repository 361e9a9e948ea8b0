import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '@portillon/core/base/log.ts';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { KeysNotReached } from '../keys/member-keys.ts';
import { namesNotOpen } from '../postgres/member-names.ts';
import { apiRoutes } from './api/api-routes.ts';
import { type BaseContext, contextFor } from './base-context.ts';
import { edgeRoutes } from './edge-routes.ts';
import { readiness } from './readiness.ts';
import { type RefusalWords, refusalStatus, refuse } from './refusal.ts';
import { RequestsInWork } from './requests-in-work.ts';
import { snapshotRoutes } from './snapshot-routes.ts';
import { guardStaffRoutes } from './staff/staff-guard.ts';

/** For a whole request, its body with it (W-ERR-3). */
const requestTimeLimitMs = 60_000;
const slowLookMs = 5_000;
const namesRetryAfterS = 5;
const keysRetryAfterS = 5;

export type BaseRoutes = (app: FastifyInstance, options: { base: BaseContext }) => Promise<void>;

/** The HTTP face of the member base. `more` adds what does not belong to edges: the staff page. */
export async function baseApp(
  base: BaseContext,
  more: readonly BaseRoutes[],
  requestLimitMs: number = requestTimeLimitMs,
): Promise<{ readonly app: FastifyInstance; readonly requests: RequestsInWork }> {
  const app = Fastify({
    logger: false,
    requestTimeout: requestLimitMs,
    http: { connectionsCheckingInterval: Math.min(slowLookMs, requestLimitMs / 4) },
    clientErrorHandler: (error, socket) => refuseConnection(base.log, error, socket),
    // Who is in the middle of a request gets an answer; MemberBase.stop() sets the bound.
    forceCloseConnections: 'idle',
    // TLS ends in a proxy on the same machine; only such a one may say who called.
    trustProxy: 'loopback',
    frameworkErrors: (error, _request, reply) => {
      void refuse(reply as FastifyReply, refusalOf(error));
    },
    routerOptions: { maxParamLength: 200 },
  });
  // What says nothing of its form is read as none (W-ERR-6).
  app.removeContentTypeParser('text/plain');
  // Node takes the longer of the two for the whole request.
  app.server.headersTimeout = requestLimitMs;
  const requests = new RequestsInWork(app);
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const words = refusalOf(error);
    if (words.code === 'base.names-not-open') {
      base.names.look();
      reply.header('retry-after', String(namesRetryAfterS));
    }
    if (words.code === 'base.keys-not-reached') reply.header('retry-after', String(keysRetryAfterS));
    if (['request.failed', 'base.unavailable', 'base.keys-not-reached'].includes(words.code)) {
      base.log.error('request.failed', {
        method: request.method,
        route: request.routeOptions.url,
        detail: error.message,
        stack: error.stack,
      });
    } else if (isNotStorable(error)) {
      base.log.warn('request.refused', {
        code: words.code,
        method: request.method,
        route: request.routeOptions.url,
        state: error.code,
      });
    }
    return refuse(reply, words);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    base.metrics.requested(method, routeOptions.url, reply.statusCode, reply.elapsedTime / 1_000);
  });
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, { code: 'request.not-found', message: 'there is nothing at this address' }),
  );
  const [forEdges, forFeed, forPages] = [base, contextFor(base, 'feed'), contextFor(base, 'staff')];
  guardStaffRoutes(app, forPages);
  const all: readonly (readonly [BaseRoutes, BaseContext])[] = [
    [edgeRoutes, forEdges],
    [snapshotRoutes, forFeed],
    ...[apiRoutes, ...more].map((routes) => [routes, forPages] as const),
  ];
  for (const [routes, context] of all) await app.register(routes, { base: context });
  app.get('/v1/health', async () => {
    await base.database.query('select 1');
    return { status: 'ok', epoch: base.epoch, secrets: base.secrets };
  });
  /** For a balancer: whether to send requests here, and why not. */
  app.get('/v1/ready', async (_request, reply) => {
    const found = await readiness(base);
    return reply
      .status(found.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(found);
  });
  return { app, requests };
}

/** Of what never became a request: too slow, or no HTTP. The connection ends with the refusal (W-ERR-3). */
function refuseConnection(log: Log, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const words: RefusalWords =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? { code: 'request.too-slow', message: 'the request did not come whole in time' }
      : { code: 'request.malformed', message: 'the request cannot be understood' };
  log.warn('request.cut', { code: words.code });
  const status = refusalStatus[words.code];
  const body = JSON.stringify({ error: words });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  // What still comes is not read.
  socket.destroySoon();
}

/** What went wrong, in words a stranger may read: nothing of the inside (W-ERR-2). */
function refusalOf(error: FastifyError): RefusalWords {
  if (error.statusCode === 413) return { code: 'request.too-large', message: 'the body is too large' };
  if (error.statusCode === 415)
    return { code: 'request.wrong-type', message: 'the body must be application/json' };
  if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return { code: 'request.no-body', message: 'the content type says JSON, and the body is empty' };
  }
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY') {
    return { code: 'request.not-json', message: 'the body cannot be read as JSON' };
  }
  if (error.statusCode === 429) {
    return { code: 'request.too-often', message: 'too many requests from this address; wait a minute' };
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return { code: 'request.malformed', message: 'the request cannot be understood' };
  }
  if (error instanceof KeysNotReached) {
    return {
      code: 'base.keys-not-reached',
      message: 'the store of the keys of members does not answer; come again',
    };
  }
  if (isNotStorable(error)) {
    return { code: 'request.malformed', message: 'a value in the request is none that the base can keep' };
  }
  if (error.code === namesNotOpen) {
    return {
      code: 'base.names-not-open',
      message: 'the base has been started again and opens the names of members now; come again',
    };
  }
  if (connectionLost(error)) {
    return { code: 'base.unavailable', message: 'the base cannot work now; try again' };
  }
  return { code: 'request.failed', message: 'the base failed at this request; try again' };
}

/** SQLSTATE of a number or a moment beyond all bounds, and of characters that are none, as in text or in JSON (W-ERR-4). */
function isNotStorable({ code }: FastifyError): boolean {
  return code !== undefined && ['22003', '22007', '22008', '22009', '22021', '22P02', '22P05'].includes(code);
}

/**
 * Classes 08 (connection), 40 (rolled back), 53 (no room), 57 (shutting down, out of time) of SQLSTATE, 55P03 (a lock that did
 * not come in time), whatever refuses a connection altogether, and the driver's own.
 */
function connectionLost(error: FastifyError): boolean {
  return (
    (error as { severity?: string }).severity === 'FATAL' ||
    /^(08|40|53|57|55P03)/.test(error.code ?? '') ||
    /^E(CONN|PIPE|HOST)/.test(error.code ?? '') ||
    /timeout exceeded when trying to connect|Connection terminated/.test(error.message)
  );
}
