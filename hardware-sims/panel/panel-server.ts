import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { VirtualClub } from '../club.ts';
import { NotPossible } from '../world/not-possible.ts';
import type { WorldActName } from './club-view.ts';
import { worldActs } from './world-acts.ts';

/** At most ten pictures of the club a second go to each panel page. */
const liveIntervalMs = 100;
const mostLivePages = 20;
const countsIntervalMs = 1_000;
const unseen = new Set(['atMonotonicMs', 'receivedCount']);
/** A page that does not read is left out until it has caught up. */
const mostUnreadBytes = 1_000_000;

const simActSchema = z.strictObject({
  action: z.string().min(1).max(60),
  args: z.record(z.string().max(60), z.unknown()).optional(),
});

export interface PanelServerOptions {
  readonly club: VirtualClub;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 takes any free port. */
  readonly port: number;
  /** Folder of the built page; without it only the API is served, and `/` says how to build it. */
  readonly pageFolder: string;
}

/**
 * The panel of a virtual club: a page and an API on 127.0.0.1 only. There is no sign-in, so every request must name this
 * very host and, when a browser sends it, come from this very page: another site open in the same browser gets nothing.
 */
export class PanelServer {
  readonly #options: PanelServerOptions;
  #fastify: FastifyInstance | undefined;
  #url = '';
  readonly #pages = new Set<WebSocket>();
  readonly #connections = new Set<Socket>();
  #lastSeen = '';
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #stopWatching: () => void = () => undefined;
  #cancelNextPicture: (() => void) | undefined;

  constructor(options: PanelServerOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#url;
  }

  /** Resolves when the panel answers. Rejects with a sentence when the port is taken. */
  async start(): Promise<void> {
    const { club, port, log } = this.#options;
    const fastify = Fastify({ bodyLimit: 64 * 1024 });
    this.#fastify = fastify;
    fastify.server.on('connection', (connection: Socket) => {
      this.#connections.add(connection);
      connection.once('close', () => this.#connections.delete(connection));
    });
    fastify.removeContentTypeParser('text/plain');
    fastify.addHook('onRequest', async (request, reply) => {
      const refusal = this.#foreign(request);
      if (refusal) await reply.code(403).send({ error: refusal });
    });
    fastify.setErrorHandler((error: FastifyError, _request, reply) => {
      const { status, sentence } = describe(error);
      if (status >= 500) log.error('panel request failed', { error: error.stack ?? error.message });
      return reply.code(status).send({ error: sentence });
    });
    await fastify.register(fastifyWebsocket, { options: { maxPayload: 1024 } });
    this.#routes(fastify);
    await this.#servePage(fastify);
    try {
      this.#url = await fastify.listen({ host: '127.0.0.1', port });
    } catch (error) {
      throw new Error(`The device panel cannot use port ${port}: ${(error as Error).message}.`);
    }
    this.#stopWatching = club.onChange(() => this.#pictureSoon());
  }

  /** Ends all pages and frees the port. Safe to repeat. */
  async stop(): Promise<void> {
    this.#stopWatching();
    this.#cancelNextPicture?.();
    const closing = this.#fastify?.close();
    // Live pages, kept-alive requests, and upgrades that were refused: the server would wait for them for ever.
    for (const connection of this.#connections) connection.destroy();
    await closing;
    this.#fastify = undefined;
  }

  #routes(fastify: FastifyInstance): void {
    const { club } = this.#options;

    fastify.get('/api/club', async () => club.view());

    fastify.post<{ Params: { name: string } }>('/api/sims/:name/act', async (request) => {
      const body = simActSchema.parse(request.body);
      const answer = await club.act(request.params.name, body.action, body.args ?? {});
      return { answer: answer ?? null };
    });

    fastify.get<{ Params: { name: string } }>('/api/sims/:name/received', async (request) => ({
      received: club.received(request.params.name),
    }));

    fastify.post<{ Params: { act: string } }>('/api/world/:act', async (request) => {
      const { act } = request.params;
      if (!Object.hasOwn(worldActs, act)) {
        const known = Object.keys(worldActs).join(', ');
        throw new NotPossible('unknown', `There is no act "${act.slice(0, 60)}". There are: ${known}.`);
      }
      return { answer: await worldActs[act as WorldActName](club.world, request.body ?? {}) };
    });

    fastify.get<{ Params: { index: string } }>('/api/papers/:index', async (request) =>
      club.world.paper(indexOf(request.params.index)),
    );

    fastify.get<{ Params: { index: string } }>('/api/papers/:index.svg', async (request, reply) => {
      const svg = club.world.paperSvg(indexOf(request.params.index));
      return reply.type('image/svg+xml').header('content-security-policy', "default-src 'none'").send(svg);
    });

    fastify.get<{ Params: { uid: string } }>('/api/cards/:uid/memory', async (request) =>
      club.world.memoryOf(request.params.uid),
    );

    fastify.get('/api/live', { websocket: true }, (page) => this.#welcome(page));
  }

  async #servePage(fastify: FastifyInstance): Promise<void> {
    const { pageFolder } = this.#options;
    if (existsSync(join(pageFolder, 'index.html'))) {
      await fastify.register(fastifyStatic, {
        root: pageFolder,
        setHeaders: (reply) => {
          reply.header(
            'content-security-policy',
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
          );
        },
      });
    } else {
      fastify.get('/', async (_request, reply) =>
        reply.code(503).send({ error: 'The page of the panel is not built. Run: npm run build' }),
      );
    }
    fastify.setNotFoundHandler((_request, reply) =>
      reply.code(404).send({ error: 'There is nothing here.' }),
    );
  }

  /** Why a request is not for us, or null. A browser tells the truth in both headers. */
  #foreign(request: FastifyRequest): string | null {
    const port = new URL(this.#url || 'http://127.0.0.1').port;
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
    if (!hosts.includes(request.headers.host ?? '')) {
      return 'This panel answers only to its own address on this machine.';
    }
    const { origin } = request.headers;
    if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) {
      return 'This panel answers only to its own page.';
    }
    return null;
  }

