import type { Clock } from '@portillon/core/base/clock.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type CredentialId, newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { seal } from '@portillon/core/crypto/seal.ts';
import { NetworkCable } from '@portillon/hardware-sims/network/network-cable.ts';
import type { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import type { DecisionToRecord } from '@portillon/kiosk/store/passages.ts';
import type { SyncAgent } from '@portillon/sync-service/agent/sync-agent.ts';
import { saleEvent, testContract, testPerson, testPhoto } from '@portillon/sync-service/test/test-edge.ts';
import { enrolledIdentity, openEdgeStore, WatchedAgent } from '../sync/enrolled-edge.ts';
import { type ClubAct, type ClubPlan, isCutOff } from './clubs-plan.ts';
import type { BoxPlace } from './hall-messages.ts';
import { WrongClock } from './wrong-clock.ts';

export interface ClubBoxOptions {
  readonly place: BoxPlace;
  readonly baseUrl: string;
  readonly seed: number;
  readonly sells: { readonly legalEntityId: string; readonly planId: string };
  readonly clock: Clock;
}

/** What an act came to, once it is on the disk of the box. */
export interface Happened {
  readonly eventIds: readonly string[];
  readonly soldCredentialId: string | null;
}

/**
 * The box of a club: the store and the agent as shipped, its network a cable that can be pulled, its people a plan. What
 * gates and kiosk would write is written here, in the transactions in which they write it.
 */
export class ClubBox {
  readonly plan: ClubPlan;
  readonly #options: ClubBoxOptions;
  readonly #clock: WrongClock;
  readonly #store: EdgeStore;
  readonly #cable: NetworkCable;
  readonly #agent: SyncAgent;
  readonly #random: SeededRandom;
  /** Inside, by the card that let them in. */
  readonly #inside: string[] = [];

  private constructor(
    options: ClubBoxOptions,
    parts: { clock: WrongClock; store: EdgeStore; cable: NetworkCable },
  ) {
    this.#options = options;
    this.plan = options.place.plan;
    this.#clock = parts.clock;
    this.#store = parts.store;
    this.#cable = parts.cable;
    this.#random = new SeededRandom(options.seed + this.plan.club);
    const nearBase = `http://127.0.0.1:${parts.cable.port}`;
    this.#agent = new WatchedAgent(parts.clock, parts.store, nearBase, silentLog).agent;
  }

  /** Lets a new box in at the base, which must be there then. */
  static async open(options: ClubBoxOptions): Promise<ClubBox> {
    const { place, baseUrl, clock } = options;
    const boxClock = new WrongClock(clock, place.plan.clockErrorMs);
    const store = await openEdgeStore(boxClock, place.folder, silentLog);
    if ((await store.identity()) === null) {
      await store.saveIdentity(await enrolledIdentity(baseUrl, place.enrolmentCode));
    }
    const targetPort = Number(new URL(baseUrl).port);
    const name = `network of club ${place.plan.club}`;
    const cable = new NetworkCable({ name, clock, listenPort: 0, targetPort });
    await cable.start();
    return new ClubBox(options, { clock: boxClock, store, cable });
  }

  async begin(atMs: number): Promise<void> {
    await this.networkAt(atMs);
    this.#agent.start();
  }

  /** Pulls the cable or puts it back, as the plan has it then. */
  async networkAt(atMs: number): Promise<void> {
    await this.#cable.act('fault', { name: 'cut', on: isCutOff(this.plan.outages, atMs) });
  }

  async heal(): Promise<void> {
    await this.#cable.act('fault', { name: 'cut', on: false });
  }

  /** Null for what leaves no trace. */
  async does(act: ClubAct, known: readonly string[]): Promise<Happened | null> {
    const happened = await this.#does(act, known);
    if (happened) this.#agent.notify();
    return happened;
  }

  async state() {
    const identity = await this.#store.identity();
    return {
      club: this.plan.club,
      edgeId: identity?.edgeId ?? null,
      queued: await this.#store.outbox.count(),
      attachmentsLeft: (await this.#store.unconfirmedAttachments(1_000)).length,
      feedCursor: await this.#store.feedCursor(),
    };
  }

  async close(): Promise<void> {
    await this.#agent.stop();
    await this.#cable.stop();
    await this.#store.close();
  }

  #does(act: ClubAct, known: readonly string[]): Promise<Happened | null> {
    switch (act.do) {
      case 'set-clock':
        this.#clock.set(act.errorMs);
        return Promise.resolve(null);
      case 'sale':
        return this.#sells();
      case 'visit':
        return this.#letsIn(known[this.#random.below(Math.max(1, known.length))] ?? null);
      case 'exit':
        return this.#letsOut();
    }
  }

  async #sells(): Promise<Happened> {
    const identity = await this.#store.identity();
    if (!identity) throw new Error('a box that sells is enrolled');
    const sealed = async (purpose: 'person' | 'photo' | 'contract', plain: Uint8Array) => {
      const bytes = await seal(identity.sealKey, purpose, plain);
      return { digest: sha256Hex(bytes), bytes };
    };
    const text = (value: object) => new TextEncoder().encode(JSON.stringify(value));
    const [person, photo, contract] = [
      await sealed('person', text(this.#somebody())),
      await sealed('photo', testPhoto),
      await sealed('contract', text(testContract)),
    ];
    const digests = { person: person.digest, photo: photo.digest, contract: contract.digest };
    const sale = { ...saleEvent({ ...this.#options.sells, digests }), at: this.#now() };
    const eventId = await this.#store.write(async (tx) => {
      const event = await this.#store.outbox.appendEvent(tx, sale);
      for (const { digest, bytes } of [person, photo, contract]) {
        await this.#store.attachments.putAttachment(tx, digest, bytes, event.seq);
      }
      return event.eventId;
    });
    return { eventIds: [eventId], soldCredentialId: sale.credentials[0]?.credentialId ?? null };
  }

  /** Somebody else each time: one and the same person who buys again and again would be a case each time. */
  #somebody() {
    const id = newId(this.#clock, systemRandom);
    return { ...testPerson, familyName: `Testard ${id}`, email: `${id}@example.com` };
  }

  /** As the gate decides of a card whose dates are good: by what the book says of it now. */
  async #letsIn(credentialId: string | null): Promise<Happened | null> {
    if (credentialId === null) return null;
    const record = this.#store.book.credential(credentialId as CredentialId);
    const refused = record !== null && record.status !== 'active';
    const decisionId = newId(this.#clock, systemRandom);
    const decision: DecisionToRecord = {
      decisionId,
      at: this.#now(),
      gateId: 'gate-1',
      zone: null,
      direction: 'entry',
      credentialId,
      presented: 'card',
      outcome: refused ? 'refused' : 'granted',
      reason: refused ? 'blocked' : null,
      noted: [],
      dataAgeMs: this.#store.book.dataAgeMs(this.#clock.wallMs()),
      byGrant: record === null,
      byNumber: false,
    };
    const eventIds = await this.#store.write(async (tx) => {
      const decided = await this.#store.passages.recordDecision(tx, decision);
      return [decided.eventId];
    });
    if (refused) return { eventIds, soldCredentialId: null };
    this.#inside.push(credentialId);
    const sensed = await this.#passes('entry', credentialId, decisionId);
    return { eventIds: [...eventIds, sensed], soldCredentialId: null };
  }

  async #letsOut(): Promise<Happened | null> {
    const credentialId = this.#inside.shift();
    if (credentialId === undefined) return null;
    return { eventIds: [await this.#passes('exit', null, null)], soldCredentialId: null };
  }

  #passes(
    direction: 'entry' | 'exit',
    credentialId: string | null,
    decisionId: string | null,
  ): Promise<string> {
    const passage = {
      passageId: newId(this.#clock, systemRandom),
      at: this.#now(),
      gateId: 'gate-1',
      zone: null,
      direction,
      decisionId,
      credentialId,
      orderId: null,
    };
    return this.#store.write(
      async (tx) => (await this.#store.passages.recordPassage(tx, passage)).event.eventId,
    );
  }

  #now(): string {
    return isoTime(this.#clock.wallMs());
  }
}
