import { newId } from '@portillon/core/base/ids.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { eventHash, genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import type { EventBody, OutboxEvent } from '@portillon/core/wire/event.ts';
import type { FeedChange, FeedRecord, FiscalAnchor, FiscalHead } from '@portillon/core/wire/messages.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import type { AgentStore, EdgeIdentity, FeedIncludes, SnapshotProgress } from '../agent/agent-store.ts';

/** What the agent needs of an edge's store, in memory: for tests of the agent alone. */
export class MemoryAgentStore implements AgentStore {
  kept: EdgeIdentity | null = null;
  readonly events: OutboxEvent[] = [];
  readonly attachments = new Map<string, Uint8Array>();
  readonly confirmed: string[] = [];
  readonly applied: {
    changes: readonly FeedChange[];
    cursor: number;
    baseTimeMs: number;
    includes: FeedIncludes;
  }[] = [];
  through = { seq: 0, epoch: 0 };
  cursor = 0;
  inside = 0;
  heads: FiscalHead[] = [];
  readonly keptReceipts = new Map<number, PushReceipt>();
  readonly eraseAsked: PushReceipt[] = [];
  erased = 0;
  readonly anchorsChecked: (readonly FiscalAnchor[])[] = [];
  #counter = 1;

  append(body: EventBody): OutboxEvent {
    const seq = this.events.length + 1;
    const eventId = newId<'event'>(systemClock, systemRandom);
    const prevHash = this.events.at(-1)?.hash ?? genesisHash;
    const text = canonicalJson(body);
    const event = { seq, eventId, body: text, prevHash, hash: eventHash(prevHash, seq, eventId, text) };
    this.events.push(event);
    return event;
  }

  async identity() {
    return this.kept;
  }

  async saveIdentity(identity: EdgeIdentity) {
    this.kept = identity;
  }

  async reserveCounters(count: number) {
    this.#counter += count;
    return this.#counter - count;
  }

  async outboxAfter(seq: number, limit: number) {
    return this.events.slice(seq, seq + limit);
  }

  async appliedThrough() {
    return this.through;
  }

  async saveAppliedThrough(seq: number, epoch: number, receipt: PushReceipt | null = null) {
    this.through = { seq, epoch };
    if (receipt) this.keptReceipts.set(receipt.epoch, receipt);
  }

  async eventHash(seq: number) {
    return seq === 0 ? genesisHash : (this.events[seq - 1]?.hash ?? null);
  }

  async receipts() {
    return [...this.keptReceipts.values()];
  }

  async erasedThrough() {
    return this.erased;
  }

  async eraseSent(newest: PushReceipt) {
    this.eraseAsked.push(newest);
    return this.erased;
  }

  async attachment(digest: string) {
    return this.attachments.get(digest) ?? null;
  }

  async confirmAttachment(digest: string) {
    this.confirmed.push(digest);
  }

  async unconfirmedAttachments() {
    if (this.through.seq === 0) return [];
    return [...this.attachments.keys()].filter((digest) => !this.confirmed.includes(digest));
  }

  async feedCursor() {
    return this.cursor;
  }

  async applyFeed(
    changes: readonly FeedChange[],
    cursor: number,
    baseTimeMs: number,
    includes: FeedIncludes,
  ) {
    this.applied.push({ changes, cursor, baseTimeMs, includes });
    this.cursor = cursor;
  }

  snapshot: SnapshotProgress | null = null;
  staged: FeedRecord[] = [];
  /** What was said of the last book that was replaced as a whole. */
  bookIsOfOtherEpoch = false;
  /** The books that were replaced as a whole. */
  readonly books: { records: readonly FeedRecord[]; version: number }[] = [];

  async snapshotProgress() {
    return this.snapshot;
  }

  async beginSnapshot(progress: SnapshotProgress | null) {
    this.snapshot = progress;
    this.staged = [];
  }

  async stageSnapshot(records: readonly FeedRecord[], progress: SnapshotProgress | null) {
    this.staged.push(...records);
    this.snapshot = progress ?? this.snapshot;
  }

  async finishSnapshot(version: number, _baseTimeMs: number, isOtherEpoch: boolean) {
    this.books.push({ records: this.staged, version });
    this.bookIsOfOtherEpoch = isOtherEpoch;
    this.cursor = version;
    this.snapshot = null;
  }

  async occupancy() {
    return { inside: this.inside, at: '2026-11-23T09:00:00.000Z' };
  }

  async fiscalHeads() {
    return this.heads;
  }

  async checkFiscalAnchors(anchors: readonly FiscalAnchor[]) {
    this.anchorsChecked.push(anchors);
  }
}
