import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { signBytes } from '@portillon/core/crypto/signing-key.ts';
import {
  type PeerSessionAnswer,
  peerAnswerToSign,
  peerCounterHeader,
  peerEdgeHeader,
  peerHelloToSign,
  peerRequestToSign,
  peerSessionHeader,
  peerSessionRequestSchema,
  peerSessionToSign,
  peerSignatureHeader,
  peerVersion,
  peerWaitSecondsMax,
} from '@portillon/core/wire/peer-messages.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { Bell } from '@portillon/sync-service/agent/bell.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { peerHasSigned } from './peer-trust.ts';

export interface PeerServerOptions {
  readonly host: string;
  readonly port: number;
  readonly store: Pick<EdgeStore, 'book' | 'peers'>;
  readonly identity: () => EdgeIdentity | null;
  readonly clock: Clock;
  readonly log: Log;
}

interface Session {
  readonly edgeId: string;
  lastCounter: number;
  /** Rung for the request that waits; the next one of the session takes its place. */
  bell: Bell | null;
}

type Refusal = readonly [status: number, code: string, message: string];

const helloBytesMax = 2_048;
const sessionsOfBox = 4;
const sessionsMax = 64;
const connectionsMax = 64;
const requestLimitMs = (peerWaitSecondsMax + 10) * 1_000;

const notKnown: Refusal = [401, 'peer.not-known', 'no box of this club has signed this, as far as is known'];

/** Tells the other boxes of the club what this one knows (core/wire/SPEC.md, Peers). It can only be read from. */
export class PeerServer {
  readonly #options: PeerServerOptions;
  readonly #http: Server;
  readonly #sessions = new Map<string, Session>();
  readonly #stopListening: () => void;
  readonly #stopped = new AbortController();
  #port = 0;

