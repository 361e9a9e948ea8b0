import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import sirv from 'sirv';
import { beatMs, type GateScreenView } from '../../bridge/gate-screen-view.ts';
import type { GateSigns } from './gate-signs.ts';

export interface ScreenOfGate {
  readonly gateId: string;
  readonly signs: Pick<GateSigns, 'now' | 'onChange'>;
  /** All that a screen shows beside the sign. */
  readonly surroundings: Omit<GateScreenView, 'sign'>;
}

export interface GateScreenServerOptions {
  readonly host: string;
  readonly port: number;
  readonly gates: readonly ScreenOfGate[];
  /** The built page; null where it was not built. */
  readonly pageFolder: string | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** Of one gate: its own, the one in the office, and what a restart leaves behind for a moment. */
const screensOfGateMax = 8;
/** A browser asks for the page over so many lines at a time. More are hung up on: the box has other uses for its sockets. */
const linesOfScreen = 6;
/** A screen that takes nothing for so many bytes is let go: it comes back by itself. */
const untakenBytesMax = 64_000;
/** After which a screen that lost its line tries again, in ms. */
const retryMs = 500;

const headers = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;

/**
 * The screens beside the gates, as pages: `/gate/NAME`, and `/gate/NAME/events`, a stream of what is to be shown now
 * (server-sent events). A listener of its own, apart from the bridge: it may be opened to the club's network, so it can only
 * be read from, and tells nothing that does not stand on the screen (GS8, GS9).
 */
export class GateScreenServer {
  readonly #options: GateScreenServerOptions;
  readonly #http: Server;
  readonly #screens = new Map<string, Set<ServerResponse>>();
  readonly #stopListening: (() => void)[] = [];
  #cancelBeat = (): void => undefined;
  #port = 0;

  constructor(options: GateScreenServerOptions) {
    this.#options = options;
    const { pageFolder, gates, log } = options;
    const files = pageFolder === null ? null : sirv(pageFolder, { etag: true, dev: false });
    this.#http = createServer((request, response) => {
      response.on('error', (error) => log.warn('gate-screen.line-broke', { detail: error.message }));
      this.#answer(request, response, files);
    });
    this.#http.maxConnections = Math.max(1, gates.length) * screensOfGateMax * linesOfScreen;
    for (const gate of gates) {
      this.#screens.set(gate.gateId, new Set());
      this.#stopListening.push(gate.signs.onChange(() => this.#tell(gate)));
    }
  }

  /** Where the screen of that gate is reached from this box. */
  urlOf(gateId: string): string {
    const { host } = this.#options;
    const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    return `http://${isIP(reached) === 6 ? `[${reached}]` : reached}:${this.#port}/gate/${gateId}`;
  }

  /** Rejects when the port is taken, or the address is not one of this box. */
  async listen(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, host, resolve);
    });
    this.#port = (this.#http.address() as AddressInfo).port;
    this.#beat();
  }

  async close(): Promise<void> {
    this.#cancelBeat();
    for (const stop of this.#stopListening) stop();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse, files: ReturnType<typeof sirv> | null): void {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const [, gateId = '', rest = ''] = /^\/gate\/([a-z0-9-]{1,40})(\/events)?$/.exec(path) ?? [];
    const gate = this.#options.gates.find((each) => each.gateId === gateId);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      refuse(response, 405, 'this address can only be read');
    } else if (!isAddress(request.headers.host)) {
      refuse(response, 403, 'wrong host');
    } else if (gate && rest === '/events') {
      this.#attach(gate, request, response);
    } else if (!files) {
      refuse(response, 404, 'the page was not built');
    } else if (gate || path.startsWith('/gate/assets/')) {
      if (gate) response.setHeader('Cache-Control', 'no-cache');
      request.url = gate ? '/index.html' : path.slice('/gate'.length);
      files(request, response, () => refuse(response, 404, 'no such file'));
    } else {
      refuse(response, 404, 'no such gate, or none with a screen');
    }
  }

  #attach(gate: ScreenOfGate, request: IncomingMessage, response: ServerResponse): void {
    const screens = this.#screensOf(gate);
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') {
      refuse(response, 403, 'wrong origin');
    } else if (screens.size >= screensOfGateMax) {
      refuse(response, 503, 'too many screens');
    } else {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      screens.add(response);
      response.on('close', () => screens.delete(response));
      this.#options.log.info('gate-screen.attached', { gateId: gate.gateId });
      response.write(`retry: ${retryMs}\n${eventOf(gate)}`);
    }
  }

  #screensOf({ gateId }: ScreenOfGate): Set<ServerResponse> {
    return this.#screens.get(gateId) ?? new Set();
  }

  #tell(gate: ScreenOfGate): void {
    const text = eventOf(gate);
    for (const screen of this.#screensOf(gate)) this.#write(screen, text);
  }

  /** The whole view each time: a screen that missed something has it again within a second. */
  #beat(): void {
    this.#cancelBeat = this.#options.clock.setTimer(beatMs, () => {
      for (const gate of this.#options.gates) this.#tell(gate);
      this.#beat();
    });
  }

  #write(screen: ServerResponse, text: string): void {
    if (screen.writableLength > untakenBytesMax) screen.destroy();
    else screen.write(text);
  }
}

function eventOf({ surroundings, signs }: ScreenOfGate): string {
  return `data: ${JSON.stringify({ ...surroundings, sign: signs.now } satisfies GateScreenView)}\n\n`;
}

/** A name could be somebody else's, pointed at this box; an address is what was typed. */
function isAddress(host: string | undefined): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:]+)(:\d+)?$/i.exec(host ?? '')?.[1] ?? '';
  return name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ error: reason }));
}
