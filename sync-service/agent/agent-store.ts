import type { OutboxEvent } from '@portillon/core/wire/event.ts';
import type {
  EnrolAnswer,
  FeedChange,
  FeedRecord,
  FiscalAnchor,
  FiscalHead,
  PushRequest,
} from '@portillon/core/wire/messages.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';

/** What the base told at enrolment, and this edge's own key. */
export interface EdgeIdentity extends Omit<EnrolAnswer, 'serverTime' | 'wireVersion'> {
  /** Ed25519 private key, PKCS#8 DER, base64url. */
  readonly privateKey: string;
}

/** A snapshot that is being taken (W-SNAP-4). */
export interface SnapshotProgress {
  readonly snapshotId: string;
  readonly epoch: number;
  readonly version: number;
  /** Chunks that are kept; the next one has this index. */
  readonly chunks: number;
  /** Where the next page of the own part begins. */
  readonly ownAfter: number;
}

/** The people of the club, as far as the agent brings them: records come with the feed, photos when somebody was let in. */
export interface PeopleOfStore {
  /** Digests of photos that are wanted and not held, those of who came in last first. */
  wantedPhotos(limit: number): Promise<readonly string[]>;
  /** Kept only where somebody of that photo is known still. */
  keepPhoto(digest: string, photo: Uint8Array): Promise<void>;
}

/** Which events of the club what the base tells has in it (W-OWN-3). */
export interface FeedIncludes {
  /** Own ones, through this number; null where nobody knows. */
  readonly own: number | null;
  /** Those of each box of the club, through these; one that is not among them sends none any more. Null where the base is of the version before. */
  readonly boxes: Readonly<Record<string, number>> | null;
  /** The answer was not cut: the whole of what they led to has been told. */
  readonly complete: boolean;
}

/** What the agent needs of the edge's store. All of it durable when the promise resolves. */
export interface AgentStore {
  identity(): Promise<EdgeIdentity | null>;
  saveIdentity(identity: EdgeIdentity): Promise<void>;
  /** Reserves `count` request counters and returns the first; never the same twice, over restarts too. */
  reserveCounters(count: number): Promise<number>;
  /** Events after `seq`, in order, at most `limit`, with at most about so many characters of bodies, but at least one. */
  outboxAfter(seq: number, limit: number, bodiesLength: number): Promise<readonly OutboxEvent[]>;
  /** Of an own event, also of the last one that was erased, and of the beginning of the chain for 0; null for any other. */
  eventHash(seq: number): Promise<string | null>;
  /** The last number the base has said to be applied, and in which epoch it said so. */
  appliedThrough(): Promise<{ readonly seq: number; readonly epoch: number }>;
  /** Keeps the receipt in the same transaction, in place of one of the same day and epoch (W-RECEIPT-2). */
  saveAppliedThrough(seq: number, epoch: number, receipt: PushReceipt | null): Promise<void>;
  /** The last one kept of each epoch. */
  receipts(): Promise<readonly PushReceipt[]>;
  /** The number through which own events have been erased; 0 while none was. */
  erasedThrough(): Promise<number>;
  /**
   * Erases a bounded part of what the receipts let it (W-RECEIPT-3, W-RECEIPT-4), `newest` being the one that has just come.
   * Resolves with how far that went; call again until it goes no further.
   */
  eraseSent(newest: PushReceipt): Promise<number>;
  /** The sealed bytes, or null when this edge holds no such attachment. */
  attachment(digest: string): Promise<Uint8Array | null>;
  /** The base holds it now. */
  confirmAttachment(digest: string): Promise<void>;
  /** Digests of attachments whose event is applied and which the base has not confirmed, oldest first. */
  unconfirmedAttachments(limit: number): Promise<readonly string[]>;
  feedCursor(): Promise<number>;
  /**
   * Applies the changes and moves the cursor in one transaction. `baseTimeMs` sets the data age to zero at that time. What the
   * club has changed itself stays on top until `includes` has it (W-OWN-1).
   */
  applyFeed(
    changes: readonly FeedChange[],
    cursor: number,
    baseTimeMs: number,
    includes: FeedIncludes,
  ): Promise<void>;
  snapshotProgress(): Promise<SnapshotProgress | null>;
  /** Drops what was kept of another one. Null: none is taken any more. */
  beginSnapshot(progress: SnapshotProgress | null): Promise<void>;
  /** Keeps records beside the book, and with `progress` how far the snapshot is. Records may come again. */
  stageSnapshot(records: readonly FeedRecord[], progress: SnapshotProgress | null): Promise<void>;
  /**
   * In one transaction: what was kept takes the place of the book, what the club has changed itself stays in it until the
   * feed is known to have it, and the cursor is the snapshot's version (W-SNAP-6). `isOtherEpoch`: the base may have lost what
   * the book has from it.
   */
  finishSnapshot(version: number, baseTimeMs: number, isOtherEpoch: boolean): Promise<void>;
  /** Absent where the box has nobody to show them to: then the base is not asked for people (W-PERSON-5). */
  readonly people?: PeopleOfStore | null;
  /** The count to tell with the next heartbeat. */
  occupancy(): Promise<PushRequest['occupancy']>;
  /**
   * The newest record of every chain of the fiscal journal, none left out, at most 12 (W-FISCAL-1). Empty only while
   * nothing has ever been written: the base takes a chain that it knows and does not find here for lost.
   */
  fiscalHeads(): Promise<readonly FiscalHead[]>;
  /**
   * Compares the journal with what the base was told of it before. A journal that has lost something is the store's to
   * report; the agent goes on.
   */
  checkFiscalAnchors(anchors: readonly FiscalAnchor[]): Promise<void>;
}
