import { connect, createServer, type Socket } from 'node:net';

/** The simplest there is: each connection to the next process that takes it. What was under way on a lost one is lost. */
export class Balancer {
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #open: Set<Socket>;
  /** Connections that each port got. */
  readonly given: ReadonlyMap<number, number>;

  private constructor(
    port: number,
    server: ReturnType<typeof createServer>,
    open: Set<Socket>,
    given: ReadonlyMap<number, number>,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.#server = server;
    this.#open = open;
    this.given = given;
  }

  static async start(ports: readonly number[]): Promise<Balancer> {
    const open = new Set<Socket>();
    const given = new Map<number, number>();
    let turn = 0;
    const pass = (caller: Socket, tries: number): void => {
      const port = ports[turn++ % ports.length];
      if (port === undefined || tries === 0) {
        caller.destroy();
        return;
      }
      const process = connect(port, '127.0.0.1');
      process.once('error', () => pass(caller, tries - 1));
      process.once('connect', () => {
        if (caller.destroyed) {
          process.destroy();
          return;
        }
        given.set(port, (given.get(port) ?? 0) + 1);
        open.add(process);
        process.removeAllListeners('error').on('error', () => caller.destroy());
        process.once('close', () => {
          open.delete(process);
          caller.destroy();
        });
        caller.once('close', () => process.destroy());
        caller.pipe(process).pipe(caller);
      });
    };
    const server = createServer((caller) => {
      open.add(caller);
      caller.on('error', () => caller.destroy());
      caller.once('close', () => open.delete(caller));
      pass(caller, ports.length);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a port is a number');
    return new Balancer(address.port, server, open, given);
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
