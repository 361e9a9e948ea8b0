import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { delay } from '@portillon/core/base/clock.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import { encodeTicket, type TicketClaims } from '@portillon/core/crypto/ticket.ts';
import type { EventBody, EventOf } from '@portillon/core/wire/event.ts';
import { edgeKeyToSign, type FeedRecord } from '@portillon/core/wire/messages.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import type { ScannedCode, Scanner } from '@portillon/drivers/scanner/scanner.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { EdgeStore } from '../../../store/edge-store.ts';
import { RecordedLog } from '../../../store/test/recorded-log.ts';
import {
  networkKeys,
  sampleClub,
  sampleCredential,
  sampleId,
  sampleIdentity,
  samplePlan,
} from '../../../store/test/sample-records.ts';
import { GateControl } from '../../gate/gate-control.ts';
import { InFlight } from '../../gate/in-flight.ts';
import { badges, HandReader } from '../../gate/test/gate-rig.ts';
import { HandGate } from '../../gate/test/hand-gate.ts';
import { PeerLink } from '../peer-link.ts';

/** Monday, noon in the club. */
export const noonMs = Date.parse('2026-11-23T11:00:00.000Z');
export const planId = sampleId<'plan'>(20);

class HandScanner implements Scanner {
  readonly #codes = new Listeners<[ScannedCode]>();
  readonly state = { status: 'ready' } as const;
  readonly discardedBytes = 0;
  readonly onState = () => () => undefined;
  readonly onUnreadable = () => () => undefined;
  readonly start = () => undefined;
  readonly stop = async () => undefined;
  readonly onCode: Scanner['onCode'] = (listener) => this.#codes.add(listener);

  scan(text: string): void {
    this.#codes.notify({ text, arrivedMonotonicMs: 0 } as ScannedCode);
  }
}

/** Looks again and again until it holds; by the real clock, since real sockets are between. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  const fromMs = systemClock.monotonicMs();
  while (!(await so())) {
    if (systemClock.monotonicMs() - fromMs > 12_000) throw new Error('it did not come to that');
    await delay(systemClock, 1);
  }
}

/** Who a box is, as the network vouches for it. */
export interface BoxName {
  readonly identity: EdgeIdentity;
  readonly key: FeedRecord;
}

export function boxName(
  number: number,
  over: { readonly clubId?: string; readonly status?: 'active' | 'revoked' } = {},
): BoxName {
  const keys = newSigningKeyPair();
  const { clubId = sampleIdentity().clubId, status = 'active' } = over;
  const edgeId = sampleId<'edge'>(number);
  const signature = signBytes(networkKeys.privateKey, edgeKeyToSign(edgeId, clubId, keys.publicKey, status));
  return {
    identity: { ...sampleIdentity(), edgeId, clubId, privateKey: keys.privateKey },
    key: {
      kind: 'edge-key',
      id: edgeId,
      record: { clubId, publicKey: keys.publicKey, status, signature: toBase64url(signature) },
    },
  };
}

/**
 * One box of a club without the outside network: its real store, one gate moved by hand with a badge reader and a scanner on
 * each side, and its link to the others over real sockets. Time is virtual.
 */
export class ClubBox {
  readonly clock: VirtualClock;
  readonly store: EdgeStore;
  readonly log: RecordedLog;
  readonly name: BoxName;
  readonly gate = new HandGate();
  readonly entry = new HandReader();
  readonly exit = new HandReader();
  readonly scanner = new HandScanner();
  readonly control: GateControl;
  readonly #inFlight = new InFlight();
  readonly #folder: string;
  #link: PeerLink | null = null;
  #version = 0;

  private constructor(
    name: BoxName,
    store: EdgeStore,
    log: RecordedLog,
    clock: VirtualClock,
    folder: string,
  ) {
    this.name = name;
    this.store = store;
    this.log = log;
    this.clock = clock;
    this.#folder = folder;
    const side = (reader: HandReader) => ({
      reader: null,
      badgeReaders: [reader.badgeReader],
      scanner: null,
    });
    const { identity } = name;
    this.control = new GateControl({
      store,
      clock,
      log,
      identity: () => identity,
      random: new SeededRandom(Number(identity.edgeId.slice(-4))),
      onEvent: () => undefined,
      inFlight: this.#inFlight,
      config: {
        id: 'gate-1',
        name: 'Turnstile',
        board: {
          model: 'modbus-board',
          address: 'tcp://127.0.0.1:1',
          unit: 1,
          entryRelay: 0,
          exitRelay: 2,
          pulseMs: 500,
          entryInput: 0,
          exitInput: 1,
        },
      },
      gate: this.gate,
      ...side(this.entry),
      scanner: this.scanner,
      exit: side(this.exit),
    });
  }

