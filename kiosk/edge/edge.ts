import type { Clock } from '@portillon/core/base/clock.ts';
import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { ClubId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { ok, type Result } from '@portillon/core/base/result.ts';
import { fiscalRulesOf } from '@portillon/core/journal/fiscal-rules-of.ts';
import type { Software } from '@portillon/core/journal/payload-shapes.ts';
import type { OfflineStanding } from '@portillon/core/sale/offline-approvals.ts';
import type { ClockTold, ZoneCount } from '@portillon/core/wire/messages.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { SyncAgent } from '@portillon/sync-service/agent/sync-agent.ts';
import type { SealOfSystem, SecretPlace } from '@portillon/sync-service/secrets/secret-seal.ts';
import { EdgeStore } from '../store/edge-store.ts';
import { ReaderKeys } from '../store/reader-keys.ts';
import { BridgeServer } from './bridge-server.ts';
import { DayTurn } from './day-turn.ts';
import { type EdgeDevices, makeDevices } from './devices.ts';
import { devicesTold } from './devices-told.ts';
import { EdgeClock } from './edge-clock.ts';
import type { EdgeConfig } from './edge-config.ts';
import { GateControl } from './gate/gate-control.ts';
import type { GateMode } from './gate/gate-now.ts';
import { GateOrders } from './gate/gate-orders.ts';
import { InFlight } from './gate/in-flight.ts';
import { gateBeside } from './gate-screen/gate-beside.ts';
import { GateScreenServer } from './gate-screen/gate-screen-server.ts';
import type { GateSigns } from './gate-screen/gate-signs.ts';
import { DeskServer } from './journal-desk/desk-server.ts';
import { JournalDesk } from './journal-desk/journal-desk.ts';
import { JournalKeeper, type Taxpayer } from './journal-keeper.ts';
import { askFrom } from './kiosk/ask-consents.ts';
import { claimFrom } from './kiosk/claim-order.ts';
import { credentialIssue } from './kiosk/credential-issue.ts';
import { EndOfDay, type EndOfDayHealth } from './kiosk/end-of-day.ts';
import { KioskController } from './kiosk/kiosk-controller.ts';
import { OfflineGuard } from './kiosk/offline-guard.ts';
import type { PeerStanding } from './peers/peer-follower.ts';
import { PeerLink } from './peers/peer-link.ts';
import { RetentionRound } from './retention-round.ts';

export interface EdgeOptions {
  readonly config: EdgeConfig;
  /** The built screens; null when there are none. */
  readonly screenFolder: string | null;
  /** The built page of the screens beside the gates; null when there is none. */
  readonly gateScreenFolder?: string | null;
  readonly software: string;
  /** What the fiscal journal says of this program. */
  readonly fiscalSoftware: Software;
  readonly pcscProcess?: string;
  /** What the operating system keeps the secrets under; without it they lie in clear, and the log says so. */
  readonly seal?: SealOfSystem | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** As everything in the edge gets them: with the clock that counts on by itself where the machine's is wrong. */
type EdgeParts = Omit<EdgeOptions, 'clock'> & { readonly clock: EdgeClock };

export interface DeviceHealth {
  readonly status: string;
  readonly fault: string | null;
  /** Bytes thrown away since the start because they made nothing; null of a device that does not count them. */
  readonly discardedBytes: number | null;
}

/** What supervision and the main job may know of an edge. No personal data. */
export interface EdgeHealth {
  /** Where the keys of this box lie; `open-file` is not for a club that is open. */
  readonly secrets: SecretPlace;
  readonly devices: Readonly<Record<string, DeviceHealth>>;
  /** How each gate stands, by its id. */
  readonly gates: Readonly<Record<string, GateMode>>;
  readonly inside: number;
  /** How many are in each zone inside the club, with the bounds of the count; now. */
  readonly zones: readonly ZoneCount[];
  /** The other boxes of the club, by the configuration; together, or apart. */
  readonly peers: readonly PeerStanding[];
  readonly outboxLeft: number;
  /** Photos, contracts and mandates that the base has not confirmed. */
  readonly attachmentsLeft: number;
  readonly enrolled: boolean;
  readonly online: boolean;
  /** How the clock of the machine stands, and by how much it differs from the base's. */
  readonly clock: ClockTold;
  readonly dataAgeMs: number | null;
  /** How many credentials the member book knows, and what they take of the memory. */
  readonly credentials: { readonly count: number; readonly memoryBytes: number };
  readonly plans: number;
  /** Version of the card keys that this box gives to cards, or only reads; null before it is enrolled. */
  readonly cardKeyVersion: number | null;
  /** Orders of staff that wait here for their customer, as far as this box has heard. */
  readonly openOrders: number;
  /** Staff practise: nothing is sold. */
  readonly practice: boolean;
  /** How the last closed day compares with the terminal; null on a box that does not sell. */
  readonly endOfDay: EndOfDayHealth | null;
  /** What the terminal approved without the bank and has not settled (SA43); null on a box that does not sell. */
  readonly offlineApprovals: OfflineStanding | null;
}

/**
 * One box of a club: devices, store, agent, gates and kiosk put together. Started with everything that outlives a crash
 * looked at first: a release under way, a sale in flight.
 */
export class Edge {
  readonly #options: EdgeParts;
  readonly #store: EdgeStore;
  readonly #devices: EdgeDevices;
  readonly #agent: SyncAgent;
  readonly #gates: readonly GateControl[];
  readonly #gateOrders: GateOrders;
  /** What stands beside each of them for people to see. */
  readonly #signs: readonly GateSigns[];
  readonly #gateScreens: GateScreenServer | null;
  /** Null on a box that has no others. */
  readonly #peers: PeerLink | null;
  readonly #kiosk: KioskController | null;
  /** Of a box that sells; null on a gate controller. */
  readonly #journal: JournalKeeper | null;
  readonly #endOfDay: EndOfDay | null;
  readonly #offlineGuard: OfflineGuard | null;
  /** Where operators and auditors reach that journal. */
  readonly #desk: DeskServer | null;
  readonly #bridge: BridgeServer;
  readonly #dayTurn: DayTurn;
  readonly #retention: RetentionRound;
  #identity: EdgeIdentity | null;

  private constructor(
    options: EdgeParts,
    store: EdgeStore,
    devices: EdgeDevices,
    identity: EdgeIdentity | null,
  ) {
    const { config, clock, random, log } = options;
    this.#options = options;
    this.#store = store;
    this.#devices = devices;
    this.#identity = identity;
    const shared = {
      store,
      clock,
      random,
      log,
      identity: () => this.#identity,
      onEvent: () => this.#agent.notify(),
      inFlight: new InFlight(),
    };
    this.#agent = new SyncAgent({
      store,
      clock,
      random,
      log: log.child({ part: 'agent' }),
      baseUrl: config.baseUrl,
      software: options.software,
      timeKeeper: clock,
      devices: async () => {
        const { stack } = await store.dispenserCounts.read();
        return devicesTold(this.#devices.all, options.config.devices, stack);
      },
      ...(config.enrolmentCode ? { enrolmentCode: config.enrolmentCode } : {}),
    });
    this.#gates = devices.gates.map((gate) => new GateControl({ ...shared, ...gate }));
    this.#gateOrders = new GateOrders({
      ...shared,
      gates: this.#gates,
      latestBaseMs: () => this.#agent.latestBaseMs,
    });
    const beside = devices.gates.map((gate, index) => {
      const { face } = this.#gates[index] as GateControl;
      return gateBeside(gate, { face, brand: config.brand, clock, log });
    });
    this.#signs = beside.map(({ signs }) => signs);
    this.#tellSigns();
    this.#gateScreens = config.gateScreens
      ? new GateScreenServer({
          ...config.gateScreens,
          gates: beside.flatMap(({ screen }) => screen ?? []),
          pageFolder: options.gateScreenFolder ?? null,
          clock,
          log: log.child({ part: 'gate-screens' }),
        })
      : null;
    this.#peers = config.peers
      ? new PeerLink({ ...shared, config: config.peers, log: log.child({ part: 'peers' }) })
      : null;
    this.#dayTurn = new DayTurn(shared);
    this.#retention = new RetentionRound({ ...shared, entryLogDays: config.entryLogDays });
    const { terminal, dispenser, printer, reader } = devices;
    const { screen } = config;
    const journal = new JournalKeeper({
      ...shared,
      till: config.name,
      software: options.fiscalSoftware,
      taxpayer: () => this.#taxpayer(),
      onChange: () => this.#kiosk?.refresh(),
      onRecord: shared.onEvent,
    });
    const issue = credentialIssue(config.sale, dispenser);
    this.#journal = screen && terminal && issue ? journal : null;
    this.#desk = this.#journal && this.#deskOf(this.#journal);
    const { mostAgeHours, ...offlineLimits } = config.sale.offlineApprovals;
    const offlineGuard = new OfflineGuard({
      ...shared,
      limits: { ...offlineLimits, mostAgeMs: mostAgeHours * 3_600_000 },
      canSettle: terminal?.capabilities.canReconcile ?? false,
      onChange: () => this.#kiosk?.refresh(),
    });
    this.#kiosk =
      screen && terminal && issue
        ? new KioskController({
            ...shared,
            journal,
            offlineGuard,
            isOnline: () => this.#agent.state.online,
            claimOrder: claimFrom(this.#agent, { store, clock }),
            askConsents: askFrom(this.#agent),
            config: { ...config, screen },
            terminal,
            issue,
            printer,
            reader,
            software: options.software,
            fiscalSoftware: options.fiscalSoftware,
            publish: (view) => this.#bridge.publish(view),
          })
        : null;
    this.#offlineGuard = this.#kiosk && offlineGuard;
    this.#endOfDay =
      this.#kiosk && terminal
        ? new EndOfDay({
            ...shared,
            terminal,
            journal: () => journal.journal,
            isQuiet: () => this.#kiosk?.isQuiet ?? false,
            onSettled: () => void offlineGuard.look(),
          })
        : null;
    this.#bridge = new BridgeServer({
      port: config.bridge.port,
      screenFolder: options.screenFolder,
      log: log.child({ part: 'bridge' }),
      currentView: () => this.#kiosk?.view() ?? null,
      receive: async (message) =>
        (await this.#kiosk?.receive(message)) ?? { outcome: 'rejected', reason: 'this box has no screen' },
      health: () => this.health(),
    });
  }

  /** Faults: `transport.bad-address`, and those of the store. Rejects when the bridge's port is taken. */
  static async start(started: EdgeOptions): Promise<Result<Edge, Fault>> {
    const clock = new EdgeClock(started.clock, started.log.child({ part: 'clock' }));
    const options: EdgeParts = { ...started, clock };
    const { config, seal, random, log } = options;
    const store = await EdgeStore.open({
      folder: config.stateFolder,
      seal,
      exitsAreSensed: config.exits === 'sensed',
      zones: config.zones,
      hasPeers: config.peers !== undefined,
      // Staff prove themselves by their card at the reader of the kiosk (W-PERSON-8).
      showsPeople: config.screen !== undefined && config.devices.reader !== undefined,
      clock,
      random,
      log,
    });
    if (!store.ok) return store;
    await clock.begin(store.value);
    const devices = makeDevices(config.devices, {
      clock,
      log,
      readerKeys: new ReaderKeys(store.value.keys),
      ...(options.pcscProcess ? { pcscProcess: options.pcscProcess } : {}),
    });
    if (!devices.ok) {
      await clock.stop();
      await store.value.close();
      return devices;
    }
    const edge = new Edge(options, store.value, devices.value, await store.value.identity());
    try {
      await edge.#bridge.listen();
      await edge.#gateScreens?.listen();
      await edge.#peers?.listen();
    } catch (error) {
      await clock.stop();
      await store.value.close();
      throw error;
    }
    for (const { name, device } of devices.value.all) edge.#watch(name, device);
    store.value.onToldByBase(() => edge.#toldByBase());
    for (const gate of edge.#gates) await gate.resume();
    await edge.#gateOrders.resume();
    for (const { device } of devices.value.all) device.start();
    edge.#agent.start();
    edge.#peers?.start();
    await edge.#journal?.look();
    await edge.#desk?.listen();
    await edge.#offlineGuard?.look();
    await edge.#kiosk?.start();
    edge.#endOfDay?.start();
    edge.#dayTurn.start();
    edge.#retention.start();
    log.info('edge.started', {
      edge: config.name,
      gates: config.devices.gates.length,
      kiosk: edge.#kiosk !== null,
    });
    return ok(edge);
  }

  get url(): string {
    return this.#bridge.url;
  }

  /** Address of the page of each gate that has a screen, by the gate's id. */
  get gateScreens(): Readonly<Record<string, string>> {
    const { gates } = this.#options.config.devices;
    const withScreen = gates.filter(({ screen }) => screen);
    return Object.fromEntries(
      withScreen.flatMap(({ id }) => (this.#gateScreens ? [[id, this.#gateScreens.urlOf(id)]] : [])),
    );
  }

  /** Where the other boxes reach this one; null where there are none. */
  get peerUrl(): string | null {
    return this.#peers?.url ?? null;
  }

  #devicesNow() {
    return this.#devices.all.map(({ name, device: { state, discardedBytes = null } }) => ({
      ...{ name, status: state.status, discardedBytes },
      fault: 'fault' in state ? state.fault.code : null,
    }));
  }

  async health(): Promise<EdgeHealth> {
    const { clock } = this.#options;
    const devices: Record<string, DeviceHealth> = {};
    for (const { name, status, fault, discardedBytes } of this.#devicesNow()) {
      devices[name] = { status, fault, discardedBytes };
    }
    return {
      devices,
      gates: Object.fromEntries(this.#gates.map(({ gateId, face }) => [gateId, face.now.mode])),
      inside: this.#store.passages.inside.inside,
      zones: this.#store.passages.insideZones,
      peers: this.#peers?.standings ?? [],
      outboxLeft: await this.#store.outbox.count(),
      attachmentsLeft: await this.#store.attachments.leftCount(),
      enrolled: this.#identity !== null,
      online: this.#agent.state.online,
      clock: clock.told,
      dataAgeMs: this.#store.book.dataAgeMs(clock.wallMs()),
      credentials: this.#store.book.credentials,
      plans: this.#store.book.plansOnSale().length,
      cardKeyVersion: this.#identity?.cardKeys?.current ?? this.#identity?.cardKey.version ?? null,
      openOrders: this.#store.book.openOrderCount(this.#options.clock.wallMs()),
      practice: this.#journal !== null && this.#journal.practice !== null,
      endOfDay: this.#endOfDay?.health ?? null,
      offlineApprovals: this.#offlineGuard?.standing ?? null,
      secrets: this.#store.keys.place,
    };
  }

  /** Ends in the order that loses nothing: people first, then devices, then the line to the base, then the store. */
  async stop(): Promise<void> {
    await this.#bridge.close();
    await this.#gateScreens?.close();
    for (const signs of this.#signs) signs.stop();
    const kioskStopped = this.#kiosk?.stop();
    await Promise.all(this.#devices.all.map(({ device }) => device.stop()));
    await kioskStopped;
    for (const gate of this.#gates) await gate.stop();
    await this.#gateOrders.stop();
    await this.#dayTurn.stop();
    await this.#retention.stop();
    await this.#endOfDay?.stop();
    await this.#offlineGuard?.stop();
    await this.#desk?.close();
    await this.#journal?.stop();
    await this.#peers?.stop();
    await this.#agent.stop();
    await this.#options.clock.stop();
    await this.#store.close();
    this.#options.log.info('edge.stopped');
  }

  #toldByBase(): void {
    this.#gateOrders.look();
    this.#store.identity().then(
      async (known) => {
        this.#identity = known;
        this.#tellSigns();
        await this.#journal?.look();
        this.#kiosk?.refresh();
      },
      (error: unknown) => this.#options.log.error('edge.identity-unreadable', { detail: String(error) }),
    );
  }

  #tellSigns(): void {
    for (const signs of this.#signs) signs.enrolled(this.#identity !== null);
  }

  #deskOf(journal: JournalKeeper): DeskServer {
    const { config, clock, fiscalSoftware } = this.#options;
    const log = this.#options.log.child({ part: 'desk' });
    const desk = new JournalDesk({
      store: this.#store,
      journal: () => journal.journal,
      fault: () => journal.fault,
      club: () => this.#club(),
      software: fiscalSoftware,
      log,
      onRecord: () => {
        this.#agent.notify();
        void journal.look();
      },
      whileQuiet: async (work) => {
        const kiosk = this.#kiosk;
        if (!kiosk) return 'visit-under-way';
        return kiosk.whileQuiet(async () => {
          const result = await work();
          await journal.look();
          return result;
        });
      },
    });
    return new DeskServer({ stateFolder: config.stateFolder, desk, clock, log });
  }

  #club() {
    return this.#identity && this.#store.book.club(this.#identity.clubId as ClubId);
  }

  #taxpayer(): Taxpayer | null {
    const club = this.#club();
    if (!club) return null;
    const { legalEntity, timeZone } = club;
    const rules = fiscalRulesOf(legalEntity, this.#options.config.name);
    return { est: legalEntity.siret, timeZone, rules };
  }

  #watch(name: string, device: EdgeDevices['all'][number]['device']): void {
    device.onState((state) => {
      const fields = { device: name, status: state.status };
      if ('fault' in state) this.#options.log.warn('edge.device', { ...fields, ...state.fault });
      else this.#options.log.info('edge.device', fields);
    });
  }
}
