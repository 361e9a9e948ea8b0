import { join } from 'node:path';
import { type Clock, delay, withTimeLimit } from '@portillon/core/base/clock.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { ModbusParser, modbusFunctions } from '@portillon/drivers/gate/modbus-board/modbus-rtu.ts';
import { commandCodes, replyCodes } from '@portillon/drivers/osdp/osdp-messages.ts';
import { OsdpParser } from '@portillon/drivers/osdp/osdp-packet.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { VpcdReaderSim } from '@portillon/hardware-sims/card-reader/vpcd/vpcd-reader-sim.ts';
import { ModbusGateSim } from '@portillon/hardware-sims/gate/modbus-board/modbus-gate-sim.ts';
import { OsdpReaderSim } from '@portillon/hardware-sims/osdp/osdp-reader-sim.ts';
import { OsdpWire } from '@portillon/hardware-sims/osdp/osdp-wire.ts';
import { SerialScannerSim } from '@portillon/hardware-sims/scanner/serial-scanner/serial-scanner-sim.ts';
import type { Sim } from '@portillon/hardware-sims/sim.ts';
import { LineLog } from './line-log.ts';
import { coveredMs, type MeasuredTap } from './tap-figures.ts';

export interface MeasuredGateOptions {
  readonly id: string;
  readonly board: 'modbus' | 'osdp';
  readonly boardBaud: number;
  readonly scannerBaud: number;
  /** Where the ports appear. */
  readonly portFolder: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** One tap, and what its bytes need on a real line: the credential before the measured time, the release after it. */
export interface TapOnTheLine extends MeasuredTap {
  /** Null where no serial line carries the credential. */
  readonly credentialWireMs: number | null;
  readonly releaseWireMs: number;
}

interface Release {
  readonly atMs: number;
  readonly byteCount: number;
}

const releaseLimitMs = 2_000;
/** A release that comes late after all is over by then, and is not taken for that of the next. */
const closedAgainMs = 8_000;
/** A turn of the arm, quicker than a person's, and long enough to be seen by the polls of a busy program. */
const turn = { sensorMs: 250, turnMs: 300 };
/** After a passage the gate is closed and everything written; the rest of the time lands the next tap anywhere between polls. */
const settledMs = 420;
const anywhereMs = 120;
const readerKeyPlaces = ['board', 'badge-reader'] as const;

/** A credential was presented and released nothing: its person would present it again. */
export class MissedTap extends Error {
  override readonly name = 'MissedTap';
}

/**
 * One gate as simulators on real lines, with the moments at which bytes pass: a reader of chips on PC/SC, a scanner and a
 * board on pseudo-terminals, and on an OSDP line a reader of badges beside the board.
 */
export class MeasuredGate {
  readonly id: string;
  readonly board: 'modbus' | 'osdp';
  readonly #options: MeasuredGateOptions;
  readonly #clock: Clock;
  readonly #log: Pick<LineLog<unknown>, 'polls'>;
  readonly #board: Sim;
  readonly #badgeReader: OsdpReaderSim | undefined;
  readonly #reader: VpcdReaderSim;
  readonly #scanner: SerialScannerSim;
  readonly #keys: ReadonlyMap<(typeof readerKeyPlaces)[number], Uint8Array>;
  /** When the last byte of what is being presented passed, as often as one may have been the last. */
  #presented: { readonly atMs: number; readonly byteCount: number }[] = [];
  #released: (release: Release) => void = () => undefined;

