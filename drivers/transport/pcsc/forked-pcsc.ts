import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type CancelTimer, type Clock, withTimeLimit } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { FromPcscProcess, ToPcscProcess } from './pcsc-messages.ts';
import type { PcscCard, PcscEvent, PcscPort, PcscReaderName } from './pcsc-port.ts';

export interface ForkedPcscOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The bundled pcsc-process; beside the running bundle unless said. */
  readonly childEntry?: URL | string;
}

const silenceLimitMs = 6_000;
const firstRestartMs = 200;
const longestRestartMs = 5_000;
const transmitLimitMs = 5_000;
const exitLimitMs = 2_000;

interface Follower {
  readonly readerName: string;
  readonly onEvent: (event: PcscEvent) => void;
}

interface PresentReader {
  readonly card: { readonly cardId: number; readonly port: PcscCard } | undefined;
}

/** PC/SC through a process of its own for each service that is followed; pcsc-process.ts says why. */
export class ForkedPcsc implements PcscPort {
  readonly #options: ForkedPcscOptions;
  readonly #services = new Map<string, ForkedService>();

  constructor(options: ForkedPcscOptions) {
    this.#options = options;
  }

  follow(reader: PcscReaderName, onEvent: (event: PcscEvent) => void): () => Promise<void> {
    const { socketPath, name } = reader;
    const service = this.#services.get(socketPath) ?? new ForkedService(socketPath, this.#options);
    this.#services.set(socketPath, service);
    return service.follow(name, onEvent);
  }
}

/** The process for one service, started anew whenever it ends or falls silent. */
class ForkedService {
  readonly #socketPath: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #childEntry: string;
  readonly #followers = new Set<Follower>();
  readonly #readers = new Map<string, PresentReader>();
  readonly #requests = new Map<number, (answer: Result<Uint8Array, Fault>) => void>();
  #running = false;
  #child: ChildProcess | undefined;
  #down: Fault | undefined;
  #serviceUp = false;
  #failures = 0;
  #lastRequestId = 0;
  #cancelRestart: CancelTimer = () => undefined;
  #cancelSilence: CancelTimer = () => undefined;

  constructor(socketPath: string, options: ForkedPcscOptions) {
    this.#socketPath = socketPath;
    this.#clock = options.clock;
    this.#log = options.log;
    const entry = options.childEntry ?? new URL('./pcsc-process.mjs', import.meta.url);
    this.#childEntry = typeof entry === 'string' ? entry : fileURLToPath(entry);
  }

