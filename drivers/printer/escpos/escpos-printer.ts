import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, type FaultCode, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { SupervisedLine } from '../../line/supervised-line.ts';
import type { Connection, Transport } from '../../transport/transport.ts';
import type { PrintBlock, Printer, PrintOutcome } from '../printer.ts';
import { cutBytes, type EncodedReceipt, encodeReceipt } from './encode-receipt.ts';
import {
  askProcessId,
  askRealTime,
  clearBuffers,
  type EscPosAnswer,
  EscPosAnswerParser,
  faultOf,
  initialise,
  type PrinterStatus,
  statusOfRealTime,
} from './escpos-status.ts';

export interface EscPosPrinterOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** Width of the roll; 80 unless told. */
  readonly paperMm?: 58 | 80;
  /** Characters in a line of the normal font, where a model differs: 42 on 80 mm paper of some. */
  readonly columns?: number;
  /** How long one status question may take. */
  readonly answerLimitMs?: number;
  /** From the call of `print` to its outcome. */
  readonly printLimitMs?: number;
  /** Rest between two looks at the state. */
  readonly pollMs?: number;
}

interface Waiter {
  readonly take: (answer: EscPosAnswer) => boolean;
  readonly end: (reason: Fault) => void;
}

/**
 * A line lost inside a picture leaves a printer that takes what follows for the missing dots. Blanks end the picture, and are
 * nothing where there is none (the way of `receiptio`); printers that know DLE DC4 8 have forgotten it by then.
 */
const restOfPicture = new Uint8Array(8_192);

/** Characters of font A on a roll of so many mm: 384 and 576 dots, 12 each. */
const columnsOfPaper = { 58: 32, 80: 48 } as const;

/**
 * A receipt printer that speaks ESC/POS, usually on TCP 9100.
 *
 *   print ─ DLE EOT 1..4 ─ ESC @, GS a ─ automatic status ─ text ─ GS ( H ─ cut ─ GS ( H ─▶ both ids ─▶ printed, DLE EOT 1..4
 *             └ trouble: not-printed       └ trouble: not-printed    ├─ status with trouble ─▶ not-printed, buffers cleared
 *                                                                    │    after the first id ─▶ unknown
 *                                                                    └─ line lost, silence ──▶ unknown
 */
export class EscPosPrinter implements Printer {
  readonly columns: number;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #answerLimitMs: number;
  readonly #printLimitMs: number;
  readonly #pollMs: number;
  readonly #line: SupervisedLine;
  readonly #status = new DeviceStatus();
  readonly #waiters = new Set<Waiter>();
  /** The end of the queue of conversations: a status question never goes out in the middle of a receipt. */
  #last: Promise<unknown> = Promise.resolve();
  #watching: Promise<void> = Promise.resolve();
  #endRest: () => void = () => undefined;
  #jobNumber = 0;
  /** Lines of a receipt that did not end may hang in the mouth; at first nobody knows. */
  #mayHangOut = true;
  #warning: FaultCode | null = null;

