import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '@portillon/core/base/log.ts';
import sirv from 'sirv';
import { type WebSocket, WebSocketServer } from 'ws';
import { type DownEnvelope, type ScreenMessage, upEnvelopeSchema } from '../bridge/messages.ts';
import type { KioskView } from '../bridge/view.ts';

export type MessageOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'rejected'; readonly reason: string };

interface BridgeOptions {
  readonly port: number;
  /** The built screens; null for a gate controller. */
  readonly screenFolder: string | null;
  readonly log: Log;
  readonly currentView: () => KioskView | null;
  readonly receive: (message: ScreenMessage) => Promise<MessageOutcome>;
  /** What `GET /health` tells, for supervision and tests. No personal data. */
  readonly health: () => Promise<unknown>;
}

/** A message of the screen holds at most one photo (600 kB, in base64). */
const messageBytesMax = 1_000_000;
const screensMax = 4;

/**
 * The local socket to which screens attach, in Electron or in a browser: HTTP and WebSocket on 127.0.0.1. A page of
 * another origin cannot read the token (same-origin rule, Host check against rebinding), and without the token of this
 * start there is no socket.
 */
export class BridgeServer {
  readonly #options: BridgeOptions;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #token = randomBytes(24).toString('base64url');
  #port = 0;

  constructor(options: BridgeOptions) {
    this.#options = options;
    const files = options.screenFolder ? sirv(options.screenFolder, { etag: true, dev: false }) : null;
    this.#http = createServer((request, response) => {
      this.#answer(request, response, files).catch((error: Error) => {
        options.log.error('bridge.request-failed', { path: request.url, detail: error.message });
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax });
    this.#http.on('upgrade', (request, socket, head) => {
      const refusal = this.#refusalOfSocket(request);
      if (refusal) {
        options.log.warn('bridge.socket-refused', { reason: refusal });
        // Node has let go of it: of a line that breaks now nobody else hears, and the edge would end, its gates with it.
        socket.on('error', (error) => options.log.warn('bridge.socket-error', { detail: error.message }));
        socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n${refusal}`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (accepted) => this.#attach(accepted));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(this.#options.port, '127.0.0.1', resolve);
    });
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  /** Sends the view to every screen that is attached. */
  publish(view: KioskView): void {
    const text = JSON.stringify({ type: 'view', view } satisfies DownEnvelope);
    for (const socket of this.#sockets.clients) socket.send(text);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    files: ReturnType<typeof sirv> | null,
  ): Promise<void> {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    if (!this.#isOurHost(request.headers.host)) return json(response, 403, { error: 'wrong host' });
    const path = new URL(request.url ?? '/', this.url).pathname;
    if (path === '/health') return json(response, 200, await this.#options.health());
    if (path === '/bridge/token') {
      const site = request.headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin') return json(response, 403, { error: 'wrong origin' });
      response.setHeader('Cache-Control', 'no-store');
      return json(response, 200, { token: this.#token });
    }
    if (!files) return json(response, 404, { error: 'this box has no screen' });
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws://127.0.0.1:${this.#port}; media-src 'self' blob:; frame-ancestors 'none'`,
    );
    files(request, response, () => json(response, 404, { error: 'no such page' }));
  }

  #refusalOfSocket(request: IncomingMessage): string | null {
    // Not every address is a URL, and nobody catches what is thrown here.
    const [path, query] = (request.url ?? '').split('?', 2);
    if (path !== '/bridge') return 'no such socket';
    if (!this.#isOurHost(request.headers.host)) return 'wrong host';
    if (request.headers.origin !== new URL(this.url).origin) return 'wrong origin';
    const given = Buffer.from(new URLSearchParams(query).get('token') ?? '');
    const expected = Buffer.from(this.#token);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'wrong token';
    return this.#sockets.clients.size >= screensMax ? 'too many screens' : null;
  }

  #isOurHost(host: string | undefined): boolean {
    return host === `127.0.0.1:${this.#port}`;
  }

  #attach(socket: WebSocket): void {
    this.#options.log.info('bridge.screen-attached');
    const view = this.#options.currentView();
    if (view) socket.send(JSON.stringify({ type: 'view', view } satisfies DownEnvelope));
    socket.on('error', (error) => this.#options.log.warn('bridge.socket-error', { detail: error.message }));
    socket.on('message', (data) => {
      this.#take(socket, String(data)).catch((error: Error) => {
        this.#options.log.error('bridge.message-failed', { detail: error.message });
      });
    });
  }

  async #take(socket: WebSocket, text: string): Promise<void> {
    const envelope = upEnvelopeSchema.safeParse(parseJson(text));
    if (!envelope.success) {
      this.#options.log.warn('bridge.message-rejected', {
        detail: envelope.error.issues[0]?.path.join('.') ?? '',
      });
      const id = (parseJson(text) as { id?: unknown } | null)?.id;
      this.#reply(socket, typeof id === 'number' ? id : 0, {
        outcome: 'rejected',
        reason: envelope.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      });
      return;
    }
    this.#reply(socket, envelope.data.id, await this.#options.receive(envelope.data.message));
  }

  #reply(socket: WebSocket, id: number, outcome: MessageOutcome): void {
    socket.send(JSON.stringify({ type: 'answer', id, ...outcome } satisfies DownEnvelope));
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
