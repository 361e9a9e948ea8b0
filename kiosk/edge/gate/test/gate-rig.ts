import { openPolicy } from '@portillon/core/access/access-policy.ts';
import type { Zone } from '@portillon/core/access/zones.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { ok } from '@portillon/core/base/result.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import type { EventBody, EventOf } from '@portillon/core/wire/event.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import type { CardNumber, CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import type { DeviceState } from '@portillon/drivers/device.ts';
import { DeviceStatus } from '@portillon/drivers/line/device-status.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { sampleClub, sampleCredential, sampleId } from '../../../store/test/sample-records.ts';
import type { BadgeReader, GateDevices, GateSide } from '../../devices.ts';
import { gateBeside } from '../../gate-screen/gate-beside.ts';
import type { GateSigns } from '../../gate-screen/gate-signs.ts';
import { GateControl } from '../gate-control.ts';
import { GateOrders } from '../gate-orders.ts';
import { InFlight } from '../in-flight.ts';
import { channelTo, GateCardRig, identity, nowMs } from './gate-card-rig.ts';
import { HandGate } from './hand-gate.ts';

/** A reader of numbers without a line, and what it was told to show. */
export class HandReader {
  readonly #status = new DeviceStatus();
  readonly #numbers = new Listeners<[CardNumber, number]>();
  readonly shown: string[] = [];
  readonly badgeReader: BadgeReader;

  constructor() {
    this.#status.set({ status: 'ready' });
    const status = this.#status;
    const { shown } = this;
    this.badgeReader = {
      language: 'en',
      device: {
        get state() {
          return status.state;
        },
        onState: (listener) => status.onState(listener),
        start: () => undefined,
        stop: async () => undefined,
        onNumber: (listener) => this.#numbers.add(listener),
        show: async (sign) => {
          shown.push(`${sign.outcome}: ${sign.words}`);
          return ok(undefined);
        },
      },
    };
  }

  read(uid: string): void {
    const bits = Uint8Array.from(Buffer.from(uid, 'hex'));
    this.#numbers.notify({ bits, bitCount: bits.length * 8 }, 0);
  }

  becomes(state: DeviceState): void {
    this.#status.set(state);
  }
}

/** A card reader without a line: what it says is the chip's own. */
class HandCardReader implements CardReader {
  readonly #cards = new Listeners<[CardChannel, number]>();
  readonly state: DeviceState = { status: 'ready' };
  readonly onState = () => () => undefined;
  readonly start = () => undefined;
  readonly stop = async () => undefined;

  onCard(listener: (card: CardChannel, arrivedMonotonicMs: number) => void): () => void {
    return this.#cards.add(listener);
  }

  hold(card: SimCard): void {
    this.#cards.notify(channelTo(card), 0);
  }
}

export const badges = { ann: '04A1B2C3D4E501', bob: '04A1B2C3D4E502', staff: '04A1B2C3D4E503' } as const;
export const annId = sampleId<'credential'>(801);

/** One gate with a reader on each side, three old badges that open it, and what staff order of it. */
export class GateRig {
  readonly clock = new VirtualClock(nowMs);
  readonly gate = new HandGate();
  readonly entry = new HandReader();
  readonly exit = new HandReader();
  readonly entryCards = new HandCardReader();
  readonly cards: GateCardRig;
  readonly control: GateControl;
  readonly orders: GateOrders;
  /** What its readers and its screen show. */
  readonly signs: GateSigns;
  /** How late it may be at the base. */
  latestBaseMs: number | null = nowMs;

  private constructor(cards: GateCardRig, gateId: string, zone?: string) {
    this.cards = cards;
    const side = (reader: HandReader): GateSide => ({
      reader: null,
      badgeReaders: [reader.badgeReader],
      scanner: null,
    });
    const shared = {
      store: cards.store,
      identity: () => identity,
      clock: this.clock,
      random: new SeededRandom(11),
      log: cards.log,
      onEvent: () => undefined,
    };
    const devices: GateDevices = {
      config: {
        id: gateId,
        name: 'Turnstile 1',
        ...(zone === undefined ? {} : { zone }),
        board: {
          model: 'modbus-board',
          address: 'tcp://127.0.0.1:1',
          unit: 1,
          entryRelay: 0,
          holdRelay: 1,
          exitRelay: 2,
          pulseMs: 500,
          entryInput: 0,
          exitInput: 1,
        },
      },
      gate: this.gate,
      ...side(this.entry),
      reader: this.entryCards,
      exit: side(this.exit),
    };
    this.control = new GateControl({ ...shared, ...devices, inFlight: new InFlight() });
    const { face } = this.control;
    this.signs = gateBeside(devices, { face, brand: 'cadence', clock: this.clock, log: cards.log }).signs;
    this.orders = new GateOrders({ ...shared, gates: [this.control], latestBaseMs: () => this.latestBaseMs });
  }

