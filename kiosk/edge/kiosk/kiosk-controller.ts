import { closingTime } from '@portillon/core/access/opening-hours.ts';
import { type CancelTimer, type Clock, isoTime } from '@portillon/core/base/clock.ts';
import type { ClockJudgement } from '@portillon/core/base/clock-trust.ts';
import type { Fault } from '@portillon/core/base/fault-codes.ts';
import { type ClubId, type CredentialId, newId, type PlanId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { Software } from '@portillon/core/journal/payload-shapes.ts';
import { isDebited } from '@portillon/core/sale/creditor-identifier.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import {
  firstQuestion,
  inOtherLanguage,
  nextQuestion,
  type QuestionFacts,
  type QuestionInput,
  withProblem,
} from '@portillon/core/sale/questions.ts';
import { mustNotBeLeft } from '@portillon/core/sale/sale-machine.ts';
import { type SellerModule, takesModule } from '@portillon/core/sale/seller-modules.ts';
import { checkJpeg } from '@portillon/drivers/camera/photo-check.ts';
import type { CardDispenser } from '@portillon/drivers/card-dispenser/card-dispenser.ts';
import type { CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import type { PaymentTerminal } from '@portillon/drivers/payment-terminal/payment-terminal.ts';
import type { Printer } from '@portillon/drivers/printer/printer.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { CameInScreen } from '../../bridge/came-in-view.ts';
import type { ScreenMessage } from '../../bridge/messages.ts';
import type { KioskView, Language, Offer, Offers, Screen } from '../../bridge/view.ts';
import type { Tx } from '../../store/connection.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { MessageOutcome } from '../bridge-server.ts';
import { cardKeysOf, noWritingKey } from '../card-keys-of.ts';
import { localDay } from '../documents/payment-summary.ts';
import type { EdgeConfig } from '../edge-config.ts';
import type { JournalKeeper } from '../journal-keeper.ts';
import { DispenserRepair } from '../repair/dispenser-repair.ts';
import { CameInWatch } from './came-in-watch.ts';
import { type ClaimOrder, CodeEntry } from './code-entry.ts';
import type { CredentialIssue } from './credential-issue.ts';
import { drawUpDayEntry } from './draw-up-day-entry.ts';
import { mandateFacts } from './draw-up-mandate.ts';
import { drawUpOrder } from './draw-up-order.ts';
import { contractFacts, drawUpSale } from './draw-up-sale.ts';
import { enrolledPass, passHolderOf, passLinkFor } from './enrol-pass.ts';
import { IdleTimer } from './idle-timer.ts';
import { isPrinting, isShowingTicket, type KioskStage, timeLimitOf } from './kiosk-stage.ts';
import { MemberVisit } from './member-visit.ts';
import type { NewSaleFacts } from './new-sale.ts';
import { type OfferFacts, offerOf, offlineLimitCode } from './offer.ts';
import type { OfflineGuard } from './offline-guard.ts';
import { findOrder, type OrderDeskFacts } from './order-desk.ts';
import { PaperTrail } from './paper-trail.ts';
import { PracticeTerminal, type PractisedAnswer } from './practice-terminal.ts';
import { PriceList } from './price-list.ts';
import { type AskConsents, PrivacyVisit } from './privacy-visit.ts';
import {
  bridgeOf,
  customerMayBeThere,
  isPractice,
  readSale,
  type SaleInProgress,
} from './sale-in-progress.ts';
import { receiptMarksOf, recordedDuplicate } from './sale-records.ts';
import { type SaleProgress, SaleRunner } from './sale-runner.ts';
import { screenOfStage } from './screen-of-stage.ts';
import { TicketOnScreen } from './ticket-on-screen.ts';
import { UnaskedSlip } from './unasked-slip.ts';

export interface KioskControllerOptions {
  readonly config: EdgeConfig & { readonly screen: NonNullable<EdgeConfig['screen']> };
  readonly store: EdgeStore;
  readonly journal: JournalKeeper;
  readonly offlineGuard: OfflineGuard;
  /** The member base answers. */
  readonly isOnline: () => boolean;
  /** Asks the base for an order that is not known here. */
  readonly claimOrder: ClaimOrder;
  readonly askConsents: AskConsents;
  readonly terminal: PaymentTerminal;
  /** What members get here. */
  readonly issue: CredentialIssue;
  readonly printer: Printer | null;
  /** Where members hold their card; null at a kiosk without one. */
  readonly reader: CardReader | null;
  readonly software: string;
  readonly fiscalSoftware: Software;
  readonly identity: () => EdgeIdentity | null;
  readonly clock: Clock & { readonly judgement?: ClockJudgement };
  readonly random: Random;
  readonly log: Log;
  readonly publish: (view: KioskView) => void;
  readonly onEvent: () => void;
}

/** As long as the screen says where the receipt comes out, before it says goodbye. */
const receiptOutMs = 4_000;
/** A waiting screen is redrawn each second while a card lies at the mouth. */
const mouthTickMs = 1_000;

/** The visit at the kiosk: takes what the screen says, asks the pure machines, and tells the screen what to show. */
export class KioskController {
  readonly #options: KioskControllerOptions;
  readonly #idle: IdleTimer;
  readonly #codes: CodeEntry;
  readonly #paper: PaperTrail;
  readonly #slip: UnaskedSlip;
  readonly #practiceTerminal: PracticeTerminal;
  readonly #member: MemberVisit;
  readonly #prices: PriceList;
  readonly #privacy: PrivacyVisit;
  readonly #ticket = new TicketOnScreen();
  readonly #cameIn: CameInWatch;
  #repair: DispenserRepair | null = null;
  /** Whose staff card was held to the kiosk in this visit. */
  #staff: CredentialId | null = null;
  #stage: KioskStage = { name: 'attract' };
  #language: Language = 'fr';
  #visitId: string;
  #photo: Uint8Array | null = null;
  #runner: SaleRunner | null = null;
  #staffCalled = false;
  /** False until it is known whether a visit is to be picked up: a start button must not come before it. */
  #ready = false;
  #revision = 0;
  #cancelMouthTick: CancelTimer = () => undefined;
  #busy = false;
  #stopped = false;

  constructor(options: KioskControllerOptions) {
    this.#options = options;
    this.#visitId = newId(options.clock, options.random);
    this.#practiceTerminal = new PracticeTerminal(options.clock);
    const { clock, store } = options;
    const timeZone = () => this.#club()?.timeZone ?? 'UTC';
    this.#prices = new PriceList({ book: store.book, clock, timeZone });
    const { claimOrder } = options;
    this.#codes = new CodeEntry(
      options.clock,
      options.config.sale.webOrders && claimOrder
        ? async (codeHash) => (this.#collectsWebOrders() ? claimOrder(codeHash) : 'unknown')
        : null,
    );
    this.#idle = new IdleTimer({
      clock: options.clock,
      onTick: () => this.#publish(),
      onExpired: () => this.#expired(),
    });
    this.#slip = new UnaskedSlip({ log: options.log, onChange: () => this.#publish() });
    this.#paper = new PaperTrail({
      ...options,
      club: () => this.#club(),
      onSlipBegun: () => this.#slip.begun(),
      fiscalOf: async (saleId) => options.journal.journal && receiptMarksOf(options.journal.journal, saleId),
      recordDuplicate: (saleId) => recordedDuplicate(options, options.journal.journal, saleId),
    });
    const dispenser = options.issue.kind === 'card' ? options.issue.dispenser : null;
    this.#member = new MemberVisit({
      ...options,
      readsCodes: options.issue.kind === 'pass',
      plansOnSale: () => this.#prices.plansOnSale(),
      stage: () => this.#stage,
      show: (stage) => this.#show(stage),
      showAgain: () => this.#publish(),
      saleFacts: () => this.#newSaleFacts(),
      sell: (drawUp) => this.#sell(drawUp),
      pay: () => this.#payingPossible(),
      onStaff: (credentialId) => this.#staffCame(dispenser, credentialId),
    });
    this.#cameIn = new CameInWatch({
      ...options,
      boxName: options.config.name,
      timeZone: () => this.#club()?.timeZone ?? 'UTC',
      show: (screen) => this.#showCameIn(screen),
    });
    this.#privacy = new PrivacyVisit({
      ...options,
      boxName: options.config.name,
      stage: () => this.#stage,
      show: (stage) => this.#show(stage),
      language: () => this.#language,
      timeZone: () => this.#club()?.timeZone ?? 'UTC',
    });
    dispenser?.onMovement((movement) => {
      this.#count((tx) => options.store.dispenserCounts.moved(tx, movement));
    });
    for (const device of [options.terminal, dispenser, options.printer, options.reader]) {
      device?.onState(() => {
        if (['attract', 'doors', 'member', 'receipt'].includes(this.#stage.name)) this.#publish();
      });
    }
  }

  /** Picks up a visit that was interrupted, in front of the same customer if they are still there. */
  async start(): Promise<void> {
    const { store, clock, log } = this.#options;
    const found = await store.visits.visitInFlight();
    const saved = found ? readSale(found.json) : null;
    // SA55: nothing of a practice is owed to anybody.
    const sale = saved && !isPractice(saved) ? saved : null;
    const served = sale?.state.name === 'ended' && sale.state.ending === 'served' ? sale : null;
    const receipt = await this.#paper.resume(served);
    if (sale && sale.state.name !== 'ended' && this.#options.identity()) {
      log.info('kiosk.visit-resumed', { saleId: sale.saleId, state: sale.state.name });
      this.#visitId = sale.visitId;
      this.#language = sale.language;
      this.#ready = true;
      this.#runSale(sale, (runner) => runner.resume(), { name: 'recovering' });
      return;
    }
    const hasPaper = served?.payment && receipt !== 'printed';
    if (served && hasPaper && this.#club() && customerMayBeThere(served, clock.wallMs())) {
      this.#visitId = served.visitId;
      this.#language = served.language;
      // Nobody else begins before the question stands there (I8).
      await this.#askAboutPaper(served, receipt === 'interrupted' ? 'unknown' : 'asking');
    } else if (found) await store.write((tx) => store.clearVisit(tx, found.visitId));
    this.#ready = true;
    this.#publish();
  }

  /** Nobody is here, and nothing of a visit is left to be done. */
  get isQuiet(): boolean {
    return this.#stage.name === 'attract' && this.#runner === null && !this.#busy;
  }

  /** Does the work while no visit can begin (SA50); `visit-under-way` when there is one, and nothing was done. */
  async whileQuiet<T>(work: () => Promise<T>): Promise<T | 'visit-under-way'> {
    if (!this.#ready || !this.isQuiet) return 'visit-under-way';
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
      this.refresh();
    }
  }

  /** Resolves when nothing runs any more; a sale in flight stays saved. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#idle.restart(null);
    this.#cancelMouthTick();
    const stopped = this.#runner?.stop();
    this.#member.skipCard();
    this.#cameIn.end();
    this.#ticket.leave();
    await this.#practiceTerminal.stop();
    await stopped;
  }

  /** The feed brought plans, hours, or the identity: what is offered may have changed. */
  refresh(): void {
    // A phone that has opened its link: the feed tells of its pass.
    if (this.#stage.name === 'attract' || this.#stage.name === 'pass') this.#publish();
  }

  /** Null before the start has looked for an unfinished visit. */
  view(): KioskView | null {
    return this.#ready ? this.#currentView() : null;
  }

  #currentView(): KioskView {
    const { config, isOnline } = this.#options;
    const club = this.#club();
    return {
      revision: this.#revision,
      visitId: this.#visitId,
      language: this.#language,
      club: { name: club?.name ?? config.name, brand: config.brand, staffPhone: club?.staffPhone ?? null },
      about: { till: config.name, ...this.#options.fiscalSoftware },
      credential: this.#options.issue.kind,
      practice: this.#options.journal.practice !== null,
      device: config.screen,
      screen: this.#screen(),
      timeout: this.#idle.countdown,
      staffCall: !this.#staffCalled ? 'none' : isOnline() ? 'sent' : 'waiting',
    };
  }

  async receive(message: ScreenMessage): Promise<MessageOutcome> {
    if (!this.#ready) return { outcome: 'stale' };
    if (message.type === 'still-here') {
      // A quick touch sends it together with what was pressed, which must not find the edge busy with this.
      if (this.#idle.touch()) this.#publish();
      return { outcome: 'done' };
    }
    if (this.#busy) return { outcome: 'stale' };
    this.#busy = true;
    try {
      return await this.#handle(message);
    } finally {
      this.#busy = false;
    }
  }

  async #handle(message: Exclude<ScreenMessage, { type: 'still-here' }>): Promise<MessageOutcome> {
    switch (message.type) {
      case 'choose-language':
        this.#chooseLanguage(message.language);
        return { outcome: 'done' };
      case 'call-staff':
        return this.#callStaff(message.reason);
      case 'start':
        return this.#begin(message.language);
      case 'choose-door':
        return this.#chooseDoor(message.door);
      case 'buy-day-entry':
        return this.#buyDayEntry(message.planId as PlanId);
      case 'skip-card':
        return { outcome: this.#member.skipCard() ? 'done' : 'stale' };
      case 'present-code':
        return this.#member.presentCode(message.text);
      case 'open-account':
      case 'buy-period':
      case 'settle-debts':
        return this.#member.handle(message);
      case 'open-privacy':
      case 'say-consent':
      case 'request-data':
        return this.#privacy.handle(message);
      case 'give-code':
        return this.#giveCode(message.code);
      case 'confirm-order':
        return this.#confirmOrder();
      case 'finish':
        return this.#finish();
      case 'choose-receipt':
        return this.#chooseReceipt(message.receipt);
      case 'print-contract':
        return this.#printContract();
      case 'pay-again':
      case 'abort-payment':
        return this.#payAgain(message.type);
      case 'practise-payment':
        return this.#practisePayment(message.answer);
      case 'have-ticket':
        return this.#haveTicket();
      case 'repair-choose':
        return { outcome: this.#repair?.choose(message.what) ? 'done' : 'stale' };
      case 'repair-step':
        return { outcome: (await this.#repair?.stepDone(message.count)) ? 'done' : 'stale' };
      case 'show-came-in':
        return this.#openCameIn();
      case 'open-pass':
        return this.#openPass();
      case 'enrol-pass':
        return this.#enrolPass(message.requestText);
      default:
        return this.#answer(message);
    }
  }

  #chooseLanguage(language: Language): void {
    const isOther = language !== this.#language;
    this.#language = language;
    if (isOther && this.#stage.name === 'questions') {
      this.#stage = { ...this.#stage, questions: inOtherLanguage(this.#stage.questions) };
    }
    this.#idle.touch();
    this.#publish();
  }

  /** J6: it becomes a case, which the staff page shows at once where there is a network. */
  async #callStaff(reason: string): Promise<MessageOutcome> {
    const { store, clock, random, log, onEvent } = this.#options;
    const visitId = this.#visitId;
    const shown = 'sale' in this.#stage ? this.#stage.sale : null;
    const sale = shown && isPractice(shown) ? null : shown;
    log.info('kiosk.staff-called', { reason, screen: this.#stage.name });
    await store.write((tx) =>
      store.outbox.appendEvent(tx, {
        type: 'case.opened',
        caseId: newId<'case'>(clock, random),
        at: isoTime(clock.wallMs()),
        kind: 'staff-called',
        saleId: sale?.saleId ?? null,
        saleReference: sale?.saleReference ?? null,
        amountCents: 0,
        detail: `${reason}, screen ${this.#stage.name}${this.#options.journal.practice ? ', practice' : ''}`,
      }),
    );
    onEvent();
    // I8: who comes next called nobody.
    if (this.#visitId !== visitId) return { outcome: 'done' };
    this.#staffCalled = true;
    this.#publish();
    return { outcome: 'done' };
  }

  #begin(language: Language): MessageOutcome {
    const { join, dayEntry, membership, code } = this.#offers();
    const isPossible = membership || [join, dayEntry, code].some((offer) => offer?.possible);
    if (this.#stage.name !== 'attract' || !isPossible) return { outcome: 'stale' };
    this.#language = language;
    this.#staffCalled = false;
    this.#codes.newVisit();
    this.#prices.visitBegins();
    this.#show(this.#hasDoors() ? { name: 'doors' } : { name: 'questions', questions: firstQuestion });
    return { outcome: 'done' };
  }

  #chooseDoor(door: Door): MessageOutcome {
    const { join, dayEntry, membership, code } = this.#offers();
    if (door === 'membership') {
      if (this.#stage.name !== 'doors' || !membership) return { outcome: 'stale' };
      this.#member.begin();
      return { outcome: 'done' };
    }
    const offer = { join, 'day-entry': dayEntry, code }[door];
    if (this.#stage.name !== 'doors' || !offer?.possible) return { outcome: 'stale' };
    if (door === 'join') this.#show({ name: 'questions', questions: firstQuestion });
    if (door === 'day-entry') this.#show({ name: 'day-entry' });
    if (door === 'code') this.#askForCode(this.#codes.standing);
    return { outcome: 'done' };
  }

  #askForCode(shown: Omit<Extract<KioskStage, { name: 'code' }>, 'name'>): void {
    this.#show({ name: 'code', ...shown });
    if (shown.problem !== 'paused') return;
    this.#options.clock.setTimer(this.#codes.pauseLeftMs, () => {
      if (!this.#stopped && this.#stage.name === 'code') this.#askForCode(this.#codes.standing);
    });
  }

  async #giveCode(typed: string): Promise<MessageOutcome> {
    const facts = this.#orderDeskFacts();
    const visitId = this.#visitId;
    if (this.#stage.name !== 'code' || !facts) return { outcome: 'stale' };
    const answer = await this.#codes.take(typed, facts);
    // I8: a slow network outlasts a visit. What the base gave stays this kiosk's, and is found when the code is typed once more.
    if (this.#visitId !== visitId) return { outcome: 'stale' };
    if ('ready' in answer) this.#show({ name: 'order', ...answer });
    else this.#askForCode(answer);
    return { outcome: 'done' };
  }

  async #confirmOrder(): Promise<MessageOutcome> {
    const stage = this.#stage;
    const facts = this.#orderDeskFacts();
    if (stage.name !== 'order' || !facts) return { outcome: 'stale' };
    const found = await findOrder(stage.codeHash, facts);
    if (this.#stage !== stage) return { outcome: 'stale' };
    const { triesLeft } = this.#codes.standing;
    if ('refused' in found) {
      this.#askForCode({ problem: found.refused, triesLeft });
      return { outcome: 'done' };
    }
    if (found.ready.kind === 'card-replacement' && this.#cardsMissing()) {
      this.#askForCode({ problem: 'no-cards', triesLeft });
      return { outcome: 'done' };
    }
    const sold = this.#newSaleFacts();
    if (!sold) return { outcome: 'stale' };
    const { kind, order } = found.ready;
    const takesMoney = kind !== 'refund' && order.amountCents > 0;
    const { issue } = this.#options;
    await this.#sell(() => drawUpOrder(sold, found.ready, issue, facts.store), takesMoney);
    return { outcome: 'done' };
  }

  #orderDeskFacts(): OrderDeskFacts | null {
    const { store, journal, identity, clock } = this.#options;
    const known = identity();
    if (!known || journal.practice) return null;
    return { store, journal: journal.journal, identity: known, nowMs: clock.wallMs() };
  }

  async #buyDayEntry(planId: PlanId): Promise<MessageOutcome> {
    const { store } = this.#options;
    const plan = this.#prices.dayEntries().find((entry) => entry.planId === planId)?.plan;
    const facts = this.#newSaleFacts();
    if (this.#stage.name !== 'day-entry' || !plan || !facts || !this.#takes('day-entries')) {
      return { outcome: 'stale' };
    }
    await this.#sell(() => drawUpDayEntry({ ...facts, planId, plan }, store));
    return { outcome: 'done' };
  }

  /** There is more than one thing to come for. */
  #hasDoors(): boolean {
    const { dayEntry, membership, code } = this.#offers();
    return dayEntry !== null || membership || code !== null;
  }

  /** Null while identity or club are not known. */
  #newSaleFacts(): NewSaleFacts | null {
    const { journal, clock, random, identity } = this.#options;
    const known = identity();
    const club = this.#club();
    if (!known || !club) return null;
    const practice = journal.practice && { operator: journal.practice.operator };
    const where = { visitId: this.#visitId, language: this.#language, club, identity: known };
    return { ...where, practice, clock, random };
  }

  /** Draws up a sale and begins it, unless nothing can be recorded: asked again before money is. */
  async #sell(drawUp: () => Promise<SaleInProgress>, takesMoney = true): Promise<void> {
    const { journal, offlineGuard, store, log } = this.#options;
    const asked = this.#stage;
    // A clock set back, a lost key, an older disk.
    await journal.look();
    // I8: who asked for it may have gone by the time that a slow disk answers.
    if (this.#stage !== asked) return;
    if (journal.fault) {
      this.#show(trouble('sale-impossible', 'nothing-taken', '', 0, journal.fault.code));
      return;
    }
    // An approval grows too old while somebody reads the contract.
    if (takesMoney && !journal.practice && offlineGuard.standing.limit) {
      this.#show(trouble('sale-impossible', 'nothing-taken', '', 0, offlineLimitCode));
      return;
    }
    try {
      const sale = await drawUp();
      if (this.#stage !== asked) {
        log.info('kiosk.sale-not-begun', { saleId: sale.saleId });
        await store.write((tx) => store.clearVisit(tx, sale.visitId));
        return;
      }
      const first: SaleProgress =
        sale.shape.goods === 'card'
          ? { name: 'preparing-card', stage: 'feeding' }
          : { name: 'waiting-for-card' };
      this.#runSale(sale, (runner) => runner.begin(), first);
    } catch (error) {
      log.error('kiosk.sale-not-drawn-up', { detail: String(error) });
      if (this.#stage === asked)
        this.#show(trouble('sale-impossible', 'nothing-taken', '', 0, 'store.failed'));
    }
  }

  async #answer(
    message: Exclude<
      ScreenMessage,
      {
        type:
          | 'still-here'
          | 'choose-language'
          | 'call-staff'
          | 'start'
          | 'choose-door'
          | 'buy-day-entry'
          | 'present-code'
          | 'open-account'
          | 'buy-period'
          | 'settle-debts'
          | 'open-privacy'
          | 'say-consent'
          | 'request-data'
          | 'skip-card'
          | 'give-code'
          | 'confirm-order'
          | 'finish'
          | 'choose-receipt'
          | 'print-contract'
          | 'pay-again'
          | 'abort-payment'
          | 'practise-payment'
          | 'have-ticket'
          | 'repair-choose'
          | 'repair-step'
          | 'show-came-in'
          | 'open-pass'
          | 'enrol-pass';
      }
    >,
  ): Promise<MessageOutcome> {
    if (message.type === 'give-photo' && this.#stage.name === 'privacy') {
      return this.#privacy.keepPhoto(message.photo);
    }
    if (message.type === 'back' && this.#stage.name === 'came-in' && this.#repair) {
      this.#show({ name: 'repair', screen: this.#repair.screen });
      return { outcome: 'done' };
    }
    if (message.type === 'back') {
      if (this.#passEnrolledForTicket()) return this.#haveTicket();
      const isDoor = this.#stage.name === 'day-entry' || this.#stage.name === 'code';
      const before = isDoor
        ? ({ name: 'doors' } as const)
        : this.#stage.name === 'pass'
          ? this.#member.afterPass(this.#stage.from)
          : (this.#privacy.back(this.#stage) ?? this.#member.back(this.#stage));
      if (before) {
        this.#show(before);
        return { outcome: 'done' };
      }
    }
    if (message.type === 'back' && this.#stage.name === 'order') {
      this.#askForCode(this.#codes.standing);
      return { outcome: 'done' };
    }
    if (this.#stage.name !== 'questions') return { outcome: 'stale' };
    const { questions } = this.#stage;
    if (message.type === 'give-photo' && questions.at === 'photo') {
      this.#photo = null;
      if (message.photo.kind === 'taken') {
        const photo = Uint8Array.from(Buffer.from(message.photo.jpegBase64, 'base64'));
        const checked = checkJpeg(photo);
        if (!checked.ok) {
          this.#options.log.warn('kiosk.photo-unreadable', { detail: checked.error });
          const problem = { field: 'photo', problem: 'unreadable' } as const;
          this.#show({ name: 'questions', questions: withProblem(questions, problem) });
          return { outcome: 'done' };
        }
        this.#photo = photo;
      }
    }
    const next = nextQuestion(questions, questionInput(message), this.#questionFacts());
    if (next === questions) {
      if (message.type !== 'back' || !this.#hasDoors()) return { outcome: 'stale' };
      this.#show({ name: 'doors' });
      return { outcome: 'done' };
    }
    if (next.at === 'minor') this.#photo = null;
    if (next.at !== 'signed') {
      this.#show({ name: 'questions', questions: next });
      return { outcome: 'done' };
    }
    return this.#signed(next);
  }

  async #signed(questions: typeof firstQuestion): Promise<MessageOutcome> {
    const { store, issue } = this.#options;
    const plan = this.#plan(questions.answers.planId);
    const facts = this.#newSaleFacts();
    invariant(plan && facts, 'a visit begins only when plans, club and identity are known');
    const drawUp = () => drawUpSale({ ...facts, issue, questions, plan, photo: this.#photo }, store);
    await this.#sell(drawUp);
    this.#photo = null;
    return { outcome: 'done' };
  }

  #runSale(sale: SaleInProgress, go: (runner: SaleRunner) => void, first: SaleProgress): void {
    const { store, journal, offlineGuard, terminal, issue, clock, random, log, onEvent, identity } =
      this.#options;
    const known = identity();
    invariant(known, 'a sale runs on an enrolled edge');
    const runner: SaleRunner = new SaleRunner(
      {
        store,
        journal: () => journal.journal,
        identity: known,
        terminal: isPractice(sale) ? this.#practiceTerminal : terminal,
        dispenser: issue.kind === 'card' ? issue.dispenser : null,
        clock,
        random,
        log,
        onEvent: () => {
          onEvent();
          void offlineGuard.look();
        },
        mayTakeOffline: (amountCents) => offlineGuard.mayTake(amountCents),
        handTicket: (sold) => (bridgeOf(sold) ? this.#paper.handBridge(sold) : this.#paper.handTickets(sold)),
        showTicket: (sold) => this.#showTicket(sold),
        renewCard: (sold) => this.#member.renewCard(sold),
        onProgress: (progress) => this.#showProgress(runner.sale, progress),
        onEnded: (ended, lastFault) => this.#saleEnded(ended, lastFault),
        takeCardMs: this.#options.config.sale.takeCardSeconds * 1_000,
      },
      sale,
    );
    this.#runner = runner;
    this.#showProgress(sale, first);
    go(runner);
  }

  #showProgress(sale: SaleInProgress, progress: SaleProgress): void {
    this.#show({ name: 'sale', sale, progress, sinceMs: this.#options.clock.wallMs() });
    this.#cancelMouthTick();
    if (progress.name === 'at-mouth') this.#tickAtMouth();
    if (progress.name === 'not-paid') this.#slip.watch(this.#paper.slipOfNotPaid(sale, progress.why));
    else this.#slip.forget();
  }

  #tickAtMouth(): void {
    this.#cancelMouthTick = this.#options.clock.setTimer(mouthTickMs, () => {
      this.#publish();
      this.#tickAtMouth();
    });
  }

  /** DI19, W-PERSON-8. False where there is nothing here for this card of staff. */
  #staffCame(dispenser: CardDispenser | null, credentialId: CredentialId): boolean {
    this.#staff = credentialId;
    if (dispenser) this.#beginRepair(dispenser, credentialId);
    else if (this.#cameIn.mayBeShownTo(credentialId)) this.#beginCameIn(credentialId, false);
    else this.#staff = null;
    return this.#staff !== null;
  }

  #openCameIn(): MessageOutcome {
    const staff = this.#staff;
    const { name } = this.#stage;
    if (name !== 'repair' || staff === null || !this.#cameIn.mayBeShownTo(staff)) return { outcome: 'stale' };
    this.#beginCameIn(staff, true);
    return { outcome: 'done' };
  }

  #beginCameIn(credentialId: CredentialId, fromRepair: boolean): void {
    const visitId = this.#visitId;
    this.#cameIn.begin(credentialId, fromRepair).catch((error: unknown) => {
      this.#options.log.error('kiosk.people-not-read', { detail: String(error) });
      if (this.#visitId === visitId) this.#endVisit();
    });
  }

  /** Who comes in meanwhile puts no time limit off: staff may have gone. */
  #showCameIn(screen: CameInScreen): void {
    if (this.#stage.name !== 'came-in') {
      this.#show({ name: 'came-in', screen });
      return;
    }
    this.#stage = { name: 'came-in', screen };
    this.#publish();
  }

  /** DI19. */
  #beginRepair(dispenser: CardDispenser, credentialId: CredentialId): void {
    const repair = new DispenserRepair({
      ...this.#options,
      dispenser,
      credentialId,
      showsPeople: this.#cameIn.mayBeShownTo(credentialId),
      show: (screen) => {
        if (this.#repair === repair) this.#show({ name: 'repair', screen });
      },
    });
    this.#repair = repair;
    repair.begin().catch((error: unknown) => {
      this.#options.log.error('kiosk.repair-not-begun', { detail: String(error) });
      if (this.#repair === repair) this.#endVisit();
    });
  }

  /** DI20: what is counted waits for nobody, and nobody for it. */
  #count(write: (tx: Tx) => Promise<void>): void {
    const { store, log } = this.#options;
    store
      .write(write)
      .catch((error: unknown) => log.error('kiosk.card-not-counted', { detail: String(error) }));
  }

  #saleEnded(sale: SaleInProgress, lastFault: Fault | null): void {
    const { state } = sale;
    const isOut = state.name === 'ended' && (state.ending === 'served' || state.ending === 'card-out');
    if (isOut && sale.card !== null && !isPractice(sale)) {
      this.#count((tx) => this.#options.store.dispenserCounts.handed(tx));
    }
    this.#runner = null;
    this.#cancelMouthTick();
    if (this.#stopped) return;
    invariant(sale.state.name === 'ended', 'a sale that ended is in its last state');
    const { ending, why } = sale.state;
    this.#options.log.info('kiosk.sale-ended', { saleId: sale.saleId, ending, why });
    if (ending === 'served') {
      if (sale.payment) void this.#askAboutPaper(sale, 'asking');
      // Nothing was paid: there is no receipt to ask about.
      else this.#show({ name: 'welcome', sale, ticketsPrinted: false });
      return;
    }
    const faultCode = lastFault?.code ?? null;
    if (ending === 'not-charged' && this.#stage.name === 'sale' && this.#stage.progress.name === 'not-paid') {
      // The customer gave up after a refusal that the screen has told them: nothing to explain.
      this.#endVisit();
      return;
    }
    // Without a fault, as after a power cut, no device is to blame.
    const noFault = ending === 'not-charged' && (why === 'store' || faultCode === null);
    const [what, money] = troubleOf(sale, noFault ? 'stopped' : ending);
    this.#slip.forget();
    const shown = trouble(what, money, sale.saleReference, sale.totalCents, faultCode);
    if (ending === 'card-owed' && sale.payment) {
      void this.#showWithNote(sale, (note) => ({
        ...shown,
        trouble: { ...shown.trouble, note: note === null ? null : { text: note } },
      }));
    } else {
      this.#show(shown);
    }
    this.#slip.watch(this.#paper.slipOfEnding(sale, ending));
    this.#clearSavedVisit();
  }

  #askAboutPaper(sale: SaleInProgress, phase: 'asking' | 'unknown'): Promise<void> {
    // A credited card payment is always printed (code de l'environnement, D541-371).
    if (sale.product === 'refund' && phase === 'asking' && this.#offers().paperReceipt) {
      return this.#showWithNote(sale, (note) => ({
        name: 'receipt',
        sale,
        phase: 'printing',
        note,
        contractCopy: 'none',
      }));
    }
    return this.#showWithNote(sale, async (note) => {
      const contractCopy = await this.#paper.contractCopy(sale);
      return { name: 'receipt', sale, phase, note, contractCopy };
    });
  }

  /** Never rejects. */
  #showWithNote(
    sale: SaleInProgress,
    stage: (note: string | null) => KioskStage | Promise<KioskStage>,
  ): Promise<void> {
    const visitId = this.#visitId;
    return this.#paper
      .note(sale)
      .then(stage)
      .then((made) => {
        if (this.#stopped || this.#visitId !== visitId) return;
        this.#show(made);
        if (made.name === 'receipt' && made.phase === 'printing') this.#printReceipt(made);
      })
      .catch((error: unknown) => this.#options.log.error('kiosk.not-shown', { detail: String(error) }));
  }

  async #payAgain(type: 'pay-again' | 'abort-payment'): Promise<MessageOutcome> {
    if (this.#stage.name !== 'sale') return { outcome: 'stale' };
    const { terminal } = this.#options;
    if (type === 'abort-payment' && this.#stage.progress.name === 'waiting-for-card') {
      // What became of it is the terminal's to say: the payment under way is answered, not left.
      if (terminal.capabilities.canAbort) await terminal.abort();
      return { outcome: 'done' };
    }
    if (this.#stage.progress.name !== 'not-paid') return { outcome: 'stale' };
    this.#runner?.send({ type: type === 'pay-again' ? 'pay-again' : 'give-up' });
    return { outcome: 'done' };
  }

  /** SA52. */
  #practisePayment(answer: PractisedAnswer): MessageOutcome {
    if (this.#stage.name !== 'sale' || !isPractice(this.#stage.sale)) return { outcome: 'stale' };
    const answered = this.#practiceTerminal.answer(answer, cents(this.#stage.sale.totalCents));
    return { outcome: answered ? 'done' : 'stale' };
  }

  async #chooseReceipt(receipt: 'paper' | 'none'): Promise<MessageOutcome> {
    const stage = this.#stage;
    if (stage.name !== 'receipt' || isPrinting(stage)) return { outcome: 'stale' };
    const { sale } = stage;
    if (receipt === 'none' || !this.#offers().paperReceipt) {
      if (stage.phase === 'asking') await this.#paper.settle(sale, 'not-wanted');
      const ticketsPrinted = await this.#paper.ticketsPrinted(sale);
      // Nobody answered meanwhile, and it was shown, and may be over (I8).
      if (this.#stage === stage) this.#show({ name: 'welcome', sale, ticketsPrinted });
      return { outcome: 'done' };
    }
    this.#show({ ...stage, phase: 'printing' });
    this.#printReceipt(stage);
    return { outcome: 'done' };
  }

  #printReceipt(stage: Extract<KioskStage, { name: 'receipt' }>): void {
    const { sale } = stage;
    this.#inBackground(async () => {
      const printed = await this.#paper.print(sale);
      if (this.#stopped) return;
      if (printed.receipt === 'printed') {
        this.#show({ ...stage, phase: 'printed' });
        this.#options.clock.setTimer(receiptOutMs, () => {
          if (this.#stopped) return;
          this.#show({ name: 'welcome', sale, ticketsPrinted: printed.tickets });
        });
      } else {
        this.#show({ ...stage, phase: printed.receipt === 'unknown' ? 'unknown' : 'failed' });
      }
    });
  }

  /** J7: a copy of the contract with no e-mail. The question about the receipt stands again afterwards. */
  #printContract(): MessageOutcome {
    const stage = this.#stage;
    if (stage.name !== 'receipt' || isPrinting(stage)) return { outcome: 'stale' };
    const isToBeHad = stage.contractCopy === 'offered' || stage.contractCopy === 'failed';
    if (!isToBeHad || !this.#offers().paperReceipt) return { outcome: 'stale' };
    this.#show({ ...stage, contractCopy: 'printing' });
    this.#inBackground(async () => {
      const contractCopy = await this.#paper.printContractCopy(stage.sale);
      if (!this.#stopped) this.#show({ ...stage, contractCopy });
    });
    return { outcome: 'done' };
  }

  #inBackground(printing: () => Promise<void>): void {
    printing().catch((error: unknown) => {
      this.#options.log.error('kiosk.print-failed', { detail: String(error) });
    });
  }

  /** SA80: at once where the pass has taken over from the ticket before the power went. */
  async #showTicket(sale: SaleInProgress): Promise<'taken' | 'not-taken'> {
    const ticket = bridgeOf(sale);
    const isReplaced =
      ticket && this.#options.store.book.credential(ticket.credentialId)?.status === 'blocked';
    return isReplaced ? 'taken' : this.#ticket.shown();
  }

  #haveTicket(): MessageOutcome {
    const isThere = isShowingTicket(this.#stage) || this.#passEnrolledForTicket();
    return { outcome: isThere && this.#ticket.take() ? 'done' : 'stale' };
  }

  /** On the screen of the pass, reached from a ticket that it has taken over from (PS21): there is no way back to that. */
  #passEnrolledForTicket(): boolean {
    const stage = this.#stage;
    if (stage.name !== 'pass' || stage.from.name !== 'sale') return false;
    const { link, grantCode } = stage;
    return grantCode !== null || this.#options.store.book.credential(link.passCredentialId) !== null;
  }

  #openPass(): MessageOutcome {
    const from = this.#stage;
    const holder =
      from.name === 'member'
        ? this.#member.passHolder(from)
        : from.name === 'welcome' || isShowingTicket(from)
          ? this.#passesTaken()
            ? passHolderOf(from.sale)
            : null
          : null;
    const known = this.#options.identity();
    if (!known || !holder || (from.name !== 'welcome' && from.name !== 'member' && !isShowingTicket(from))) {
      return { outcome: 'stale' };
    }
    const { clock, random } = this.#options;
    const link = passLinkFor(holder, known, clock, random);
    this.#show({ name: 'pass', holder, from, link, grantCode: null, notRead: false });
    return { outcome: 'done' };
  }

  /** PS12, PS13. */
  async #enrolPass(requestText: string): Promise<MessageOutcome> {
    const { store, clock, random, log, onEvent, identity } = this.#options;
    const stage = this.#stage;
    const known = identity();
    if (stage.name !== 'pass' || stage.grantCode !== null || !known) return { outcome: 'stale' };
    const code = await enrolledPass(requestText, stage.holder, { store, identity: known, clock, random });
    if (!code.ok) {
      log.info('kiosk.pass-not-enrolled', { problem: code.error });
      if (this.#stage === stage) this.#show({ ...stage, notRead: true });
      return { outcome: 'done' };
    }
    log.info('kiosk.pass-enrolled');
    onEvent();
    // I8: a slow disk outlasts a visit, and who comes next reads no code of this pass.
    if (this.#stage === stage) this.#show({ ...stage, grantCode: code.value, notRead: false });
    return { outcome: 'done' };
  }

  async #finish(): Promise<MessageOutcome> {
    if (this.#stage.name === 'attract') return { outcome: 'done' };
    if (this.#stage.name === 'sale') {
      if (mustNotBeLeft(this.#stage.sale.state) || this.#stage.progress.name !== 'not-paid') {
        return { outcome: 'stale' };
      }
      this.#runner?.send({ type: 'give-up' });
      return { outcome: 'done' };
    }
    if (this.#stage.name === 'receipt') return this.#chooseReceipt('none');
    if (this.#stage.name === 'pass' && this.#stage.from.name === 'sale') {
      // The sale still waits for what becomes of the ticket: it ends first, in front of who bought.
      return { outcome: this.#leaveTicket() ? 'done' : 'stale' };
    }
    this.#endVisit();
    return { outcome: 'done' };
  }

  /** SA81: nobody answers any more. */
  #leaveTicket(): boolean {
    return this.#passEnrolledForTicket() ? this.#ticket.take() : this.#ticket.leave();
  }

  #expired(): void {
    const stage = this.#stage;
    if (isShowingTicket(stage) || (stage.name === 'pass' && stage.from.name === 'sale')) {
      this.#leaveTicket();
      return;
    }
    this.#finish().catch((error: unknown) => {
      this.#options.log.error('kiosk.visit-not-finished', { detail: String(error) });
    });
  }

  /** I8: everything of this person is forgotten first; then the screen is told. */
  #endVisit(): void {
    this.#repair?.end().catch((error: unknown) => {
      this.#options.log.error('kiosk.repair-not-told', { detail: String(error) });
    });
    this.#repair = null;
    this.#staff = null;
    this.#photo = null;
    this.#staffCalled = false;
    this.#slip.forget();
    this.#clearSavedVisit();
    this.#prices.visitEnds();
    this.#visitId = newId(this.#options.clock, this.#options.random);
    this.#language = 'fr';
    this.#show({ name: 'attract' });
  }

  #clearSavedVisit(): void {
    const { store, log } = this.#options;
    const visitId = this.#visitId;
    store
      .write((tx) => store.clearVisit(tx, visitId))
      .catch((error: unknown) => log.error('kiosk.visit-not-cleared', { detail: String(error) }));
  }

  #show(stage: KioskStage): void {
    this.#stage = stage;
    if (stage.name !== 'came-in') this.#cameIn.end();
    this.#member.shown(stage);
    this.#idle.restart(timeLimitOf(stage));
    this.#publish();
  }

  #publish(): void {
    if (this.#stopped || !this.#ready) return;
    this.#revision += 1;
    this.#options.publish(this.#currentView());
  }

  #screen(): Screen {
    const { clock, terminal, store, config } = this.#options;
    const club = this.#club();
    const closesAt = club ? closingTime(club.hours, club.timeZone, clock.wallMs()) : null;
    return screenOfStage(this.#stage, {
      nowMs: clock.wallMs(),
      club,
      plans: this.#prices.plansOnSale(),
      debitPlanIds: this.#debitPlanIds(),
      dayEntries: this.#prices.dayEntries(),
      offers: this.#offers(),
      openUntil: closesAt === '24:00' ? null : closesAt,
      canAbort: terminal.capabilities.canAbort,
      slip: this.#slip.state,
      takeCardSeconds: config.sale.takeCardSeconds,
      issues: this.#options.issue.kind,
      passesTaken: this.#passesTaken(),
      passPageAddress: new URL('/pass/', config.baseUrl).href,
      isKnown: (credentialId) => store.book.credential(credentialId) !== null,
      account: () => {
        const stage = this.#stage;
        if (stage.name === 'privacy') return this.#privacy.screen(stage);
        invariant(stage.name === 'member', 'an account is shown to a member');
        return this.#member.screen(stage);
      },
      contract: () => contractFacts(this.#asked()),
      mandate: () => {
        const { questions, ...asked } = this.#asked();
        const facts = mandateFacts({ ...asked, answers: questions.answers });
        invariant(facts, 'a mandate is shown where one will be signed');
        return facts;
      },
      today: localDay(clock.wallMs(), club?.timeZone ?? 'UTC'),
    });
  }

  /** W-SELLER-2. */
  #takes(module: SellerModule): boolean {
    const club = this.#club();
    return club !== null && takesModule(club.legalEntity, module);
  }

  /** A box that hands out passes has no other credential to give. */
  #passesTaken(): boolean {
    return this.#options.issue.kind === 'pass' || this.#takes('passes');
  }

  #collectsWebOrders(): boolean {
    return this.#options.config.sale.webOrders && this.#takes('web-orders');
  }

  /** What can be sold now, judged by the devices as they are; told before anybody begins. */
  #offers(): Offers {
    const { printer, store, journal, identity } = this.#options;
    const known = identity() !== null && this.#club() !== null;
    const states = this.#offerStates();
    return {
      join: offerOf({
        ...states,
        listed: known && store.book.plansOnSale().length > 0,
        dispenser: this.#cardIssuing(),
      }),
      // What a member holds is not practised with.
      membership: journal.practice === null && this.#member.isPossible,
      dayEntry:
        known && this.#takes('day-entries') && store.book.dayEntries().length > 0
          ? offerOf({ ...states, listed: true, dispenser: null })
          : null,
      code:
        known &&
        !journal.practice &&
        (this.#collectsWebOrders() || store.book.hasOrders(this.#options.clock.wallMs()))
          ? // Money given back, and a card for nothing, are not approved by a bank.
            offerOf({ ...states, offlineLimit: false, listed: true, dispenser: null })
          : null,
      paperReceipt: printer?.state.status === 'ready',
    };
  }

  /** The dispenser, which is of no use to a box that may not write its cards; null where passes are issued (SA79). */
  #cardIssuing(): OfferFacts['dispenser'] {
    const { issue, identity } = this.#options;
    if (issue.kind === 'pass') return null;
    const known = identity();
    return known && !cardKeysOf(known).mayWrite
      ? { status: 'faulted', fault: noWritingKey }
      : issue.dispenser.state;
  }

  #cardsMissing(): boolean {
    const { issue } = this.#options;
    return issue.kind === 'card' && issue.dispenser.state.status !== 'ready';
  }

  /** Whether a member can pay for what needs no card from the dispenser. */
  #payingPossible(): Offer {
    return offerOf({ ...this.#offerStates(), listed: true, dispenser: null });
  }

  #offerStates(): Pick<OfferFacts, 'journalFault' | 'practice' | 'offlineLimit' | 'terminal'> {
    const { terminal, journal, offlineGuard } = this.#options;
    return {
      journalFault: journal.fault,
      practice: journal.practice !== null,
      offlineLimit: offlineGuard.standing.limit !== null,
      terminal: terminal.state,
    };
  }

  #questionFacts(): QuestionFacts {
    const { clock } = this.#options;
    return {
      language: this.#language,
      today: localDay(clock.wallMs(), this.#club()?.timeZone ?? 'UTC'),
      planIds: this.#prices.plansOnSale().map(({ planId }) => planId),
      debitPlanIds: this.#debitPlanIds(),
    };
  }

  /** What contract and mandate are made of, while the questions are asked. */
  #asked() {
    const { clock, issue } = this.#options;
    const [stage, club] = [this.#stage, this.#club()];
    invariant(stage.name === 'questions' && club, 'a contract is shown during the questions');
    const { questions } = stage;
    const plan = this.#plan(questions.answers.planId);
    invariant(plan, 'the plan that was chosen is still on sale');
    return { visitId: this.#visitId, language: this.#language, questions, plan, club, issue, clock };
  }

  /** Q7. */
  #debitPlanIds(): readonly string[] {
    const seller = this.#club()?.legalEntity;
    if (!seller) return [];
    return this.#prices
      .plansOnSale()
      .flatMap(({ planId, plan }) => (isDebited(plan, seller) ? [planId] : []));
  }

  #plan(planId: string | null): Plan | null {
    return this.#prices.plansOnSale().find((offer) => offer.planId === planId)?.plan ?? null;
  }

  #club(): ReturnType<EdgeStore['book']['club']> {
    const known = this.#options.identity();
    return known ? this.#options.store.book.club(known.clubId as ClubId) : null;
  }
}