  follow(readerName: string, onEvent: (event: PcscEvent) => void): () => Promise<void> {
    const follower = { readerName, onEvent };
    this.#followers.add(follower);
    queueMicrotask(() => {
      if (!this.#followers.has(follower)) return;
      if (this.#running) {
        this.#tellWhatIs(follower);
      } else {
        this.#running = true;
        this.#startChild();
      }
    });
    return async () => {
      this.#followers.delete(follower);
      if (this.#followers.size === 0) await this.#stopChild();
    };
  }

  #startChild(): void {
    const child = fork(this.#childEntry, [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, PCSCLITE_CSOCK_NAME: this.#socketPath },
    });
    this.#child = child;
    this.#watchSilence(child);
    child.on('message', (message: FromPcscProcess) => {
      if (this.#child === child) this.#take(message, child);
    });
    child.on('error', (error) => this.#log.warn('pc/sc process failed', { detail: error.message }));
    // 'close' comes after 'exit' and after a failed start alike, when its last message has been read.
    child.once('close', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#cancelSilence();
      this.#serviceEnds(
        this.#down ?? fault('reader.service-down', `pc/sc process ended (${signal ?? code})`),
      );
      const waitMs = Math.min(longestRestartMs, firstRestartMs * 2 ** this.#failures);
      this.#failures = Math.min(this.#failures + 1, 16);
      this.#cancelRestart = this.#clock.setTimer(waitMs, () => this.#startChild());
    });
  }

  async #stopChild(): Promise<void> {
    this.#running = false;
    this.#cancelRestart();
    this.#cancelSilence();
    this.#serviceEnds(fault('reader.service-down', 'no longer followed'));
    this.#down = undefined;
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit');
    if (child.connected) child.disconnect();
    if ((await withTimeLimit(this.#clock, exitLimitMs, exited)) === 'timed-out') {
      child.kill('SIGKILL');
      await exited;
    }
  }

  /** The native library spins when pcscd ends between our probe and its use: only silence shows it. */
  #watchSilence(child: ChildProcess): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#clock.setTimer(silenceLimitMs, () => {
      this.#log.warn('pc/sc process is silent', { silenceLimitMs });
      child.kill('SIGKILL');
    });
  }

  #take(message: FromPcscProcess, child: ChildProcess): void {
    this.#watchSilence(child);
    switch (message.type) {
      case 'alive':
        return;
      case 'service-down':
        this.#serviceEnds(message.fault);
        return;
      case 'service-up':
        this.#serviceUp = true;
        this.#failures = 0;
        this.#down = undefined;
        for (const follower of this.#followers) {
          if (!this.#readerOf(follower)) this.#tellWhatIs(follower);
        }
        return;
      case 'reader':
        this.#log.info('card reader found', { reader: message.reader });
        this.#readers.set(message.reader, { card: undefined });
        this.#tell(message.reader, { type: 'ready' });
        return;
      case 'reader-gone':
        this.#log.warn('card reader gone', { reader: message.reader });
        this.#readers.delete(message.reader);
        this.#tell(message.reader, { type: 'down', fault: missing(message.reader) });
        return;
      case 'card': {
        const port = this.#card(message.cardId, message.atr);
        this.#readers.set(message.reader, { card: { cardId: message.cardId, port } });
        this.#tell(message.reader, { type: 'card', card: port });
        return;
      }
      case 'card-gone': {
        const gone = this.#readers.get(message.reader)?.card;
        if (gone?.cardId !== message.cardId) return;
        this.#readers.set(message.reader, { card: undefined });
        this.#tell(message.reader, { type: 'card-gone', card: gone.port });
        return;
      }
      case 'answer':
        this.#requests.get(message.requestId)?.(ok(Uint8Array.from(Buffer.from(message.apdu, 'hex'))));
        return;
      case 'failed':
        this.#requests.get(message.requestId)?.(err(message.fault));
        return;
    }
  }

  #card(cardId: number, atr: string): PcscCard {
    return {
      atr: Uint8Array.from(Buffer.from(atr, 'hex')),
      transmit: (commandApdu) => this.#transmit(cardId, commandApdu),
    };
  }

  #transmit(cardId: number, commandApdu: Uint8Array): Promise<Result<Uint8Array, Fault>> {
    const child = this.#child;
    if (!child?.connected)
      return Promise.resolve(err(this.#down ?? fault('reader.service-down', 'no process')));
    const requestId = ++this.#lastRequestId;
    return new Promise((resolve) => {
      const settle = (answer: Result<Uint8Array, Fault>): void => {
        cancel();
        this.#requests.delete(requestId);
        resolve(answer);
      };
      const cancel = this.#clock.setTimer(transmitLimitMs, () =>
        settle(err(fault('card.no-answer', `nothing within ${transmitLimitMs} ms`))),
      );
      this.#requests.set(requestId, settle);
      const apdu = Buffer.from(commandApdu).toString('hex');
      child.send({ type: 'transmit', requestId, cardId, apdu } satisfies ToPcscProcess, () => undefined);
    });
  }

  #serviceEnds(reason: Fault): void {
    this.#down = reason;
    this.#serviceUp = false;
    this.#readers.clear();
    for (const settle of [...this.#requests.values()]) settle(err(reason));
    for (const { onEvent } of [...this.#followers]) onEvent({ type: 'down', fault: reason });
  }

  #tell(readerName: string, event: PcscEvent): void {
    for (const follower of [...this.#followers]) {
      if (isNamed(readerName, follower.readerName)) follower.onEvent(event);
    }
  }

  #tellWhatIs(follower: Follower): void {
    const reader = this.#readerOf(follower);
    if (reader) {
      follower.onEvent({ type: 'ready' });
      if (reader.card) follower.onEvent({ type: 'card', card: reader.card.port });
    } else if (this.#serviceUp) {
      follower.onEvent({ type: 'down', fault: missing(follower.readerName) });
    } else if (this.#down) {
      follower.onEvent({ type: 'down', fault: this.#down });
    }
  }

  #readerOf(follower: Follower): PresentReader | undefined {
    for (const [name, reader] of this.#readers) if (isNamed(name, follower.readerName)) return reader;
    return undefined;
  }
}

function isNamed(readerName: string, configured: string): boolean {
  return readerName === configured || readerName.startsWith(`${configured} `);
}

function missing(readerName: string): Fault {
  return fault('reader.missing', readerName);
}