  constructor(options: PeerServerOptions) {
    this.#options = options;
    this.#http = createServer((request, response) => {
      response.on('error', () => undefined);
      this.#answer(request, response).catch((error: unknown) => {
        options.log.error('peers.request-failed', { detail: String(error) });
        response.destroy();
      });
    });
    this.#http.maxConnections = connectionsMax;
    this.#http.requestTimeout = requestLimitMs;
    this.#stopListening = options.store.peers.onShared(() => {
      for (const { bell } of this.#sessions.values()) bell?.ring();
    });
  }

  get url(): string {
    const { host } = this.#options;
    return `http://${isIP(host) === 6 ? `[${host}]` : host}:${this.#port}`;
  }

  /** Rejects when the port is taken, or the address is not one of this box. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(this.#options.port, this.#options.host, resolve);
    });
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#stopListening();
    this.#stopped.abort();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const us = this.#options.identity();
    const { pathname } = new URL(request.url ?? '/', 'http://box');
    const refusal =
      us === null
        ? ([503, 'peer.not-enrolled', 'this box is not enrolled yet'] as const)
        : request.method === 'POST' && pathname === '/peer/v1/session'
          ? await this.#openSession(us, request, response)
          : request.method === 'GET' && pathname === '/peer/v1/shares'
            ? await this.#share(us, request, response)
            : ([404, 'peer.not-found', 'there is nothing at this address'] as const);
    if (refusal) this.#refuse(response, refusal);
  }

  async #openSession(
    us: EdgeIdentity,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Refusal | null> {
    const text = await bodyOf(request);
    const asked = peerSessionRequestSchema.safeParse(text === null ? undefined : parseJson(text));
    if (!asked.success) return [400, 'peer.malformed', 'not the request for a session'];
    const { edgeId, nonce, signature } = asked.data;
    if (!peerHasSigned(this.#options.store.book, us, edgeId, peerHelloToSign(edgeId, nonce), signature)) {
      this.#options.log.warn('peers.refused', { code: notKnown[1], edgeId });
      return notKnown;
    }
    const session = toBase64url(systemRandom.bytes(24));
    this.#makeRoomFor(edgeId);
    this.#sessions.set(session, { edgeId, lastCounter: 0, bell: null });
    const signed = peerSessionToSign(edgeId, us.edgeId, nonce, session);
    const answer: PeerSessionAnswer = {
      peerVersion,
      edgeId: us.edgeId,
      session,
      signature: toBase64url(signBytes(us.privateKey, signed)),
    };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
    return null;
  }

  /** The oldest go first: a hello that somebody has overheard and sends again takes no session from a box that uses its own. */
  #makeRoomFor(edgeId: string): void {
    const own = [...this.#sessions].filter(([, session]) => session.edgeId === edgeId);
    for (const [name] of own.slice(0, Math.max(0, own.length - sessionsOfBox + 1)))
      this.#sessions.delete(name);
    for (const name of [...this.#sessions.keys()].slice(sessionsMax - 1)) this.#sessions.delete(name);
  }

  async #share(
    us: EdgeIdentity,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Refusal | null> {
    const { store, clock, log } = this.#options;
    const header = (name: string) => String(request.headers[name] ?? '');
    const name = header(peerSessionHeader);
    const counter = Number(header(peerCounterHeader));
    const session = this.#sessions.get(name);
    if (!session || session.edgeId !== header(peerEdgeHeader)) {
      return [401, 'peer.no-session', 'ask for a session first: this box has been started again, or forgot'];
    }
    const signed = peerRequestToSign(name, counter, request.url ?? '');
    if (!peerHasSigned(store.book, us, session.edgeId, signed, header(peerSignatureHeader))) {
      log.warn('peers.refused', { code: notKnown[1], edgeId: session.edgeId });
      return notKnown;
    }
    if (!Number.isSafeInteger(counter) || counter <= session.lastCounter) {
      log.warn('peers.refused', { code: 'peer.replayed', edgeId: session.edgeId });
      return [401, 'peer.replayed', `request ${counter} of this session was answered before`];
    }
    session.lastCounter = counter;
    // Used last: the first to go are those that nobody uses.
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
    const query = new URL(request.url ?? '/', 'http://box').searchParams;
    const after = wholeNumber(query.get('after'), Number.MAX_SAFE_INTEGER);
    const waitSeconds = wholeNumber(query.get('waitSeconds'), peerWaitSecondsMax);
    if (after === null || waitSeconds === null) {
      return [400, 'peer.malformed', `after is a number, waitSeconds one from 0 to ${peerWaitSecondsMax}`];
    }
    const page = await this.#pageAfter(session, after, waitSeconds * 1_000, response);
    if (page === 'ahead') {
      return [409, 'peer.cursor-ahead', `this box has not come to number ${after}; start again from 0`];
    }
    const body = JSON.stringify({ ...page, nowMs: Math.floor(clock.wallMs()) });
    const proof = signBytes(us.privateKey, peerAnswerToSign(name, counter, sha256Hex(body)));
    response
      .writeHead(200, { 'Content-Type': 'application/json', [peerSignatureHeader]: toBase64url(proof) })
      .end(body);
    return null;
  }

  /** Comes as soon as there is something, or when the time is up, the other box is gone or asks again. */
  async #pageAfter(session: Session, after: number, waitMs: number, response: ServerResponse) {
    const { store, clock } = this.#options;
    session.bell?.ring();
    const bell = new Bell();
    session.bell = bell;
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once('close', leave);
    const stopped = AbortSignal.any([gone.signal, this.#stopped.signal]);
    try {
      const deadline = clock.monotonicMs() + waitMs;
      for (;;) {
        const page = await store.peers.after(after);
        const leftMs = deadline - clock.monotonicMs();
        const isOver = leftMs <= 0 || stopped.aborted || session.bell !== bell;
        if (page === 'ahead' || page.shares.length > 0 || isOver) return page;
        await bell.wait(clock, leftMs, stopped);
      }
    } finally {
      if (session.bell === bell) session.bell = null;
      response.off('close', leave);
    }
  }

  #refuse(response: ServerResponse, [status, code, message]: Refusal): void {
    response
      .writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' })
      .end(JSON.stringify({ error: { code, message } }));
  }
}

function wholeNumber(text: string | null, most: number): number | null {
  const value = Number(text);
  return /^\d{1,16}$/.test(text ?? '') && value <= most ? value : null;
}

/** Null when it is longer than a hello can be. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > helloBytesMax) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
