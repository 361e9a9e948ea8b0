import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import {
  type FeedRecord,
  feedAnswerSchema,
  feedRecordSchema,
  isKnownKind,
} from '@portillon/core/wire/messages.ts';
import {
  digestOfChunks,
  type Snapshot,
  type SnapshotAnswer,
  snapshotAnswerSchema,
  snapshotLimits,
} from '@portillon/core/wire/snapshot.ts';
import type { AgentStore, EdgeIdentity, SnapshotProgress } from './agent-store.ts';
import type { BaseClient, RequestFailure } from './base-client.ts';
import { kindsAskedFor } from './photo-fetcher.ts';

const unpack = promisify(gunzip);

const limitMs = { question: 20_000, chunk: 60_000 };
/** Records kept in one transaction: a gate's decision waits for as long as that takes. */
const keptAtOnce = 500;

export type SnapshotOutcome =
  /** All of it is kept beside the book. */
  | { readonly kind: 'ready'; readonly version: number; readonly madeAt: string; readonly serverTime: string }
  /** The base has none, or none that is newer than the book. */
  | { readonly kind: 'none' }
  | { readonly kind: 'other-epoch'; readonly epoch: number }
  | { readonly kind: 'failed'; readonly failure: RequestFailure };

export interface SnapshotTakerOptions {
  readonly client: BaseClient;
  readonly store: AgentStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly stopped: AbortSignal;
}

/** Fetches a snapshot chunk by chunk, over restarts, and keeps it in the store beside the book (W-SNAP-4, W-SNAP-7). */
export class SnapshotTaker {
  readonly #options: SnapshotTakerOptions;

  constructor(options: SnapshotTakerOptions) {
    this.#options = options;
  }

  /** `restarted`: the book is of another epoch, and whatever the base has is newer. */
  async take(identity: EdgeIdentity, epoch: number, restarted: boolean): Promise<SnapshotOutcome> {
    const found = await this.#find(identity, epoch);
    if (!found.ok) {
      const isOlderBase = found.error.code === 'request.not-found';
      return isOlderBase ? { kind: 'none' } : { kind: 'failed', failure: found.error };
    }
    const { snapshot, progress, serverTime, epoch: answered } = found.value;
    if (answered !== epoch) return { kind: 'other-epoch', epoch: answered };
    if (!restarted && snapshot.version <= (await this.#options.store.feedCursor())) return { kind: 'none' };
    if (digestOfChunks(snapshot.chunks) !== snapshot.digest) {
      return { kind: 'failed', failure: broken('the chunks of the snapshot are not those of its digest') };
    }
    if (progress === null) await this.#options.store.beginSnapshot(startOf(snapshot, epoch));
    const kept = await this.#keepAll(identity, snapshot, progress ?? startOf(snapshot, epoch));
    if (!kept.ok) return { kind: 'failed', failure: kept.error };
    return { kind: 'ready', version: snapshot.version, madeAt: snapshot.madeAt, serverTime };
  }

  /** The one that was begun, where the base still has it; otherwise the newest, once it is made. */
  async #find(identity: EdgeIdentity, epoch: number): Promise<Result<Found, RequestFailure>> {
    const { store, clock, random, stopped } = this.#options;
    const progress = await store.snapshotProgress();
    if (progress?.epoch === epoch) {
      const known = await this.#ask(identity, `/v1/snapshot/${progress.snapshotId}`);
      if (known.ok && known.value.snapshot)
        return ok({ ...known.value, snapshot: known.value.snapshot, progress });
      if (!known.ok && known.error.code !== 'snapshot.gone') return known;
    }
    if (progress) await store.beginSnapshot(null);
    for (;;) {
      const newest = await this.#ask(identity, '/v1/snapshot');
      if (!newest.ok) return newest;
      const { snapshot, retryAfterSeconds } = newest.value;
      if (snapshot) return ok({ ...newest.value, snapshot, progress: null });
      // Not all at the same moment.
      await delay(clock, retryAfterSeconds * 1_000 * (1 + random.fraction() / 2), stopped).catch(
        () => undefined,
      );
      if (stopped.aborted) return err(broken('stopped'));
    }
  }

  #ask(identity: EdgeIdentity, path: string): Promise<Result<SnapshotAnswer, RequestFailure>> {
    const request = { method: 'GET' as const, path, limitMs: limitMs.question, answer: snapshotAnswerSchema };
    return this.#options.client.send(request, identity);
  }

