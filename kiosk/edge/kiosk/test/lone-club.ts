import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type ClubId, type CredentialId, idBytes, newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { orderCodeHash } from '@portillon/core/crypto/order-code.ts';
import { fiscalRulesOf } from '@portillon/core/journal/fiscal-rules-of.ts';
import { noAnswers } from '@portillon/core/sale/answers.ts';
import { firstQuestion } from '@portillon/core/sale/questions.ts';
import type { EventBody, EventOf, OutboxEvent } from '@portillon/core/wire/event.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import type { AgentStore, EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { SyncAgent } from '@portillon/sync-service/agent/sync-agent.ts';
import { type StartedBase, startBase, temporaryState } from '@portillon/sync-service/test/start-base.ts';
import { testPhoto } from '@portillon/sync-service/test/test-edge.ts';
import { ModelDispenser } from '@portillon/tools/sale-matrix/model-dispenser.ts';
import { ModelTerminal } from '@portillon/tools/sale-matrix/model-terminal.ts';
import { allWell } from '@portillon/tools/sale-matrix/trial-plans.ts';
import { TrialScript } from '@portillon/tools/sale-matrix/trial-script.ts';
import { EdgeStore } from '../../../store/edge-store.ts';
import { DayTurn } from '../../day-turn.ts';
import { edgeSoftware } from '../../edge-software.ts';
import { GateControl } from '../../gate/gate-control.ts';
import { InFlight } from '../../gate/in-flight.ts';
import { atKiosk, channelTo } from '../../gate/test/gate-card-rig.ts';
import { HandGate } from '../../gate/test/hand-gate.ts';
import { JournalKeeper } from '../../journal-keeper.ts';
import { drawUpDebtSale, drawUpRenewal } from '../draw-up-account-sale.ts';
import { drawUpDayEntry } from '../draw-up-day-entry.ts';
import { drawUpOrder } from '../draw-up-order.ts';
import { drawUpSale } from '../draw-up-sale.ts';
import { type MemberAccount, memberAccount } from '../member-account.ts';
import type { NewSaleFacts } from '../new-sale.ts';
import { findOrder } from '../order-desk.ts';
import { PriceList } from '../price-list.ts';
import { renewedGrant } from '../renewed-grant.ts';
import type { RenewalSale, SaleInProgress } from '../sale-in-progress.ts';
import { SaleRunner } from '../sale-runner.ts';
import { HandReaders } from './hand-readers.ts';

export const clubName = 'Lyon Part-Dieu';
const till = 'kiosk-1';

/** A membership that was sold here: its sale, its card, the texts of its guest tickets. */
export interface SoldCard {
  readonly saleId: string;
  /** Of each line, what it cost. */
  readonly lineCents: readonly number[];
  readonly memberId: string;
  readonly credentialId: CredentialId;
  readonly card: SimCard;
  readonly guestTickets: readonly string[];
}

/**
 * A club and its base in one process. The club is the store, the journal, the sale runner and the gate control as shipped, with
 * devices that do what they are asked; the base is the real one behind HTTP. The wall of all of them is one virtual clock: it
 * stands still while they talk to each other, and moves only when the club lives on.
 */
export class LoneClub {
  readonly clock: VirtualClock;
  readonly base: StartedBase;
  readonly store: EdgeStore;
  /** All that the outbox was given, oldest first. */
  readonly told: OutboxEvent[] = [];
  readonly #network: Clock;
  readonly #readers = new HandReaders();
  readonly #gate = new HandGate();
  readonly #control: GateControl;
  readonly #journal: JournalKeeper;
  readonly #prices: PriceList;
  readonly #random = new SeededRandom(30);
  readonly #script = new TrialScript(allWell);
  readonly #terminal = new ModelTerminal('charge', this.#script);
  readonly #dispenser = new ModelDispenser(this.#script, this.#random);
  readonly #folders: readonly string[];
  #agent: SyncAgent | null = null;
  #identity: EdgeIdentity | null = null;
  #written: () => void = () => undefined;
  #staff = '';

