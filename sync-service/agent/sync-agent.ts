import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { err, type Result } from '@portillon/core/base/result.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import {
  newSigningKeyPair,
  type SigningKeyPair,
  signatureHolds,
} from '@portillon/core/crypto/signing-key.ts';
import type { OutboxEvent } from '@portillon/core/wire/event.ts';
import {
  type CardKeysTold,
  type ClockTold,
  type ConsentsAnswer,
  cardKeyState,
  cardKeysAnswerSchema,
  clockOrderToSign,
  consentsAnswerSchema,
  type DeviceTold,
  deviceLimit,
  type EnrolRequest,
  enrolAnswerSchema,
  feedAnswerSchema,
  fiscalChainLimit,
  type OrderClaimAnswer,
  orderClaimAnswerSchema,
  type PushAnswer,
  type PushRequest,
  pushAnswerSchema,
  wireVersion,
} from '@portillon/core/wire/messages.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import type { z } from 'zod';
import type { AgentStore, EdgeIdentity } from './agent-store.ts';
import { AttachmentSender } from './attachment-sender.ts';
import { BackOff } from './back-off.ts';
import { BaseClient, type RequestFailure } from './base-client.ts';
import { BaseTime } from './base-time.ts';
import { Bell } from './bell.ts';
import { kindsAskedFor, PhotoFetcher } from './photo-fetcher.ts';
import { type PushBody, PushManners, type PushSize, pushBody } from './push-body.ts';
import { type BaseRegression, ReceiptBook } from './receipt-book.ts';
import { SnapshotTaker } from './snapshot-taker.ts';

export interface SyncAgentOptions {
  readonly store: AgentStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly baseUrl: string;
  /** Needed once, while the store holds no identity. */
  readonly enrolmentCode?: string;
  /** Name and version, `portillon-edge 0.1.0`. */
  readonly software: string;
  /** What counts time by the base's answers; left out where nothing does. */
  readonly timeKeeper?: TimeKeeper;
  /** How its devices stand, for the base; left out where there are none. */
  readonly devices?: () => readonly DeviceTold[] | Promise<readonly DeviceTold[]>;
  /** Called after every change. */
  readonly onState?: (state: SyncAgentState) => void;
}

/** The clock of the edge, as the agent serves it (W-CLOCK-3 to W-CLOCK-7). */
export interface TimeKeeper {
  /** How it stands, for the base. */
  readonly told: ClockTold;
  /** An answer came with this time of the base. */
  heard(baseMs: number): void;
  /** The operator vouches for the base's clock; the signature holds. */
  reset(baseMs: number, madeMs: number): void;
}

export interface SyncAgentState {
  readonly enrolled: boolean;
  /** The last request was answered. */
  readonly online: boolean;
  /** Wall time of the last answer; null before the first. */
  readonly lastContactMs: number | null;
  /** The base's clock minus ours, of the last answer; null before the first. Not to be believed blindly (W-CLOCK-2). */
  readonly baseOffsetMs: number | null;
  readonly appliedThrough: number;
  /** Events not applied yet, as the last push found them; counted up to one batch. */
  readonly queued: number;
  /** What the base has lost, until it has been sent again (W-RECEIPT-5); null while it holds what it signed for. */
  readonly regression: BaseRegression | null;
  /** Why it does not work now. */
  readonly fault: Fault | null;
}

interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

const momentOf = (clock: Clock): Moment => ({ wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() });

type Task = 'enrol' | 'push' | 'attachment' | 'feed';

const heartbeatMs = 5_000;
/** Beyond what the base asks for, so that those who were told the same do not come at once: up to this share of it. */
const comeAgainSpread = 0.25;
const comeAgainLongestMs = 60_000;
const feedWaitSeconds = 25;
const attachmentBatch = 50;
/** `feed` on top of what the request itself waits for. */
/** Somebody stands at the kiosk and waits for what is asked. */
const limitMs = { asked: 5_000, enrol: 15_000, push: 20_000, feed: 10_000 };

/** A push as it goes out: what follows `from`, and what was in hand as it was read. */
interface PreparedPush extends PushWithDevices {
  readonly from: number;
  readonly events: readonly OutboxEvent[];
}

