import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { withTimeLimit } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { type EdgeId, idBytes, type NetworkId, newId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import type { DeclineReason } from '@portillon/core/sale/decline-reason.ts';
import { askAgainMs, nextSale, resumeSale, startSale } from '@portillon/core/sale/sale-machine.ts';
import { paymentReference } from '@portillon/core/sale/sale-reference.ts';
import {
  isRecordEffect,
  type NotPaidReason,
  type PaymentAnswer,
  type PaymentSlip,
  type RecordEffect,
  type SaleEffect,
  type SaleInput,
  type SaleStep,
} from '@portillon/core/sale/sale-state.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import type { CardDispenser } from '@portillon/drivers/card-dispenser/card-dispenser.ts';
import type { Device } from '@portillon/drivers/device.ts';
import type {
  CardSlip,
  EarlierPayment,
  PaymentOutcome,
  PaymentTerminal,
} from '@portillon/drivers/payment-terminal/payment-terminal.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { Tx } from '../../store/connection.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import type { Intent, IntentId } from '../../store/intents.ts';
import { cardKeysOf, noWritingKey } from '../card-keys-of.ts';
import { type CardToMake, customerMayBeThere, isPractice, type SaleInProgress } from './sale-in-progress.ts';
import {
  abandonedSale,
  blockedCredential,
  cancelledSale,
  type FiscalMark,
  openedCase,
  type RecordFacts,
  reboundCredential,
  recordedBefore,
  recordedPractice,
  recordedSale,
} from './sale-records.ts';

/** Where the sale is, for the screen. */
export type SaleProgress =
  | { readonly name: 'preparing-card'; readonly stage: 'feeding' | 'writing' | 'checking' }
  | { readonly name: 'waiting-for-card' }
  | { readonly name: 'checking-payment' }
  /** After an interruption, while the devices are asked what happened. */
  | { readonly name: 'recovering' }
  | { readonly name: 'not-paid'; readonly why: NotPaidReason; readonly reason: DeclineReason | null }
  | { readonly name: 'finishing' }
  | { readonly name: 'presenting' }
  | { readonly name: 'at-mouth' }
  | { readonly name: 'handing-ticket' }
  /** SA80. */
  | { readonly name: 'showing-ticket'; readonly onPaper: boolean }
  | { readonly name: 'renewing-card' };

interface SaleRunnerOptions {
  readonly store: EdgeStore;
  readonly journal: () => FiscalJournal | null;
  readonly identity: EdgeIdentity;
  readonly terminal: PaymentTerminal;
  /** Null in a club whose credential is the pass. */
  readonly dispenser: CardDispenser | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Something new for the screen. */
  readonly onProgress: (progress: SaleProgress) => void;
  /** Puts what the sale hands over on paper; false where that cannot be done for certain. The screen shows it after it. */
  readonly handTicket: (sale: SaleInProgress) => Promise<boolean>;
  /** SA80: until the customer says that they have the ticket, has the pass, or does not answer. */
  readonly showTicket: (sale: SaleInProgress) => Promise<'taken' | 'not-taken'>;
  /** SA78; false where the card did not come, or took nothing. Absent where there is no reader. */
  readonly renewCard?: (sale: SaleInProgress) => Promise<boolean>;
  /** The sale has ended; what it came to stands in `sale.state`. */
  readonly onEnded: (sale: SaleInProgress, lastFault: Fault | null) => void;
  /** An event was appended: the agent may push. */
  readonly onEvent: () => void;
  /** SA42: an approval of this amount without the bank may be booked. */
  readonly mayTakeOffline: (amountCents: number) => boolean;
  /** SA12; how long a card may lie at the mouth. */
  readonly takeCardMs: number;
}

/** After an interruption devices get this long to come back before they are asked. */
const deviceReturnLimitMs = 20_000;

/** Beyond the tries of an undoing, which count from 1. */
const firstLetGoNo = 10;

/** As many as a case carries (core/wire/event.ts). */
const triedLimit = 20;

const irreversible: readonly SaleEffect['type'][] = [
  'stage-card',
  'authorise',
  'complete-payment',
  'write-grant',
  'renew-card',
  'present-card',
  'capture-card',
  'withdraw-card',
  'reverse',
];

/**
 * Not begun while the disk does not take its intent: after a power cut nobody would know of it. Everything else goes on
 * without, since its outcome can be found again by looking (where the card lies, what the terminal has booked).
 */
const neverWithoutIntent: readonly SaleEffect['type'][] = ['authorise', 'reverse'];

const noDispenser = fault('transport.unreachable', 'this box has no dispenser any more');

/** SA84: what became of a card that was begun before the club went over to passes, as far as anybody can tell. */
const withoutDispenser: Partial<Record<SaleEffect['type'], SaleInput>> = {
  'stage-card': { type: 'card-failed', why: noDispenser.code },
  'write-grant': { type: 'grant-failed' },
  'present-card': { type: 'present-failed' },
  'wait-taken': { type: 'mouth-unknown' },
  'locate-card': { type: 'card-located', place: 'unknown' },
  'capture-card': { type: 'taken-back' },
  'withdraw-card': { type: 'withdrawn', card: 'unknown' },
};

/**
 * Carries out what the sale machine decides: saves the new state together with the intent of each irreversible act, does
 * the act, and brings its answer back as the next input. One input at a time.
 */
export class SaleRunner {
  readonly #options: SaleRunnerOptions;
  #sale: SaleInProgress;
  #lastFault: Fault | null = null;
  #queue: Promise<void> = Promise.resolve();
  #askAgain: CancelTimer = () => undefined;
  #stopped = false;
  #recovering = false;

  constructor(options: SaleRunnerOptions, sale: SaleInProgress) {
    this.#options = options;
    this.#sale = sale;
  }

  get sale(): SaleInProgress {
    return this.#sale;
  }

  begin(): void {
    this.#enqueue(() => this.#take(startSale(this.#sale.shape)));
  }

  /** After an interruption: asks the devices what happened before anything else. */
  resume(): void {
    this.#recovering = true;
    const customerThere = customerMayBeThere(this.#sale, this.#options.clock.wallMs());
    this.#enqueue(() => this.#take(resumeSale(this.#sale.shape, this.#sale.state, customerThere)));
  }

  send(input: SaleInput): void {
    this.#enqueue(() => this.#take(nextSale(this.#sale.shape, this.#sale.state, input)));
  }

  /** Resolves when all that was sent so far has been carried out; a timer may still be set. */
  idle(): Promise<void> {
    return this.#queue;
  }

  /** Resolves when nothing of it runs any more; the sale stays saved as it is. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#askAgain();
    await this.#queue;
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (!this.#stopped) await work();
    });
  }

  async #take(first: SaleStep): Promise<void> {
    for (let step: SaleStep | null = first; step && !this.#stopped; ) {
      if (step.state === this.#sale.state && step.effects.length === 0) return;
      const { effects } = step;
      const before = this.#sale;
      const latestBefore = await this.#latestBefore(effects);
      this.#sale = {
        ...before,
        ...latestBefore,
        state: step.state,
        savedAtMs: this.#options.clock.wallMs(),
      };
      const intents = await this.#saveWithIntents(effects, before);
      const mustBeSaved = (effect: SaleEffect) =>
        isRecordEffect(effect) || neverWithoutIntent.includes(effect.type);
      if (intents === null && effects.some(mustBeSaved)) {
        if (!effects.some((effect) => effect.type === 'authorise')) {
          this.#sale = before;
          this.#tryAgainLater(step);
          return;
        }
        this.#sale = { ...this.#sale, state: { name: 'ended', ending: 'not-charged', why: 'store' } };
        break;
      }
      this.#showState();
      step = await this.#perform(effects, intents ?? new Map());
    }
    if (this.#sale.state.name === 'ended' && !this.#stopped)
      this.#options.onEnded(this.#sale, this.#lastFault);
  }

  /** SA15: what tells after a power cut that nothing was booked, known before money is asked for. */
  async #latestBefore(effects: readonly SaleEffect[]): Promise<Pick<SaleInProgress, 'latestBefore'>> {
    if (!effects.some(({ type }) => type === 'authorise')) return {};
    return { latestBefore: await this.#options.terminal.latestStored() };
  }

  /** SA11: the step is taken once the disk takes its intent; until then the visit stays as it was saved last. */
  #tryAgainLater(step: SaleStep): void {
    this.#options.onProgress({ name: 'finishing' });
    this.#askAgain = this.#options.clock.setTimer(askAgainMs, () => this.#enqueue(() => this.#take(step)));
  }

  /** Null when the store cannot write: nothing may be charged then, but what is paid for is still carried out. */
  async #saveWithIntents(
    effects: readonly SaleEffect[],
    before: SaleInProgress,
  ): Promise<Map<SaleEffect, IntentId> | null> {
    const { store, log } = this.#options;
    const intents = new Map<SaleEffect, IntentId>();
    try {
      await store.write(async (tx) => {
        intents.clear();
        await store.visits.saveVisit(tx, this.#sale.visitId, JSON.stringify(this.#sale));
        if (!isPractice(this.#sale)) await abandonedSale(this.#recordFacts(tx), before.state);
        for (const effect of effects) {
          if (isRecordEffect(effect) && !isPractice(this.#sale)) await this.#writeRecord(tx, effect);
          if (!irreversible.includes(effect.type)) continue;
          const detail: Intent['detail'] = 'attempt' in effect ? { attempt: effect.attempt } : {};
          const intent = { kind: `sale.${effect.type}`, subject: this.#sale.saleId, detail };
          intents.set(effect, await store.intents.recordIntent(tx, intent));
        }
      });
      if (effects.some(isRecordEffect)) this.#options.onEvent();
      return intents;
    } catch (error) {
      log.error('sale.not-saved', { saleId: this.#sale.saleId, detail: String(error) });
      return null;
    }
  }

  /** SA23: what a step writes into the books, in the transaction that saves it. */
  #writeRecord(tx: Tx, effect: RecordEffect): Promise<void> {
    const facts = this.#recordFacts(tx);
    switch (effect.type) {
      case 'rebind-credential':
        return reboundCredential(facts);
      case 'block-credential':
        return blockedCredential(facts);
      case 'record-cancelled':
        return cancelledSale(facts, this.#reference('reversal', effect.tries));
      case 'open-case':
        return openedCase(facts, effect.kind, this.#lastFault);
    }
  }

  #recordFacts(tx: Tx): RecordFacts {
    const { store, journal, clock, random } = this.#options;
    return {
      tx,
      store,
      journal: journal(),
      sale: this.#sale,
      atMs: clock.wallMs(),
      newCaseId: () => newId<'case'>(clock, random),
    };
  }

  /** Does the effects in order; the last one's answer leads to the next step. */
  async #perform(
    effects: readonly SaleEffect[],
    intents: Map<SaleEffect, IntentId>,
  ): Promise<SaleStep | null> {
    let input: SaleInput | null = null;
    for (const effect of effects) {
      input = await this.#do(effect);
      if (this.#stopped) return null;
      const intent = intents.get(effect);
      if (intent) await this.#settleIntent(intent, input?.type ?? 'done');
    }
    return input ? nextSale(this.#sale.shape, this.#sale.state, input) : null;
  }

  async #settleIntent(intent: IntentId, outcome: string): Promise<void> {
    const { store, log } = this.#options;
    try {
      await store.write((tx) => store.intents.recordOutcome(tx, intent, outcome));
    } catch (error) {
      log.error('sale.outcome-not-saved', { saleId: this.#sale.saleId, detail: String(error) });
    }
  }

  #do(effect: SaleEffect): Promise<SaleInput | null> | SaleInput | null {
    const unanswerable = this.#options.dispenser ? undefined : withoutDispenser[effect.type];
    if (unanswerable) {
      this.#failed(noDispenser);
      return unanswerable;
    }
    switch (effect.type) {
      case 'stage-card':
        return this.#stageCard(effect.discardFirst);
      case 'authorise':
        return this.#authorise(effect.attempt);
      case 'look-up-payment':
        return this.#lookUpPayment(effect.attempt, effect.slip);
      case 'complete-payment':
        return this.#complete(effect.attempt, effect.slip);
      case 'record-sale':
        return this.#recordSale(effect);
      case 'rebind-credential':
      case 'block-credential':
      case 'record-cancelled':
      case 'open-case':
        return null; // written with the step itself
      case 'write-grant':
        return this.#writeGrant();
      case 'present-card':
        return this.#present();
      case 'hand-ticket':
        return this.#handTicket();
      case 'show-ticket':
        return this.#showTicket();
      case 'renew-card':
        return this.#renewCard();
      case 'wait-taken':
        return this.#waitTaken();
      case 'locate-card':
        return this.#locateCard();
      case 'capture-card':
        return this.#captureCard();
      case 'withdraw-card':
        return this.#withdrawCard(effect.wasOut);
      case 'reverse':
        return this.#reverse(effect);
      case 'look-up-reversal':
        return this.#lookUpReversal(effect.tries);
      case 'ask-again-in':
        this.#askAgain = this.#options.clock.setTimer(effect.delayMs, () =>
          this.send({ type: 'time-to-ask-again' }),
        );
        return null;
    }
  }

  #failed(what: Fault): void {
    this.#lastFault = what;
    const tried = [...this.#sale.tried, `${this.#sale.state.name}: ${what.code}`];
    this.#sale = { ...this.#sale, tried: tried.slice(-triedLimit) };
    this.#options.log.warn('sale.device-fault', {
      saleId: this.#sale.saleId,
      state: this.#sale.state.name,
      code: what.code,
      detail: what.detail,
    });
  }

  async #stageCard(discardFirst: boolean): Promise<SaleInput> {
    const { identity } = this.#options;
    const dispenser = this.#dispenser;
    const failed = (what: Fault): SaleInput => {
      this.#failed(what);
      return { type: 'card-failed', why: what.code };
    };
    if (!cardKeysOf(identity).mayWrite) return failed(noWritingKey);
    this.#showPreparing('feeding');
    await this.#waitForReturn(dispenser);
    const before = await dispenser.status();
    if (!before.ok) return failed(before.error);
    const reusable = before.value.card === 'at-encoder' && !discardFirst;
    if (before.value.card !== 'none' && !reusable) {
      const captured = await dispenser.capture();
      if (!captured.ok) return failed(captured.error);
    }
    if (!reusable) {
      const staged = await dispenser.stage();
      if (!staged.ok) return failed(staged.error);
    }
    this.#showPreparing('writing');
    const card = await this.#clubCard();
    if ('fault' in card) return failed(card.fault);
    const written = await card.clubCard.stage(idBytes(this.#toMake.credentialId));
    if (!written.ok) return failed(written.error);
    // The union of products says that one with a card goes on having one.
    this.#sale = { ...this.#sale, card: { ...this.#toMake, cardUid: card.uid } } as SaleInProgress;
    return { type: 'card-staged' };
  }

  /** The screen of a card before payment says that nothing is paid; a second card after it must not. */
  #showPreparing(stage: 'feeding' | 'writing'): void {
    const { state } = this.#sale;
    const isPaid = state.name === 'preparing-card' && state.paid !== null;
    this.#options.onProgress(isPaid ? { name: 'finishing' } : { name: 'preparing-card', stage });
  }

  /** While money is asked about or undone: nothing is promised. */
  #showChecking(): void {
    this.#options.onProgress({ name: this.#recovering ? 'recovering' : 'checking-payment' });
  }

  async #clubCard(): Promise<{ clubCard: ClubCard; uid: string; uidBytes: Uint8Array } | { fault: Fault }> {
    const { identity } = this.#options;
    const channel = await this.#dispenser.activateCard();
    if (!channel.ok) return { fault: channel.error };
    const clubCard = new ClubCard({
      channel: channel.value,
      keys: cardKeysOf(identity),
      randomBytes: systemRandom.bytes,
    });
    const uidBytes = channel.value.uid;
    return { clubCard, uid: Buffer.from(uidBytes).toString('hex').toUpperCase(), uidBytes };
  }

  get #dispenser(): CardDispenser {
    const { dispenser } = this.#options;
    invariant(dispenser, 'a card is moved only where there is a dispenser');
    return dispenser;
  }

  get #toMake(): CardToMake {
    const { card } = this.#sale;
    invariant(card, 'only a product with a card makes one');
    return card;
  }

  async #authorise(attempt: number): Promise<SaleInput> {
    this.#options.onProgress({ name: 'waiting-for-card' });
    const { terminal } = this.#options;
    const request = this.#payment(attempt, null);
    const outcome =
      this.#sale.shape.money === 'in' ? await terminal.authorise(request) : await terminal.refund(request);
    const answered =
      outcome.kind === 'held' && outcome.slip.offline
        ? await this.#capped(attempt, request, outcome)
        : outcome;
    return { type: 'payment-answered', answer: this.#answerOf(answered) };
  }

  /** SA42. */
  async #capped(
    attempt: number,
    payment: EarlierPayment,
    held: Extract<PaymentOutcome, { kind: 'held' }>,
  ): Promise<PaymentOutcome> {
    if (this.#options.mayTakeOffline(payment.amountCents)) return held;
    this.#options.log.warn('sale.offline-approval-let-go', {
      saleId: this.#sale.saleId,
      code: 'terminal.offline-limit',
    });
    this.#sale = { ...this.#sale, letGoOfAttempt: attempt };
    return this.#letGo(attempt, payment, held.slip);
  }

  /** Nothing was taken once the terminal says so; until then it may hold the money, and no other payment starts (I10). */
  async #letGo(attempt: number, payment: EarlierPayment, slip: CardSlip): Promise<PaymentOutcome> {
    const outcome = await this.#options.terminal.reverse({
      // Of its own: asked about the payment, the terminal must not tell of its undoing.
      reference: this.#reference('reversal', firstLetGoNo + attempt),
      amountCents: payment.amountCents,
      payment: { ...payment, slip },
    });
    const nothingHeld = outcome.kind === 'declined' && outcome.reason === 'not-found';
    if (outcome.kind === 'captured' || nothingHeld) return { kind: 'declined', reason: 'bank-unreachable' };
    const problem =
      'fault' in outcome ? outcome.fault : fault('terminal.bad-answer', 'it did not let go of an approval');
    return { kind: 'in-doubt', fault: problem };
  }

  /** SA18. */
  async #complete(attempt: number, slip: PaymentSlip): Promise<SaleInput> {
    const outcome = await this.#options.terminal.complete(this.#payment(attempt, slip));
    return { type: 'completion-answered', answer: this.#answerOf(outcome) };
  }

  async #lookUpPayment(attempt: number, slip: PaymentSlip | null): Promise<SaleInput> {
    const { terminal } = this.#options;
    this.#showChecking();
    await this.#waitForReturn(terminal);
    const payment = this.#payment(attempt, slip);
    const found = await terminal.statusOf(payment);
    const outcome =
      found.kind === 'held' && this.#sale.letGoOfAttempt === attempt
        ? await this.#letGo(attempt, payment, found.slip)
        : found;
    return { type: 'payment-looked-up', answer: this.#lookedUp(outcome) };
  }

  #payment(attempt: number, slip: PaymentSlip | null): EarlierPayment {
    const amountCents = cents(Math.abs(this.#sale.totalCents));
    const reference = this.#reference('payment', attempt);
    const { latestBefore = null } = this.#sale;
    return { reference, amountCents, slip: slip && { ...slip, amountCents }, latestBefore };
  }

  #answerOf(outcome: PaymentOutcome): PaymentAnswer {
    if ('fault' in outcome) this.#failed(outcome.fault);
    switch (outcome.kind) {
      case 'captured':
      case 'held': {
        const { amountCents: _told, ...slip } = outcome.slip;
        return { kind: outcome.kind, slip };
      }
      case 'declined':
        return { kind: 'declined', reason: outcome.reason };
      default:
        return { kind: outcome.kind };
    }
  }

  /** A terminal that has no way to be asked will not find one. */
  #lookedUp(outcome: PaymentOutcome): PaymentAnswer {
    return this.#options.terminal.capabilities.canQuery || outcome.kind !== 'in-doubt'
      ? this.#answerOf(outcome)
      : { kind: 'cannot-tell' };
  }

  #reference(kind: 'payment' | 'reversal', attempt: number): string {
    return paymentReference(this.#sale.saleReference, kind, attempt);
  }

  async #recordSale(effect: Extract<SaleEffect, { type: 'record-sale' }>): Promise<SaleInput> {
    const { store, journal, log, onEvent } = this.#options;
    const { slip, attempt } = effect;
    const wasOffline = slip?.offline === true && this.#sale.shape.money === 'in';
    this.#sale = {
      ...this.#sale,
      payment: slip && this.#paid(slip, attempt),
      ...(wasOffline ? { approvedOffline: true } : {}),
    };
    // Asked again after an interruption that fell between this very transaction and its outcome.
    const before = await recordedBefore(store, journal(), this.#sale);
    try {
      const { fiscal } = before ?? {
        fiscal: await store.write((tx) => this.#recorded(this.#recordFacts(tx))),
      };
      this.#sale = { ...this.#sale, fiscal };
      onEvent();
      return { type: 'recorded' };
    } catch (error) {
      log.error('sale.not-recorded', { saleId: this.#sale.saleId, detail: String(error) });
      return { type: 'record-failed' };
    }
  }

  #paid(
    { maskedPan, scheme, authorisation, terminalContract }: PaymentSlip,
    attempt: number,
  ): SaleInProgress['payment'] {
    const reference = this.#reference('payment', attempt);
    return { means: 'bank-card', reference, maskedPan, scheme, authorisation, terminalContract };
  }

  #recorded(facts: RecordFacts): Promise<FiscalMark | null> {
    return isPractice(this.#sale) ? recordedPractice(facts) : recordedSale(facts);
  }

  async #writeGrant(): Promise<SaleInput> {
    const { identity, onProgress } = this.#options;
    onProgress({ name: 'finishing' });
    const card = await this.#clubCard();
    if ('fault' in card) return this.#grantFailed(card.fault);
    const toMake = this.#toMake;
    if (card.uid !== toMake.cardUid) {
      return this.#grantFailed({ code: 'dispenser.card-moved', detail: 'another card lies at the encoder' });
    }
    const grant = encodeGrant(
      {
        networkId: identity.networkId as NetworkId,
        issuerEdgeId: identity.edgeId as EdgeId,
        credentialId: toMake.credentialId,
        planId: toMake.planId,
        homeClubId: toMake.homeClubId ?? this.#sale.clubId,
        scope: toMake.planScope,
        validFromMs: toMake.validFromMs,
        validToMs: toMake.validToMs,
        cardUid: card.uidBytes,
      },
      identity.privateKey,
    );
    const written = await card.clubCard.writeGrant(idBytes(toMake.credentialId), grant);
    return written.ok ? { type: 'grant-written' } : this.#grantFailed(written.error);
  }

  #grantFailed(what: Fault): SaleInput {
    this.#failed(what);
    return { type: 'grant-failed' };
  }

  async #present(): Promise<SaleInput> {
    this.#options.onProgress({ name: 'presenting' });
    const presented = await this.#dispenser.present();
    if (presented.ok) return { type: 'presented' };
    this.#failed(presented.error);
    return { type: 'present-failed' };
  }

  /** SA21: on paper where there is a printer, and in any case on the screen that follows. */
  async #handTicket(): Promise<SaleInput> {
    this.#options.onProgress({ name: 'handing-ticket' });
    const onPaper = await this.#options.handTicket(this.#sale);
    return { type: 'ticket-handed', onPaper };
  }

  /** SA80. */
  async #showTicket(): Promise<SaleInput> {
    const { state } = this.#sale;
    const onPaper = state.name === 'showing-ticket' && state.onPaper;
    this.#options.onProgress({ name: 'showing-ticket', onPaper });
    return { type: await this.#options.showTicket(this.#sale) };
  }

  /** SA78. */
  async #renewCard(): Promise<SaleInput> {
    this.#options.onProgress({ name: 'renewing-card' });
    const isRenewed = await this.#options.renewCard?.(this.#sale);
    return { type: isRenewed ? 'card-renewed' : 'card-not-renewed' };
  }

  async #waitTaken(): Promise<SaleInput> {
    this.#options.onProgress({ name: 'at-mouth' });
    const waited = await this.#dispenser.waitTaken(this.#options.takeCardMs);
    if (waited.ok) return { type: waited.value };
    this.#failed(waited.error);
    return { type: 'mouth-unknown' };
  }

  async #locateCard(): Promise<SaleInput> {
    const dispenser = this.#dispenser;
    this.#options.onProgress({ name: this.#recovering ? 'recovering' : 'finishing' });
    await this.#waitForReturn(dispenser);
    const status = await dispenser.status();
    if (!status.ok) {
      this.#failed(status.error);
      return { type: 'card-located', place: 'unknown' };
    }
    const places = { 'at-encoder': 'encoder', 'at-mouth': 'mouth', none: 'none' } as const;
    return { type: 'card-located', place: places[status.value.card] };
  }

  async #captureCard(): Promise<SaleInput> {
    const captured = await this.#dispenser.capture();
    if (!captured.ok) this.#failed(captured.error);
    return { type: 'taken-back' };
  }

  /** SA19. Inside, an empty path means that the card went to the bin before; at the mouth, that somebody has it. */
  async #withdrawCard(wasOut: boolean): Promise<SaleInput> {
    const dispenser = this.#dispenser;
    this.#showChecking();
    await this.#waitForReturn(dispenser);
    const status = await dispenser.status();
    if (!status.ok) {
      this.#failed(status.error);
      return { type: 'withdrawn', card: 'unknown' };
    }
    if (status.value.card === 'none') return { type: 'withdrawn', card: wasOut ? 'gone' : 'back' };
    const captured = await dispenser.capture();
    if (captured.ok) return { type: 'withdrawn', card: 'back' };
    this.#failed(captured.error);
    return { type: 'withdrawn', card: 'unknown' };
  }

  async #reverse({ tries, attempt, slip }: Extract<SaleEffect, { type: 'reverse' }>): Promise<SaleInput> {
    this.#showChecking();
    const payment = this.#payment(attempt, slip);
    const outcome = await this.#options.terminal.reverse({
      reference: this.#reference('reversal', tries),
      amountCents: payment.amountCents,
      payment,
    });
    return { type: 'reversal-answered', answer: this.#answerOf(outcome) };
  }

  async #lookUpReversal(tries: number): Promise<SaleInput> {
    const { terminal } = this.#options;
    await this.#waitForReturn(terminal);
    const outcome = await terminal.statusOf({
      reference: this.#reference('reversal', tries),
      amountCents: cents(Math.abs(this.#sale.totalCents)),
    });
    return { type: 'reversal-looked-up', answer: this.#lookedUp(outcome) };
  }

  /** A device that has just lost its line, or is still starting, gets some time before it is asked. */
  async #waitForReturn(device: Device): Promise<void> {
    const reachable = () => device.state.status === 'ready' || device.state.status === 'faulted';
    if (reachable()) return;
    let stopListening: () => void = () => undefined;
    const returned = new Promise<void>((resolve) => {
      stopListening = device.onState(() => {
        if (reachable()) resolve();
      });
    });
    await withTimeLimit(this.#options.clock, deviceReturnLimitMs, returned);
    stopListening();
  }

  #showState(): void {
    const { state } = this.#sale;
    if (state.name === 'not-paid') {
      this.#options.onProgress({ name: 'not-paid', why: state.why, reason: state.reason });
    }
  }
}
