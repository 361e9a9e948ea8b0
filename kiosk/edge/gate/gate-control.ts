import type { AccessDecision } from '@portillon/core/access/access-facts.ts';
import { decide, decideExit } from '@portillon/core/access/access-rule.ts';
import type { Told } from '@portillon/core/access/gate-sign.ts';
import type { ZoneId } from '@portillon/core/access/zones.ts';
import { type CancelTimer, isoTime } from '@portillon/core/base/clock.ts';
import type { ClockJudgement, JudgedClock } from '@portillon/core/base/clock-trust.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { type ClubId, type CredentialId, newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { err, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import type { CardNumber } from '@portillon/drivers/card-reader/card-reader.ts';
import type { Device } from '@portillon/drivers/device.ts';
import type { GateDirection, GateStanding } from '@portillon/drivers/gate/gate.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { type Intent, type IntentId, releaseIntent } from '../../store/intents.ts';
import { presentMember } from '../../store/member-book.ts';
import type { GateDevices, GateSide } from '../devices.ts';
import { GateAlarms } from './gate-alarms.ts';
import {
  closedGate,
  type GateEffect,
  type GateInput,
  type GateState,
  nextGate,
  type ReleasedFor,
} from './gate-machine.ts';
import { GateFace } from './gate-now.ts';
import { gatherFacts } from './gather-facts.ts';
import type { InFlight } from './in-flight.ts';
import {
  nothingProved,
  type Presented,
  presentedCard,
  presentedCode,
  presentedNumber,
} from './presented-credential.ts';

export interface GateControlOptions extends GateDevices {
  readonly store: EdgeStore;
  readonly identity: () => EdgeIdentity | null;
  readonly clock: JudgedClock;
  readonly random: Random;
  readonly log: Log;
  readonly onEvent: () => void;
  /** Shared by the gates of this edge. */
  readonly inFlight: InFlight;
}

/** What becomes of an order of staff to open (GT13, GT15). */
export type Opened =
  | { readonly outcome: 'done' | 'expired'; readonly fault: null }
  | { readonly outcome: 'failed'; readonly fault: Fault };

interface OpenOrder {
  /** Asked once more when its turn comes: somebody may have been on the way through. */
  readonly mayStill: () => boolean;
  readonly settle: (opened: Opened) => void;
}

/** A passage may be sensed this long after the pulse: somebody who was just in the arms. */
const sensingGraceMs = 1_500;

/**
 * One gate of the club: what is presented becomes facts, the rule decides, the decision is written, the gate is released,
 * and the passage that the sensors see is written with it. Nothing here waits for the network.
 */