  async #keepAll(
    identity: EdgeIdentity,
    snapshot: Snapshot,
    from: SnapshotProgress,
  ): Promise<Result<null, RequestFailure>> {
    let progress = from;
    const fetched = (index: number) =>
      index < snapshot.chunks.length ? this.#chunk(identity, snapshot, index) : Promise.resolve(null);
    // While one chunk is kept, the next is on its way.
    for (let coming = await fetched(progress.chunks); coming !== null; ) {
      if (!coming.ok) return coming;
      const records = coming.value;
      const next = { ...progress, chunks: progress.chunks + 1 };
      const [following, kept] = await Promise.all([fetched(next.chunks), this.#keep(records, next)]);
      if (!kept.ok) return kept;
      progress = next;
      coming = following;
    }
    for (let more = true; more; ) {
      const path = `/v1/snapshot/${snapshot.snapshotId}/own?after=${progress.ownAfter}&kinds=${kindsAskedFor(this.#options.store)}`;
      const request = { method: 'GET' as const, path, limitMs: limitMs.question, answer: feedAnswerSchema };
      const page = await this.#options.client.send(request, identity);
      if (!page.ok) return page;
      progress = { ...progress, ownAfter: page.value.cursor };
      await this.#options.store.stageSnapshot(
        page.value.changes.map(({ change }) => change),
        progress,
      );
      more = page.value.more;
    }
    return ok(null);
  }

  /** The lines of a chunk. Bytes that are not those of the digest are not looked into. */
  async #chunk(
    identity: EdgeIdentity,
    { snapshotId, chunks }: Snapshot,
    index: number,
  ): Promise<Result<readonly string[], RequestFailure>> {
    const path = `/v1/snapshot/${snapshotId}/chunks/${index}`;
    const came = await this.#options.client.bytes(path, limitMs.chunk, identity);
    if (!came.ok) return came;
    const told = chunks[index];
    if (came.value.length !== told?.bytes || sha256Hex(came.value) !== told.digest) {
      return err(broken(`chunk ${index} of the snapshot is not that of its digest`));
    }
    const text = await unpack(came.value, { maxOutputLength: snapshotLimits.chunkTextBytes }).catch(
      () => null,
    );
    if (text === null) return err(broken(`chunk ${index} of the snapshot cannot be unpacked`));
    const lines = text.toString().split('\n');
    return lines.length === told.records
      ? ok(lines)
      : err(broken(`chunk ${index} of the snapshot has ${lines.length} records, not ${told.records}`));
  }

  async #keep(lines: readonly string[], progress: SnapshotProgress): Promise<Result<null, RequestFailure>> {
    for (let start = 0; start < lines.length; start += keptAtOnce) {
      if (this.#options.stopped.aborted) return err(broken('stopped'));
      const records: FeedRecord[] = [];
      for (const line of lines.slice(start, start + keptAtOnce)) {
        const value = parsed(line);
        if (!isKnownKind(value)) continue;
        const record = feedRecordSchema.safeParse(value);
        if (!record.success) {
          const where = record.error.issues[0]?.path.join('.') ?? '';
          return err(broken(`a record of the snapshot is not understood at ${where}`));
        }
        records.push(record.data);
      }
      const isLast = start + keptAtOnce >= lines.length;
      await this.#options.store.stageSnapshot(records, isLast ? progress : null);
    }
    return ok(null);
  }
}

interface Found {
  readonly snapshot: Snapshot;
  /** Of the one that was begun; null of a new one. */
  readonly progress: SnapshotProgress | null;
  readonly epoch: number;
  readonly serverTime: string;
}

function startOf({ snapshotId, version }: Snapshot, epoch: number): SnapshotProgress {
  return { snapshotId, epoch, version, chunks: 0, ownAfter: 0 };
}

function broken(detail: string): RequestFailure {
  return { fault: fault('sync.unreachable', detail), code: null, final: false, retryAfterMs: null };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