function questionInput(message: Extract<ScreenMessage, { type: QuestionInput['type'] }>): QuestionInput {
  return message.type === 'give-photo' ? { type: 'give-photo', photo: message.photo.kind } : message;
}

type Door = Extract<ScreenMessage, { type: 'choose-door' }>['door'];
type TroubleStage = Extract<KioskStage, { name: 'trouble' }>;
type TroubleScreen = Extract<Screen, { name: 'trouble' }>;

const cardTroubles = {
  'not-charged': ['card-not-made', 'nothing-taken'],
  stopped: ['sale-impossible', 'nothing-taken'],
  'given-back': ['card-not-made', 'given-back'],
  'card-owed': ['card-forgotten', 'taken-membership-active'],
  'money-owed': ['paid-no-card', 'owed-to-you'],
  'in-doubt': ['payment-in-doubt', 'being-checked'],
  'card-out': ['card-not-paid', 'nothing-taken'],
} as const satisfies Record<string, readonly [TroubleScreen['what'], TroubleScreen['money']]>;

/** Without a card, what was bought is simply not served. A refund speaks of money that comes back. */
function troubleOf(
  sale: SaleInProgress,
  ending: keyof typeof cardTroubles,
): readonly [TroubleScreen['what'], TroubleScreen['money']] {
  const { card, product, payment } = sale;
  if (ending === 'card-owed' && bridgeOf(sale)) {
    return ['ticket-owed', payment === null ? 'membership-active' : 'taken-membership-active'];
  }
  if (product === 'refund') {
    return ending === 'in-doubt'
      ? ['refund-in-doubt', 'refund-being-checked']
      : ['refund-not-made', 'nothing-given-back'];
  }
  if (product === 'card-replacement' && card && ending === 'stopped')
    return ['card-not-made', 'nothing-taken'];
  if (ending === 'card-owed' && payment === null) return ['card-not-made', 'membership-active'];
  const [what, money] = cardTroubles[ending];
  if (card !== null || what === 'payment-in-doubt') return [what, money];
  return [ending === 'money-owed' ? 'paid-not-served' : 'not-served', money];
}

function trouble(
  what: TroubleScreen['what'],
  money: TroubleScreen['money'],
  saleReference: string,
  amountCents: number,
  faultCode: string | null,
): TroubleStage {
  return {
    name: 'trouble',
    trouble: { name: 'trouble', what, money, saleReference, amountCents, faultCode, note: null },
  };
}
