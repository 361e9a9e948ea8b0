import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type CancelTimer, type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Apdu, ApduParser, encodeApdu } from '@portillon/drivers/payment-terminal/zvt/apdu.ts';
import type { ZvtSimLine, ZvtSimLineEvents } from './zvt-sim-line.ts';

const pieceGapMs = 5;
const listenRetryMs = 100;

/** Listens for the one till; a second connection takes the place of the first. */
export class ZvtSimTcp implements ZvtSimLine {
  readonly #clock: Clock;
  readonly #events: ZvtSimLineEvents;
  #port: number;
  #server: Server | undefined;
  #socket: Socket | undefined;
  #sending: Promise<void> = Promise.resolve();
  #started = false;
  #isPulled = false;
  #cancelListenTimer: CancelTimer = () => undefined;

  constructor(clock: Clock, port: number, events: ZvtSimLineEvents) {
    this.#clock = clock;
    this.#port = port;
    this.#events = events;
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#listen();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelListenTimer();
    this.#close();
    this.#socket?.destroy();
    await this.#sending;
  }

  send(apdu: Apdu): void {
    const bytes = encodeApdu(apdu);
    const said = this.#events.isGarbled() ? bytes.map((byte) => byte ^ 0x80) : bytes;
    const socket = this.#socket;
    this.#sending = this.#sending.then(async () => {
      for (const piece of this.#events.inPieces(said)) {
        if (!socket || socket.destroyed) return;
        socket.write(piece);
        await delay(this.#clock, pieceGapMs);
      }
    });
  }

  drop(): void {
    this.#socket?.resetAndDestroy();
  }

  async pull(out: boolean): Promise<void> {
    this.#isPulled = out;
    if (out) {
      this.#close();
      this.drop();
    } else if (this.#started) this.#listenAgain();
  }

  #close(): void {
    this.#server?.close(); // ends the listening at once; connections that are open go on
    this.#server = undefined;
  }

  async #listen(): Promise<void> {
    if (this.#server) return;
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  /** Another program may have taken the port while the cable was out: it is tried until it is free again. */
  #listenAgain(): void {
    this.#cancelListenTimer();
    this.#listen().catch(() => {
      this.#server = undefined;
      if (!this.#started || this.#isPulled) return;
      this.#cancelListenTimer = this.#clock.setTimer(listenRetryMs, () => this.#listenAgain());
    });
  }

  #serve(socket: Socket): void {
    const before = this.#socket;
    this.#socket = socket;
    // The process on the line before is over, whether or not its end has been heard of yet.
    if (before) {
      before.destroy();
      this.#events.onHangUp();
    }
    socket.setNoDelay(true);
    const parser = new ApduParser();
    socket.on('error', () => undefined); // the other end left while we wrote: its own end tells the story
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#events.onHangUp();
    });
    socket.on('data', (bytes) => {
      if (this.#events.isSilent()) return;
      for (const token of parser.push(Uint8Array.from(bytes)).frames) {
        if (token.kind === 'apdu') this.#events.onApdu(token.apdu, encodeApdu(token.apdu));
        else this.#events.onNonsense(bytes);
      }
    });
  }
}
