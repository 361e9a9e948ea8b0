import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type CancelTimer, type Clock, withTimeLimit } from '@portillon/core/base/clock.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { dispenserSim } from './card-dispenser/dispenser-models.ts';
import type { DispenserSim } from './card-dispenser/dispenser-sim.ts';
import { VpcdReaderSim } from './card-reader/vpcd/vpcd-reader-sim.ts';
import type { ClubFile, GateInClubFile } from './club-file.ts';
import { clubStateText, freshClubState, loadClubState, writePrivately } from './club-state.ts';
import type { BoardInClubFile } from './gate/gate-in-club-file.ts';
import { ModbusGateSim } from './gate/modbus-board/modbus-gate-sim.ts';
import { NetworkCable } from './network/network-cable.ts';
import { OsdpReaderSim } from './osdp/osdp-reader-sim.ts';
import { OsdpWire } from './osdp/osdp-wire.ts';
import type { ClubView, DeviceKind, MissingDevice, ReceivedEntry } from './panel/club-view.ts';
import { terminalSim } from './payment-terminal/terminal-sim.ts';
import { EscPosSim } from './printer/escpos/escpos-sim.ts';
import { SerialScannerSim } from './scanner/serial-scanner/serial-scanner-sim.ts';
import type { Sim } from './sim.ts';
import { NotPossible } from './world/not-possible.ts';
import { World } from './world/world.ts';

export interface VirtualClubOptions {
  readonly file: ClubFile;
  readonly clock: Clock;
  readonly random: Random;
  /** Where the club keeps its cards from one start to the next. */
  readonly stateFolder: string;
  /** The member base, reached through a cable that can be cut. */
  readonly baseUrl: URL;
  /** Terminal, dispenser and printer work so many times faster than metal. */
  readonly speed?: number;
  /** At which the edge will show the screens beside the gates; 0 or left out: not known here. */
  readonly gateScreenPort?: number;
}

export interface StartProgress {
  readonly name: string;
  readonly done: number;
  readonly of: number;
}

interface ClubDevice {
  readonly kind: DeviceKind;
  readonly gateId: string | null;
  readonly sim: Sim;
}

interface GateSims {
  readonly gate: GateInClubFile;
  readonly board: Sim;
  readonly badgeReader: OsdpReaderSim | undefined;
  readonly reader: VpcdReaderSim | undefined;
  readonly scanner: SerialScannerSim;
}

type OsdpBoard = Extract<BoardInClubFile, { model: 'osdp' }>;

const startLimitMs = 20_000;
const saveAfterMs = 100;
const portFolderPrefix = 'portillon-club-';

/**
 * A whole virtual club: every device of a club file as a simulator on a real line, and the world in which a person moves
 * cards and papers between them. A second start with the same state folder resumes it: the same cards, with what was
 * written on them, in the same places.
 */
export class VirtualClub {
  readonly file: ClubFile;
  readonly world: World;
  readonly #clock: Clock;
  readonly #options: VirtualClubOptions;
  readonly #statePath: string;
  /** The ports of serial devices appear here: short, because the paths of ports may not be long. */
  readonly #portFolder: string;
  readonly #devices: readonly ClubDevice[];
  readonly #terminal: Sim;
  /** Not every club hands out cards. */
  readonly #dispenser: DispenserSim | undefined;
  readonly #printer: EscPosSim;
  /** Where members hold their card at the kiosk; not every club has one. */
  readonly #kioskReader: VpcdReaderSim | undefined;
  readonly #network: NetworkCable;
  readonly #gates: readonly GateSims[];
  readonly #missing = new Map<string, MissingDevice>();
  readonly #listeners = new Set<{ readonly call: () => void }>();
  #savedText = '';
  #cancelSave: CancelTimer | undefined;
  #stopped = false;