  constructor(options: MeasuredGateOptions) {
    const { id, clock, random, portFolder, boardBaud, scannerBaud } = options;
    this.id = id;
    this.board = options.board;
    this.#options = options;
    this.#clock = clock;
    this.#keys = new Map(readerKeyPlaces.map((place) => [place, random.bytes(16)]));
    this.#reader = new VpcdReaderSim({ name: `${id}-reader`, clock });
    this.#scanner = new SerialScannerSim({
      name: `${id}-scanner`,
      clock,
      random,
      path: join(portFolder, `${id}-scanner`),
      baud: scannerBaud,
      watch: { heard: () => undefined, said: ({ length }) => this.#passed(length) },
    });
    const onRelease = (release: Release) => this.#released(release);
    const path = join(portFolder, `${id}-board`);
    if (options.board === 'modbus') {
      const log = new LineLog({
        clock,
        parser: new ModbusParser('requests'),
        isRelease: ({ functionCode }) => functionCode === modbusFunctions.writeCoil,
        restMs: 0,
        onRelease,
      });
      this.#log = log;
      this.#board = new ModbusGateSim({
        name: `${id}-board`,
        clock,
        path,
        baud: boardBaud,
        watch: log,
        ...turn,
      });
      return;
    }
    const replies = new OsdpParser('reader');
    const log = new LineLog({
      clock,
      parser: new OsdpParser('panel'),
      isRelease: ({ code, unit }) => code === commandCodes.output && unit === 0,
      restMs: (2 * 10_000) / boardBaud,
      onRelease,
      onSaid: (bytes) => {
        for (const { code } of replies.push(bytes).frames)
          if (code === replyCodes.raw) this.#passed(bytes.length);
      },
    });
    this.#log = log;
    const wire = new OsdpWire({ path, baud: boardBaud, watch: log });
    const hangs = (place: 'board' | 'badge-reader', unit: number) => ({
      name: `${id}-${place}`,
      clock,
      random,
      wire,
      unit,
      scbk: this.#keys.get(place) ?? null,
      keepsPace: true,
    });
    this.#board = new OsdpReaderSim({
      ...hangs('board', 0),
      turnstile: { output: 0, entryInput: 0, exitInput: 1, ...turn },
    });
    this.#badgeReader = new OsdpReaderSim(hangs('badge-reader', 1));
  }

  /** What the edge's configuration says of it. */
  get config(): object {
    const { id, board } = this;
    const inputs = { pulseMs: 5_000, entryInput: 0, exitInput: 1 };
    const { address } = this.#board;
    return {
      id,
      name: id,
      board:
        board === 'modbus'
          ? { model: 'modbus-board', address, unit: 1, entryRelay: 0, ...inputs }
          : { model: 'osdp', address, unit: 0, output: 0, ...inputs },
      reader: { model: 'pcsc', address: this.#reader.address },
      scanner: { model: 'serial-scanner', address: this.#scanner.address },
      ...(this.#badgeReader ? { badgeReader: { model: 'osdp', address, unit: 1 } } : {}),
    };
  }

  /** By their place in the edge's configuration. */
  get readerKeys(): Readonly<Record<string, Uint8Array>> {
    if (!this.#badgeReader) return {};
    return Object.fromEntries([...this.#keys].map(([place, key]) => [`${this.id}.${place}`, key]));
  }

  async start(): Promise<void> {
    for (const sim of this.#sims) await sim.start();
  }

  async stop(): Promise<void> {
    for (const sim of this.#sims) await sim.stop();
  }

  /** A card held to the reader of chips, taken away once the gate is released. All three reject with `MissedTap`. */
  async tapCard(card: SimCard): Promise<TapOnTheLine> {
    const answering: SimCard = {
      uid: card.uid,
      ats: card.ats,
      powerOff: () => card.powerOff(),
      memory: () => card.memory(),
      answer: (command) => {
        const answer = card.answer(command);
        this.#passed(answer?.length ?? 0);
        return answer;
      },
    };
    try {
      return await this.#tap(() => this.#reader.lay(answering));
    } finally {
      await this.#reader.lift();
    }
  }

  /** A code held before the scanner. */
  scan(text: string): Promise<TapOnTheLine> {
    return this.#tap(() => this.#scanner.act('scan', { text }), this.#options.scannerBaud);
  }

  /** A badge held to the reader on the OSDP line; only where there is one. */
  readBadge(number: string): Promise<TapOnTheLine> {
    return this.#tap(async () => this.#badgeReader?.act('read', { number }), this.#options.boardBaud);
  }

  get #sims(): readonly Sim[] {
    return [this.#reader, this.#scanner, this.#board, ...(this.#badgeReader ? [this.#badgeReader] : [])];
  }

  #passed(byteCount: number): void {
    this.#presented.push({ atMs: this.#clock.monotonicMs(), byteCount });
  }

  /** Presents, waits for the release, walks through, and lets everything come to rest. */
  async #tap(present: () => Promise<unknown>, baud: number | null = null): Promise<TapOnTheLine> {
    const { random, boardBaud } = this.#options;
    const wireMs = (byteCount: number, lineBaud: number) => (byteCount * 10_000) / lineBaud;
    this.#presented = [];
    const released = new Promise<Release>((resolve) => {
      this.#released = resolve;
    });
    await present();
    const release = await withTimeLimit(this.#clock, releaseLimitMs, released);
    const before = release === 'timed-out' ? [] : this.#presented.filter(({ atMs }) => atMs <= release.atMs);
    const last = before.at(-1);
    if (release === 'timed-out' || !last) {
      await delay(this.#clock, closedAgainMs);
      throw new MissedTap(`${this.id} was not released within ${releaseLimitMs} ms`);
    }
    const span = { fromMs: last.atMs, toMs: release.atMs };
    const tap = {
      measuredMs: span.toMs - span.fromMs,
      busyMs: coveredMs(span, this.#log.polls),
      credentialWireMs:
        baud === null
          ? null
          : wireMs(
              before.reduce((sum, { byteCount }) => sum + byteCount, 0),
              baud,
            ),
      releaseWireMs: wireMs(release.byteCount, boardBaud),
    };
    await this.#board.act('push', { direction: 'entry' });
    await delay(this.#clock, settledMs + random.below(anywhereMs));
    return tap;
  }
}
