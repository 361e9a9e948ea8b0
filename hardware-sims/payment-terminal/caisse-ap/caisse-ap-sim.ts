import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type CancelTimer, delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { parseTlv } from '@portillon/drivers/payment-terminal/concert-tlv/tlv.ts';
import { inPieces } from '../../line/pieces.ts';
import type { NamedFault, SimView } from '../../sim.ts';
import { SimDevice } from '../../sim-device.ts';
import {
  type BookedTransaction,
  CounterTerminal,
  type CounterTerminalOptions,
  counterActions,
  counterFaults,
} from '../counter-terminal.ts';
import { TlvConversation, tlvMeaning } from '../tlv-conversation.ts';

export interface CaisseApSimOptions extends CounterTerminalOptions {
  readonly name: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly random?: Random;
}

const faults: readonly NamedFault[] = [
  ...counterFaults,
  {
    name: 'timeout-after-approval',
    words: 'The bank approves and books, the connection dies before the answer',
  },
  { name: 'busy', words: 'At work for another till: connections are refused' },
  { name: 'silent', words: 'Accepts connections and never answers' },
  { name: 'cable-pulled', words: 'Network cable out' },
  { name: 'slow-segments', words: 'Answers arrive in pieces (on from the start)' },
];

const requestQuietMs = 20;
const pieceGapMs = 10;
const listenRetryMs = 100;
const longestRequest = 16_384;

/** A Caisse-AP terminal on the counter: one customer at a time, and connections refused meanwhile. */
export class CaisseApSim extends SimDevice {
  readonly model = 'caisse-ap';
  readonly #random: Random;
  readonly #counter: CounterTerminal;
  readonly #conversation: TlvConversation;
  #port: number;
  #server: Server | undefined;
  #started = false;
  readonly #sockets = new Set<Socket>();
  #cancelListenTimer: CancelTimer = () => undefined;

  constructor(options: CaisseApSimOptions) {
    super(options, counterActions, faults);
    this.#port = options.port ?? 0;
    this.#random = options.random ?? new SeededRandom(1);
    const hasFault = (name: string) => this.hasFault(name);
    this.#counter = new CounterTerminal(options, {
      hasFault,
      changed: () => this.changed(),
      occupied: () => this.#listenAgain(),
    });
    this.#conversation = new TlvConversation(this.#counter, hasFault);
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  /** The terminal's journal, oldest first. */
  get booked(): readonly BookedTransaction[] {
    return this.#counter.booked;
  }

  async start(): Promise<void> {
    await this.setFault('slow-segments', true);
    this.#started = true;
    try {
      await this.#followListening();
    } catch (error) {
      throw new Error(
        `The port ${this.#port} of ${this.name} cannot be opened: ${(error as Error).message}.`,
      );
    }
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#counter.stop();
    for (const socket of this.#sockets) socket.destroy();
    await this.#followListening();
  }

  view(): SimView {
    return { ...this.#counter.view(), faults: this.faultsOn };
  }

  protected override async perform(
    action: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    return this.#counter.perform(action, args);
  }

  protected override async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'cable-pulled' && on) for (const socket of this.#sockets) socket.resetAndDestroy();
    if (name === 'cable-pulled' || name === 'busy') this.#listenAgain();
  }

  /** Refusing means not listening: a terminal that is at work does not accept and then wait. */
  async #followListening(): Promise<void> {
    this.#cancelListenTimer();
    const wanted =
      this.#started && !this.#counter.job && !this.hasFault('busy') && !this.hasFault('cable-pulled');
    if (wanted && !this.#server) {
      const server = createServer((socket) => this.#serve(socket));
      this.#server = server;
      server.listen(this.#port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address !== null && typeof address === 'object') this.#port = address.port;
    } else if (!wanted && this.#server) {
      this.#server.close(); // ends the listening at once; connections that are open go on
      this.#server = undefined;
    }
  }

  /** Another program may have taken the port while we did not listen: it is tried until it is free again. */
  #listenAgain(): void {
    this.#followListening().catch(() => {
      this.#server = undefined;
      this.#cancelListenTimer = this.clock.setTimer(listenRetryMs, () => this.#listenAgain());
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    let received = new Uint8Array(0);
    let cancelQuiet: CancelTimer = () => undefined;
    socket.on('error', () => undefined); // the other end left while we wrote: its own end tells the story
    socket.on('close', () => {
      cancelQuiet();
      this.#sockets.delete(socket);
    });
    socket.on('data', (bytes) => {
      cancelQuiet();
      received = Uint8Array.from([...received, ...bytes]);
      if (received.length > longestRequest) {
        socket.destroy();
        return;
      }
      if (parseTlv(received).kind === 'partial') return;
      cancelQuiet = this.clock.setTimer(requestQuietMs, () => {
        const request = received;
        received = new Uint8Array(0);
        this.record(request, tlvMeaning(request));
        this.#conversation.hear(request, (answer) => {
          if (answer) void this.#send(socket, answer);
          else socket.resetAndDestroy();
        });
      });
    });
  }

  async #send(socket: Socket, bytes: Uint8Array): Promise<void> {
    const pieces = this.hasFault('slow-segments') ? inPieces(bytes, this.#random) : [bytes];
    for (const piece of pieces) {
      if (socket.destroyed) return;
      socket.write(piece);
      await delay(this.clock, pieceGapMs);
    }
  }
}