  constructor(options: EscPosPrinterOptions) {
    this.columns = options.columns ?? columnsOfPaper[options.paperMm ?? 80];
    this.#clock = options.clock;
    this.#log = options.log.child({ device: 'printer', address: options.transport.address });
    this.#answerLimitMs = options.answerLimitMs ?? 2_000;
    this.#printLimitMs = options.printLimitMs ?? 30_000;
    this.#pollMs = options.pollMs ?? 3_000;
    this.#line = new SupervisedLine({ transport: options.transport, clock: options.clock, log: options.log });
    this.#line.onState((line) => {
      if (line.status === 'connected') this.#watching = this.#watch(line.connection);
      else if (line.status === 'disconnected')
        this.#status.set({ status: 'disconnected', fault: line.fault });
      else if (line.status === 'stopped') this.#status.set({ status: 'stopped' });
    });
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  /** By the sensor at the roll; a printer without one never says so. */
  get warning(): FaultCode | null {
    return this.#warning;
  }

  /** Bytes that made no answer, since start. */
  get discardedBytes(): number {
    return this.#line.discardedBytes;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  start(): void {
    this.#line.start();
  }

  async stop(): Promise<void> {
    await this.#line.stop();
    await this.#watching;
    await this.#last;
  }

  async print(blocks: readonly PrintBlock[]): Promise<PrintOutcome> {
    const receipt = encodeReceipt(blocks, this.columns);
    const dueMs = this.#clock.monotonicMs() + this.#printLimitMs;
    const outcome = await this.#inTurn(() => this.#print(receipt, dueMs));
    this.#log.info('print', {
      outcome: outcome.kind,
      fault: 'fault' in outcome ? outcome.fault.code : undefined,
      detail: 'fault' in outcome ? outcome.fault.detail : undefined,
    });
    return outcome;
  }

  #inTurn<T>(converse: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(converse);
    this.#last = turn;
    return turn;
  }

  async #print(receipt: EncodedReceipt, dueMs: number): Promise<PrintOutcome> {
    const connection = this.#line.connection;
    if (!connection) {
      const state = this.state;
      return notPrinted(
        'fault' in state ? state.fault : fault('transport.closed', 'the printer is not open'),
      );
    }
    const status = await this.#askStatus(connection);
    if (!status.ok) return notPrinted(status.error);
    const trouble = faultOf(status.value);
    if (trouble) return notPrinted(trouble);
    let watched = await this.#startAutomaticStatus(connection, initialise);
    if (watched?.code === 'printer.no-answer') {
      await this.#clear(connection);
      watched = await this.#startAutomaticStatus(connection, Uint8Array.of(...restOfPicture, ...initialise));
    }
    if (watched) return notPrinted(watched);
    return this.#send(connection, receipt, dueMs);
  }

  /** From here on bytes of the receipt are out: what goes wrong without a word of the printer is unknown (I11). */
  async #send(connection: Connection, receipt: EncodedReceipt, dueMs: number): Promise<PrintOutcome> {
    this.#jobNumber = (this.#jobNumber + 1) % 1_000;
    const number = String(this.#jobNumber).padStart(3, '0');
    const textId = `T${number}`;
    const cutId = `C${number}`;
    // What is left after clearing the buffers, should that be needed.
    const limitMs = dueMs - this.#answerLimitMs - this.#clock.monotonicMs();
    if (limitMs <= 0) return notPrinted(fault('printer.no-answer', 'the printer is too slow to begin'));
    let textIsOut = false;
    const ending = this.#expect(limitMs, (answer): PrintOutcome | undefined => {
      if (answer.kind === 'process-id') {
        textIsOut ||= answer.id === textId;
        return answer.id === cutId ? { kind: 'printed' } : undefined;
      }
      const trouble = answer.kind === 'automatic' ? faultOf(answer.status) : null;
      if (!trouble) return undefined;
      // Text without a cut can be torn off: nobody knows whether the customer has it.
      return textIsOut
        ? { kind: 'unknown', fault: trouble }
        : { kind: 'not-printed', fault: trouble, onPaper: 'part' };
    });
    const separated = this.#mayHangOut ? cutBytes(this.columns) : new Uint8Array(0);
    this.#mayHangOut = true;
    const bytes = [separated, receipt.text, askProcessId(textId), receipt.cut, askProcessId(cutId)];
    void connection.write(Uint8Array.from(Buffer.concat(bytes))); // a line that fails ends `ending` too
    const outcome = await ending;
    if (!outcome.ok) {
      // Late answers of this job must not meet the next one, nor its rest the next one's paper.
      await this.#line.drop(outcome.error);
      return { kind: 'unknown', fault: outcome.error };
    }
    if (outcome.value.kind === 'printed') this.#mayHangOut = false;
    else await this.#clear(connection);
    this.#endRest(); // the roll may just have ended: look at once
    return outcome.value;
  }

  /** The rest of a receipt that stopped must not come out for the next customer, when paper is back. */
  async #clear(connection: Connection): Promise<void> {
    const cleared = this.#expect(this.#answerLimitMs, (answer) =>
      answer.kind === 'cleared' ? true : undefined,
    );
    await connection.write(clearBuffers);
    const answer = await cleared;
    if (!answer.ok) this.#log.warn('buffers of the printer may not be empty', { fault: answer.error.code });
  }

  async #startAutomaticStatus(connection: Connection, bytes: Uint8Array): Promise<Fault | null> {
    const first = this.#expect(this.#answerLimitMs, (answer) =>
      answer.kind === 'automatic' ? answer.status : undefined,
    );
    const written = await connection.write(bytes);
    if (!written.ok) return written.error;
    const status = await first;
    return status.ok ? faultOf(status.value) : status.error;
  }

  /** Looks at the printer at once and then after every rest, until the connection ends. */
  async #watch(connection: Connection): Promise<void> {
    let ended = false;
    const parser = new EscPosAnswerParser();
    connection.onEnd((end) => {
      ended = true;
      const reason = end.by === 'world' ? end.fault : fault('transport.closed', 'closed by the driver');
      for (const waiter of [...this.#waiters]) waiter.end(reason);
      this.#endRest();
    });
    connection.onData((bytes) => {
      const parsed = parser.push(bytes);
      this.#line.countDiscarded(parsed.discarded);
      for (const answer of parsed.frames) this.#receive(answer);
    });
    await this.#inTurn(() => this.#lookFirst(connection, () => ended));
    while (!ended) {
      await this.#rest();
      if (!ended) await this.#inTurn(() => this.#look(connection, () => ended));
    }
  }

  /** A printer that stands still may hold the rest of a receipt whose line was lost: it must not come out later. */
  async #lookFirst(connection: Connection, hasEnded: () => boolean): Promise<void> {
    if (hasEnded()) return;
    await connection.write(initialise);
    const status = await this.#look(connection, hasEnded);
    if (status && faultOf(status) && !hasEnded()) await this.#clear(connection);
  }

  /** Null when it does not answer, or the line has ended. */
  async #look(connection: Connection, hasEnded: () => boolean): Promise<PrinterStatus | null> {
    if (hasEnded()) return null;
    const status = await this.#askStatus(connection);
    if (hasEnded()) return null;
    if (status.ok) this.#show(status.value);
    else await this.#line.drop(status.error);
    return status.ok ? status.value : null;
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(this.#pollMs, resolve);
      this.#endRest = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Asks one after the other: an answer does not say which question it belongs to. */
  async #askStatus(connection: Connection): Promise<Result<PrinterStatus, Fault>> {
    const answers: [number, number, number, number] = [0, 0, 0, 0];
    for (const n of [1, 2, 3, 4] as const) {
      const answer = this.#expect(this.#answerLimitMs, (given) =>
        given.kind === 'real-time' ? given.byte : undefined,
      );
      const written = await connection.write(askRealTime(n));
      const byte = await answer;
      if (!written.ok) return written;
      if (!byte.ok) return byte;
      answers[n - 1] = byte.value;
    }
    return ok(statusOfRealTime(answers));
  }

  #receive(answer: EscPosAnswer): void {
    if (answer.kind === 'automatic') this.#show(answer.status);
    let wanted = answer.kind === 'automatic';
    for (const waiter of [...this.#waiters]) wanted = waiter.take(answer) || wanted;
    if (!wanted) {
      this.#log.warn('answer to no question', { fault: 'line.unexpected-reply', answer: answer.kind });
    }
  }

  #show(status: PrinterStatus): void {
    const trouble = faultOf(status);
    this.#warning = status.paperNearEnd && !trouble ? 'printer.paper-low' : null;
    this.#status.set(trouble ? { status: 'faulted', fault: trouble } : { status: 'ready' });
  }

  /** The first answer that `pick` wants. Faults: `printer.no-answer`, `line.garbled`, or the end of the connection. */
  #expect<T>(limitMs: number, pick: (answer: EscPosAnswer) => T | undefined): Promise<Result<T, Fault>> {
    const discardedBefore = this.discardedBytes;
    return new Promise((resolve) => {
      const settle = (result: Result<T, Fault>): void => {
        cancel();
        this.#waiters.delete(waiter);
        resolve(result);
      };
      const waiter: Waiter = {
        take: (answer) => {
          const picked = pick(answer);
          if (picked !== undefined) settle(ok(picked));
          return picked !== undefined;
        },
        end: (reason) => settle(err(reason)),
      };
      const cancel = this.#clock.setTimer(limitMs, () =>
        settle(
          err(
            this.discardedBytes > discardedBefore
              ? fault('line.garbled', 'the printer answers nonsense')
              : fault('printer.no-answer', `no answer within ${limitMs} ms`),
          ),
        ),
      );
      this.#waiters.add(waiter);
    });
  }
}

function notPrinted(reason: Fault): PrintOutcome {
  return { kind: 'not-printed', fault: reason, onPaper: 'nothing' };
}
