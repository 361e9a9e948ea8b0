import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const disturbances = ['down', 'slow', '500', '429', '503', '422', 'garbage', 'answer-lost'] as const;
/** `answer-lost`: the request arrives and is carried out, and nobody hears of it. */
export type Disturbance = (typeof disturbances)[number];

/** Stands before somebody's member base and lets it look broken, over real connections. */
export class DisturbingProxy {
  disturbance: Disturbance | null = null;
  readonly #target: string;
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response).catch(() => response.destroy());
  });

  constructor(target: string) {
    this.#target = target.replace(/\/$/, '');
  }

  /** Resolves with its address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    switch (this.disturbance) {
      case 'down':
        response.destroy();
        return;
      case 'slow':
        // Never: who asked gives up.
        return;
      case 'garbage':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>{"login": ');
        return;
      case '500':
      case '503':
      case '422':
        response.writeHead(Number(this.disturbance)).end();
        return;
      case '429':
        response.writeHead(429, { 'retry-after': '7' }).end();
        return;
      default:
    }
    const {
      host: _,
      connection: __,
      'content-length': ___,
      'transfer-encoding': ____,
      ...headers
    } = request.headers;
    const answer = await fetch(this.#target + request.url, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      body: chunks.length === 0 ? null : Buffer.concat(chunks),
      redirect: 'manual',
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (this.disturbance === 'answer-lost') {
      response.destroy();
      return;
    }
    const type = answer.headers.get('content-type');
    response.writeHead(answer.status, type === null ? {} : { 'content-type': type }).end(body);
  }
}
