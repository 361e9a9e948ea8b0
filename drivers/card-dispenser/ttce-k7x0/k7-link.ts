import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { FrameReader } from '../../line/frame-reader.ts';
import type { Connection } from '../../transport/transport.ts';
import { encodeK7Frame, encodeK7Sign, K7Parser, type K7Token } from './k7-frame.ts';
import {
  decodeK7Reply,
  encodeK7Command,
  type K7CommandName,
  type K7Reply,
  k7Commands,
} from './k7-message.ts';

export interface K7LinkOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 15, as set on the unit's switches. */
  readonly deviceAddress: number;
  readonly onDiscarded: (count: number) => void;
}

/** The maker's library waits 200 ms for checks and 1.2 s for card commands; a busy machine may be late itself. */
const ackLimitMs = 1_000;
const replyLimitMs = { status: 2_000, card: 5_000 } as const;
const mostTries = 3;
/** "Two check states must interval 200 ms" (protocol, three). */
const statusApartMs = 200;

/** One command at a time over one connection; nothing is carried out before its ENQ. */
export class K7Link {
  readonly #options: K7LinkOptions;
  readonly #frames: FrameReader<K7Token>;
  #unasked = 0;
  #statusAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: K7LinkOptions) {
    this.#options = options;
    const { connection, clock, onDiscarded } = options;
    this.#frames = new FrameReader({ connection, parser: new K7Parser(), clock, onDiscarded });
  }

  /** The status bits. Asked again where the answer was damaged: it moves nothing. */
  async status(): Promise<Result<number, Fault>> {
    const { clock } = this.#options;
    for (let tries = 1; ; tries++) {
      const waitMs = this.#statusAtMs + statusApartMs - clock.monotonicMs();
      if (waitMs > 0) await delay(clock, waitMs);
      const answered = await this.#exchange('status', new Uint8Array(0));
      this.#statusAtMs = clock.monotonicMs();
      if (answered.ok && answered.value.kind === 'status') return ok(answered.value.bits);
      const problem = answered.ok ? fault('line.garbled', 'a status was asked for') : answered.error;
      if (problem.code !== 'line.garbled' || tries >= mostTries) return err(problem);
    }
  }

  /** To the card at the encoder. A failure is a value. Never sent again once it may have reached the card. */
  card(name: K7CommandName, data = new Uint8Array(0)): Promise<Result<K7Reply, Fault>> {
    return this.#exchange(name, data);
  }

  /** Orders a movement and returns at once: only the status tells what becomes of it. On a fault it has not begun. */
  async order(name: K7CommandName): Promise<Result<void, Fault>> {
    return this.#begin(name, new Uint8Array(0));
  }

  async #exchange(name: K7CommandName, data: Uint8Array): Promise<Result<K7Reply, Fault>> {
    const begun = await this.#begin(name, data);
    if (!begun.ok) return begun;
    const { clock } = this.#options;
    const endMs = clock.monotonicMs() + replyLimitMs[name === 'status' ? 'status' : 'card'];
    for (;;) {
      const heard = await this.#frames.next(Math.max(0, endMs - clock.monotonicMs()));
      if (!heard.ok) return heard;
      if (heard.value.kind === 'damaged') return err(fault('line.garbled', 'a reply arrived damaged'));
      const reply = this.#replyTo(name, heard.value);
      if (reply) return ok(reply);
    }
  }

  /** Command, ACK, ENQ. */
  async #begin(name: K7CommandName, data: Uint8Array): Promise<Result<void, Fault>> {
    const { connection, deviceAddress } = this.#options;
    for (const token of this.#frames.takeWaiting()) this.#countUnasked(token);
    this.#frames.forgetPartial();
    const frame = encodeK7Frame(deviceAddress, encodeK7Command(name, data));
    for (let tries = 1; ; tries++) {
      const written = await connection.write(frame);
      if (!written.ok) return written;
      const heard = await this.#acknowledgement();
      if (typeof heard === 'object') return heard;
      if (heard === 'ack') return connection.write(encodeK7Sign('enq', deviceAddress));
      if (tries < mostTries) continue;
      return err(
        heard === 'nak'
          ? fault('line.garbled', 'commands reach the dispenser damaged')
          : fault('line.no-answer', 'the dispenser does not acknowledge commands'),
      );
    }
  }

  async #acknowledgement(): Promise<'ack' | 'nak' | 'silence' | Result<never, Fault>> {
    const { clock, deviceAddress } = this.#options;
    const endMs = clock.monotonicMs() + ackLimitMs;
    for (;;) {
      const heard = await this.#frames.next(Math.max(0, endMs - clock.monotonicMs()));
      if (!heard.ok) return heard.error.code === 'line.no-answer' ? 'silence' : heard;
      const token = heard.value;
      const isForUs = 'address' in token && token.address === deviceAddress;
      if (isForUs && (token.kind === 'ack' || token.kind === 'nak')) return token.kind;
      this.#countUnasked(token);
    }
  }

  #replyTo(name: K7CommandName, token: K7Token): K7Reply | undefined {
    if (token.kind !== 'frame') return undefined;
    const reply = token.address === this.#options.deviceAddress ? decodeK7Reply(token.text) : undefined;
    const isOurs =
      reply?.kind === 'status' ? name === 'status' : reply?.command === k7Commands[name].text.slice(0, 2);
    if (reply && isOurs) return reply;
    this.#countUnasked(token);
    return undefined;
  }

  #countUnasked(token: K7Token): void {
    if (token.kind !== 'frame') return;
    this.#unasked++;
    this.#options.log.warn('reply to a question never asked', {
      fault: 'line.unexpected-reply',
      total: this.#unasked,
      address: token.address,
      head: token.text[0],
    });
  }
}
