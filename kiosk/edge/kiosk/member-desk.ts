import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import type { CredentialId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
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
  | { readonly kind: 'problem'; readonly problem: CardProblem };

export interface MemberDeskOptions {
  /** Null at a kiosk without one. */
  readonly reader: CardReader | null;
  readonly book: MemberBook;
  readonly identity: () => EdgeIdentity | null;
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
  /** A card is talked to by one at a time. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: MemberDeskOptions) {
    this.#options = options;
    options.reader?.onCard((card) => {
      this.#laid = card;
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
      if (presented) this.#options.onPresented(atKiosk(presented, this.#options.book));
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

function atKiosk({ presented: { credentialId } }: Presented, book: MemberBook): MemberAtKiosk {
  if (credentialId === null) return { kind: 'problem', problem: 'not-ours' };
  const problem = problemOf(book.credential(credentialId));
  return problem ? { kind: 'problem', problem } : { kind: 'member', credentialId };
}

function problemOf(record: CredentialRecord | null): CardProblem | null {
  if (record && (record.status !== 'active' || record.kind !== 'card')) return 'blocked';
  return record?.account && record.memberId ? null : 'not-known-here';
}