export class GateControl {
  readonly #options: GateControlOptions;
  /** What those see who stand before it, for its screen. */
  readonly face = new GateFace();
  #state: GateState = closedGate;
  #cancelPulse: CancelTimer = () => undefined;
  readonly #intents = new Map<string, IntentId>();
  /** Orders of staff to open that wait for their turn; one is open for a gate at a time. */
  readonly #orders = new Map<string, OpenOrder>();
  readonly #alarms: GateAlarms;
  /** How staff have it stand, and by which order. */
  #kept: { readonly standing: GateStanding; readonly orderId: string | null } = {
    standing: 'normal',
    orderId: null,
  };
  #fire = false;
  /** Writes in the order things happened. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: GateControlOptions) {
    this.#options = options;
    options.gate.onPassage(({ direction }) => this.#input({ type: 'sensed', direction }));
    this.#listenTo(options, 'entry');
    if (options.exit) this.#listenTo(options.exit, 'exit');
    const { gate, config } = options;
    const isKnown = () => ['ready', 'faulted'].includes(gate.state.status);
    this.#alarms = new GateAlarms({ ...options, gateId: config.id, isKnown });
    gate.onAlarm((alarm) => {
      if (alarm.kind === 'forced') return this.#alarms.moment('forced');
      this.#alarms.turned(alarm.kind, alarm.on);
      if (alarm.kind === 'fire') this.#fire = alarm.on;
      this.#showMode();
    });
    this.#watchCovers([gate, ...this.#badgeReaders().map(({ device }) => device)]);
  }

  get gateId(): string {
    return this.#options.config.id;
  }

  get #zone(): ZoneId {
    return this.#options.config.zone ?? null;
  }

  /** For events: a gate of the club itself names none. */
  get #inZone(): { readonly zone?: string } {
    const { zone } = this.#options.config;
    return zone === undefined ? {} : { zone };
  }

  get isFire(): boolean {
    return this.#fire;
  }

  /** What the base is to know of this gate (W-GATE-1). */
  get told() {
    const { id, name, board } = this.#options.config;
    const canHoldOpen = (board.model === 'osdp' ? board.holdOutput : board.holdRelay) !== undefined;
    const releasesExit = (board.model === 'osdp' ? board.exitOutput : board.exitRelay) !== undefined;
    return { gateId: id, name, ...this.#kept, canHoldOpen, releasesExit };
  }

  /**
   * Opens one side for one person, by an order of staff, also where it is locked. Resolves once the board has been told, or
   * why it was not. The intent is durable before the board hears of it.
   */
  async open(orderId: string, direction: GateDirection, mayStill: () => boolean): Promise<Opened> {
    const who: ReleasedFor = {
      decisionId: orderId,
      direction,
      credentialId: null,
      singleUse: false,
      byStaff: true,
    };
    const { store } = this.#options;
    this.#intents.set(
      orderId,
      await store.write((tx) => store.intents.recordIntent(tx, this.#intentOf(who))),
    );
    return new Promise((settle) => {
      this.#orders.set(orderId, { mayStill, settle });
      this.#input({ type: 'granted', for: who });
    });
  }

  /** Has the gate stand like this, by an order of staff (GT7, GT17). What counts is told afterwards. */
  async keep(standing: GateStanding, orderId: string): Promise<Result<void, Fault>> {
    if (this.#fire && standing !== 'normal') return err(fault('gate.fire', 'the fire input is on'));
    if (standing !== 'held-open') this.#stands({ standing, orderId });
    const kept = await this.#options.gate.keep(standing);
    if (kept.ok) this.#stands({ standing, orderId });
    return kept;
  }

  #stands(kept: { readonly standing: GateStanding; readonly orderId: string | null }): void {
    this.#kept = kept;
    this.#showMode();
  }

  #showMode(): void {
    this.face.show({ mode: this.#fire ? 'fire' : this.#kept.standing });
  }

  #listenTo({ reader, badgeReaders, scanner }: GateSide, side: GateDirection): void {
    reader?.onCard((card) => this.#run(this.#cardPresented(card, side)));
    for (const { device } of badgeReaders) {
      device.onNumber((number) => this.#run(this.#numberPresented(number, side)));
    }
    scanner?.onCode(({ text }) => this.#run(this.#codePresented(text, side)));
    scanner?.onUnreadable(() => this.#run(this.#unreadablePresented(side)));
  }

  #badgeReaders(side?: GateDirection) {
    const { badgeReaders, exit } = this.#options;
    const atExit = exit?.badgeReaders ?? [];
    return side === 'entry' ? badgeReaders : side === 'exit' ? atExit : [...badgeReaders, ...atExit];
  }

  /** An alarm while anything of the gate says that it was opened. One that is away says nothing. */
  #watchCovers(devices: readonly Device[]): void {
    const open = new Set<Device>();
    for (const device of devices) {
      device.onState((state) => {
        if (state.status === 'faulted' && state.fault.code === 'reader.tampered') open.add(device);
        else if (state.status === 'ready') open.delete(device);
        this.#alarms.turned('tampered', open.size > 0);
      });
    }
  }

  /** How long a passage may follow a release. */
  get #releasedMs(): number {
    return this.#options.config.board.pulseMs + sensingGraceMs;
  }

  /** A release that was under way when the edge was killed: the passage may still come, and belongs to it. */
  async resume(): Promise<void> {
    const { store, clock, config, log, gate } = this.#options;
    await this.#alarms.resume();
    this.#stands(await store.gates.standing(config.id));
    if (this.#kept.standing !== 'normal') gate.resume(this.#kept.standing);
    for (const intent of await store.intents.unfinishedIntents()) {
      if (intent.kind !== releaseIntent || intent.detail.gateId !== config.id) continue;
      const leftMs = intent.recordedAtMs + this.#releasedMs - clock.wallMs();
      if (leftMs <= 0 || leftMs > this.#releasedMs || this.#state.name === 'released') {
        await store.recordOutcome(intent.intentId, 'not-known');
        continue;
      }
      const { credentialId, singleUse, direction, byStaff } = intent.detail;
      const who: ReleasedFor = {
        decisionId: intent.subject,
        direction: direction === 'exit' ? 'exit' : 'entry',
        credentialId: typeof credentialId === 'string' ? credentialId : null,
        singleUse: singleUse === true,
        ...(byStaff === true ? { byStaff } : {}),
      };
      log.info('gate.release-resumed', { gateId: config.id, decisionId: who.decisionId, leftMs });
      this.#intents.set(who.decisionId, intent.intentId);
      this.#state = { name: 'released', for: who, waiting: null };
      this.face.show({ released: true });
      const row = who.credentialId ? store.book.credential(who.credentialId as CredentialId) : null;
      if (who.direction === 'entry') {
        this.#options.inFlight.begin(who, presentMember(row), intent.recordedAtMs, this.#zone);
        gate.stillReleased(leftMs);
      }
      this.#armPulse(leftMs);
    }
  }

  /** Resolves when what was under way is written. */
  async stop(): Promise<void> {
    this.#cancelPulse();
    for (const { settle } of this.#orders.values()) {
      settle({ outcome: 'failed', fault: fault('gate.no-answer', 'the edge stops') });
    }
    await this.#alarms.stop();
    await this.#writing;
  }

  #run(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#options.log.error('gate.presentation-failed', {
        gateId: this.#options.config.id,
        detail: String(error),
      });
    });
  }

  async #cardPresented(channel: CardChannel, side: GateDirection): Promise<void> {
    const identity = this.#options.identity();
    if (!identity) return;
    const { store, log } = this.#options;
    const presented = await presentedCard(channel, { identity, book: store.book, log });
    if (!presented) return;
    const { renewKeys, ...facts } = presented;
    await this.#presented(facts, identity, side);
    await renewKeys?.();
  }

  async #numberPresented(number: CardNumber, side: GateDirection): Promise<void> {
    const identity = this.#options.identity();
    if (identity)
      await this.#presented(
        presentedNumber(number, { book: this.#options.store.book, log: this.#options.log }),
        identity,
        side,
      );
  }

  async #codePresented(text: string, side: GateDirection): Promise<void> {
    const identity = this.#options.identity();
    if (!identity) return;
    const { store, log } = this.#options;
    await this.#presented(presentedCode(text, { identity, book: store.book, log }), identity, side);
  }

  /** SC5: whoever shows it is refused like anybody with an unknown code. */
  async #unreadablePresented(side: GateDirection): Promise<void> {
    const identity = this.#options.identity();
    if (identity) await this.#presented(nothingProved('other'), identity, side);
  }

  /** Gather facts, decide, record; then release. */
  async #presented(presented: Presented, identity: EdgeIdentity, side: GateDirection): Promise<void> {
    const { store, clock, random, log, config, onEvent, inFlight } = this.#options;
    const { nowMs, ...bounds } = clock.judgement ?? boundsAt(clock.wallMs());
    const { credentialId, kind } = presented.presented;
    const clubId = identity.clubId as ClubId;
    const club = store.book.club(clubId);
    const book = credentialId ? store.book.credential(credentialId) : null;
    const dataAgeMs = store.book.dataAgeMs(nowMs);
    const rule = side === 'entry' ? decide : decideExit;
    // AC43: a fire opens what staff had locked.
    const gateLocked = this.#kept.standing === 'locked' && !this.#fire;
    const decision: AccessDecision = club
      ? rule(
          gatherFacts(presented, club, {
            ...{ store, clubId, nowMs, clock: bounds, inFlight, gateLocked, zone: this.#zone },
          }),
        )
      : { outcome: 'refused', reason: 'unknown' };
    const code = presented.code?.step ?? null;
    if (code !== null && credentialId !== null) {
      const isSameVisit = this.#state.name === 'released' && this.#state.for.credentialId === credentialId;
      if (isSameVisit && store.passages.usedCodes.isUsed(credentialId, code)) return; // PS11
    }
    const decisionId = newId<'decision'>(clock, random);
    const who: ReleasedFor = {
      decisionId,
      direction: side,
      credentialId,
      ...(book?.standing?.staff && !presented.presented.byNumber ? { worksHere: true } : {}),
      singleUse: book?.singleUse ?? presented.grant?.singleUse ?? false,
    };
    if (decision.outcome === 'granted' && side === 'entry')
      inFlight.begin(who, presentMember(book), nowMs, this.#zone);
    const usedCode = decision.outcome === 'granted' && credentialId !== null ? code : null;
    if (usedCode !== null && credentialId) store.passages.usedCodes.take(credentialId, usedCode);
    const written = store.write(async (tx) => {
      if (usedCode !== null && credentialId) await store.passages.keepCode(tx, credentialId, usedCode);
      await store.passages.recordDecision(tx, {
        decisionId,
        at: isoTime(nowMs),
        gateId: config.id,
        ...this.#inZone,
        direction: side,
        credentialId,
        presented: kind,
        outcome: decision.outcome,
        reason: decision.outcome === 'refused' ? decision.reason : null,
        dataAgeMs,
        byGrant: decision.outcome === 'granted' && decision.by === 'grant',
        byNumber: presented.presented.byNumber === true,
        noted: decision.outcome === 'granted' ? [...decision.noted] : [],
      });
      if (decision.outcome !== 'granted') return;
      this.#intents.set(decisionId, await store.intents.recordIntent(tx, this.#intentOf(who)));
      if (side === 'exit' || credentialId === null) return;
      const atMs = Math.floor(nowMs);
      await store.peers.put(tx, {
        kind: 'let-in',
        decisionId,
        credentialId,
        memberId: presentMember(book),
        singleUse: who.singleUse,
        zone: this.#zone,
        atMs,
        untilMs: atMs + letInMs(this.#releasedMs),
      });
    });
    await written.catch((error: unknown) => {
      inFlight.end(decisionId);
      throw error;
    });
    log.info('gate.decided', { gateId: config.id, decisionId, presented: kind, ...inWords(decision) });
    // The release goes out first: signs are for the eyes, and may share its line.
    const told = decision.outcome === 'refused' ? decision.reason : this.#toldOnGrant();
    const outcome = told === 'again' ? 'refused' : decision.outcome;
    const language = book?.language ?? null;
    if (decision.outcome === 'granted') this.#input({ type: 'granted', for: who });
    this.face.show({
      last: { decisionId, at: isoTime(nowMs), direction: side, presented: kind, outcome, told, language },
    });
    onEvent();
  }

  /** GT11, GS4: somebody is on the way through; the next waits, and the third comes again. */
  #toldOnGrant(): Told {
    if (this.#state.name === 'closed') return 'granted';
    return this.#state.waiting ? 'again' : 'wait';
  }

  #intentOf({ decisionId, direction, credentialId, singleUse, byStaff }: ReleasedFor): Intent {
    const detail = {
      gateId: this.#options.config.id,
      direction,
      credentialId,
      singleUse,
      byStaff: byStaff === true,
    };
    return { kind: releaseIntent, subject: decisionId, detail };
  }

  #input(input: GateInput): void {
    const step = nextGate(this.#state, input);
    this.#state = step.state;
    this.face.show({ released: step.state.name === 'released' });
    for (const effect of step.effects) this.#do(effect);
  }

  #do(effect: GateEffect): void {
    switch (effect.type) {
      case 'release':
        this.#run(this.#release(effect.for));
        return;
      case 'record-passage':
        if (effect.for) this.#cancelPulse();
        this.#write(() => this.#recordPassage(effect.direction, effect.for));
        return;
      case 'nobody-went':
      case 'turn-away':
        if (effect.type === 'nobody-went') this.#cancelPulse();
        else
          this.#settleOrder(effect.for, {
            outcome: 'failed',
            fault: fault('gate.refused', 'one waits already'),
          });
        this.#write(() => this.#settle(effect.for, effect.type));
        return;
    }
  }

  async #release(who: ReleasedFor): Promise<void> {
    const { gate, config, log } = this.#options;
    const { decisionId, direction, byStaff, worksHere } = who;
    this.#armPulse(this.#releasedMs);
    if (this.#orders.get(decisionId)?.mayStill() === false) {
      this.#settleOrder(who, { outcome: 'expired', fault: null });
      this.#input({ type: 'release-failed' });
      return;
    }
    const releasing = gate.release(direction, { evenIfLocked: byStaff ?? worksHere ?? false });
    this.face.correct(decisionId, { outcome: 'granted', told: 'granted' });
    const released = await releasing;
    if (released.ok) {
      this.#settleOrder(who, { outcome: 'done', fault: null });
      if (byStaff) this.#showOpened(who);
      return;
    }
    this.#settleOrder(who, { outcome: 'failed', fault: released.error });
    this.face.correct(decisionId, { outcome: 'refused', told: 'not-released' });
    log.error('gate.not-released', { gateId: config.id, ...released.error });
    this.#input({ type: 'release-failed' });
  }

  /** Staff have opened: whoever stands there presented nothing, and is told all the same. */
  #showOpened({ decisionId, direction }: ReleasedFor): void {
    const at = isoTime(this.#options.clock.wallMs());
    const granted = { outcome: 'granted', told: 'granted', presented: 'other', language: null } as const;
    this.face.show({ last: { decisionId, at, direction, ...granted } });
  }

  #settleOrder({ decisionId }: ReleasedFor, opened: Opened): void {
    this.#orders.get(decisionId)?.settle(opened);
    this.#orders.delete(decisionId);
  }

  #armPulse(afterMs: number): void {
    this.#cancelPulse();
    this.#cancelPulse = this.#options.clock.setTimer(afterMs, () => this.#input({ type: 'pulse-over' }));
  }

  #write(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch((error: unknown) => {
      this.#options.log.error('gate.not-recorded', {
        gateId: this.#options.config.id,
        detail: String(error),
      });
    });
  }

  async #recordPassage(direction: GateDirection, who: ReleasedFor | null): Promise<void> {
    const { store, clock, random, config, onEvent, log } = this.#options;
    const credentialId = (who?.credentialId ?? null) as CredentialId | null;
    const intent = who ? this.#intents.get(who.decisionId) : undefined;
    const decisionId = who && !who.byStaff ? who.decisionId : null;
    const orderId = who?.byStaff ? who.decisionId : this.#heldOpenBy(direction, who);
    const { occupancy } = await store.write(async (tx) => {
      if (who?.singleUse && credentialId && direction === 'entry')
        await store.passages.spendTicket(tx, credentialId);
      if (intent) await store.intents.recordOutcome(tx, intent, 'passage');
      return store.passages.recordPassage(
        tx,
        {
          passageId: newId(clock, random),
          at: isoTime(clock.wallMs()),
          gateId: config.id,
          ...this.#inZone,
          direction,
          decisionId,
          credentialId,
          orderId,
        },
        credentialId && presentMember(store.book.credential(credentialId)),
      );
    });
    if (who) {
      this.#intents.delete(who.decisionId);
      this.#options.inFlight.end(who.decisionId);
    }
    log.info('gate.passage', { gateId: config.id, direction, inside: occupancy.inside });
    onEvent();
  }

  /** Who comes in unasked while staff hold the gate open comes in by that order (GT16). */
  #heldOpenBy(direction: GateDirection, who: ReleasedFor | null): string | null {
    const isHeld = who === null && direction === 'entry' && this.#kept.standing === 'held-open';
    return isHeld ? this.#kept.orderId : null;
  }

  /** Nobody went through: a ticket stays good. */
  async #settle(who: ReleasedFor, outcome: string): Promise<void> {
    this.#options.inFlight.end(who.decisionId);
    const intent = this.#intents.get(who.decisionId);
    if (!intent) return;
    this.#intents.delete(who.decisionId);
    const { store } = this.#options;
    await store.write(async (tx) => {
      await store.intents.recordOutcome(tx, intent, outcome);
      await store.peers.put(tx, { kind: 'let-in-over', decisionId: who.decisionId });
    });
  }
}

/** A clock that nobody doubts. */
function boundsAt(nowMs: number): Omit<ClockJudgement, 'standing'> {
  return { nowMs, earliestMs: nowMs, latestMs: nowMs };
}

/** Of a release with another before it: the one who waits may go through a whole release later. */
function letInMs(releasedMs: number): number {
  return 2 * releasedMs;
}

/** For the log. */
function inWords(decision: AccessDecision): Readonly<Record<string, string>> {
  return decision.outcome === 'granted'
    ? { outcome: decision.outcome, by: decision.by, noted: decision.noted.join(' ') }
    : decision;
}