  static async open(zones: readonly Zone[] = []): Promise<GateRig> {
    const cards = await GateCardRig.open(zones);
    const policy = { ...openPolicy, uidBadges: true };
    await cards.told([
      { kind: 'club', id: identity.clubId, record: { ...sampleClub(), policy } },
      ...Object.entries(badges).map(([name, cardUid], index) => ({
        kind: 'credential' as const,
        id: sampleId<'credential'>(801 + index),
        record: sampleCredential({
          cardUid,
          uidOnly: true,
          memberId: sampleId(810 + index),
          ...(name === 'staff' ? { standing: { staff: true as const } } : {}),
        }),
      })),
    ]);
    const rig = new GateRig(cards, 'gate-1');
    await rig.start();
    return rig;
  }

  /** A second gate of the same edge, which leads into a zone. */
  async beside(gateId: string, zone: string): Promise<GateRig> {
    const next = new GateRig(this.cards, gateId, zone);
    await next.start();
    return next;
  }

  /** The edge was killed, and is started anew over the same store. */
  async restarted(): Promise<GateRig> {
    const next = new GateRig(this.cards, 'gate-1');
    await next.clock.advance(this.clock.wallMs() - next.clock.wallMs());
    await next.start();
    return next;
  }

  private async start(): Promise<void> {
    await this.control.resume();
    await this.orders.resume();
  }

  async close(): Promise<void> {
    await this.control.stop();
    await this.cards.close();
  }

  /** The base orders something with the feed; resolves with what was answered. */
  async order(number: number, action: string, over: { expiresAt?: string; gateId?: string } = {}) {
    await this.told(number, action, over);
    this.orders.look();
    await this.orders.stop();
    return this.settled(number);
  }

  async told(
    number: number,
    action: string,
    over: { expiresAt?: string; gateId?: string } = {},
  ): Promise<void> {
    const expiresAt = new Date(nowMs + 10_000).toISOString();
    const record = { edgeId: identity.edgeId, gateId: 'gate-1', action, expiresAt, ...over };
    await this.cards.told([{ kind: 'gate-order', id: sampleId(number), record }]);
  }

  async settled(number: number): Promise<EventOf<'gate.order-settled'>[]> {
    return (await this.events('gate.order-settled')).filter(({ orderId }) => orderId === sampleId(number));
  }

  /** Events of one type that the base is owed, oldest first, once everything under way is written. */
  async events<Type extends EventBody['type']>(type: Type): Promise<EventOf<Type>[]> {
    await this.cards.store.write(async () => undefined);
    const all = (await this.cards.store.outboxAfter(0, 500)).map(({ body }) => JSON.parse(body) as EventBody);
    return all.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** Resolves once `so` holds of what is written. */
  async until(so: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; turn < 500; turn++) {
      if (await so()) return;
      // Behind what is being written now.
      await this.cards.store.write(async () => undefined);
    }
    throw new Error('it did not come to that');
  }

  /** Holds a badge to a reader; resolves with the decision. */
  hold(reader: HandReader, uid: string): Promise<EventOf<'access.decided'>> {
    return this.#decided(reader, () => reader.read(uid));
  }

  /** Holds a card whose chip is asked to the entry; resolves with the decision. */
  holdCard(card: SimCard): Promise<EventOf<'access.decided'>> {
    return this.#decided(this.entry, () => this.entryCards.hold(card));
  }

  async #decided(reader: HandReader, held: () => void): Promise<EventOf<'access.decided'>> {
    const before = reader.shown.length;
    held();
    await this.until(() => reader.shown.length > before);
    const last = (await this.events('access.decided')).at(-1);
    if (!last) throw new Error('nothing was decided');
    return last;
  }
}
