import { z } from 'zod';
import { sha256Hex } from '../crypto/digest.ts';
import { digestSchema } from './event.ts';

/**
 * A full start of a member book. `GET /v1/snapshot` tells the newest, `GET /v1/snapshot/:id` one that an edge has begun
 * with, `GET /v1/snapshot/:id/chunks/:index` the bytes of a chunk, and `GET /v1/snapshot/:id/own?after=V&kinds=K`, a feed
 * answer, what is told to this edge alone. Rules: SPEC.md, W-SNAP.
 */

export const snapshotLimits = {
  chunks: 10_000,
  /** Of a chunk as it travels. */
  chunkBytes: 4 * 1024 * 1024,
  /** Of a chunk unpacked: what says more of itself is not unpacked to the end. */
  chunkTextBytes: 32 * 1024 * 1024,
};

const chunkSchema = z.object({
  /** SHA-256 of the bytes as they travel. */
  digest: digestSchema,
  bytes: z.int().min(1).max(snapshotLimits.chunkBytes),
  records: z.int().min(1),
});

export const snapshotSchema = z.object({
  snapshotId: z.uuid(),
  /** Of the feed: the edge reads on from here. */
  version: z.int().min(0),
  /** When it was made, by the base's clock: the book is as old until the feed has been read. */
  madeAt: z.iso.datetime(),
  records: z.int().min(0),
  /** Each is gzip over records of the feed, one a line, JSON, none of them gone. */
  chunks: z.array(chunkSchema).max(snapshotLimits.chunks),
  /** `digestOfChunks` of all of them, in order. */
  digest: digestSchema,
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export const snapshotAnswerSchema = z.object({
  epoch: z.int().min(1),
  /** Null while it is made: ask again. */
  snapshot: snapshotSchema.nullable(),
  retryAfterSeconds: z.int().min(1).max(60),
  serverTime: z.iso.datetime(),
});
export type SnapshotAnswer = z.infer<typeof snapshotAnswerSchema>;

/** Covers which chunks there are, and in which order. */
export function digestOfChunks(chunks: readonly { readonly digest: string }[]): string {
  return sha256Hex(chunks.map(({ digest }) => digest).join('\n'));
}