  private constructor(
    clock: VirtualClock,
    parts: { base: StartedBase; store: EdgeStore; network: Clock; folders: readonly string[] },
  ) {
    this.clock = clock;
    this.base = parts.base;
    this.store = parts.store;
    this.#network = parts.network;
    this.#folders = parts.folders;
    const shared = { store: this.store, clock, random: this.#random, log: silentLog };
    const timeZone = () => this.store.book.club(this.identity.clubId as ClubId)?.timeZone ?? 'UTC';
    this.#prices = new PriceList({ book: this.store.book, clock, timeZone });
    const { reader, scanner } = this.#readers;
    this.#control = new GateControl({
      ...shared,
      config: {
        id: 'entrance',
        name: 'Entrance',
        board: {
          model: 'modbus-board',
          address: 'tcp://127.0.0.1:1',
          unit: 1,
          entryRelay: 0,
          pulseMs: 3_000,
          entryInput: 0,
          exitInput: 1,
        },
      },
      ...{ gate: this.#gate, reader, scanner, badgeReaders: [], exit: null },
      identity: () => this.#identity,
      onEvent: () => this.#written(),
      inFlight: new InFlight(),
    });
    this.#journal = new JournalKeeper({
      ...shared,
      till,
      software: edgeSoftware,
      taxpayer: () => {
        const club = this.#identity && this.store.book.club(this.#identity.clubId as ClubId);
        if (!club) return null;
        const { legalEntity, timeZone } = club;
        return { est: legalEntity.siret, timeZone, rules: fiscalRulesOf(legalEntity, till) };
      },
      onChange: () => undefined,
      onRecord: () => undefined,
    });
  }

  /** In its network at `atMs`, with the book of the demonstration network. */
  static async open(atMs: number): Promise<LoneClub> {
    const clock = new VirtualClock(atMs);
    const network: Clock = {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => systemClock.monotonicMs() + clock.monotonicMs(),
      setTimer: (delayMs, fire) => systemClock.setTimer(delayMs, fire),
    };
    const stateFolder = await temporaryState();
    const folder = await mkdtemp(join(tmpdir(), 'portillon alone '));
    const base = await startBase({ stateFolder, clock: network });
    const random = systemRandom;
    const options = { folder: join(folder, 'edge'), clock, random, log: silentLog };
    const opened = await EdgeStore.open({ ...options, showsPeople: true });
    if (!opened.ok) throw new Error(opened.error.detail);
    const folders = [stateFolder, folder];
    const club = new LoneClub(clock, { base, store: opened.value, network, folders });
    club.reachBase();
    await club.until('the book is there', () => club.store.book.dayEntries().length > 0);
    club.#identity = await club.store.identity();
    await club.#control.resume();
    return club;
  }

  /** A new agent, as after a start of the box. Held up, it hears the feed, and no event of the club gets through. */
  reachBase(push: 'gets-through' | 'is-held-up' = 'gets-through'): void {
    this.#agent = new SyncAgent({
      store: push === 'is-held-up' ? withoutEvents(this.store) : this.store,
      clock: this.#network,
      random: systemRandom,
      log: silentLog,
      baseUrl: this.base.url,
      enrolmentCode: this.base.enrolmentCodes[clubName] ?? '',
      software: 'test',
    });
    this.#agent.start();
  }

  /** Nothing goes out or comes in from here on. */
  async cutOff(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = null;
  }

  /** All that was written has been applied, with its documents. */
  async drained(): Promise<void> {
    this.#agent?.notify();
    await this.until('all is applied', async () => {
      const documents = await this.store.unconfirmedAttachments(1);
      return documents.length === 0 && (await this.store.outbox.count()) === 0;
    });
  }

  async close(): Promise<void> {
    await this.cutOff();
    await this.#control.stop();
    await this.#journal.stop();
    await this.store.close();
    await this.base.stop();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }

  get identity(): EdgeIdentity {
    if (!this.#identity) throw new Error('not enrolled');
    return this.#identity;
  }

  /** Of the network; asked as fast as it answers, by the machine's clock. */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = systemClock.monotonicMs() + 60_000;
    while (systemClock.monotonicMs() < deadline) {
      if (await holds()) return;
      await delay(systemClock, 20);
    }
    throw new Error(`it did not come to this: ${what}`);
  }

  async asStaff(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
    const answer = await this.#ask(method, `/staff/api/${path}`, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  async signInStaff(): Promise<void> {
    const answer = await this.#ask('POST', '/staff/api/sign-in', this.base.staff ?? {});
    this.#staff = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }

  #ask(method: string, path: string, body?: object): Promise<Response> {
    const headers = { cookie: this.#staff, ...(body ? { 'content-type': 'application/json' } : {}) };
    return fetch(this.base.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  }

  // What happens in the club.

  /** The journal has closed by then what is over. */
  async liveUntil(atMs: number): Promise<void> {
    await this.clock.advance(atMs - this.clock.wallMs());
    await this.#journal.look();
  }

  /** Something may be sold, and counting begins anew where it is due. */
  async beginsDay(): Promise<void> {
    await this.#journal.look();
    if (this.#journal.fault) throw new Error(`nothing may be sold: ${this.#journal.fault.detail}`);
    const turn = new DayTurn({
      store: this.store,
      identity: () => this.#identity,
      clock: this.clock,
      log: silentLog,
    });
    turn.start();
    await turn.stop();
  }

  /** `2026-11-22`; null before a day was closed. */
  async lastClosedDay(): Promise<string | null> {
    return (await this.#journal.journal?.lastClosedDay()) ?? null;
  }

  async sellsMembership(english: string): Promise<SoldCard> {
    const found = this.#prices.plansOnSale().find(({ plan }) => plan.names.en === english);
    if (!found) throw new Error(`${english} is not for sale`);
    const answers = {
      ...noAnswers,
      planId: found.planId,
      givenName: 'Zoé',
      familyName: 'Martin',
      birthDate: '1990-02-03',
      contact: { kind: 'none' },
      account: { kind: 'later' },
      photo: 'taken',
      newsConsent: false,
    } as const;
    const signature = { kind: 'typed', text: 'Zoé Martin' } as const;
    const questions = { ...firstQuestion, at: 'signed', answers, signature } as const;
    const issue = { kind: 'card', dispenser: this.#dispenser } as const;
    const sale = await drawUpSale(
      { ...this.#saleFacts(), questions, issue, plan: found.plan, photo: testPhoto },
      this.store,
    );
    await this.#sell(sale);
    const { saleId, lines, memberId, card: made, tickets } = sale;
    const card = this.#dispenser.taken.at(-1);
    if (!made || !card) throw new Error('no card came out');
    const guestTickets = tickets.map(({ text }) => text);
    const lineCents = lines.map(({ grossCents }) => grossCents);
    return { saleId, lineCents, memberId, credentialId: made.credentialId, card, guestTickets };
  }

  /** Resolves with what the ticket says. */
  async sellsDayEntry(): Promise<string> {
    const [entry] = this.#prices.dayEntries();
    if (!entry) throw new Error('there is no day entry');
    const { planId, plan } = entry;
    const sale = await drawUpDayEntry({ ...this.#saleFacts(), planId, plan }, this.store);
    await this.#sell(sale);
    return sale.tickets[0]?.text ?? '';
  }

  async renews(member: SoldCard): Promise<void> {
    const account = this.#account(member);
    const { renew } = account.offers;
    if (!renew.possible) throw new Error(`not renewed: ${renew.why}`);
    const sale = await drawUpRenewal(
      { ...this.#saleFacts(), member: account, offer: renew.offer },
      this.store,
    );
    await this.#sell(sale, async () => {
      const grant = renewedGrant(sale as RenewalSale, this.identity, Buffer.from(member.card.uid, 'hex'));
      const club = atKiosk(channelTo(member.card), this.identity.cardKeys);
      return (await club.writeGrant(idBytes(member.credentialId), grant)).ok;
    });
  }

  /** The oldest debt of the member; resolves with how many are left. */
  async paysOneDebt(member: SoldCard): Promise<number> {
    const account = this.#account(member);
    const { settle } = account.offers;
    if (!settle.possible) throw new Error(`no debt is paid: ${settle.why}`);
    const debts = settle.debts.slice(0, 1);
    await this.#sell(await drawUpDebtSale({ ...this.#saleFacts(), member: account, debts }, this.store));
    return settle.debts.length - 1;
  }

  /** Resolves with the card that came out; null for a refund. */
  async carriesOut(
    code: string,
  ): Promise<{ readonly credentialId: CredentialId; readonly card: SimCard } | null> {
    const { store, identity, clock } = this;
    const hash = await orderCodeHash(identity.networkId, code);
    const journal = this.#journal.journal;
    const found = await findOrder(hash, { store, journal, identity, nowMs: clock.wallMs() });
    if ('refused' in found) throw new Error(`the order was refused: ${found.refused}`);
    const issue = { kind: 'card', dispenser: this.#dispenser } as const;
    const sale = await drawUpOrder(this.#saleFacts(), found.ready, issue, store);
    await this.#sell(sale);
    if (!sale.card) return null;
    const card = this.#dispenser.taken.at(-1);
    if (!card) throw new Error('no card came out');
    return { credentialId: sale.card.credentialId, card };
  }

  /** Holds up a card or the code of a ticket; who is let in goes through, and out again unless they stay. */
  async comes(
    with_: SimCard | string,
    { stays = false }: { readonly stays?: boolean } = {},
  ): Promise<EventOf<'access.decided'>> {
    await this.clock.advance(60_000);
    await this.#whenWritten(() => {
      const nowMs = this.clock.monotonicMs();
      if (typeof with_ !== 'string') this.#readers.cards.notify(channelTo(with_), nowMs);
      else this.#readers.codes.notify({ text: with_, symbology: null, arrivedMonotonicMs: nowMs });
    });
    const decided = (await this.hears()).at(-1);
    if (decided?.type !== 'access.decided') throw new Error('nothing was decided');
    if (decided.outcome === 'refused') return decided;
    await this.#whenWritten(() => this.#gate.walk('entry'));
    await this.clock.advance(60_000);
    if (!stays) await this.#whenWritten(() => this.#gate.walk('exit'));
    return decided;
  }

  /** What the outbox was given since it was asked last, oldest first. */
  async hears(): Promise<readonly EventBody[]> {
    const news = await this.store.outbox.after(this.told.at(-1)?.seq ?? 0, 10_000);
    this.told.push(...news);
    return news.map(({ body }) => JSON.parse(body) as EventBody);
  }

  async #whenWritten(act: () => void): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.#written = resolve;
    });
    act();
    await written;
  }

  #saleFacts(): NewSaleFacts {
    const { clock, identity } = this;
    const random = this.#random;
    const club = this.store.book.club(identity.clubId as ClubId);
    if (!club) throw new Error('the club is not in the book');
    return { visitId: newId(clock, random), language: 'fr', club, identity, practice: null, clock, random };
  }

  #account({ credentialId }: SoldCard): MemberAccount {
    const { identity, clock } = this;
    const around = { book: this.store.book, identity, plansOnSale: this.#prices.plansOnSale() };
    const account = memberAccount(credentialId, { ...around, nowMs: clock.wallMs() });
    if (!account) throw new Error('the book knows no account of this card');
    return account;
  }

  /** From the first step to the last, in a world that goes as planned. Rejects when it ends otherwise. */
  async #sell(sale: SaleInProgress, renewCard = async () => false): Promise<void> {
    let ending = 'not over';
    const runner = new SaleRunner(
      {
        store: this.store,
        journal: () => this.#journal.journal,
        identity: this.identity,
        terminal: this.#terminal,
        dispenser: this.#dispenser,
        clock: this.clock,
        random: this.#random,
        log: silentLog,
        onProgress: () => undefined,
        onEnded: ({ state }) => {
          ending = state.name === 'ended' ? state.ending : state.name;
        },
        onEvent: () => undefined,
        takeCardMs: 180_000,
        mayTakeOffline: () => true,
        renewCard,
        handTicket: async () => true,
        showTicket: async () => 'taken',
      },
      sale,
    );
    runner.begin();
    await runner.idle();
    if (ending !== 'served') throw new Error(`the sale ended ${ending}: ${runner.sale.tried.join(', ')}`);
    await this.store.write((tx) => this.store.clearVisit(tx, sale.visitId));
    await this.clock.advance(60_000);
  }
}

function withoutEvents(store: EdgeStore): AgentStore {
  return new Proxy<AgentStore>(store, {
    get: (_, name) => {
      const own: unknown = Reflect.get(store, name);
      if (name === 'outboxAfter') return () => Promise.resolve([]);
      return typeof own === 'function' ? (own.bind(store) as unknown) : own;
    },
  });
}
