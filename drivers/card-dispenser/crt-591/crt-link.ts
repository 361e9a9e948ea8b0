import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { FrameReader } from '../../line/frame-reader.ts';
import type { Connection } from '../../transport/transport.ts';
import { CrtParser, type CrtToken, controlBytes, encodeFrame } from './crt-frame.ts';
import { type CrtCommand, type CrtReply, decodeReply, encodeCommand } from './crt-message.ts';

export interface CrtLinkOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 15, as set on the unit's switches. */
  readonly deviceAddress: number;
  readonly onDiscarded: (count: number) => void;
}

/** CRT-591-M protocol, 3: the device acknowledges within 300 ms; mechanical orders take the vendor's driver up to 31 s. */
const ackLimitMs = 300;
/** What is not sent again has nothing to gain from giving up early: a busy machine may be late itself. */
const patientAckLimitMs = 2_000;
const replyLimitMs = 31_000;
const mostTries = 3;
/**
 * The device takes a command that is repeated within 20 ms for the one it has just had, dispense and initialise aside
 * (CRT-591-M protocol, 3). Two equal APDUs in a row are two, so equal commands keep more than that apart: counted from the
 * answer to the first, since on a busy line the device may have had it long after it was sent.
 */
const apartMs = 25;

/**
 * Whether a command may be sent again when its acknowledgement is missing. `once`: it may have been carried out already
 * (a card moved, an APDU executed); the caller asks for the status first. A NAK may always be followed by a repeat.
 */
export type CrtRepeat = 'repeat' | 'once';

/**
 * One command at a time over one connection:
 *
 *   command ──▶            within 300 ms, else again (at most 3 times)
 *           ◀── ACK
 *           ◀── reply      within 31 s
 *   ACK     ──▶            NAK when it was damaged: the device repeats it
 */
export class CrtLink {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #deviceAddress: number;
  readonly #frames: FrameReader<CrtToken>;
  #unasked = 0;
  #last: { readonly frame: Uint8Array; readonly atMs: number } | undefined;

  constructor({ connection, clock, log, deviceAddress, onDiscarded }: CrtLinkOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#log = log;
    this.#deviceAddress = deviceAddress;
    this.#frames = new FrameReader({ connection, parser: new CrtParser(), clock, onDiscarded });
  }

  /** Faults: `line.no-answer`, `line.garbled`, or the end of the connection. A failure reply is a value. */
  async exchange(command: CrtCommand, repeat: CrtRepeat): Promise<Result<CrtReply, Fault>> {
    this.#forgetWhatWaits();
    const frame = encodeFrame(this.#deviceAddress, encodeCommand(command));
    await this.#keepApart(frame);
    for (let tries = 1; ; tries++) {
      const written = await this.#connection.write(frame);
      if (!written.ok) return written;
      this.#last = { frame, atMs: this.#clock.monotonicMs() };
      const heard = await this.#acknowledgement(command, repeat === 'once' ? patientAckLimitMs : ackLimitMs);
      if (heard === 'ack') return this.#reply(command);
      if (typeof heard === 'object') return heard;
      if (heard === 'silence' && (tries >= mostTries || repeat === 'once')) {
        return err(fault('line.no-answer', 'the dispenser does not acknowledge commands'));
      }
      if (tries >= mostTries) return err(fault('line.garbled', 'commands reach the dispenser damaged'));
    }
  }

  async #acknowledgement(
    command: CrtCommand,
    limitMs: number,
  ): Promise<'ack' | 'nak' | 'silence' | Result<CrtReply, Fault>> {
    const endMs = this.#clock.monotonicMs() + limitMs;
    for (;;) {
      const heard = await this.#frames.next(this.#until(endMs));
      if (!heard.ok) return heard.error.code === 'line.no-answer' ? 'silence' : heard;
      const token = heard.value;
      if (token.kind === 'ack' || token.kind === 'nak') return token.kind;
      // The acknowledgement was lost on the way, the answer was not.
      const reply = this.#replyTo(command, token);
      if (reply) return this.#confirmed(reply);
    }
  }

  async #reply(command: CrtCommand): Promise<Result<CrtReply, Fault>> {
    const endMs = this.#clock.monotonicMs() + replyLimitMs;
    let damaged = 0;
    for (;;) {
      const heard = await this.#frames.next(this.#until(endMs));
      if (!heard.ok) return heard.error.code === 'line.no-answer' ? this.#cancel(command) : heard;
      if (heard.value.kind === 'damaged') {
        if (++damaged > mostTries) return err(fault('line.garbled', 'every repeat of a reply was damaged'));
        const written = await this.#connection.write(Uint8Array.of(controlBytes.nak));
        if (!written.ok) return written;
        continue;
      }
      const reply = this.#replyTo(command, heard.value);
      if (reply) return this.#confirmed(reply);
    }
  }

  /** Clears the line with EOT. A reply that comes instead means that the command had ended already. */
  async #cancel(command: CrtCommand): Promise<Result<CrtReply, Fault>> {
    for (let tries = 1; tries <= mostTries; tries++) {
      const written = await this.#connection.write(Uint8Array.of(controlBytes.eot));
      if (!written.ok) return written;
      const endMs = this.#clock.monotonicMs() + ackLimitMs;
      for (;;) {
        const heard = await this.#frames.next(this.#until(endMs));
        if (!heard.ok) break;
        const reply = this.#replyTo(command, heard.value);
        if (reply) return this.#confirmed(reply);
        if (heard.value.kind === 'eot') {
          return err(fault('line.no-answer', 'no reply in time, the command was cancelled'));
        }
      }
    }
    return err(fault('line.no-answer', 'no reply in time, and none to cancelling'));
  }

  async #confirmed(reply: CrtReply): Promise<Result<CrtReply, Fault>> {
    if (this.#last) this.#last = { ...this.#last, atMs: this.#clock.monotonicMs() };
    const written = await this.#connection.write(Uint8Array.of(controlBytes.ack));
    return written.ok ? ok(reply) : written;
  }

  /** The reply in this token if it is one to `command`; any other reply is counted and dropped. */
  #replyTo(command: CrtCommand, token: CrtToken): CrtReply | undefined {
    if (token.kind !== 'frame') return undefined;
    const reply = token.address === this.#deviceAddress ? decodeReply(token.text) : undefined;
    if (reply?.command === command.command && reply.parameter === command.parameter) return reply;
    this.#countUnasked(token);
    return undefined;
  }

  #forgetWhatWaits(): void {
    for (const token of this.#frames.takeWaiting()) this.#countUnasked(token);
    this.#frames.forgetPartial();
  }

  #countUnasked(token: CrtToken): void {
    if (token.kind !== 'frame') return;
    this.#unasked++;
    this.#log.warn('reply to a question never asked', {
      fault: 'line.unexpected-reply',
      total: this.#unasked,
      address: token.address,
      command: token.text[1],
      parameter: token.text[2],
    });
  }

  async #keepApart(frame: Uint8Array): Promise<void> {
    if (!this.#last || Buffer.compare(this.#last.frame, frame) !== 0) return;
    const waitMs = this.#until(this.#last.atMs + apartMs);
    if (waitMs > 0) await delay(this.#clock, waitMs);
  }

  #until(endMs: number): number {
    return Math.max(0, endMs - this.#clock.monotonicMs());
  }
}
