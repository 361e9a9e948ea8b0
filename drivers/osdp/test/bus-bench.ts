import type { Fault } from '@portillon/core/base/fault-codes.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import type { Result } from '@portillon/core/base/result.ts';
import {
  type Levels,
  OsdpPeripheral,
  type PeripheralOrder,
} from '@portillon/hardware-sims/osdp/osdp-peripheral.ts';
import { type BusEffect, type BusInput, type BusState, newBus, nextBus } from '../osdp-bus.ts';
import type { OsdpCommand, OsdpReply, ReaderEvent } from '../osdp-messages.ts';
import { type OsdpPacket, OsdpParser } from '../osdp-packet.ts';
import type { KeyChange, LinkStatus, ReaderKeys, ReaderLink } from '../reader-link.ts';

export const keyOfUnit = (unit: number) => new Uint8Array(16).fill(0x40 + unit);

/** What comes back for a packet: bytes after so many ms, nothing, or what the reader itself answers. */
export type Answers = (
  packet: OsdpPacket,
  reader: OsdpPeripheral | undefined,
) => Uint8Array | null | 'as usual';

interface OnItsWay {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** The bus machine with readers at its other end, in a time that only moves when told to. */
export class BusBench {
  readonly random = new SeededRandom(11);
  readonly readers = new Map<number, OsdpPeripheral>();
  readonly levels: { -readonly [K in keyof Levels]: Levels[K] } = {
    inputs: [false, false],
    outputs: [false, false],
    tampered: false,
    powerFailed: false,
  };
  readonly orders: PeripheralOrder[] = [];
  readonly statuses: { readonly unit: number; readonly status: LinkStatus; readonly atMs: number }[] = [];
  readonly events: ReaderEvent[] = [];
  readonly settled: { readonly orderId: number; readonly result: Result<OsdpReply, Fault> }[] = [];
  readonly sent: { readonly atMs: number; readonly packet: OsdpPacket; readonly bytes: Uint8Array }[] = [];
  readonly proven: number[] = [];
  unasked = 0;
  answers: Answers = () => 'as usual';
  /** What readers answer, sealed, in the place of what they should. */
  instead: (commandCode: number) => OsdpReply | null = () => null;
  replyMs = 3;
  state: BusState;
  nowMs = 0;
  #wakeMs = Number.POSITIVE_INFINITY;
  #coming: OnItsWay[] = [];
  readonly #panel = new OsdpParser('panel');
  readonly #parser = new OsdpParser('reader');

  constructor(
    units: readonly {
      readonly unit: number;
      readonly keys?: ReaderKeys;
      readonly scbk?: Uint8Array | null;
    }[],
  ) {
    this.state = newBus(
      units.map(({ unit, keys }) => ({ unit, keys: keys ?? { current: keyOfUnit(unit), next: null } })),
      { byteMs: 1, replyDelayMs: 200, pollMs: 50 },
    );
    for (const { unit, scbk } of units) this.hang(unit, scbk === undefined ? keyOfUnit(unit) : scbk);
  }

  /** Hangs a reader on the line, in the place of the one that was there. */
  hang(unit: number, scbk: Uint8Array | null): OsdpPeripheral {
    const reader = new OsdpPeripheral({
      unit,
      serialNumber: unit,
      scbk,
      parts: { inputs: 2, outputs: 2, lights: 1, sound: true, text: true },
      randomBytes: (count) => this.random.bytes(count),
      levels: () => this.levels,
      answersInstead: (code) => this.instead(code),
      onOrder: (order) => {
        this.orders.push(order);
        return true;
      },
    });
    this.readers.set(unit, reader);
    return reader;
  }

  reader(unit: number): OsdpPeripheral {
    const reader = this.readers.get(unit);
    if (!reader) throw new Error(`no reader ${unit}`);
    return reader;
  }

  link(unit: number): ReaderLink {
    const link = this.state.links.find((each) => each.unit === unit);
    if (!link) throw new Error(`no link ${unit}`);
    return link;
  }

  faultOf(unit: number): string | null {
    const { status } = this.link(unit);
    return status.name === 'down' ? status.fault.code : null;
  }

  start(): this {
    this.input({ type: 'line-up' });
    return this;
  }

  order(unit: number, orderId: number, command: OsdpCommand): void {
    this.input({ type: 'order', unit, orderId, command });
  }

  changeKey(unit: number, change: KeyChange): void {
    this.input({ type: 'change-key', unit, change });
  }

  /** Puts bytes on the line that nobody need have asked for. */
  puts(bytes: Uint8Array): void {
    const { frames, discarded } = this.#parser.push(bytes);
    this.input({ type: 'arrived', packets: frames, discarded });
  }

  input(input: BusInput): void {
    const step = nextBus(this.state, input, {
      nowMs: this.nowMs,
      randomBytes: (count) => this.random.bytes(count),
    });
    this.state = step.state;
    for (const effect of step.effects) this.#do(effect);
  }

  run(forMs: number): this {
    const endMs = this.nowMs + forMs;
    for (;;) {
      const next = Math.min(this.#wakeMs, ...this.#coming.map(({ atMs }) => atMs));
      if (next > endMs) break;
      this.nowMs = Math.max(this.nowMs, next);
      const arrived = this.#coming.filter(({ atMs }) => atMs <= this.nowMs);
      if (arrived.length > 0) {
        this.#coming = this.#coming.filter((each) => !arrived.includes(each));
        for (const { bytes } of arrived) this.puts(bytes);
      } else {
        this.#wakeMs = Number.POSITIVE_INFINITY;
        this.input({ type: 'woken' });
      }
    }
    this.nowMs = endMs;
    return this;
  }

  codesSent(unit: number): string {
    return this.sent
      .filter(({ packet }) => packet.unit === unit)
      .map(({ packet }) => packet.code.toString(16))
      .join(' ');
  }

  #do(effect: BusEffect): void {
    switch (effect.type) {
      case 'send':
        this.#parser.reset();
        this.#send(effect.bytes);
        return;
      case 'wake':
        this.#wakeMs = effect.atMs;
        return;
      case 'unasked':
        this.unasked += effect.count;
        return;
      case 'status':
        this.statuses.push({ unit: effect.unit, status: effect.status, atMs: this.nowMs });
        return;
      case 'event':
        this.events.push(effect.event);
        return;
      case 'settled':
        this.settled.push(effect);
        return;
      case 'next-key-proven':
        this.proven.push(effect.unit);
        return;
    }
  }

  #send(bytes: Uint8Array): void {
    const [packet] = this.#panel.push(bytes).frames;
    if (!packet) throw new Error('the panel sent no packet');
    this.sent.push({ atMs: this.nowMs, packet, bytes });
    const reader = this.readers.get(packet.unit);
    const told = this.answers(packet, reader);
    const answer = told === 'as usual' ? reader?.answer(packet) : told;
    if (answer) this.#coming.push({ atMs: this.nowMs + this.replyMs, bytes: answer });
  }
}
