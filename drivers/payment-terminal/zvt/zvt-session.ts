import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { DeviceAbout, DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import type { Connection, Transport } from '../../transport/transport.ts';
import { type Apdu, apduOf } from './apdu.ts';
import { type ApduLine, TcpApduLine } from './apdu-line.ts';
import { BlockLine } from './block-line.ts';
import { canWork, codeWords, intermediateName, resultMeaning } from './zvt-codes.ts';
import { converse, type ZvtConversationOptions, type ZvtEnding } from './zvt-conversation.ts';
import { encodeRegistration, zvtCommands } from './zvt-messages.ts';

export interface ZvtSessionOptions {
  /** `tcp://host:20007` speaks bare APDUs, `serial://…?baud=9600&stop=2` speaks blocks. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** Six digits, as set on the terminal; 000000 unless said. */
  readonly password?: string;
  /** T3, 5 s: how long the terminal may take to say whether it begins. */
  readonly commandLimitMs?: number;
  /** T4, 180 s: how long it may take from one sign of life to the next. */
  readonly answerLimitMs?: number;
  /** T4 where no customer and no bank is needed, 15 s: status enquiry, registration. */
  readonly promptLimitMs?: number;
  /** How long it may take to ask again after `not yet`, 15 s; the standard says 2 s. */
  readonly askAgainLimitMs?: number;
  /** How often the terminal is asked for its status at rest, 30 s; the standard wants a minute at the most. */
  readonly pingEveryMs?: number;
  /** T1 and T2 of a serial line. */
  readonly byteGapMs?: number;
  readonly ackLimitMs?: number;
}

/** How a command came out; `not-sent` when there was no connection for it. */
export type ZvtExchange = ZvtEnding | { readonly kind: 'not-sent'; readonly fault: Fault };
export type ZvtParts = Pick<ZvtConversationOptions, 'onBegun' | 'answerTo'>;

type Lost = Extract<ZvtEnding, { readonly kind: 'lost' }>;

interface Opened {
  readonly line: ApduLine;
  readonly connection: Connection;
  /** A command has come to its end on it: the terminal may be about to end it. */
  wasUsed: boolean;
}

/** Whether a command may be sent again over a new connection: where it books nothing without a yes of ours. */
export type ZvtRepeat = 'repeat' | 'once';

/** Whether a customer and a bank may have to be waited for. */
export type ZvtPatience = 'customer' | 'prompt';

const shortRestMs = 5_000;
const stopped = fault('transport.closed', 'the driver was stopped');

/**
 * The connection to one terminal and whose turn it is on it. At rest the terminal is asked for its status (05 01), after
 * a registration (06 00) where the thread was lost. Some terminals end their connection after every command: it is opened
 * again when it is needed.
 */
export class ZvtSession {
  readonly #options: Required<ZvtSessionOptions>;
  readonly #status = new DeviceStatus();
  #opened: Opened | undefined;
  #registered = false;
  #about: DeviceAbout = {};
  /** The end of the queue of conversations: the terminal has one at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #discardedBytes = 0;
  #running: Promise<void> | undefined;
  #stopping = false;
  #wake: () => void = () => undefined;

  constructor(options: ZvtSessionOptions) {
    this.#options = {
      password: '000000',
      commandLimitMs: 5_000,
      answerLimitMs: 180_000,
      promptLimitMs: 15_000,
      askAgainLimitMs: 15_000,
      pingEveryMs: 30_000,
      byteGapMs: 200,
      ackLimitMs: 5_000,
      ...options,
    };
    invariant(/^[0-9]{6}$/.test(this.#options.password), 'a password has six digits');
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  get about(): DeviceAbout {
    return this.#about;
  }

  get password(): string {
    return this.#options.password;
  }

  /** Bytes that made no message, or one that nobody had asked for, since start. */
  get discardedBytes(): number {
    return this.#discardedBytes;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  start(): void {
    invariant(!this.#running, 'a terminal is started once');
    this.#running = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#opened?.connection.close();
    await this.#running;
    await this.#last;
    await this.#opened?.connection.close();
    this.#status.set({ status: 'stopped' });
  }

  /** One command to its end, when its turn comes. A status enquiry that has begun is waited for. */
  async exchange(
    command: Apdu,
    parts: ZvtParts,
    repeat: ZvtRepeat = 'once',
    patience: ZvtPatience = 'customer',
  ): Promise<ZvtExchange> {
    this.#waiting++;
    const { answerLimitMs, promptLimitMs } = this.#options;
    const limitMs = patience === 'customer' ? answerLimitMs : promptLimitMs;
    const ending = await this.#inTurn(() => this.#ask(command, limitMs, parts, repeat));
    this.#waiting--;
    return ending;
  }

  /** 06 B0, in the middle of a command. */
  async abort(): Promise<void> {
    const sent = await this.#opened?.line.send(apduOf(zvtCommands.abort));
    if (sent && !sent.ok) this.#options.log.warn('abort not sent', { fault: sent.error.code });
  }

  /** Asks for the status, at once and then after every rest. */
  async #watch(): Promise<void> {
    while (!this.#stopping) {
      if (this.#waiting === 0) await this.#inTurn(() => this.#ping());
      while (!this.#stopping && (await this.#rest()) === 'cut-short');
    }
  }

  /** Cut short when its length has to be thought over: the connection ended, or we stop. */
  #rest(): Promise<'over' | 'cut-short'> {
    const { clock, pingEveryMs } = this.#options;
    const isWell = this.state.status === 'ready' && this.#opened;
    // A terminal that is not well is asked more often, so that sales are back on the screen soon after it is.
    const restMs = isWell ? pingEveryMs : Math.min(pingEveryMs, shortRestMs);
    return new Promise((resolve) => {
      const cancel = clock.setTimer(restMs, () => resolve('over'));
      this.#wake = () => {
        cancel();
        resolve('cut-short');
      };
    });
  }

  async #ping(): Promise<void> {
    const { password, promptLimitMs, log } = this.#options;
    if (!this.#registered) {
      const ending = await this.#ask(encodeRegistration(password), promptLimitMs, {}, 'repeat');
      if ('fault' in ending) return;
      this.#registered = ending.kind === 'completed';
      if (ending.kind !== 'completed') log.warn('registration refused', { code: codeWords(ending.code) });
    }
    const enquiry = apduOf(zvtCommands.statusEnquiry);
    const ending = await this.#ask(enquiry, promptLimitMs, {}, 'repeat');
    if (!('fault' in ending)) this.#status.set(stateOf(ending));
  }

  /**
   * One command over the open connection, or a new one. A connection that ends under a command before the terminal has
   * begun may have been ended by it after the command before: what books nothing is said again (rule ZV15).
   */
  async #ask(command: Apdu, answerLimitMs: number, parts: ZvtParts, repeat: ZvtRepeat): Promise<ZvtExchange> {
    let lost: Lost | undefined;
    for (;;) {
      const opened = await this.#open();
      // What was said over the connection before may have been heard.
      if ('fault' in opened) return lost ? this.#lost(lost) : { kind: 'not-sent', fault: opened.fault };
      const mayHaveEnded = opened.wasUsed && repeat === 'repeat';
      const ending = await this.#converse(opened, command, answerLimitMs, parts);
      if (ending.kind !== 'lost') {
        opened.wasUsed = true;
        return ending;
      }
      lost = ending;
      const mayHaveMissedIt = mayHaveEnded && !lost.hadBegun && lost.fault.code === 'transport.pulled';
      if (!mayHaveMissedIt || this.#stopping) return this.#lost(lost);
    }
  }

  /** A conversation that is lost ends the connection: only so does the terminal give it up too. */
  async #converse(
    { line, connection }: Opened,
    command: Apdu,
    answerLimitMs: number,
    parts: ZvtParts,
  ): Promise<ZvtEnding> {
    const { clock, log, commandLimitMs, askAgainLimitMs } = this.#options;
    const limits = { commandLimitMs, answerLimitMs, askAgainLimitMs };
    const onIntermediate = (code: number): void =>
      log.info('terminal shows', { what: intermediateName(code) });
    const onAbout = (about: DeviceAbout): void => {
      this.#about = { ...this.#about, ...about };
    };
    const ending = await converse({ line, clock, ...limits, onIntermediate, onAbout, ...parts }, command);
    if (ending.kind === 'lost') await connection.close();
    return ending;
  }

  #lost(ending: Lost): Lost {
    this.#registered = false;
    if (this.#stopping) return { ...ending, fault: stopped };
    const isGone = ending.fault.code.startsWith('transport.');
    this.#status.set({ status: isGone ? 'disconnected' : 'faulted', fault: ending.fault });
    this.#wake();
    return ending;
  }

  async #open(): Promise<Opened | { readonly fault: Fault }> {
    const { transport } = this.#options;
    if (this.#stopping) return { fault: stopped };
    if (this.#opened) return this.#opened;
    const result = await transport.open();
    if (!result.ok) {
      this.#registered = false;
      this.#status.set({ status: 'disconnected', fault: result.error });
      return { fault: result.error };
    }
    const connection = result.value;
    if (this.#stopping) {
      await connection.close();
      return { fault: stopped };
    }
    const opened = { connection, line: this.#lineOver(connection), wasUsed: false };
    this.#opened = opened;
    connection.onEnd(() => {
      if (this.#opened === opened) this.#opened = undefined;
      this.#wake();
    });
    return opened;
  }

  #lineOver(connection: Connection): ApduLine {
    const { transport, clock, log, byteGapMs, ackLimitMs } = this.#options;
    const onDiscarded = (count: number): void => {
      this.#discardedBytes += count;
      log.debug('bytes discarded', { count, total: this.#discardedBytes });
    };
    return transport.address.startsWith('serial:')
      ? new BlockLine({ connection, clock, onDiscarded, byteGapMs, ackLimitMs })
      : new TcpApduLine({ connection, clock, onDiscarded });
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn;
    return turn;
  }
}

/** What the answer to 05 01 says. A terminal that is at work for somebody is well. */
function stateOf(ending: Exclude<ZvtEnding, { readonly kind: 'lost' }>): DeviceState {
  const code = ending.kind === 'completed' ? (ending.terminalStatus ?? 0) : ending.code;
  const isWell = ending.kind === 'completed' ? canWork(code) : resultMeaning(code).kind === 'busy';
  if (isWell) return { status: 'ready' };
  return { status: 'faulted', fault: fault('terminal.out-of-order', codeWords(code)) };
}
