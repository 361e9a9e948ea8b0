import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import {
  type ClubId,
  type CredentialId,
  type EdgeId,
  type Id,
  idBytes,
  type NetworkId,
  newId,
} from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { fromBase64url, toBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { encodePassGrant } from '@portillon/core/crypto/pass-grant.ts';
import {
  keyRequestToSign,
  passCodeText,
  passStepAt,
  passToSign,
} from '@portillon/core/crypto/pass-layout.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import { edgeKeyToSign, type FeedRecord } from '@portillon/core/wire/messages.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import type { CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { PlainBadge } from '@portillon/hardware-sims/card/plain-badge.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Screen } from '../../bridge/view.ts';
import { EdgeStore } from '../../store/edge-store.ts';
import { cardKeysOf } from '../card-keys-of.ts';
import { enrolledPass } from './enrol-pass.ts';
import type { KioskStage } from './kiosk-stage.ts';
import { MemberVisit } from './member-visit.ts';
import { handedBy } from './new-sale.ts';
import type { SaleInProgress } from './sale-in-progress.ts';
import { recordedSale } from './sale-records.ts';
import { sampleFacts, sampleJournal, samplePlan } from './test/sample-sale.ts';

/** A real store, and cards that prove their keys; what lies between them and the kiosk is a hand. */
const surroundings = { clock: systemClock, random: systemRandom, log: silentLog };
const id = <Kind extends string>(): Id<Kind> => newId<Kind>(systemClock, systemRandom);
const day = 86_400_000;

function answerOf(card: SimCard, apdu: Uint8Array): Awaited<ReturnType<CardChannel['transmit']>> {
  const value = card.answer(apdu);
  return value ? { ok: true, value } : { ok: false, error: fault('card.no-answer', 'silent') };
}

/** The reader's end of the port: whatever is held is announced, and gone once it is taken away. */
class Hand implements CardReader {
  readonly state = { status: 'ready' } as const;
  #listeners: ((card: CardChannel, atMs: number) => void)[] = [];
  #held: SimCard | null = null;

  readonly start = () => undefined;
  readonly stop = () => Promise.resolve();
  readonly onState = () => () => undefined;

  onCard(listener: (card: CardChannel, atMs: number) => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }

  hold(card: SimCard): void {
    this.#held = card;
    const uid = Uint8Array.from(Buffer.from(card.uid, 'hex'));
    const transmit: CardChannel['transmit'] = async (apdu) =>
      this.#held === card ? answerOf(card, apdu) : { ok: false, error: fault('card.gone', 'taken away') };
    for (const tell of this.#listeners) tell({ uid, transmit }, 0);
  }

  takeAway(): void {
    this.#held = null;
  }
}

const seller = newSigningKeyPair();
const network = newSigningKeyPair();
const sample = sampleFacts(surroundings);
const identity = { ...sample.identity, privateKey: seller.privateKey, networkKey: network.publicKey };
const facts = { ...sample, identity };
const prepaid = (termMonths: 1 | 3, priceCents: number) => ({
  ...samplePlan,
  soldAtKiosk: false,
  prepaid: { termMonths, priceCents, soldAtKiosk: true } as const,
});
const oneMonth = id<'plan'>();
const threeMonths = id<'plan'>();

let folder: string;
let store: EdgeStore;
let hand: Hand;
let options: ConstructorParameters<typeof MemberVisit>[0];
let visit: MemberVisit;
let stage: KioskStage;
let sold: SaleInProgress[];
let staff: CredentialId[];
let changed: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'member-visit-'));
  const opened = await EdgeStore.open({ folder: join(folder, 'state'), ...surroundings });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  store.book.trustNetworkKey(network.publicKey);
  await feed(
    { kind: 'club', id: identity.clubId, record: facts.club },
    { kind: 'plan', id: oneMonth, record: prepaid(1, 3_990) },
    { kind: 'plan', id: threeMonths, record: prepaid(3, 9_990) },
  );
  hand = new Hand();
  stage = { name: 'doors' };
  sold = [];
  staff = [];
  changed = () => undefined;
  options = {
    ...surroundings,
    reader: hand,
    readsCodes: true,
    store,
    plansOnSale: () => store.book.plansOnSale(),
    identity: () => identity,
    stage: () => stage,
    show: (next) => {
      stage = next;
      visit.shown(next);
      changed();
    },
    showAgain: () => undefined,
    saleFacts: () => facts,
    sell: async (drawUp) => {
      sold.push(await drawUp());
    },
    pay: () => ({ possible: true }),
    onStaff: (credentialId) => {
      staff.push(credentialId);
      changed();
      return true;
    },
  };
  visit = new MemberVisit(options);
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

let version = 0;
async function feed(...changes: FeedRecord[]): Promise<void> {
  version += changes.length;
  await store.applyFeed(
    changes.map((change, index) => ({ version: version + index, change })),
    version,
    systemClock.wallMs(),
  );
}

function record(more: Partial<CredentialRecord> = {}): CredentialRecord {
  const nowMs = systemClock.wallMs();
  const validTo = isoTime(nowMs + 5 * day);
  return {
    kind: 'card',
    cardUid: '04112233445566',
    memberId: id(),
    planId: oneMonth,
    homeClubId: identity.clubId,
    validFrom: isoTime(nowMs - 25 * day),
    validTo,
    singleUse: false,
    status: 'active',
    account: {
      membershipId: id(),
      planId: oneMonth,
      planFrom: isoTime(nowMs - 25 * day),
      validTo,
      status: 'active',
      debts: [
        {
          debtId: id(),
          legalEntityId: facts.club.legalEntity.id,
          amountCents: 2_990,
          vatRate: 2_000,
          reason: 'direct-debit-rejected',
          since: isoTime(nowMs - 9 * day),
        },
      ],
    },
    ...more,
  };
}

/** A card of the network that names this credential. */
async function clubCard(credentialId: CredentialId, uid = '04112233445566'): Promise<DesfireSimCard> {
  const card = new DesfireSimCard({ uid, random: systemRandom });
  const channel: CardChannel = {
    uid: Uint8Array.from(Buffer.from(uid, 'hex')),
    transmit: async (apdu) => answerOf(card, apdu),
  };
  const keys = cardKeysOf(identity);
  const staged = await new ClubCard({ channel, keys, randomBytes: systemRandom.bytes }).stage(
    idBytes(credentialId),
  );
  if (!staged.ok) throw new Error(staged.error.detail);
  return card;
}

/** Resolves with the stage after the next one that is shown. */
function shownNext(): Promise<KioskStage> {
  return new Promise((resolve) => {
    changed = () => resolve(stage);
  });
}

async function presented(card: SimCard): Promise<KioskStage> {
  visit.begin();
  const next = shownNext();
  hand.hold(card);
  return next;
}

it('[DI19] leads a card of somebody who works here to the dispenser, and no other', async () => {
  const credentialId = id<'credential'>();
  await feed({ kind: 'credential', id: credentialId, record: record({ standing: { staff: true } }) });
  visit.begin();
  const next = shownNext();
  hand.hold(await clubCard(credentialId));
  await next;
  expect(staff).toEqual([credentialId]);
  hand.takeAway();
  const blocked = id<'credential'>();
  const more = { standing: { staff: true }, status: 'blocked' } as const;
  await feed({ kind: 'credential', id: blocked, record: record(more) });
  expect(await presented(await clubCard(blocked))).toEqual({ name: 'present-card', problem: 'blocked' });
  expect(staff).toEqual([credentialId]);
});

it('[W-PERSON-8] [DI19] takes who worked here, will, or is suspended for no staff', async () => {
  const staffNow = { staff: true } as const;
  const none: Partial<CredentialRecord>[] = [
    { standing: staffNow, validTo: isoTime(options.clock.wallMs()) },
    { standing: staffNow, validFrom: isoTime(options.clock.wallMs() + 60_000) },
    { standing: { ...staffNow, suspendedUntil: isoTime(options.clock.wallMs() + 60_000) } },
  ];
  for (const more of none) {
    await member(more);
    hand.takeAway();
  }
  expect(staff).toEqual([]);
});

async function member(more: Partial<CredentialRecord> = {}): Promise<CredentialId> {
  const credentialId = id<'credential'>();
  await feed({ kind: 'credential', id: credentialId, record: record(more) });
  expect(await presented(await clubCard(credentialId))).toEqual({
    name: 'member',
    credentialId,
    part: 'account',
  });
  return credentialId;
}

function screen(): Screen {
  if (stage.name !== 'member') throw new Error(`shown is ${stage.name}`);
  return visit.screen(stage);
}

it('[SA75] shows the account of a card that has proved itself, also of one that lay there before', async () => {
  await member();
  expect(screen()).toMatchObject({ name: 'account', state: 'runs', owedCents: 2_990, owedElsewhere: false });
  visit.shown({ name: 'attract' });
  const next = shownNext();
  visit.begin();
  await next;
  expect(await shownNext()).toMatchObject({ name: 'member', part: 'account' });
});

it('[W-SELLER-2] offers no pass where the seller leaves them, but where members have nothing else', async () => {
  const credentialId = await member();
  const holder = (readsCodes: boolean) => {
    const { club } = facts;
    const left = { ...club, legalEntity: { ...club.legalEntity, modules: ['day-entries'] } };
    const elsewhere = new MemberVisit({
      ...options,
      readsCodes,
      saleFacts: () => ({ ...facts, club: left }),
    });
    return elsewhere.passHolder({ name: 'member', credentialId, part: 'account' });
  };
  expect([holder(true), holder(false)]).toEqual([expect.objectContaining({ planId: oneMonth }), null]);
});

it('[SA85] offers a member whose membership runs to put the card on a phone, and says what that ends', async () => {
  const memberId = id<'member'>();
  const credentialId = await member({ memberId });
  expect(screen()).toMatchObject({ phone: { possible: true, replaces: false } });
  if (stage.name !== 'member') throw new Error(`shown is ${stage.name}`);
  expect(visit.passHolder(stage)).toMatchObject({
    besideCredentialId: credentialId,
    memberId,
    planId: oneMonth,
    planScope: 'network',
  });
  expect(visit.passHolder({ ...stage, part: 'debts' })).toBeNull();
  const pass = record({ memberId, kind: 'pass', cardUid: null, publicKey: 'A'.repeat(43) });
  await feed({ kind: 'credential', id: id(), record: pass });
  expect(screen()).toMatchObject({ phone: { possible: true, replaces: true } });
});

it('[SA85] puts no card on a phone whose membership is over', async () => {
  await member({ validTo: isoTime(systemClock.wallMs() - day) });
  expect(screen()).toMatchObject({ name: 'account', phone: { possible: false } });
});

it('[SA75] shows nothing of a card that is blocked', async () => {
  const credentialId = id<'credential'>();
  await feed({ kind: 'credential', id: credentialId, record: record({ status: 'blocked' }) });
  expect(await presented(await clubCard(credentialId))).toEqual({ name: 'present-card', problem: 'blocked' });
});

it('[SA75] shows nothing of a card of ours whose member the book does not know yet', async () => {
  const problem = { name: 'present-card', problem: 'not-known-here' };
  expect(await presented(await clubCard(id<'credential'>()))).toEqual(problem);
  const { account: _none, ...older } = record();
  const credentialId = id<'credential'>();
  await feed({ kind: 'credential', id: credentialId, record: older });
  expect(await presented(await clubCard(credentialId))).toEqual(problem);
});

it('[SA75] shows nothing of a card that another one replaces, of a plain badge, or of another network', async () => {
  const problem = { name: 'present-card', problem: 'not-ours' };
  const credentialId = id<'credential'>();
  await feed({ kind: 'credential', id: credentialId, record: record({ cardUid: '04998877665544' }) });
  expect(await presented(await clubCard(credentialId))).toEqual(problem);
  expect(await presented(new PlainBadge({ uid: '7D0A8336' }))).toEqual(problem);
  expect(await presented(new DesfireSimCard({ uid: '04AABBCCDDEEFF', random: systemRandom }))).toEqual(
    problem,
  );
});

it('[SA75] asks again for a card that was taken away too early', async () => {
  const card = await clubCard(id<'credential'>());
  visit.begin();
  const next = shownNext();
  hand.hold(card);
  hand.takeAway();
  expect(await next).toEqual({ name: 'present-card', problem: 'not-read' });
});

it('[SA75] [I8] looks at no card unless one was asked for', async () => {
  const credentialId = id<'credential'>();
  await feed({ kind: 'credential', id: credentialId, record: record() });
  hand.hold(await clubCard(credentialId));
  visit.begin();
  visit.shown({ name: 'attract' });
  stage = { name: 'attract' };
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(stage).toEqual({ name: 'attract' });
});

it('[SA75] stops showing an account that the base takes back meanwhile', async () => {
  const credentialId = await member();
  await feed({ kind: 'credential', id: credentialId, record: record({ status: 'blocked' }) });
  expect(screen()).toEqual({ name: 'present-card', problem: 'not-known-here' });
  expect(await visit.handle({ type: 'open-account', part: 'renewal' })).toEqual({ outcome: 'stale' });
});

async function offer() {
  await visit.handle({ type: 'open-account', part: 'renewal' });
  const shown = screen();
  const [only] = shown.name === 'periods' ? shown.offers : [];
  if (!only) throw new Error('nothing is offered');
  return { type: 'buy-period', planId: only.planId, from: only.from, priceCents: only.priceCents } as const;
}

it('[SA77] sells the period that was shown, and no other', async () => {
  const credentialId = await member();
  const shown = await offer();
  for (const other of [{ priceCents: 3_989 }, { planId: threeMonths }, { from: '2020-01-01' }]) {
    expect(await visit.handle({ ...shown, ...other })).toEqual({ outcome: 'stale' });
  }
  await feed({ kind: 'plan', id: oneMonth, record: prepaid(1, 4_490) });
  expect(await visit.handle(shown)).toEqual({ outcome: 'stale' });
  expect(sold).toEqual([]);
  expect(screen()).toMatchObject({ offers: [{ priceCents: 4_490 }] });
  expect(await visit.handle({ ...shown, priceCents: 4_490 })).toEqual({ outcome: 'done' });
  expect(sold).toMatchObject([{ product: 'renewal', credentialId, planId: oneMonth, totalCents: 4_490 }]);
});

it('[SA77] settles the sum that was shown, and no other', async () => {
  await member();
  await visit.handle({ type: 'open-account', part: 'debts' });
  expect(await visit.handle({ type: 'settle-debts', totalCents: 2_989 })).toEqual({ outcome: 'stale' });
  expect(await visit.handle({ type: 'settle-debts', totalCents: 2_990 })).toEqual({ outcome: 'done' });
  expect(sold).toMatchObject([{ product: 'debt', totalCents: 2_990 }]);
});

it('[SA77] goes back from a part to the account and from there to the doors', async () => {
  await member();
  await visit.handle({ type: 'open-account', part: 'plan-change' });
  expect(screen()).toMatchObject({ name: 'periods', change: true, offers: [{ planId: threeMonths }] });
  const account = visit.back(stage);
  expect(account).toMatchObject({ name: 'member', part: 'account' });
  expect(account && visit.back(account)).toEqual({ name: 'doors' });
  expect(visit.back({ name: 'attract' })).toBeNull();
});

async function recorded(): Promise<{ readonly events: readonly EventBody[]; readonly takings: number }> {
  const journal = await sampleJournal(store);
  const [sale] = sold;
  if (!sale) throw new Error('nothing was sold');
  const payment = {
    means: 'bank-card',
    reference: sale.saleReference,
    maskedPan: '************1234',
    scheme: 'CB',
    authorisation: 'A1',
    terminalContract: null,
  } as const;
  await store.write((tx) =>
    recordedSale({
      tx,
      store,
      journal,
      sale: { ...sale, payment },
      atMs: systemClock.wallMs(),
      newCaseId: () => id<'case'>(),
    }),
  );
  const rows = await store.outbox.after(0, 10);
  return {
    events: rows.map(({ body }) => JSON.parse(body) as EventBody),
    takings: (await journal.takingsOf(sale.saleId)).length,
  };
}

it('[SA76] [I1] records a renewal with its event and the new end of the card at once, with no card from the stack', async () => {
  const credentialId = await member();
  const before = store.book.credential(credentialId);
  await visit.handle(await offer());
  expect(sold).toMatchObject([
    { card: null, tickets: [], shape: { goods: 'none', money: 'in', renews: 'card' } },
  ]);
  const { events, takings } = await recorded();
  expect(events).toMatchObject([
    {
      type: 'membership.renewed',
      planId: oneMonth,
      from: before?.validTo,
      totalCents: 3_990,
      fiscal: { recordNo: 1 },
    },
  ]);
  expect(takings).toBe(1);
  const [event] = events;
  const to = event?.type === 'membership.renewed' ? event.to : '';
  expect(store.book.credential(credentialId)).toMatchObject({
    validTo: to,
    planId: oneMonth,
    account: { validTo: to, debts: [{ amountCents: 2_990 }] },
  });
});

function grantOn(card: DesfireSimCard): string {
  return card
    .memory()
    .applications.flatMap(({ files }) => files.map(({ hex }) => hex))
    .join(' ');
}

async function renewal(): Promise<{ readonly sale: SaleInProgress; readonly card: DesfireSimCard }> {
  const credentialId = id<'credential'>();
  await feed({ kind: 'credential', id: credentialId, record: record() });
  const card = await clubCard(credentialId);
  await presented(card);
  await visit.handle(await offer());
  const [sale] = sold;
  if (!sale) throw new Error('nothing was sold');
  return { sale, card };
}

it('[SA78] writes the new grant on the card that still lies at the reader, for a gate that knows nobody', async () => {
  const { sale, card } = await renewal();
  const before = grantOn(card);
  expect(await visit.renewCard(sale)).toBe(true);
  expect(grantOn(card)).not.toBe(before);
});

it('[SA78] waits for the card of this member, and writes on no other', async () => {
  const { sale, card } = await renewal();
  hand.takeAway();
  const other = await clubCard(id<'credential'>(), '04998877665544');
  const [before, otherBefore] = [grantOn(card), grantOn(other)];
  const renewing = visit.renewCard(sale);
  hand.hold(other);
  hand.hold(card);
  expect(await renewing).toBe(true);
  expect(grantOn(card)).not.toBe(before);
  expect(grantOn(other)).toBe(otherBefore);
});

it('[SA78] goes on without a card that is not held again', async () => {
  const { sale, card } = await renewal();
  hand.takeAway();
  const before = grantOn(card);
  const renewing = visit.renewCard(sale);
  expect(visit.skipCard()).toBe(true);
  expect(await renewing).toBe(false);
  expect(visit.skipCard()).toBe(false);
  expect(grantOn(card)).toBe(before);
});

it('[SA76] lets another plan begin with its period', async () => {
  const credentialId = await member();
  await visit.handle({ type: 'open-account', part: 'plan-change' });
  const shown = screen();
  const [three] = shown.name === 'periods' ? shown.offers : [];
  if (!three) throw new Error('no other plan is offered');
  const { planId, from, priceCents } = three;
  await visit.handle({ type: 'buy-period', planId, from, priceCents });
  // Its grant would let in by the new plan before it has begun.
  expect(sold).toMatchObject([{ shape: { goods: 'none', money: 'in' } }]);
  expect(sold[0]?.shape).not.toHaveProperty('renews');
  const validTo = store.book.credential(credentialId)?.validTo;
  await recorded();
  expect(store.book.credential(credentialId)).toMatchObject({
    planId: oneMonth,
    account: { planId: threeMonths, planFrom: validTo },
  });
});

it('[SA76] [I1] records a settlement, after which nothing is owed here', async () => {
  const credentialId = await member();
  await visit.handle({ type: 'open-account', part: 'debts' });
  await visit.handle({ type: 'settle-debts', totalCents: 2_990 });
  const { events, takings } = await recorded();
  expect(events).toMatchObject([{ type: 'debt.settled', totalCents: 2_990, lines: [{ vatRate: 2_000 }] }]);
  expect(takings).toBe(1);
  expect(store.book.credential(credentialId)?.account?.debts).toEqual([]);
});

describe('a code that is held to the camera', () => {
  const memberId = id<'member'>();
  const credentialId = id<'credential'>();
  const planFrom = isoTime(systemClock.wallMs() - 1_000);
  const account = { membershipId: id(), planId: oneMonth, planFrom, validTo: null, debts: [] };
  const issue = { kind: 'pass', bridgeDays: 14 } as const;
  const phone = newSigningKeyPair();
  const grant = { planScope: 'network', planId: oneMonth, credentialId, memberId, validToMs: null } as const;
  const ticket = () => {
    const handed = handedBy(issue, { ...grant, validFromMs: Date.parse(planFrom) }, facts);
    if (!handed.bridge) throw new Error('a ticket is handed over');
    return handed.bridge.text;
  };
  const row = (over: Partial<CredentialRecord> = {}): FeedRecord => ({
    kind: 'credential',
    id: credentialId,
    record: {
      kind: 'ticket',
      cardUid: null,
      memberId,
      planId: oneMonth,
      homeClubId: identity.clubId,
      validFrom: planFrom,
      validTo: isoTime(systemClock.wallMs() + 60_000),
      singleUse: false,
      status: 'active',
      account: { ...account, status: 'active' },
      ...over,
    },
  });
  const passAt = (timeMs: number) => {
    const claims = { ...claimsOf(identity), publicKey: phone.publicKey };
    const signed = passToSign(encodePassGrant(claims, identity.privateKey), passStepAt(timeMs));
    return passCodeText('pass', signed, signBytes(phone.privateKey, signed));
  };
  const claimsOf = ({ networkId, edgeId, clubId }: typeof identity) => ({
    networkId: networkId as NetworkId,
    issuerEdgeId: edgeId as EdgeId,
    credentialId,
    planId: oneMonth,
    homeClubId: clubId as ClubId,
    scope: 'network' as const,
    validFromMs: Date.parse(planFrom),
    validToMs: null,
  });
  /** The key of this box, as the network vouches for it. */
  const ownKey = (): FeedRecord => {
    const { edgeId, clubId } = identity;
    const signed = edgeKeyToSign(edgeId, clubId, seller.publicKey, 'active');
    const signature = toBase64url(signBytes(network.privateKey, signed));
    return {
      kind: 'edge-key',
      id: edgeId,
      record: { clubId, publicKey: seller.publicKey, status: 'active', signature },
    };
  };
  const known = (...changes: FeedRecord[]) => feed(ownKey(), ...changes);

  it('[PS22] [SA75] shows the account of the ticket that stands in for a pass, which then takes over from it', async () => {
    await known(row());
    visit.begin();
    visit.presentCode(ticket());
    expect(stage).toMatchObject({ name: 'member', credentialId });
    const holder = stage.name === 'member' ? visit.passHolder(stage) : null;
    expect(holder).toMatchObject({ besideCredentialId: credentialId, memberId, validToMs: null });
  });

  it('[PS22] shows that of a pass, and nothing for a picture of it taken earlier', async () => {
    await known(row({ kind: 'pass', publicKey: phone.publicKey, validTo: null }));
    visit.begin();
    visit.presentCode(passAt(systemClock.wallMs() - 120_000));
    expect(stage).toEqual({ name: 'present-card', problem: 'not-ours' });
    visit.presentCode(passAt(systemClock.wallMs()));
    expect(stage).toMatchObject({ name: 'member', credentialId });
  });

  it('[PS23] exchanges an old code for a pass, and takes it only as long as gates do', async () => {
    const text = 'FOULEE-0042-77881';
    const policy = { ...openPolicy, staticCodes: true };
    const old = row({ kind: 'pass', validTo: null, codeHash: sha256Hex(text) });
    await known(old);
    visit.begin();
    visit.presentCode(text);
    expect(stage).toEqual({ name: 'present-card', problem: 'not-ours' });
    await feed({ kind: 'club', id: identity.clubId, record: { ...facts.club, policy } });
    visit.presentCode(text);
    expect(stage).toMatchObject({ name: 'member', credentialId });
    const holder = stage.name === 'member' ? visit.passHolder(stage) : null;
    if (!holder) throw new Error('a pass may be had');
    const signed = keyRequestToSign(fromBase64url(phone.publicKey));
    const request = passCodeText('keyRequest', signed, signBytes(phone.privateKey, signed));
    const around = { store, identity, clock: systemClock, random: systemRandom };
    expect(await enrolledPass(request, holder, around)).toMatchObject({ ok: true });
    expect(store.book.credential(credentialId)).toMatchObject({ status: 'blocked' });
    visit.begin();
    visit.presentCode(text);
    expect(stage).toEqual({ name: 'present-card', problem: 'blocked' });
  });

  it('[PS22] shows none for what was replaced, is for a guest, or comes from elsewhere', async () => {
    await known(row({ status: 'blocked' }));
    visit.begin();
    visit.presentCode(ticket());
    expect(stage).toEqual({ name: 'present-card', problem: 'blocked' });
    await feed({ kind: 'credential', id: credentialId, record: null });
    visit.presentCode(ticket());
    expect(stage).toEqual({ name: 'present-card', problem: 'not-known-here' });
    visit.presentCode('https://example.org');
    expect(stage).toEqual({ name: 'present-card', problem: 'not-ours' });
  });
});
