import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { type WebSocket, WebSocketServer } from 'ws';
import { type DownEnvelope, type ScreenMessage, upEnvelopeSchema } from '../../bridge/messages.ts';
import type { KioskView } from '../../bridge/view.ts';

/**
 * The bridge's other end for tests of the page: serves the built screens, keeps what the screen says, and shows what
 * the test wants. It validates like the edge does and can go away and come back on the same port.
 */
export class EdgeStandIn {
  readonly received: ScreenMessage[] = [];
  readonly #folder: string;
  #http: Server | undefined;
  #sockets: WebSocketServer | undefined;
  #port = 0;
  #start = 0;
  #revision = 0;
  #view: KioskView | undefined;
  /** While false, answers are held back, as by an edge that is busy. */
  answering = true;
  #held: (() => void)[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async listen(): Promise<void> {
    this.#start += 1;
    const token = `token-of-start-number-${this.#start}`;
    const files = sirv(this.#folder, { dev: false });
    const http = createServer((request, response) => {
      if (request.url !== '/bridge/token') {
        files(request, response);
        return;
      }
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ token }));
    });
    const sockets = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      if (request.url !== `/bridge?token=${token}`) {
        socket.destroy();
        return;
      }
      sockets.handleUpgrade(request, socket, head, (accepted) => this.#attach(accepted));
    });
    await new Promise<void>((resolve) => http.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (http.address() as AddressInfo).port;
    this.#http = http;
    this.#sockets = sockets;
  }

  /** As a killed edge: every connection ends, the port is free. */
  async goAway(): Promise<void> {
    const http = this.#http;
    for (const socket of this.#sockets?.clients ?? []) socket.terminate();
    this.#http = undefined;
    this.#sockets = undefined;
    if (http === undefined) return;
    await new Promise<void>((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  }

  show(view: Omit<KioskView, 'revision'>): void {
    this.#revision += 1;
    this.#view = { ...view, revision: this.#revision };
    for (const socket of this.#sockets?.clients ?? []) this.#send(socket, { type: 'view', view: this.#view });
  }

  /** Answers what was held back. */
  answerHeld(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  #attach(socket: WebSocket): void {
    if (this.#view !== undefined) this.#send(socket, { type: 'view', view: this.#view });
    socket.on('message', (data) => {
      const { id, message } = upEnvelopeSchema.parse(JSON.parse(String(data)));
      this.received.push(message);
      const answer = () => this.#send(socket, { type: 'answer', id, outcome: 'done' });
      if (this.answering) answer();
      else this.#held.push(answer);
    });
  }

  #send(socket: WebSocket, envelope: DownEnvelope): void {
    socket.send(JSON.stringify(envelope));
  }
}