/** A body with the devices that it tells; null where it tells none. */
interface PushWithDevices extends PushBody {
  readonly devices: string | null;
}

type PushOutcome =
  | { readonly came: 'done' | 'more' | 'failed' }
  | { readonly came: 'too-early'; readonly againInMs: number };

/** How far the base's clock may lie from ours and still date the member book. */
export const believedOffsetMs = 5 * 60_000;
/** W-SNAP-1: as many as a snapshot may be behind; fewer the feed brings sooner. */
const farBehindVersions = 20_000;
const snapshotTriesMax = 5;
const idleMs = 24 * 3_600_000;

/**
 * The edge's side of the sync service: enrols, pushes what the outbox holds, sends attachments after their events and
 * keeps the member book fed. Three loops that do not wait for each other; all memory that matters is in the store, so it
 * may be killed at any moment.
 */
export class SyncAgent {
  readonly #options: SyncAgentOptions;
  readonly #client: BaseClient;
  readonly #sender: AttachmentSender;
  readonly #stopped = new AbortController();
  /** Rung when there is something to send. */
  readonly #pushBell = new Bell();
  readonly #attachmentBell = new Bell();
  /** Events are on their way, or wait for it: attachments let them go first (W-ATT-13). */
  #eventsGoing = false;
  readonly #quietBell = new Bell();
  /** Rung when the base is reached again, so that a loop does not sit out the pause after its failure. */
  readonly #reached = { push: new Bell(), attachment: new Bell(), feed: new Bell() };
  readonly #faults = new Map<Task, Fault>();
  readonly #baseTime = new BaseTime();
  readonly #wanted = new Set<string>();
  /** Attachments that are not held here, or that the base has refused for good; said once, not tried again. */
  readonly #hopeless = new Set<string>();
  /** Which card keys this edge holds (W-CARDKEY-3); null when a base of version 0.1.0 told it one key. */
  #cardKeys: CardKeysTold | null = null;
  #state: SyncAgentState = {
    enrolled: false,
    online: false,
    lastContactMs: null,
    baseOffsetMs: null,
    appliedThrough: 0,
    queued: 0,
    regression: null,
    fault: null,
  };
  /** What the base says of itself. */
  #baseEpoch = 0;
  /** Epoch that the member book and its cursor belong to; kept in the store with N. */
  #bookEpoch = 0;
  /** How far the base was, in which epoch, when a push was answered last. */
  #saidThrough: { readonly seq: number; readonly epoch: number } | null = null;
  #cursorAhead = false;
  #farBehind = false;
  /** In a row; after so many the feed is read, however long that is. */
  #snapshotTries = 0;
  readonly #snapshots: SnapshotTaker;
  /** Ask the base how far it got before sending anything. */
  #askWhere = true;
  readonly #receipts: ReceiptBook;
  /** The devices as the base was told them last; null where it may not know them. */
  #devicesTold: string | null = null;
  /** Null where nobody is shown any. */
  readonly #photos: PhotoFetcher | null;
  readonly #pushManners = new PushManners();
  /** Through where the base has said to be, and the epoch of the book as it is kept with it; null until it is read. */
  #through: { readonly seq: number; readonly epoch: number } | null = null;
  /** What follows the push in flight, made ready while the base works on it. */
  #prepared: Promise<PreparedPush> | null = null;
  /** The last answer on its way to the disk: the next push need not wait for it, the answer to that one does. */
  #saving: Promise<void> = Promise.resolve();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: SyncAgentOptions) {
    this.#options = options;
    this.#client = new BaseClient(options.baseUrl, options.store, options.clock, this.#stopped.signal);
    const { store, clock, random, log } = options;
    this.#snapshots = new SnapshotTaker({
      ...{ client: this.#client, store, clock, random, log },
      stopped: this.#stopped.signal,
    });
    this.#sender = new AttachmentSender({
      client: this.#client,
      clock: options.clock,
      quiet: () => this.#quiet(),
      stopped: this.#stopped.signal,
    });
    this.#photos = store.people
      ? new PhotoFetcher({
          ...{ client: this.#client, people: store.people, clock, random, log },
          quiet: () => this.#quiet(),
          stopped: this.#stopped.signal,
        })
      : null;
    this.#receipts = new ReceiptBook(options.store, options.clock, options.log);
  }

  get state(): SyncAgentState {
    return this.#state;
  }

  /** How late it may be at the base, in ms since 1970, whatever our wall clock says; null while it was not heard (W-GATE-3). */
  get latestBaseMs(): number | null {
    return this.#baseTime.latestMs(this.#options.clock.monotonicMs());
  }

  /** Returns at once; `state` tells how it goes. Not to be called twice. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (this.#stopped.signal.aborted) return;
      // A failure of the store or a bug: the edge decides what to do, it must not be swallowed here.
      this.#options.log.error('sync.agent-failed', { detail: error instanceof Error ? error.message : '' });
      throw error;
    });
  }

  /** There is a new event in the outbox: send it now. */
  notify(): void {
    this.#pushBell.ring();
    this.#photos?.look();
  }

  /** Cuts requests in flight and resolves when nothing is left running. Safe to repeat. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const identity = (await this.#options.store.identity()) ?? (await this.#enrol());
    if (identity === null) return;
    this.#cardKeys = identity.cardKeys ?? null;
    const { seq, epoch } = await this.#options.store.appliedThrough();
    this.#bookEpoch = epoch === 0 ? identity.epoch : epoch;
    this.#baseEpoch = this.#bookEpoch;
    this.#show({ enrolled: true, appliedThrough: seq });
    await Promise.all([
      this.#pushLoop(identity),
      this.#attachmentLoop(identity),
      this.#feedLoop(identity),
      this.#photos?.run(identity),
    ]);
  }

  /** Null when stopped, or when the base has refused the code: only a person can change that. */
  async #enrol(): Promise<EdgeIdentity | null> {
    const { store, clock, random, log, enrolmentCode, software } = this.#options;
    if (enrolmentCode === undefined) {
      this.#show({ fault: { code: 'sync.refused', detail: 'not enrolled, and no enrolment code is given' } });
      return null;
    }
    const keys: SigningKeyPair = newSigningKeyPair();
    const request: EnrolRequest = { wireVersion, code: enrolmentCode, publicKey: keys.publicKey, software };
    const backOff = new BackOff(random);
    while (!this.#stopped.signal.aborted) {
      const sent = momentOf(clock);
      const answer = await this.#client.send(
        {
          method: 'POST',
          path: '/v1/enrol',
          body: JSON.stringify(request),
          limitMs: limitMs.enrol,
          newKey: keys.privateKey,
          answer: enrolAnswerSchema,
        },
        null,
      );
      if (answer.ok) {
        const { wireVersion: _version, serverTime, ...told } = answer.value;
        const identity: EdgeIdentity = { ...told, privateKey: keys.privateKey };
        await store.saveIdentity(identity);
        this.#answered('enrol', serverTime, sent);
        log.info('sync.enrolled', { edgeId: identity.edgeId, clubId: identity.clubId });
        return identity;
      }
      this.#failed('enrol', answer.error);
      if (answer.error.final) return null;
      await this.#reached.push.wait(clock, backOff.nextMs(), this.#stopped.signal);
    }
    return null;
  }

  async #pushLoop(identity: EdgeIdentity): Promise<void> {
    const { clock, random } = this.#options;
    const backOff = new BackOff(random);
    try {
      while (!this.#stopped.signal.aborted) {
        const outcome = await this.#pushOnce(identity);
        // One that does not get through keeps no attachment waiting.
        this.#eventsGoing = outcome.came === 'more';
        if (outcome.came !== 'more') this.#quietBell.ring();
        if (outcome.came === 'failed') {
          await this.#reached.push.wait(clock, backOff.nextMs(), this.#stopped.signal);
        } else if (outcome.came === 'too-early') {
          const spreadMs = outcome.againInMs * comeAgainSpread * random.fraction();
          await delay(clock, outcome.againInMs + spreadMs, this.#stopped.signal).catch(() => undefined);
        } else if (outcome.came === 'done') {
          backOff.reset();
          await this.#pushBell.wait(clock, heartbeatMs, this.#stopped.signal);
        }
      }
    } finally {
      await this.#prepared?.catch(() => undefined);
      await this.#saving;
    }
  }

  async #pushOnce(identity: EdgeIdentity): Promise<PushOutcome> {
    const { store, clock } = this.#options;
    this.#through ??= await store.appliedThrough();
    const { seq: from } = this.#through;
    const { size } = this.#pushManners;
    const prepared = await (this.#prepared ?? this.#prepare(from, size));
    this.#prepared = null;
    this.#show({ queued: prepared.events.length });
    const asked = this.#askWhere;
    const push = asked ? await this.#pushBodyOf([], size) : prepared;
    this.#eventsGoing = !asked && prepared.events.length > 0;
    const sent = momentOf(clock);
    const sending = this.#client.send(
      {
        method: 'POST',
        path: '/v1/push',
        body: push.body,
        ...encodingOf(push),
        limitMs: limitMs.push,
        answer: pushAnswerSchema,
      },
      identity,
    );
    const last = asked ? undefined : prepared.events.at(-1)?.seq;
    if (last !== undefined) void this.#prepare(last, size);
    const answer = await sending;
    if (!answer.ok) {
      await this.#forgetPrepared();
      return this.#pushFailed(answer.error, push.contentEncoding !== undefined);
    }
    this.#answered('push', answer.value.serverTime, sent);
    this.#devicesTold = push.devices ?? this.#devicesTold;
    this.#followClockOrder(identity, answer.value);
    return this.#pushTaken(identity, answer.value, from);
  }

  async #pushFailed(failure: RequestFailure, wasCompressed: boolean): Promise<PushOutcome> {
    if (this.#stopped.signal.aborted) return { came: 'done' };
    const { code, retryAfterMs } = failure;
    if (code === 'push.come-again' && retryAfterMs !== null) {
      this.#options.log.info('sync.told-to-come-again', { retryAfterMs });
      return { came: 'too-early', againInMs: Math.min(comeAgainLongestMs, retryAfterMs) };
    }
    if (this.#pushManners.refused(code, wasCompressed)) {
      this.#options.log.warn('sync.compressed-push-refused', { code });
      return { came: 'more' };
    }
    this.#failed('push', failure);
    if (code === 'push.gap') this.#askWhere = true;
    return { came: 'failed' };
  }

  async #pushTaken(identity: EdgeIdentity, answer: PushAnswer, from: number): Promise<PushOutcome> {
    const { store, log } = this.#options;
    const { epoch, appliedThrough, parked, wanted, cardKeys, fiscalAnchors } = answer;
    this.#pushManners.told(answer);
    if (fiscalAnchors) await store.checkFiscalAnchors(fiscalAnchors);
    if (cardKeys !== undefined) await this.#holdCardKeys(identity, cardKeys);
    for (const { seq, reason } of parked) log.warn('sync.event-parked', { seq, reason });
    this.#enterEpoch(epoch);
    this.#saidThrough = { seq: appliedThrough, epoch };
    if (appliedThrough < from) log.warn('sync.base-went-back', { from, to: appliedThrough });
    await this.#saving;
    this.#saving = this.#keepAnswer(identity, answer);
    this.#saving.catch(() => undefined); // whoever awaits it has the failure
    const asked = this.#askWhere;
    this.#askWhere = false;
    if (appliedThrough < (await this.#receipts.erasedThrough())) {
      await this.#forgetPrepared();
      await this.#saving;
      return this.#cannotSendAgain(appliedThrough);
    }
    if (this.#prepared && (await this.#prepared).from !== appliedThrough) this.#prepared = null;
    const next = await (this.#prepared ?? this.#prepare(appliedThrough, this.#pushManners.size));
    const queued = next.events.length;
    const news = wanted.filter((digest) => !this.#hopeless.has(digest));
    for (const digest of news) this.#wanted.add(digest);
    if (queued === 0) {
      this.#prepared = null; // by the next push there may be something
      await this.#saving;
    }
    this.#show({ queued });
    if (news.length > 0 || asked) this.#attachmentBell.ring();
    return { came: queued > 0 ? 'more' : 'done' };
  }

  /** Reads what follows and makes it ready to be sent. */
  #prepare(from: number, size: PushSize): Promise<PreparedPush> {
    const prepare = async () => {
      const events = await this.#options.store.outboxAfter(from, size.events, size.bodiesLength);
      return { from, events, ...(await this.#pushBodyOf(events, size)) };
    };
    this.#prepared = prepare();
    this.#prepared.catch(() => undefined); // whoever awaits it has the failure
    return this.#prepared;
  }

  async #pushBodyOf(events: readonly OutboxEvent[], size: PushSize): Promise<PushWithDevices> {
    const heldReceipt = await this.#receipts.newest();
    const devices = ((await this.#options.devices?.()) ?? []).slice(0, deviceLimit);
    const text = JSON.stringify(devices);
    const isNews = this.#options.devices !== undefined && text !== this.#devicesTold;
    const push: PushRequest = {
      wireVersion,
      epoch: this.#baseEpoch,
      events: [...events],
      occupancy: await this.#options.store.occupancy(),
      ...(heldReceipt ? { heldReceipt } : {}),
      ...(await this.#fiscalHeads()),
      ...(this.#options.timeKeeper ? { clock: this.#options.timeKeeper.told } : {}),
      ...(isNews ? { devices } : {}),
    };
    return { ...(await pushBody(push, size)), devices: isNews ? text : null };
  }

  async #forgetPrepared(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = null;
    await prepared;
  }

  /** Number, epoch and receipt onto the disk, where they are news; then what the receipt proves, and lets be erased. */
  async #keepAnswer(identity: EdgeIdentity, answer: PushAnswer): Promise<void> {
    const { store } = this.#options;
    const { appliedThrough } = answer;
    const before = this.#through;
    const epoch = this.#bookEpoch;
    this.#through = { seq: appliedThrough, epoch };
    const believed = await this.#receipts.believed(identity, answer);
    if (believed) await this.#noteRegression(believed.receipt);
    const receipt = believed?.isOfOurEvent ? believed.receipt : null;
    const isNews = receipt !== null && (await this.#receipts.isNews(receipt));
    if (isNews || before?.seq !== appliedThrough || before.epoch !== epoch) {
      await store.saveAppliedThrough(appliedThrough, epoch, isNews ? receipt : null);
      if (receipt && isNews) await this.#receipts.kept(receipt);
    }
    this.#show({ appliedThrough });
    if (receipt) await this.#receipts.eraseWhatMayGo(receipt);
  }

  /** Once, when it is found; gone from the state once all is in the base again. */
  async #noteRegression(receipt: PushReceipt): Promise<void> {
    const found = await this.#receipts.regression(receipt);
    const known = this.#state.regression;
    if (found === null || known !== null) {
      if (known !== null && receipt.through >= known.from) this.#show({ regression: null });
      return;
    }
    const { signedInEpoch, epoch, from, to } = found;
    const what = signedInEpoch < epoch ? 'sync.base-brought-back' : 'sync.base-lost-events';
    this.#options.log.error(what, { signedInEpoch, epoch, from, to });
    this.#show({ regression: found });
  }

  /** W-RECEIPT-6. */
  async #cannotSendAgain(appliedThrough: number): Promise<PushOutcome> {
    const erased = await this.#receipts.erasedThrough();
    const detail = `the base holds events through ${appliedThrough}, those through ${erased} were erased here: it was brought back from a backup older than it keeps any`;
    this.#options.log.error('sync.base-too-old', { appliedThrough, erased });
    this.#faults.set('push', fault('sync.refused', detail));
    this.#askWhere = true;
    this.#show({ queued: 0, fault: this.#worstFault() });
    return { came: 'done' };
  }

  /** W-CLOCK-7. What the network's key has not signed for this very box is not followed. */
  #followClockOrder(identity: EdgeIdentity, { clockOrder, serverTime }: PushAnswer): void {
    const { timeKeeper, log } = this.#options;
    if (!clockOrder || !timeKeeper) return;
    const { madeAt, signature } = clockOrder;
    const signed = clockOrderToSign(identity.edgeId, madeAt);
    if (!signatureHolds(identity.networkKey, signed, fromBase64url(signature))) {
      log.error('sync.clock-order-not-trusted', { madeAt });
      return;
    }
    timeKeeper.reset(Date.parse(serverTime), Date.parse(madeAt));
  }

  /** Asks for the card keys when the base has others; until it is answered, every push asks again. */
  async #holdCardKeys(identity: EdgeIdentity, state: string): Promise<void> {
    const held = this.#cardKeys;
    const current = Number(state.split(':', 1)[0]);
    if (held && (cardKeyState(held) === state || current < held.current)) return;
    const answer = await this.#client.send(
      { method: 'GET', path: '/v1/card-keys', limitMs: limitMs.push, answer: cardKeysAnswerSchema },
      identity,
    );
    if (!answer.ok) {
      this.#options.log.warn('sync.card-keys-not-told', {
        code: answer.error.code ?? answer.error.fault.code,
      });
      return;
    }
    const { cardKeys } = answer.value;
    if (held && cardKeys.current < held.current) return;
    const read = cardKeys.versions.find(({ version }) => version === cardKeys.current)?.read;
    const cardKey = { version: cardKeys.current, key: read ?? identity.cardKey.key };
    await this.#options.store.saveIdentity({ ...identity, cardKey, cardKeys });
    this.#cardKeys = cardKeys;
    this.#options.log.info('sync.card-keys', { state: cardKeyState(cardKeys) });
  }

  /**
   * Asks the base for the order of a web shop that waits under a code, by what stands for the code (W-ORDER-14). Once it is ours the
   * feed tells it as any other.
   */
  claimOrder(codeHash: string): Promise<Result<OrderClaimAnswer, RequestFailure>> {
    return this.#ask('/v1/orders/claim', { codeHash }, orderClaimAnswerSchema);
  }

  /** What the holder of a credential said yes or no to, by the base (W-CONSENT-2). */
  askConsents(credentialId: string): Promise<Result<ConsentsAnswer, RequestFailure>> {
    return this.#ask('/v1/consents/ask', { credentialId }, consentsAnswerSchema);
  }

  async #ask<T>(path: string, question: object, answer: z.ZodType<T>): Promise<Result<T, RequestFailure>> {
    const identity = await this.#options.store.identity();
    if (!identity) {
      const notYet = fault('sync.unreachable', 'not enrolled yet');
      return err({ fault: notYet, code: null, final: false, retryAfterMs: null });
    }
    const body = JSON.stringify(question);
    return this.#client.send({ method: 'POST', path, body, limitMs: limitMs.asked, answer }, identity);
  }

  /** A list that is too long could only be sent cut, and the base would take what is missing for lost (W-FISCAL-3). */
  async #fiscalHeads(): Promise<Pick<PushRequest, 'fiscalHeads'>> {
    const heads = await this.#options.store.fiscalHeads();
    if (heads.length <= fiscalChainLimit) return { fiscalHeads: [...heads] };
    this.#options.log.error('sync.too-many-fiscal-chains', { count: heads.length });
    return {};
  }

  async #attachmentLoop(identity: EdgeIdentity): Promise<void> {
    const { store, clock, random } = this.#options;
    const backOff = new BackOff(random);
    while (!this.#stopped.signal.aborted) {
      const digests = new Set([...this.#wanted, ...(await store.unconfirmedAttachments(attachmentBatch))]);
      let failed = false;
      let sent = 0;
      for (const digest of digests) {
        if (this.#hopeless.has(digest)) continue;
        if ((await this.#sendAttachment(identity, digest)) === 'failed') failed = true;
        else sent += 1;
        if (this.#stopped.signal.aborted) return;
      }
      if (failed) {
        await this.#reached.attachment.wait(clock, backOff.nextMs(), this.#stopped.signal);
      } else {
        backOff.reset();
        // More may lie behind a whole batch.
        if (digests.size >= attachmentBatch && sent > 0) continue;
        await this.#attachmentBell.wait(clock, idleMs, this.#stopped.signal);
      }
    }
  }

  async #quiet(): Promise<void> {
    const { clock } = this.#options;
    while (this.#eventsGoing && !this.#stopped.signal.aborted) {
      await this.#quietBell.wait(clock, heartbeatMs, this.#stopped.signal);
    }
  }

  async #sendAttachment(identity: EdgeIdentity, digest: string): Promise<'done' | 'failed'> {
    const { store } = this.#options;
    const bytes = await store.attachment(digest);
    this.#wanted.delete(digest);
    if (bytes === null) {
      this.#hopeless.add(digest);
      this.#options.log.warn('sync.attachment-not-held', { digest });
      return 'done';
    }
    const answer = await this.#sender.send(identity, digest, bytes);
    if (answer.ok) {
      this.#faults.delete('attachment');
      await store.confirmAttachment(digest);
      return 'done';
    }
    this.#failed('attachment', answer.error);
    // Unknown: its event is not there yet, or no longer (W-EPOCH-2); it will be.
    if (answer.error.final && answer.error.code !== 'attachment.unknown') this.#hopeless.add(digest);
    return 'failed';
  }

  async #feedLoop(identity: EdgeIdentity): Promise<void> {
    const { store, clock, random } = this.#options;
    const backOff = new BackOff(random);
    let fresh = false;
    while (!this.#stopped.signal.aborted) {
      const askedIn = this.#baseEpoch;
      const restarted = this.#cursorAhead || this.#bookEpoch !== askedIn;
      if ((restarted || this.#farBehind) && this.#snapshotTries < snapshotTriesMax) {
        const outcome = await this.#takeSnapshot(identity, restarted);
        if (outcome === 'failed')
          await this.#reached.feed.wait(clock, backOff.nextMs(), this.#stopped.signal);
        if (outcome !== 'none') continue;
      }
      const after = restarted ? 0 : await store.feedCursor();
      const sent = momentOf(clock);
      // W-OWN-6: what was said before the question holds for the answer.
      const saidThrough = this.#saidThrough?.epoch === askedIn ? this.#saidThrough.seq : null;
      // The first look does not wait: it tells at once how old the book is.
      const waitSeconds: number = fresh ? feedWaitSeconds : 0;
      const answer = await this.#client.send(
        {
          method: 'GET',
          path: `/v1/feed?after=${after}&waitSeconds=${waitSeconds}&kinds=${kindsAskedFor(store)}`,
          // Short for one that does not wait: lost on a line that has just failed, it would keep the book old.
          limitMs: limitMs.feed + waitSeconds * 1_000,
          answer: feedAnswerSchema,
        },
        identity,
      );
      if (this.#stopped.signal.aborted) return;
      if (!answer.ok) {
        fresh = false;
        this.#failed('feed', answer.error);
        this.#cursorAhead = answer.error.code === 'feed.cursor-ahead';
        await this.#reached.feed.wait(clock, backOff.nextMs(), this.#stopped.signal);
        continue;
      }
      backOff.reset();
      const { epoch, changes, cursor, more, head, includes, serverTime } = answer.value;
      this.#answered('feed', serverTime, sent);
      fresh = !more;
      this.#enterEpoch(epoch);
      // Read after a cursor of another epoch: it proves nothing, whoever told of the new one first.
      if (epoch !== askedIn) continue;
      if (!this.#farBehind && head !== undefined && head - after > farBehindVersions && !restarted) {
        this.#farBehind = true;
        continue;
      }
      await store.applyFeed(changes, cursor, this.#believedTime(serverTime), {
        own: includes ? (includes[identity.edgeId] ?? null) : saidThrough,
        boxes: includes ?? null,
        complete: !more,
      });
      if (!more) {
        this.#farBehind = false;
        this.#snapshotTries = 0;
      }
      // Carried out with it, and answered by an event of its own (W-PURGE-3).
      if (changes.some(({ change }) => change.kind === 'purge-order')) this.#pushBell.ring();
      if (changes.some(({ change }) => change.kind === 'person')) this.#photos?.peopleTold();
      this.#cursorAhead = false;
      this.#bookIsOf(epoch);
    }
  }

  /** W-SNAP-1. `none` where the base has none that is of use: the feed it is. */
  async #takeSnapshot(identity: EdgeIdentity, restarted: boolean): Promise<'taken' | 'none' | 'failed'> {
    const sent = momentOf(this.#options.clock);
    const epoch = this.#baseEpoch;
    const outcome = await this.#snapshots.take(identity, epoch, restarted);
    if (this.#stopped.signal.aborted) return 'taken';
    switch (outcome.kind) {
      case 'failed':
        // W-FEED-10: it passes by itself, and the feed from the beginning would come to the same people.
        if (outcome.failure.code !== 'base.names-not-open') this.#snapshotTries += 1;
        this.#failed('feed', outcome.failure);
        return 'failed';
      case 'other-epoch':
        this.#enterEpoch(outcome.epoch);
        return 'taken';
      case 'none':
        this.#snapshotTries = snapshotTriesMax;
        return 'none';
      case 'ready': {
        const { version, madeAt, serverTime } = outcome;
        const agedMs = Math.max(0, Date.parse(serverTime) - Date.parse(madeAt));
        const madeMs = this.#believedTime(serverTime) - agedMs;
        await this.#options.store.finishSnapshot(version, madeMs, restarted);
        this.#answered('feed', serverTime, sent);
        this.#options.log.info('sync.snapshot-taken', { version });
        this.#photos?.peopleTold();
        this.#farBehind = false;
        this.#cursorAhead = false;
        this.#snapshotTries = 0;
        this.#bookIsOf(epoch);
        return 'taken';
      }
    }
  }

  #bookIsOf(epoch: number): void {
    if (this.#bookEpoch === epoch) return;
    this.#bookEpoch = epoch;
    this.#pushBell.ring();
  }

  /** A base that came back from a backup hands numbers and versions out again. */
  #enterEpoch(epoch: number): void {
    if (epoch === this.#baseEpoch) return;
    this.#options.log.warn('sync.new-epoch', { from: this.#baseEpoch, to: epoch });
    this.#baseEpoch = epoch;
    this.#devicesTold = null;
    this.#askWhere = true;
    this.#pushBell.ring();
  }

  /** The base's time where it is near ours; otherwise ours. One wrong clock at the base must not age every book. */
  #believedTime(serverTime: string): number {
    const oursMs = this.#options.clock.wallMs();
    const theirsMs = Date.parse(serverTime);
    return Math.abs(theirsMs - oursMs) <= believedOffsetMs ? theirsMs : oursMs;
  }

  #answered(task: Task, serverTime: string, sent: Moment): void {
    const { wallMs: nowMs, monotonicMs } = momentOf(this.#options.clock);
    this.#baseTime.heard(Date.parse(serverTime), sent.monotonicMs, monotonicMs);
    this.#options.timeKeeper?.heard(Date.parse(serverTime));
    const wasOffline = !this.#state.online;
    this.#faults.delete(task);
    this.#show({
      online: true,
      fault: this.#worstFault(),
      lastContactMs: nowMs,
      baseOffsetMs: Math.round(Date.parse(serverTime) - (sent.wallMs + nowMs) / 2),
    });
    if (wasOffline) for (const bell of Object.values(this.#reached)) bell.ring();
  }

  #failed(task: Task, failure: RequestFailure): void {
    if (this.#stopped.signal.aborted) return;
    const { code, detail } = failure.fault;
    this.#options.log.warn('sync.request-failed', { task, fault: code, detail });
    this.#faults.set(task, failure.fault);
    this.#show({ online: failure.final, fault: this.#worstFault() });
  }

  /** A refusal needs a person; a base out of reach comes back by itself. */
  #worstFault(): Fault | null {
    const faults = [...this.#faults.values()];
    return faults.find(({ code }) => code === 'sync.refused') ?? faults[0] ?? null;
  }

  #show(change: Partial<SyncAgentState>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    if (JSON.stringify(before) !== JSON.stringify(this.#state)) this.#options.onState?.(this.#state);
  }
}

function encodingOf({ contentEncoding }: PushBody): Pick<PushBody, 'contentEncoding'> {
  return contentEncoding === undefined ? {} : { contentEncoding };
}
