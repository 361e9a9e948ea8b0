import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** An answer, or what becomes of the connection: cut now, or left hanging. */
export type Scripted =
  | { readonly status: number; readonly json?: unknown; readonly bytes?: Uint8Array }
  | 'cut'
  | 'hang';

/** An HTTP server that answers as a test says, request by request, and keeps what it was asked. */
export class ScriptedBase {
  readonly asked: Asked[] = [];
  #answer: (asked: Asked) => Scripted | Promise<Scripted>;
  readonly #server: Server;
  #waiting: { matches: (asked: Asked) => boolean; seen: (asked: Asked) => void }[] = [];

  constructor(answer: (asked: Asked) => Scripted | Promise<Scripted>) {
    this.#answer = answer;
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  answerWith(answer: (asked: Asked) => Scripted | Promise<Scripted>): void {
    this.#answer = answer;
  }

  /** Resolves with the next request that matches, from now on. */
  next(matches: (asked: Asked) => boolean): Promise<Asked> {
    return new Promise((seen) => this.#waiting.push({ matches, seen }));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://base');
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    this.asked.push(asked);
    const scripted = await this.#answer(asked);
    if (scripted === 'cut') request.socket.destroy();
    else if (scripted !== 'hang') {
      response.writeHead(scripted.status, { 'content-type': 'application/json' });
      response.end(scripted.bytes ?? (scripted.json === undefined ? '' : JSON.stringify(scripted.json)));
    }
    const told = this.#waiting.filter(({ matches }) => matches(asked));
    this.#waiting = this.#waiting.filter((waiter) => !told.includes(waiter));
    for (const { seen } of told) seen(asked);
  }
}
