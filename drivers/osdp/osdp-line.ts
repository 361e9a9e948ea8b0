import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DeviceAbout, DeviceState } from '../device.ts';
import { Listeners } from '../line/listeners.ts';
import { SupervisedLine } from '../line/supervised-line.ts';
import type { Connection, Transport } from '../transport/transport.ts';
import { type BusEffect, type BusInput, type BusState, newBus, nextBus } from './osdp-bus.ts';
import type { OsdpCommand, OsdpReply, ReaderEvent, ReaderIdentity } from './osdp-messages.ts';
import { OsdpParser } from './osdp-packet.ts';
import type { LinkCounts, LinkStatus, ReaderKeys } from './reader-link.ts';

const lateMs = 5;

/** Where the keys of the readers of one line are kept; SCBKs never leave it but into a channel. */
export interface OsdpKeyStore {
  read(unit: number): Promise<ReaderKeys>;
  /** Durable before it resolves: the reader is told the key only afterwards. */
  writeNext(unit: number, key: Uint8Array): Promise<void>;
  /** The reader has proved the key that was being written: it takes the place of the current one. */
  nextBecomesCurrent(unit: number): Promise<void>;
}

export interface OsdpLineOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: OsdpKeyStore;
  /** The system's generator: session numbers and fresh keys come from it. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Speed of the line; 9600 unless the transport's address says otherwise. */
  readonly baud?: number;
  /** Between two polls of one reader; 50 unless told. */
  readonly pollMs?: number;
  readonly replyDelayMs?: number;
}

/** One reader on the line, for the drivers built on it. */
export interface OsdpReader {
  readonly unit: number;
  readonly status: LinkStatus;
  /** Of its last PDID, also while it is not reached. */
  readonly about: DeviceAbout;
  readonly counts: LinkCounts;
  /**
   * Asks or orders; resolves with what the reader answered. Faults: `reader.refused`, those of a reader that is down, and
   * those with which it goes down before it has answered. An output may have been switched all the same.
   */
  send(command: OsdpCommand): Promise<Result<OsdpReply, Fault>>;
  onStatus(listener: (status: LinkStatus) => void): () => void;
  onEvent(listener: (event: ReaderEvent, arrivedMonotonicMs: number) => void): () => void;
}

/** An RS-485 line with its panel: polls the readers in turn, keeps a secure channel to each. */
export class OsdpLine {
  readonly #options: OsdpLineOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #line: SupervisedLine;
  readonly #readers = new Map<number, ReaderHandle>();
  readonly #orders = new Map<number, (result: Result<OsdpReply, Fault>) => void>();
  readonly #parser = new OsdpParser('reader');
  readonly #holders = new Set<object>();
  #bus: BusState | undefined;
  #connection: Connection | undefined;
  #cancelWake: CancelTimer = () => undefined;
  #lastOrderId = 0;
  #starting: Promise<void> | undefined;
  #ended: Promise<void> | undefined;
  #unasked = 0;
  #keepingKeys: Promise<void> = Promise.resolve();

