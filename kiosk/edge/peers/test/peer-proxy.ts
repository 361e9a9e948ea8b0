import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between two boxes: sees what is asked, and may bend what is answered. */
export class PeerProxy {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async to(
    target: string,
    asked: (path: string) => void = () => undefined,
    bend: (path: string, text: string) => string = (_, text) => text,
  ): Promise<PeerProxy> {
    const server = createServer((request, response) => {
      const pass = async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const path = request.url ?? '/';
        asked(path);
        const headers = Object.entries(request.headers).filter(([name]) => name.startsWith('x-portillon'));
        const gone = new AbortController();
        response.on('close', () => gone.abort());
        const answer = await fetch(new URL(path, target), {
          method: request.method ?? 'GET',
          headers: headers as [string, string][],
          ...(request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
          signal: gone.signal,
        });
        const text = bend(path, await answer.text());
        const proof = answer.headers.get('x-portillon-signature');
        response.writeHead(answer.status, proof === null ? {} : { 'x-portillon-signature': proof }).end(text);
      };
      pass().catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new PeerProxy(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