  #welcome(page: WebSocket): void {
    if (this.#pages.size >= mostLivePages) {
      page.close(1013, 'too many panels are open');
      return;
    }
    this.#pages.add(page);
    page.on('close', () => this.#pages.delete(page));
    page.on('error', () => page.terminate());
    page.send(this.#picture());
  }

  /** Devices are polled all the time; what only counts bytes is told once a second, what is to be seen at once. */
  #pictureSoon(): void {
    if (this.#cancelNextPicture || this.#pages.size === 0) return;
    const { club, clock } = this.#options;
    this.#cancelNextPicture = clock.setTimer(liveIntervalMs, () => {
      this.#cancelNextPicture = undefined;
      const picture = this.#picture();
      const seen = JSON.stringify(club.view(), (key, value) => (unseen.has(key) ? undefined : value));
      const isDue = seen !== this.#lastSeen || clock.monotonicMs() - this.#lastSentMs > countsIntervalMs;
      const behind = [...this.#pages].filter((page) => page.bufferedAmount > mostUnreadBytes);
      if (isDue) {
        for (const page of this.#pages) if (!behind.includes(page)) page.send(picture);
        this.#lastSeen = behind.length > 0 ? '' : seen;
        this.#lastSentMs = clock.monotonicMs();
      }
      if (!isDue || behind.length > 0) this.#pictureSoon();
    });
  }

  #picture(): string {
    return JSON.stringify(this.#options.club.view());
  }
}

function indexOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new NotPossible('unknown', 'Papers are numbered 0, 1, 2 and so on.');
  return Number(text);
}

function describe(error: FastifyError | z.ZodError): { status: number; sentence: string } {
  if (error instanceof NotPossible) {
    return { status: error.why === 'unknown' ? 404 : 409, sentence: error.message };
  }
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const where = issue?.path.join('.') || 'the request';
    return { status: 400, sentence: `This cannot be understood: ${where}: ${issue?.message ?? 'invalid'}.` };
  }
  if ('statusCode' in error && error.statusCode && error.statusCode < 500) {
    return { status: error.statusCode, sentence: error.message };
  }
  // A plain error of a device is a sentence of its own; every other kind (type errors and such) is a bug.
  if (error.constructor === Error) return { status: 409, sentence: error.message };
  return { status: 500, sentence: 'The panel itself failed; its log says why.' };
}
