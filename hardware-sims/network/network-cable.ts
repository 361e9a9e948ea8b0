import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { SimView } from '../sim.ts';
import { SimDevice, type SimDeviceOptions } from '../sim-device.ts';

export interface NetworkCableOptions extends SimDeviceOptions {
  /** Where the edge connects; 0 takes any free port. */
  readonly listenPort: number;
  readonly targetPort: number;
  readonly targetHost?: string;
}

/** More connections than an edge ever needs are turned away. */
const connectionLimit = 200;

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/**
 * The network between a club and the member base, as a cable in the hand: a TCP proxy on 127.0.0.1.
 *
 *   edge ── listenPort ═ this ═ targetPort ── member base
 *
 * `cut` ends every connection at once and each new one as soon as it is made, as a router does that knows of the cut.
 * `silent` is the nastier case, a link that swallows everything: connections stay, nothing arrives, and what was under way
 * goes on when it heals.
 */
export class NetworkCable extends SimDevice {
  readonly model = 'network-cable';
  readonly #options: NetworkCableOptions;
  readonly #pairs = new Set<Pair>();
  #server: Server | undefined;
  #port: number;

  constructor(options: NetworkCableOptions) {
    super(
      options,
      [],
      [
        { name: 'cut', words: 'The network is cut: connections end and new ones are refused' },
        { name: 'silent', words: 'The network swallows everything: connections stay, nothing arrives' },
      ],
    );
    this.#options = options;
    this.#port = options.listenPort;
  }

  /** The real port once started. */
  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (near) => this.#connect(near));
    server.listen(this.#options.listenPort, '127.0.0.1');
    await once(server, 'listening'); // rejects with the server's own error: port taken
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    this.#endAll();
    await closed;
  }

  view(): SimView {
    return { port: this.#port, connections: this.#pairs.size, faults: this.faultsOn };
  }

  protected perform(action: string): Promise<unknown> {
    return Promise.reject(new Error(`a cable cannot ${action}`));
  }

  protected async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'cut') {
      if (on) this.#endAll();
    } else {
      for (const pair of this.#pairs) on ? hold(pair) : join(pair);
    }
  }

  #connect(near: Socket): void {
    near.on('error', () => undefined); // 'close' follows and ends both sides
    if (this.hasFault('cut') || this.#pairs.size >= connectionLimit) {
      near.resetAndDestroy();
      return;
    }
    const { targetHost = '127.0.0.1', targetPort } = this.#options;
    const far = connect({ host: targetHost, port: targetPort, noDelay: true, allowHalfOpen: true });
    near.setNoDelay(true);
    far.on('error', () => undefined);
    const pair = { near, far };
    this.#pairs.add(pair);
    near.once('close', () => this.#end(pair));
    far.once('close', () => this.#end(pair));
    if (this.hasFault('silent')) hold(pair);
    else join(pair);
    this.changed();
  }

  #end(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return;
    pair.near.destroy();
    pair.far.destroy();
    this.changed();
  }

  #endAll(): void {
    for (const { near, far } of [...this.#pairs]) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }
}

function join({ near, far }: Pair): void {
  near.pipe(far);
  far.pipe(near);
}

function hold({ near, far }: Pair): void {
  near.unpipe(far).pause();
  far.unpipe(near).pause();
}
