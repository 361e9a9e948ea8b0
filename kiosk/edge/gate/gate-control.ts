import type { AccessDecision } from '@portillon/core/access/access-facts.ts';
import { decide } from '@portillon/core/access/access-rule.ts';
import { signOf, type Told } from '@portillon/core/access/gate-sign.ts';
import { signWords } from '@portillon/core/access/sign-words.ts';
import { type CancelTimer, type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { type ClubId, type CredentialId, newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import type { CardNumber, CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import type { Gate } from '@portillon/drivers/gate/gate.ts';
import type { Scanner } from '@portillon/drivers/scanner/scanner.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { IntentId } from '../../store/intents.ts';
import { presentMember } from '../../store/member-book.ts';
import type { BadgeReader } from '../devices.ts';
import type { GateConfig } from '../edge-config.ts';
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

export interface GateControlOptions {
  readonly config: GateConfig;
  readonly gate: Gate;
  readonly reader: CardReader | null;
  readonly badgeReaders: readonly BadgeReader[];
  readonly scanner: Scanner | null;
  readonly store: EdgeStore;
  readonly identity: () => EdgeIdentity | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onEvent: () => void;
  /** Shared by the gates of this edge. */
  readonly inFlight: InFlight;
}

/** A passage may be sensed this long after the pulse: somebody who was just in the arms. */
const sensingGraceMs = 1_500;
const releaseIntent = 'gate.release';

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
  /** Writes in the order things happened. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: GateControlOptions) {
    this.#options = options;
    options.gate.onPassage(({ direction }) => this.#input({ type: 'sensed', direction }));
    options.reader?.onCard((card) => this.#run(this.#cardPresented(card)));
    for (const { device } of options.badgeReaders) {
      device.onNumber((number) => this.#run(this.#numberPresented(number)));
    }
    options.gate.onAlarm((alarm) => {
      options.log.warn('gate.alarm', { gateId: options.config.id, kind: alarm.kind });
      if (alarm.kind === 'fire') this.face.show({ mode: alarm.on ? 'fire' : 'normal' });
    });
    options.scanner?.onCode(({ text }) => this.#run(this.#codePresented(text)));
    options.scanner?.onUnreadable(() => this.#run(this.#unreadablePresented()));
  }

  /** How long a passage may follow a release. */
  get #releasedMs(): number {
    return this.#options.config.board.pulseMs + sensingGraceMs;
  }

  /** A release that was under way when the edge was killed: the passage may still come, and belongs to it. */
  async resume(): Promise<void> {
    const { store, clock, config, log } = this.#options;
    for (const intent of await store.intents.unfinishedIntents()) {
      if (intent.kind !== releaseIntent || intent.detail.gateId !== config.id) continue;
      const leftMs = intent.recordedAtMs + this.#releasedMs - clock.wallMs();
      if (leftMs <= 0 || leftMs > this.#releasedMs || this.#state.name === 'released') {
        await store.recordOutcome(intent.intentId, 'not-known');
        continue;
      }
      const { credentialId, singleUse } = intent.detail;
      const who = {
        decisionId: intent.subject,
        credentialId: typeof credentialId === 'string' ? credentialId : null,
        singleUse: singleUse === true,
      };
      log.info('gate.release-resumed', { gateId: config.id, decisionId: who.decisionId, leftMs });
      this.#intents.set(who.decisionId, intent.intentId);
      this.#state = { name: 'released', for: who, waiting: null };
      this.face.show({ released: true });
      const row = who.credentialId ? store.book.credential(who.credentialId as CredentialId) : null;
      this.#options.inFlight.begin(who, presentMember(row), intent.recordedAtMs);
      this.#armPulse(leftMs);
    }
  }

  /** Resolves when what was under way is written. */
  async stop(): Promise<void> {
    this.#cancelPulse();
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

  async #cardPresented(channel: CardChannel): Promise<void> {
    const identity = this.#options.identity();
    if (!identity) return;
    const { store, log } = this.#options;
    const presented = await presentedCard(channel, { identity, book: store.book, log });
    if (!presented) return;
    const { renewKeys, ...facts } = presented;
    await this.#presented(facts, identity);
    await renewKeys?.();
  }

  async #numberPresented(number: CardNumber): Promise<void> {
    const identity = this.#options.identity();
    if (identity)
      await this.#presented(
        presentedNumber(number, { book: this.#options.store.book, log: this.#options.log }),
        identity,
      );
  }

  async #codePresented(text: string): Promise<void> {
    const identity = this.#options.identity();
    if (!identity) return;
    const { store, log } = this.#options;
    await this.#presented(presentedCode(text, { identity, book: store.book, log }), identity);
  }

  /** SC5: whoever shows it is refused like anybody with an unknown code. */
  async #unreadablePresented(): Promise<void> {
    const identity = this.#options.identity();
    if (identity) await this.#presented(nothingProved('other'), identity);
  }

  /** Gather facts, decide, record; then release. */
  async #presented(presented: Presented, identity: EdgeIdentity): Promise<void> {
    const { store, clock, random, log, config, onEvent, inFlight } = this.#options;
    const nowMs = clock.wallMs();
    const { credentialId, kind } = presented.presented;
    const clubId = identity.clubId as ClubId;
    const club = store.book.club(clubId);
    const book = credentialId ? store.book.credential(credentialId) : null;
    const dataAgeMs = store.book.dataAgeMs(nowMs);
    const decision: AccessDecision = club
      ? decide(gatherFacts(presented, club, { store, clubId, nowMs, inFlight }))
      : { outcome: 'refused', reason: 'unknown' };
    const code = presented.code?.step ?? null;
    if (code !== null && credentialId !== null) {
      const isSameVisit = this.#state.name === 'released' && this.#state.for.credentialId === credentialId;
      if (isSameVisit && store.passages.usedCodes.isUsed(credentialId, code)) return; // PS11
    }
    const decisionId = newId<'decision'>(clock, random);
    const who: ReleasedFor = {
      decisionId,
      credentialId,
      singleUse: book?.singleUse ?? presented.grant?.singleUse ?? false,
    };
    if (decision.outcome === 'granted') inFlight.begin(who, presentMember(book), nowMs);
    const usedCode = decision.outcome === 'granted' && credentialId !== null ? code : null;
    if (usedCode !== null && credentialId) store.passages.usedCodes.take(credentialId, usedCode);
    const written = store.write(async (tx) => {
      if (usedCode !== null && credentialId) await store.passages.usedCodes.keep(tx, credentialId, usedCode);
      await store.passages.recordDecision(tx, {
        decisionId,
        at: isoTime(nowMs),
        gateId: config.id,
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
      const detail = { gateId: config.id, credentialId, singleUse: who.singleUse };
      this.#intents.set(
        decisionId,
        await store.intents.recordIntent(tx, { kind: releaseIntent, subject: decisionId, detail }),
      );
    });
    await written.catch((error: unknown) => {
      inFlight.end(decisionId);
      throw error;
    });
    log.info('gate.decided', { gateId: config.id, decisionId, presented: kind, ...inWords(decision) });
    // The release goes out first: signs are for the eyes, and may share its line.
    const told =
      decision.outcome === 'refused' ? decision.reason : this.#state.name === 'closed' ? 'granted' : 'wait';
    const { outcome } = decision;
    if (outcome === 'granted') this.#input({ type: 'granted', for: who });
    this.face.show({
      last: { decisionId, at: isoTime(nowMs), direction: 'entry', presented: kind, outcome, told },
    });
    this.#show(outcome, told);
    onEvent();
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
        this.#write(() => this.#settle(effect.for, effect.type));
        return;
    }
  }

  async #release({ decisionId }: ReleasedFor): Promise<void> {
    const { gate, config, log } = this.#options;
    this.#armPulse(this.#releasedMs);
    this.face.correct(decisionId, { outcome: 'granted', told: 'granted' });
    const released = await gate.release();
    if (released.ok) return;
    this.face.correct(decisionId, { outcome: 'refused', told: 'not-released' });
    log.error('gate.not-released', { gateId: config.id, ...released.error });
    this.#show('refused', 'not-released');
    this.#input({ type: 'release-failed' });
  }

  /** Nobody's passage waits for it. */
  #show(outcome: 'granted' | 'refused', what: Told): void {
    for (const { device, language } of this.#options.badgeReaders) {
      this.#run(
        device.show({ outcome, words: signWords[signOf(what)][language] }).then((shown) => {
          if (shown.ok) return;
          this.#options.log.warn('gate.sign-not-shown', { gateId: this.#options.config.id, ...shown.error });
        }),
      );
    }
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

  async #recordPassage(direction: 'entry' | 'exit', who: ReleasedFor | null): Promise<void> {
    const { store, clock, random, config, onEvent, log } = this.#options;
    const credentialId = (who?.credentialId ?? null) as CredentialId | null;
    const intent = who ? this.#intents.get(who.decisionId) : undefined;
    const { occupancy } = await store.write(async (tx) => {
      if (who?.singleUse && credentialId) await store.passages.spendTicket(tx, credentialId);
      if (intent) await store.intents.recordOutcome(tx, intent, 'passage');
      return store.passages.recordPassage(
        tx,
        {
          passageId: newId(clock, random),
          at: isoTime(clock.wallMs()),
          gateId: config.id,
          direction,
          decisionId: who?.decisionId ?? null,
          credentialId,
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

  /** Nobody went through: a ticket stays good. */
  async #settle(who: ReleasedFor, outcome: string): Promise<void> {
    this.#options.inFlight.end(who.decisionId);
    const intent = this.#intents.get(who.decisionId);
    if (!intent) return;
    this.#intents.delete(who.decisionId);
    await this.#options.store.recordOutcome(intent, outcome);
  }
}

/** For the log. */
function inWords(decision: AccessDecision): Readonly<Record<string, string>> {
  return decision.outcome === 'granted'
    ? { outcome: decision.outcome, by: decision.by, noted: decision.noted.join(' ') }
    : decision;
}
