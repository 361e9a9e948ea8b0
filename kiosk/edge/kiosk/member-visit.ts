import type { JudgedClock } from '@portillon/core/base/clock-trust.ts';
import { type ClubId, type CredentialId, idBytes } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { takesModule } from '@portillon/core/sale/seller-modules.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import type { CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { ScreenMessage } from '../../bridge/messages.ts';
import type { Offer, Screen } from '../../bridge/view.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { MessageOutcome } from '../bridge-server.ts';
import { cardKeysOf } from '../card-keys-of.ts';
import { localDay } from '../documents/payment-summary.ts';
import { accountScreen, periodView } from './account-screens.ts';
import { codeAtKiosk } from './code-at-kiosk.ts';
import { drawUpDebtSale, drawUpRenewal } from './draw-up-account-sale.ts';
import { type PassHolder, passHolderOfMember } from './enrol-pass.ts';
import type { KioskStage } from './kiosk-stage.ts';
import { type MemberAccount, memberAccount } from './member-account.ts';
import { type MemberAtKiosk, MemberDesk } from './member-desk.ts';
import type { NewSaleFacts } from './new-sale.ts';
import type { PricedPlan } from './price-list.ts';
import { renewedGrant } from './renewed-grant.ts';
import type { SaleInProgress } from './sale-in-progress.ts';

/** SA78. */
const holdAgainLimitMs = 20_000;

type MemberStage = Extract<KioskStage, { name: 'member' }>;

export interface MemberVisitOptions {
  readonly reader: CardReader | null;
  /** Where members have passes, they show a code to the camera (PS22). */
  readonly readsCodes: boolean;
  readonly store: EdgeStore;
  /** At the prices of this visit. */
  readonly plansOnSale: () => readonly PricedPlan[];
  readonly identity: () => EdgeIdentity | null;
  readonly clock: JudgedClock;
  readonly log: Log;
  readonly stage: () => KioskStage;
  readonly show: (stage: KioskStage) => void;
  /** The same stage again: what it shows has changed. */
  readonly showAgain: () => void;
  /** Null while identity or club are not known. */
  readonly saleFacts: () => NewSaleFacts | null;
  readonly sell: (drawUp: () => Promise<SaleInProgress>) => Promise<void>;
  readonly pay: () => Offer;
  /** A staff card was held to the reader; false where there is nothing here for that one. */
  readonly onStaff: (credentialId: CredentialId) => boolean;
}

/** J3 before the money: a card is presented, the account is shown, something of it is chosen. Keeps nothing of its own (I8). */
export class MemberVisit {
  readonly #options: MemberVisitOptions;
  readonly #desk: MemberDesk;

