import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { type DeskAnswer, type DeskRequest, deskRequestSchema, requestProblem } from './desk-request.ts';
import { forgetSocketPath, makeSocketPath } from './desk-socket-path.ts';

interface DeskServerOptions {
  readonly stateFolder: string;
  readonly desk: { answer(request: DeskRequest): Promise<DeskAnswer>; close(): Promise<void> };
  readonly clock: Clock;
  readonly log: Log;
}

/** A request is one line of at most this many bytes, and comes within this time; so many may wait for an answer. */
const requestBytesMax = 8_192;
const requestLimitMs = 5_000;
const connectionsMax = 4;

/**
 * The desk of a running till, on a Unix socket that only the edge's own account may open. A connection is one line of JSON
 * (`DeskRequest`), answered by one line of JSON (`DeskAnswer`), and over.
 */
export class DeskServer {
  readonly #options: DeskServerOptions;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #serving = new Set<Promise<void>>();
  #listening = false;

  constructor(options: DeskServerOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#attach(socket));
  }

  /** Whoever calls this holds the lock of the state folder. Without a desk the till sells all the same: a failure is told in the log. */
  async listen(): Promise<void> {
    const { stateFolder, log } = this.#options;
    try {
      const path = await makeSocketPath(stateFolder);
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(path, resolve);
      });
      this.#listening = true;
      this.#server.on('error', (error) => log.error('desk.server-failed', { detail: error.message }));
      await chmod(path, 0o600);
    } catch (error) {
      log.error('desk.cannot-listen', { detail: String(error) });
    }
  }

  /** Takes nothing new, lets what is being answered finish, and leaves no file behind. */
  async close(): Promise<void> {
    const closed = this.#listening
      ? new Promise<void>((resolve) => this.#server.close(() => resolve()))
      : Promise.resolve();
    await this.#options.desk.close();
    await Promise.all(this.#serving);
    for (const socket of this.#connections) socket.destroySoon();
    await closed;
    await forgetSocketPath(this.#options.stateFolder);
  }

  #attach(socket: Socket): void {
    const { clock, log } = this.#options;
    socket.on('error', (error) => log.warn('desk.connection-failed', { detail: error.message }));
    if (this.#connections.size >= connectionsMax) {
      socket.resume();
      reply(socket, refusal('Others are being served: ask again.'));
      return;
    }
    this.#connections.add(socket);
    const cancelLimit = clock.setTimer(requestLimitMs, () => {
      reply(socket, refusal('No request came.'));
    });
    let received = Buffer.alloc(0);
    socket.on('close', () => {
      cancelLimit();
      this.#connections.delete(socket);
    });
    const take = (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      const end = received.indexOf('\n');
      if (end < 0 && received.length <= requestBytesMax) return;
      cancelLimit();
      socket.off('data', take);
      // What follows the line is read and dropped, so that the end of the connection is seen.
      socket.resume();
      if (end < 0 || end > requestBytesMax) {
        log.warn('desk.request-refused', { detail: 'too long', bytes: received.length });
        reply(socket, refusal(`A request is one line of at most ${requestBytesMax} bytes.`));
        return;
      }
      const serving = this.#serve(socket, received.subarray(0, end).toString('utf8')).finally(() =>
        this.#serving.delete(serving),
      );
      this.#serving.add(serving);
    };
    socket.on('data', take);
    // Whoever has sent his line may end his side and still gets his answer.
    socket.on('end', () => {
      if (received.indexOf('\n') < 0) socket.end();
    });
  }

  /** Never rejects: a bug of the desk is told to the log and to whoever asked, and gates and sales go on. */
  async #serve(socket: Socket, line: string): Promise<void> {
    const { desk, log } = this.#options;
    const request = deskRequestSchema.safeParse(parsedOrNull(line));
    if (!request.success) {
      const problem = requestProblem(request.error);
      log.warn('desk.request-refused', { detail: problem });
      reply(socket, refusal(`This cannot be asked: ${problem}.`));
      return;
    }
    try {
      reply(socket, await desk.answer(request.data));
    } catch (error) {
      log.error('desk.request-failed', { command: request.data.command, detail: String(error) });
      reply(socket, refusal('The till could not do this; its log says why.'));
    }
  }
}

function reply(socket: Socket, answer: DeskAnswer): void {
  if (!socket.destroyed && socket.writable) socket.end(`${JSON.stringify(answer)}\n`);
}

function refusal(text: string): DeskAnswer {
  return { outcome: 'refused', text, value: { refused: 'request', sentence: text } };
}

function parsedOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // refused by the schema
  }
}