  constructor(options: OsdpLineOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#log = options.log.child({ line: options.transport.address });
    this.#line = new SupervisedLine(options);
    this.#line.onState((state) => {
      if (state.status === 'connected') this.#connected(state.connection);
      else if (state.status === 'disconnected') this.#lost(state.fault);
    });
  }

  /** Bytes that made no packet, since start. */
  get discardedBytes(): number {
    return this.#line.discardedBytes;
  }

  /** Packets that answered nothing, since start. */
  get unaskedPackets(): number {
    return this.#unasked;
  }

  /** The reader at this address, the same for everybody who asks; before the line is started. */
  reader(unit: number): OsdpReader {
    const known = this.#readers.get(unit);
    if (known) return known;
    invariant(!this.#starting, 'readers are named before the line starts');
    const handle = new ReaderHandle(unit, {
      send: (command) => this.#send(unit, command),
      counts: () => this.#bus?.links.find((link) => link.unit === unit)?.counts ?? noCounts,
    });
    this.#readers.set(unit, handle);
    return handle;
  }

  /** The first who holds the line starts it. */
  hold(holder: object): void {
    this.#holders.add(holder);
    this.#starting ??= this.#start();
  }

  /** The last who lets go ends it. Resolves when nothing of it is left running, for the others at once. */
  async letGo(holder: object): Promise<void> {
    this.#holders.delete(holder);
    if (this.#holders.size > 0 || !this.#starting) return;
    this.#ended ??= this.#stop(this.#starting);
    await this.#ended;
  }

  /**
   * Gives the reader a fresh key of its own: through the default key when it is in its installation mode, or through the
   * key that it has. Resolves once the reader has proved the new key. Faults: `reader.not-secure` (not in that mode),
   * `reader.wrong-key`, `reader.refused`, `reader.no-answer`, `line.*`, `transport.*`. Safe to repeat.
   */
  async changeKey(unit: number, through: 'installation' | 'current'): Promise<Result<void, Fault>> {
    await this.#starting;
    const newKey = this.#options.randomBytes(16);
    await this.#options.keys.writeNext(unit, newKey);
    if (!this.#connection) return err(this.#downFault());
    const orderId = this.#newOrderId();
    const changed = await new Promise<Result<OsdpReply, Fault>>((resolve) => {
      this.#orders.set(orderId, resolve);
      this.#input({ type: 'change-key', unit, change: { orderId, newKey, through } });
    });
    await this.#keepingKeys;
    return changed.ok ? ok(undefined) : changed;
  }

  async #start(): Promise<void> {
    const readers = await Promise.all(
      [...this.#readers.keys()].map(async (unit) => ({ unit, keys: await this.#options.keys.read(unit) })),
    );
    this.#bus = newBus(readers, {
      byteMs: 10_000 / (this.#options.baud ?? baudOf(this.#options.transport.address)),
      replyDelayMs: this.#options.replyDelayMs ?? 200,
      pollMs: this.#options.pollMs ?? 50,
    });
    if (this.#holders.size > 0) this.#line.start();
  }

  async #stop(starting: Promise<void>): Promise<void> {
    await starting;
    this.#cancelWake();
    await this.#line.stop();
    if (this.#bus) this.#input({ type: 'line-down', fault: fault('transport.closed', 'stopped') });
    this.#cancelWake();
    await this.#keepingKeys;
  }

  #send(unit: number, command: OsdpCommand): Promise<Result<OsdpReply, Fault>> {
    if (!this.#connection) return Promise.resolve(err(this.#downFault()));
    const orderId = this.#newOrderId();
    return new Promise((resolve) => {
      this.#orders.set(orderId, resolve);
      this.#input({ type: 'order', unit, orderId, command });
    });
  }

  #newOrderId(): number {
    this.#lastOrderId += 1;
    return this.#lastOrderId;
  }

  #downFault(): Fault {
    const { state } = this.#line;
    return state.status === 'disconnected'
      ? state.fault
      : fault('reader.no-answer', 'the line is not open yet');
  }

  #connected(connection: Connection): void {
    this.#connection = connection;
    this.#line.countDiscarded(this.#parser.reset());
    connection.onData((bytes) => {
      const { frames, discarded } = this.#parser.push(bytes);
      this.#line.countDiscarded(discarded);
      this.#input({ type: 'arrived', packets: frames, discarded });
    });
    this.#input({ type: 'line-up' });
  }

  #lost(reason: Fault): void {
    this.#connection = undefined;
    this.#input({ type: 'line-down', fault: reason });
  }

  #input(input: BusInput): void {
    invariant(this.#bus, 'the bus is there before its line is opened');
    const step = nextBus(this.#bus, input, {
      nowMs: this.#clock.monotonicMs(),
      randomBytes: this.#options.randomBytes,
    });
    this.#bus = step.state;
    for (const effect of step.effects) this.#do(effect);
  }

  #do(effect: BusEffect): void {
    switch (effect.type) {
      case 'send':
        // Half a packet of before can be no part of the answer.
        this.#line.countDiscarded(this.#parser.reset());
        void this.#connection?.write(effect.bytes); // a failed write ends the connection, which tells the bus
        return;
      case 'wake':
        this.#wakeAt(effect.atMs);
        return;
      case 'unasked':
        this.#unasked += effect.count;
        this.#log.debug('packet that answers nothing', {
          fault: 'line.unexpected-reply',
          total: this.#unasked,
        });
        return;
      case 'status':
        this.#told(effect.unit, effect.status);
        return;
      case 'event':
        this.#readers.get(effect.unit)?.events.notify(effect.event, this.#clock.monotonicMs());
        return;
      case 'settled': {
        const settle = this.#orders.get(effect.orderId);
        this.#orders.delete(effect.orderId);
        settle?.(effect.result);
        return;
      }
      case 'next-key-proven':
        this.#keepingKeys = this.#keepingKeys
          .then(() => this.#options.keys.nextBecomesCurrent(effect.unit))
          .catch((error: unknown) => {
            this.#log.error('key not kept', { unit: effect.unit, detail: String(error) });
          });
        return;
    }
  }

  #wakeAt(atMs: number): void {
    const fromNow = (ms: number) => Math.max(0, ms - this.#clock.monotonicMs());
    this.#cancelWake();
    this.#cancelWake = this.#clock.setTimer(fromNow(atMs), () => {
      // A busy program is late, and an answer may lie there unread: it is read before the time counts as over.
      const late = this.#clock.monotonicMs() - atMs > lateMs;
      if (late) this.#cancelWake = this.#clock.setTimer(1, () => this.#input({ type: 'woken' }));
      else this.#input({ type: 'woken' });
    });
  }

  #told(unit: number, status: LinkStatus): void {
    if (status.name === 'down') {
      this.#log.warn('reader down', { unit, fault: status.fault.code, detail: status.fault.detail });
    } else if (status.name === 'online') {
      const { tampered, powerFailed, identity } = status;
      this.#log.info('reader online', { unit, tampered, powerFailed, serial: identity?.serialNumber });
    }
    this.#readers.get(unit)?.set(status);
  }
}

