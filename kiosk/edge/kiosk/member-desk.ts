import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { withTimeLimit } from '@portillon/core/base/clock.ts';
import type { JudgedClock } from '@portillon/core/base/clock-trust.ts';
import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { CredentialId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import type { CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { MemberBook } from '../../store/member-book.ts';
import { type Presented, presentedCard } from '../gate/presented-credential.ts';

/** Why a card that was held to the kiosk shows no account (SA75). */
export type CardProblem =
  /** Taken away before it was read. */
  | 'not-read'
  /** Of no network or of another one, or replaced by another card. */
  | 'not-ours'
  | 'blocked'
  /** Ours, and the book knows nothing of it or of its member yet. */
  | 'not-known-here';

export type MemberAtKiosk =
  | { readonly kind: 'member'; readonly credentialId: CredentialId }
  /** Somebody who works here (DI19). */
  | { readonly kind: 'staff'; readonly credentialId: CredentialId }
  | { readonly kind: 'problem'; readonly problem: CardProblem };

export interface MemberDeskOptions {
  /** Null at a kiosk without one. */
  readonly reader: CardReader | null;
  readonly book: MemberBook;
  readonly identity: () => EdgeIdentity | null;
  readonly clock: JudgedClock;
  readonly log: Log;
  /** A card was read, while somebody is expected to hold one. */
  readonly onPresented: (presented: MemberAtKiosk) => void;
}

/** The reader of the kiosk: who holds a card there, once they are asked to. */
export class MemberDesk {
  readonly #options: MemberDeskOptions;
  /** The card that came last; it may lie there since before anybody was asked for one. */
  #laid: CardChannel | null = null;
  #expecting = false;
  /** Who waits for a card of a certain number. */
  #wanted: { readonly start: (card: CardChannel) => void; readonly giveUp: () => void } | null = null;
  /** A card is talked to by one at a time. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: MemberDeskOptions) {
    this.#options = options;
    options.reader?.onCard((card) => {
      this.#laid = card;
      this.#wanted?.start(card);
      if (this.#expecting) this.#run(card, 'not-read');
    });
  }

  get isReady(): boolean {
    return this.#options.reader?.state.status === 'ready';
  }

  /** From now on a card is read as soon as it comes; one that lies there already, at once. */
  expect(): void {
    this.#expecting = true;
    if (this.#laid) this.#run(this.#laid, null);
  }

  /** Whoever comes next is not looked at. */
  forget(): void {
    this.#expecting = false;
  }

  /**
   * Does something to the card of this number, at once if it lies there, else when it is held to the reader again; false
   * after the time limit, or once it is given up. A card that is taken away in the middle may come back.
   */
  async withCard(
    cardUid: string,
    limitMs: number,
    work: (card: CardChannel) => Promise<Result<void, Fault>>,
  ): Promise<boolean> {
    const { clock, log } = this.#options;
    let finish: (done: boolean) => void = () => undefined;
    const finished = new Promise<boolean>((resolve) => {
      finish = resolve;
    });
    const start = (card: CardChannel) => {
      if (Buffer.from(card.uid).toString('hex').toUpperCase() !== cardUid) return;
      this.#turn = this.#turn
        .then(() => work(card))
        .then((done) => {
          if (done.ok) finish(true);
          else log.info('kiosk.card-not-written', { code: done.error.code, detail: done.error.detail });
        })
        .catch((error: unknown) => {
          log.error('kiosk.card-not-written', { detail: String(error) });
          finish(false);
        });
    };
    this.#wanted = { start, giveUp: () => finish(false) };
    if (this.#laid) start(this.#laid);
    const outcome = await withTimeLimit(clock, limitMs, finished);
    this.#wanted = null;
    return outcome === true;
  }

  /** Nobody waits for that card any more. False when nobody did. */
  giveUp(): boolean {
    this.#wanted?.giveUp();
    return this.#wanted !== null;
  }

  /** `ifGone` is what to say of a card that is no longer there; null for nothing. */
  #run(card: CardChannel, ifGone: 'not-read' | null): void {
    const { log } = this.#options;
    this.#turn = this.#turn
      .then(() => this.#take(card, ifGone))
      .catch((error: unknown) => log.error('kiosk.card-not-read', { detail: String(error) }));
  }

  async #take(card: CardChannel, ifGone: 'not-read' | null): Promise<void> {
    const presented = await this.#read(card);
    if (this.#expecting && this.#laid === card) {
      if (presented) this.#options.onPresented(atKiosk(presented, this.#options));
      else if (ifGone) this.#options.onPresented({ kind: 'problem', problem: ifGone });
    }
    // CD10, once the screen goes on: the card lies there anyway.
    await presented?.renewKeys?.();
  }

  /** The card proves itself as at a gate (I13); what it says of itself is not looked at further. */
  async #read(card: CardChannel): Promise<Presented | null> {
    const { book, identity, log } = this.#options;
    const known = identity();
    return known && presentedCard(card, { identity: known, book, log });
  }
}

function atKiosk(
  { presented: { credentialId } }: Presented,
  { book, clock }: Pick<MemberDeskOptions, 'book' | 'clock'>,
): MemberAtKiosk {
  if (credentialId === null) return { kind: 'problem', problem: 'not-ours' };
  const record = book.credential(credentialId);
  if (record && isStaffNow(record, clock)) return { kind: 'staff', credentialId };
  const problem = problemOf(record);
  return problem ? { kind: 'problem', problem } : { kind: 'member', credentialId };
}

/** Works here, and not only did or will: as at a gate, what may be over is over, and what may not have begun has not (AC20). */
function isStaffNow(record: CredentialRecord, clock: MemberDeskOptions['clock']): boolean {
  const { kind, status, uidOnly, validFrom, validTo, standing } = record;
  if (status !== 'active' || kind !== 'card' || uidOnly || !standing?.staff) return false;
  const nowMs = clock.wallMs();
  const { earliestMs, latestMs } = clock.judgement ?? { earliestMs: nowMs, latestMs: nowMs };
  const since = [validFrom, standing.suspendedUntil ?? validFrom];
  const hasBegun = since.every((from) => Date.parse(from) <= earliestMs);
  return hasBegun && (validTo === null || Date.parse(validTo) > latestMs);
}

function problemOf(record: CredentialRecord | null): CardProblem | null {
  if (record && (record.status !== 'active' || record.kind !== 'card')) return 'blocked';
  return record?.account && record.memberId ? null : 'not-known-here';
}