  /** Throws a sentence when the state folder holds something that is no state of a club. */
  constructor(options: VirtualClubOptions) {
    const { file, clock, random, stateFolder, baseUrl, speed = 1 } = options;
    this.#options = options;
    this.file = file;
    this.#clock = clock;
    this.#statePath = join(stateFolder, 'club-state.json');
    const state = loadClubState(this.#statePath, random) ?? freshClubState(file, random);
    clearLeftovers(state.portFolder);
    this.#portFolder = mkdtempSync(join(tmpdir(), portFolderPrefix));
    const { inHand, stacker, inPath, bin } = state.stock;
    this.world = new World({
      clock,
      random,
      cards: [...inHand, ...stacker, ...(inPath ? [inPath.card] : []), ...bin],
      inHand: inHand.map(({ chip }) => chip.uid),
      codes: state.codes,
      onChange: () => this.#changed(),
    });

    this.#terminal = terminalSim(file.terminal, {
      clock,
      bankMs: 1_200 / speed,
      path: join(this.#portFolder, 'terminal'),
    });
    this.#dispenser =
      file.dispenser &&
      dispenserSim(file.dispenser, {
        name: 'dispenser',
        clock,
        path: join(this.#portFolder, 'dispenser'),
        cards: stacker.map(({ chip }) => chip),
        bin: bin.map(({ chip }) => chip),
        ...(inPath ? { inPath: { card: inPath.card.chip, at: inPath.at } } : {}),
        speed,
        makeCard: () => this.world.newStackCard(),
        onCardTaken: (chip) => this.world.received(chip),
      });
    this.#printer = new EscPosSim({
      name: 'printer',
      clock,
      rowMs: 20 / speed,
      paperMm: file.printer.paperMm,
    });
    this.#kioskReader = file.kioskReader && new VpcdReaderSim({ name: 'kiosk-reader', clock });
    this.#network = new NetworkCable({
      name: 'network',
      clock,
      listenPort: 0,
      targetHost: baseUrl.hostname,
      targetPort: Number(baseUrl.port || 80),
    });
    this.#gates = file.gates.map((gate) => ({
      gate,
      ...this.#boardAndBadgeReader(gate, state.readerKeys),
      reader: gate.reader && new VpcdReaderSim({ name: `${gate.id}-reader`, clock }),
      scanner: new SerialScannerSim({
        ...gate.scanner,
        name: `${gate.id}-scanner`,
        clock,
        path: join(this.#portFolder, `${gate.id}-scanner`),
      }),
    }));
    this.#devices = [
      { kind: 'terminal', gateId: null, sim: this.#terminal },
      ...(this.#dispenser ? [{ kind: 'dispenser' as const, gateId: null, sim: this.#dispenser }] : []),
      { kind: 'printer', gateId: null, sim: this.#printer },
      ...(this.#kioskReader ? [{ kind: 'kiosk-reader' as const, gateId: null, sim: this.#kioskReader }] : []),
      ...this.#gates.flatMap(({ gate: { id: gateId }, board, reader, badgeReader, scanner }) => [
        { kind: 'board' as const, gateId, sim: board },
        ...(reader ? [{ kind: 'reader' as const, gateId, sim: reader }] : []),
        ...(badgeReader ? [{ kind: 'badge-reader' as const, gateId, sim: badgeReader }] : []),
        { kind: 'scanner' as const, gateId, sim: scanner },
      ]),
      { kind: 'network', gateId: null, sim: this.#network },
    ];
    this.#connectWorld();
  }

  /** What could not be started, and how to get it. */
  get missing(): readonly MissingDevice[] {
    return [...this.#missing.values()];
  }

  /** Name of each device to the address at which its driver reaches it. */
  get addresses(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#devices.map(({ sim }) => [sim.name, sim.address]));
  }

  /** The member base as the club reaches it: through the cable. */
  get baseUrl(): string {
    const url = new URL(this.#options.baseUrl);
    url.hostname = '127.0.0.1';
    url.port = String(this.#network.port);
    return url.href.replace(/\/$/, '');
  }

  /** Starts all devices at once. A device that cannot be started is named in `missing`; the club opens without it. */
  async start(onProgress: (progress: StartProgress) => void = () => undefined): Promise<void> {
    let done = 0;
    await Promise.all(
      this.#devices.map(async ({ sim }) => {
        const why = await this.#startOne(sim);
        if (why !== null) this.#missing.set(sim.name, { name: sim.name, ...why });
        done += 1;
        onProgress({ name: sim.name, done, of: this.#devices.length });
      }),
    );
    this.#connectWorld();
    for (const { sim } of this.#devices) sim.onChange(() => this.#changed());
    this.#save();
  }

  /** Saves the cards and ends every device. Nothing is left: no process, port, pseudo-terminal or folder. Safe to repeat. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await Promise.all(this.#devices.map(({ sim }) => sim.stop()));
    this.#cancelSave?.();
    this.#save();
    rmSync(this.#portFolder, { recursive: true, force: true });
  }

  /** Called after every change of anything that `view` shows. */
  onChange(listener: () => void): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  view(): ClubView {
    const { gateScreenPort } = this.#options;
    const named = (sim: Sim) => (this.#missing.has(sim.name) ? null : sim.name);
    return {
      name: this.file.name,
      brand: this.file.brand,
      atMonotonicMs: this.#clock.monotonicMs(),
      devices: this.#devices
        .filter(({ sim }) => !this.#missing.has(sim.name))
        .map(({ kind, gateId, sim }) => ({
          name: sim.name,
          kind,
          model: sim.model,
          address: sim.address,
          gateId,
          view: sim.view(),
          actions: sim.actions,
          faults: sim.faults,
          receivedCount: sim.received.length,
        })),
      gates: this.#gates.map(({ gate, board, reader, badgeReader, scanner }) => ({
        id: gate.id,
        name: gate.name,
        board: named(board),
        reader: reader ? named(reader) : null,
        badgeReader: badgeReader ? named(badgeReader) : null,
        scanner: named(scanner),
        screenUrl:
          gate.screen && gateScreenPort ? `http://127.0.0.1:${gateScreenPort}/gate/${gate.id}` : null,
      })),
      cards: this.world.cards(),
      papers: this.world.papers(),
      codes: this.world.codes,
      missing: this.missing,
    };
  }

  /** What a person does to one device. Rejects with a sentence when that is not possible. */
  async act(name: string, action: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { kind, sim, gateId } = this.#device(name);
    // Cards are handed on as objects, which a request cannot carry: the world knows them by their number.
    if (kind === 'reader' && action === 'tap') {
      const { cardId, holdMs } = args;
      if (typeof cardId !== 'string' || (holdMs !== undefined && typeof holdMs !== 'number')) {
        throw new NotPossible(
          'unknown',
          'A tap needs the cardId of a card, and holdMs as a number if at all.',
        );
      }
      return this.world.tap({ gateId: gateId ?? undefined, cardId, holdMs });
    }
    if (kind === 'kiosk-reader' && action === 'tap') {
      throw new NotPossible('unknown', 'Cards are laid on the reader of the kiosk with lay-on-kiosk.');
    }
    if (kind === 'dispenser' && action === 'clear-jam') return this.world.clearJam();
    if (kind === 'dispenser' && action === 'remove-by-hand') return this.world.removeByHand();
    return sim.act(action, args);
  }

  received(name: string): readonly ReceivedEntry[] {
    return this.#device(name).sim.received;
  }

  #boardAndBadgeReader(
    { id, board, badgeReader }: GateInClubFile,
    keys: Readonly<Record<string, string>>,
  ): Pick<GateSims, 'board' | 'badgeReader'> {
    const { clock, random } = this.#options;
    const name = `${id}-board`;
    if (board.model === 'modbus-board') {
      const path = join(this.#portFolder, name);
      return { board: new ModbusGateSim({ ...board, name, clock, path }), badgeReader: undefined };
    }
    const wire = new OsdpWire({ path: join(this.#portFolder, `${id}-line`), baud: board.baud });
    const hangs = (device: string, unit: number, turnstile?: OsdpBoard) =>
      new OsdpReaderSim({
        name: device,
        clock,
        random,
        wire,
        unit,
        scbk: keyFrom(keys[device]),
        // A reader keeps its key through a power cut that comes right after it.
        onKey: () => this.#save(),
        ...(turnstile ? { turnstile } : {}),
      });
    return {
      board: hangs(name, board.unit, board),
      badgeReader: badgeReader && hangs(`${id}-badge-reader`, badgeReader.unit),
    };
  }

  #readerKeys(): Record<string, string> {
    return Object.fromEntries(
      this.#devices.flatMap(({ sim }) =>
        sim instanceof OsdpReaderSim && sim.scbk ? [[sim.name, Buffer.from(sim.scbk).toString('hex')]] : [],
      ),
    );
  }

  #device(name: string): ClubDevice {
    const missing = this.#missing.get(name);
    if (missing) throw new NotPossible('now', `${name} could not be started: ${missing.why}.`);
    const device = this.#devices.find(({ sim }) => sim.name === name);
    if (device) return device;
    const names = this.#devices.map(({ sim }) => sim.name).join(', ');
    throw new NotPossible('unknown', `There is no device "${name.slice(0, 60)}". There are: ${names}.`);
  }

  async #startOne(sim: Sim): Promise<Omit<MissingDevice, 'name'> | null> {
    try {
      const outcome = await withTimeLimit(this.#clock, startLimitMs, sim.start());
      return outcome === 'timed-out' ? whyMissing(`it did not start within ${startLimitMs / 1000} s`) : null;
    } catch (error) {
      return whyMissing((error as Error).message);
    }
  }

  #connectWorld(): void {
    const there = <Device extends Sim>(sim: Device | undefined) =>
      sim && !this.#missing.has(sim.name) ? sim : undefined;
    this.world.connect({
      terminal: there(this.#terminal),
      dispenser: this.#dispenser,
      printer: there(this.#printer),
      network: there(this.#network),
      kioskReader: there(this.#kioskReader),
      gates: new Map(
        this.#gates.map(({ gate, board, reader, badgeReader, scanner }) => [
          gate.id,
          {
            board: there(board),
            reader: there(reader),
            badgeReader: there(badgeReader),
            scanner: there(scanner),
          },
        ]),
      ),
    });
  }

  #changed(): void {
    if (this.#stopped) return;
    this.#cancelSave ??= this.#clock.setTimer(saveAfterMs, () => {
      this.#cancelSave = undefined;
      this.#save();
    });
    for (const { call } of [...this.#listeners]) call();
  }

  #save(): void {
    const text = clubStateText({
      stock: this.world.stock(),
      codes: this.world.allCodes(),
      readerKeys: this.#readerKeys(),
      portFolder: this.#stopped ? undefined : this.#portFolder,
    });
    if (text === this.#savedText) return;
    writePrivately(this.#statePath, text);
    this.#savedText = text;
  }
}

function keyFrom(hex: string | undefined): Uint8Array | null {
  return hex === undefined ? null : Uint8Array.from(Buffer.from(hex, 'hex'));
}

const packagesBySign: readonly (readonly [sign: RegExp, packages: string])[] = [
  [/socat/, 'socat'],
  [/pcscd|vpcd|virtual reader/, 'pcscd vsmartcard-vpcd'],
];

function whyMissing(why: string): Omit<MissingDevice, 'name'> {
  const packages = packagesBySign.find(([sign]) => sign.test(why))?.[1];
  return { why, command: packages === undefined ? null : `sudo apt-get install ${packages}` };
}

/** A run that was killed leaves the folder of its ports behind; its processes have ended with it. */
function clearLeftovers(portFolder: string | undefined): void {
  if (portFolder === undefined) return;
  const isOurs = dirname(portFolder) === tmpdir() && basename(portFolder).startsWith(portFolderPrefix);
  if (isOurs) rmSync(portFolder, { recursive: true, force: true });
}