/** What a device on the line is to the rest of the edge. */
export function deviceStateOf(status: LinkStatus): DeviceState {
  switch (status.name) {
    case 'starting':
      return { status: 'starting' };
    case 'down':
      return { status: 'disconnected', fault: status.fault };
    case 'online':
      if (status.refusing) return { status: 'faulted', fault: status.refusing };
      if (status.tampered) return { status: 'faulted', fault: fault('reader.tampered', 'its cover is open') };
      if (status.powerFailed) {
        return { status: 'faulted', fault: fault('reader.power-failed', 'it runs on its battery') };
      }
      return { status: 'ready' };
  }
}

/** The maker is a number of IEEE, the model a number of the maker. */
function aboutOf({ vendor, model, version, serialNumber, firmware }: ReaderIdentity): DeviceAbout {
  return { model: `${vendor} ${model}.${version}`, serial: String(serialNumber), software: firmware };
}

class ReaderHandle implements OsdpReader {
  readonly unit: number;
  readonly send: OsdpReader['send'];
  readonly #counts: () => LinkCounts;
  readonly #statuses = new Listeners<[LinkStatus]>();
  readonly events = new Listeners<[ReaderEvent, number]>();
  #status: LinkStatus = { name: 'starting' };
  #about: DeviceAbout = {};

  constructor(unit: number, of: { send: OsdpReader['send']; counts: () => LinkCounts }) {
    this.unit = unit;
    this.send = of.send;
    this.#counts = of.counts;
  }

  get status(): LinkStatus {
    return this.#status;
  }

  get about(): DeviceAbout {
    return this.#about;
  }

  get counts(): LinkCounts {
    return this.#counts();
  }

  onStatus(listener: (status: LinkStatus) => void): () => void {
    return this.#statuses.add(listener);
  }

  onEvent(listener: (event: ReaderEvent, arrivedMonotonicMs: number) => void): () => void {
    return this.events.add(listener);
  }

  set(status: LinkStatus): void {
    this.#status = status;
    if (status.name === 'online' && status.identity) this.#about = aboutOf(status.identity);
    this.#statuses.notify(status);
  }
}

const noCounts: LinkCounts = {
  silences: 0,
  garbled: 0,
  wrongSequence: 0,
  wrongMac: 0,
  busy: 0,
  refusals: 0,
  malformed: 0,
};

function baudOf(address: string): number {
  const told = URL.canParse(address) ? new URL(address).searchParams.get('baud') : null;
  return told === null ? 9_600 : Number(told);
}