  /** `known` are the boxes whose keys its book has. */
  static async open(
    name: BoxName,
    known: readonly BoxName[],
    clock: VirtualClock = new VirtualClock(noonMs),
  ): Promise<ClubBox> {
    const folder = await mkdtemp(join(tmpdir(), 'portillon-peer-'));
    const log = new RecordedLog();
    const random = new SeededRandom(5);
    const opened = await EdgeStore.open({ folder, hasPeers: true, clock, random, log });
    if (!opened.ok) throw new Error(opened.error.detail);
    await opened.value.saveIdentity(name.identity);
    const box = new ClubBox(name, opened.value, log, clock, folder);
    const antiPassback = { mode: 'hard', minutes: null } as const;
    const hours = Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7].map((day) => [day, [['00:00', '24:00'] as const]]),
    );
    const policy = { ...openPolicy, uidBadges: true, antiPassback };
    await box.told([
      { kind: 'club', id: name.identity.clubId, record: { ...sampleClub(), hours: hours as never, policy } },
      { kind: 'plan', id: planId, record: samplePlan() },
      ...[name, ...known].map(({ key }) => key),
      {
        kind: 'credential',
        id: sampleId(801),
        record: sampleCredential({ cardUid: badges.ann, uidOnly: true, memberId: sampleId(810) }),
      },
    ]);
    await box.control.resume();
    return box;
  }

  /** Told by the base, at noon unless said otherwise. */
  told(records: readonly FeedRecord[], atMs = noonMs - 60_000): Promise<void> {
    const changes = records.map((change) => ({ version: ++this.#version, change }));
    return this.store.applyFeed(changes, this.#version, atMs);
  }

  /** Listens at that port, any unless told, and hears the boxes at these addresses. */
  async link(addresses: readonly string[], port = 0): Promise<PeerLink> {
    const { identity } = this.name;
    this.#link = new PeerLink({
      config: { host: '127.0.0.1', port, addresses: [...addresses] },
      store: this.store,
      inFlight: this.#inFlight,
      identity: () => identity,
      clock: this.clock,
      random: new SeededRandom(3),
      log: this.log,
    });
    await this.#link.listen();
    this.#link.start();
    return this.#link;
  }

  /** The cable is pulled. */
  async cut(): Promise<void> {
    await this.#link?.stop();
    this.#link = null;
  }

  get linkStandings() {
    return this.#link?.standings ?? [];
  }

  get isTogether(): boolean {
    return this.#link?.standings.every(({ together }) => together) ?? false;
  }

  async close(): Promise<void> {
    await this.cut();
    await this.control.stop();
    await this.store.close();
    await rm(this.#folder, { recursive: true });
  }

  /** What the kiosk of this box would print: known to no base yet. */
  ticket(number: number, over: Partial<TicketClaims> = {}): string {
    const { identity } = this.name;
    return encodeTicket(
      {
        networkId: identity.networkId as TicketClaims['networkId'],
        issuerEdgeId: identity.edgeId as TicketClaims['issuerEdgeId'],
        credentialId: sampleId(number),
        planId,
        homeClubId: identity.clubId as TicketClaims['homeClubId'],
        scope: 'home',
        validFromMs: noonMs - 3_600_000,
        validToMs: noonMs + 12 * 3_600_000,
        singleUse: true,
        ...over,
      },
      identity.privateKey,
    );
  }

  /** Shows it at the entry; `granted`, or the reason. */
  async shows(code: string): Promise<string> {
    return this.#decided(() => this.scanner.scan(code));
  }

  async holds(uid: string, reader: HandReader = this.entry): Promise<string> {
    return this.#decided(() => reader.read(uid));
  }

  async walks(direction: 'entry' | 'exit' = 'entry'): Promise<void> {
    const before = (await this.events('passage.sensed')).length;
    this.gate.walk(direction);
    await until(async () => (await this.events('passage.sensed')).length > before);
  }

  async events<Type extends 'access.decided' | 'passage.sensed'>(type: Type): Promise<EventOf<Type>[]> {
    await this.store.write(async () => undefined);
    const all = (await this.store.outboxAfter(0, 1_000)).map(({ body }) => JSON.parse(body) as EventBody);
    return all.filter((event): event is EventOf<Type> => event.type === type);
  }

  async #decided(act: () => void): Promise<string> {
    const before = (await this.events('access.decided')).length;
    act();
    await until(async () => (await this.events('access.decided')).length > before);
    // Behind the decision's own turn, so that the gate has been released.
    await this.store.write(async () => undefined);
    const last = (await this.events('access.decided')).at(-1);
    return last?.reason ?? last?.outcome ?? '';
  }
}