  constructor(options: MemberVisitOptions) {
    this.#options = options;
    this.#desk = new MemberDesk({
      ...options,
      book: options.store.book,
      onPresented: (presented) => this.#presented(presented),
    });
  }

  get isPossible(): boolean {
    const isReady = this.#options.readsCodes || this.#desk.isReady;
    return isReady && this.#options.saleFacts() !== null;
  }

  begin(): void {
    this.#options.show({ name: 'present-card', problem: null });
    this.#desk.expect();
  }

  /** Whatever is shown now: only the screen that asks for a card waits for one. */
  shown(stage: KioskStage): void {
    if (stage.name !== 'present-card') this.#desk.forget();
  }

  #presented(presented: MemberAtKiosk): void {
    if (this.#options.stage().name !== 'present-card') return;
    if (presented.kind === 'staff' && this.#options.onStaff(presented.credentialId)) return;
    this.#options.show(
      presented.kind !== 'problem'
        ? { name: 'member', credentialId: presented.credentialId, part: 'account' }
        : { name: 'present-card', problem: presented.problem },
    );
  }

  /** PS22, SA75. */
  presentCode(text: string): MessageOutcome {
    const { readsCodes, identity, store, clock, log, stage } = this.#options;
    const known = identity();
    if (stage().name !== 'present-card' || !readsCodes || !known) return { outcome: 'stale' };
    const around = { store, clubId: known.clubId as ClubId, nowMs: clock.wallMs() };
    this.#presented(codeAtKiosk(text, { identity: known, book: store.book, log }, around));
    return { outcome: 'done' };
  }

  /** Back from the account is to the doors, from a part of it to the account. Null where there is nothing to go back from. */
  back(stage: KioskStage): KioskStage | null {
    if (stage.name === 'present-card') return { name: 'doors' };
    if (stage.name !== 'member') return null;
    return stage.part === 'account' ? { name: 'doors' } : { ...stage, part: 'account' };
  }

  screen({ credentialId, part }: MemberStage): Screen {
    const facts = this.#options.saleFacts();
    const member = this.#account(credentialId);
    // Blocked or forgotten by the base while they stand here.
    if (!facts || !member) return { name: 'present-card', problem: 'not-known-here' };
    const nowMs = facts.clock.wallMs();
    return accountScreen(part, member, {
      nowMs,
      timeZone: facts.club.timeZone,
      pay: this.#options.pay(),
      dataAgeMs: this.#options.store.book.dataAgeMs(nowMs),
      phone: this.passHolder({ name: 'member', credentialId, part: 'account' })
        ? { possible: true, replaces: this.#options.store.book.passesOf(member.memberId).length > 0 }
        : { possible: false },
    });
  }

  async handle(
    message: Extract<ScreenMessage, { type: 'open-account' | 'buy-period' | 'settle-debts' }>,
  ): Promise<MessageOutcome> {
    const stage = this.#options.stage();
    const member = stage.name === 'member' ? this.#account(stage.credentialId) : null;
    const { pay, saleFacts } = this.#options;
    if (stage.name !== 'member' || !member || !pay().possible || saleFacts()?.practice) {
      return { outcome: 'stale' };
    }
    switch (message.type) {
      case 'open-account':
        return this.#open(stage, member, message.part);
      case 'buy-period':
        return this.#buyPeriod(stage, member, message);
      case 'settle-debts':
        return this.#settleDebts(stage, member, message.totalCents);
    }
  }

  /** Whose card it is that may be put on a phone (SA85). */
  passHolder({ credentialId, part }: MemberStage): PassHolder | null {
    const facts = this.#options.saleFacts();
    const member = part === 'account' && facts && !facts.practice ? this.#account(credentialId) : null;
    if (!member || !facts) return null;
    // Where members have passes, there is nothing else to have (W-SELLER-2).
    const isTaken = this.#options.readsCodes || takesModule(facts.club.legalEntity, 'passes');
    return isTaken ? passHolderOfMember(member, facts.clock.wallMs()) : null;
  }

  /** Where the screen of the pass goes back to: the account of a code that the pass has taken over from is that of the pass. */
  afterPass(from: Extract<KioskStage, { name: 'pass' }>['from']): KioskStage {
    if (from.name !== 'member') return from;
    const { book } = this.#options.store;
    const before = book.credential(from.credentialId);
    const [pass] = before?.status === 'blocked' && before.memberId ? book.passesOf(before.memberId) : [];
    return pass ? { ...from, credentialId: pass.credentialId } : from;
  }

  #open(
    stage: MemberStage,
    { offers }: MemberAccount,
    part: 'renewal' | 'plan-change' | 'debts',
  ): MessageOutcome {
    const offer = { renewal: offers.renew, 'plan-change': offers.change, debts: offers.settle }[part];
    if (stage.part !== 'account' || !offer.possible) return { outcome: 'stale' };
    this.#options.show({ ...stage, part });
    return { outcome: 'done' };
  }

  /** SA77: only what stands on the screen. */
  async #buyPeriod(
    { part }: MemberStage,
    member: MemberAccount,
    chosen: Extract<ScreenMessage, { type: 'buy-period' }>,
  ): Promise<MessageOutcome> {
    const { store, sell, saleFacts } = this.#options;
    const facts = saleFacts();
    const { renew, change } = member.offers;
    const offers =
      part === 'renewal' && renew.possible
        ? [renew.offer]
        : part === 'plan-change' && change.possible
          ? change.offers
          : [];
    const day = (timeMs: number) => localDay(timeMs, facts?.club.timeZone ?? 'UTC');
    const offer = offers.find((each) => {
      const { planId, from, priceCents } = periodView(each, day);
      return planId === chosen.planId && from === chosen.from && priceCents === chosen.priceCents;
    });
    if (!facts || !offer) return this.#changedMeanwhile();
    await sell(() => drawUpRenewal({ ...facts, member, offer }, store));
    return { outcome: 'done' };
  }

  async #settleDebts(
    { part }: MemberStage,
    member: MemberAccount,
    totalCents: number,
  ): Promise<MessageOutcome> {
    const { store, sell, saleFacts } = this.#options;
    const facts = saleFacts();
    const { settle } = member.offers;
    if (part !== 'debts' || !facts || !settle.possible || settle.totalCents !== totalCents) {
      return this.#changedMeanwhile();
    }
    await sell(() => drawUpDebtSale({ ...facts, member, debts: settle.debts }, store));
    return { outcome: 'done' };
  }

  /** SA78. The card is the one whose record the sale carries, by its number and by its key. */
  async renewCard(sale: SaleInProgress): Promise<boolean> {
    const identity = this.#options.identity();
    if (sale.product !== 'renewal' || !identity || !this.#desk.isReady) return false;
    const { cardUid } = sale.recordAfter;
    const keys = cardKeysOf(identity);
    if (cardUid === null || !keys.mayWrite) return false;
    return this.#desk.withCard(cardUid, holdAgainLimitMs, (channel) => {
      const card = new ClubCard({ channel, keys, randomBytes: systemRandom.bytes });
      return card.writeGrant(idBytes(sale.credentialId), renewedGrant(sale, identity, channel.uid));
    });
  }

  /** The card is not at hand any more. False when none was waited for. */
  skipCard(): boolean {
    return this.#desk.giveUp();
  }

  #changedMeanwhile(): MessageOutcome {
    this.#options.showAgain();
    return { outcome: 'stale' };
  }

  #account(credentialId: CredentialId): MemberAccount | null {
    const { store, identity, saleFacts, plansOnSale } = this.#options;
    const known = identity();
    const clock = saleFacts()?.clock;
    if (!known || !clock) return null;
    const around = { book: store.book, identity: known, plansOnSale: plansOnSale() };
    return memberAccount(credentialId, { ...around, nowMs: clock.wallMs() });
  }
}
