import { isoTime } from '@portillon/core/base/clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Database, Sql } from './database.ts';

/** How much of an attachment the base holds, without a gap from its first byte. */
export interface AttachmentHeld {
  readonly heldBytes: number;
  readonly isWhole: boolean;
}

export interface NewPiece {
  readonly offset: number;
  readonly totalBytes: number;
  readonly bytes: Buffer;
}

export type PieceTaken =
  | { readonly kind: 'unknown' }
  /** It does not begin where what is held ends. */
  | { readonly kind: 'wrong-offset'; readonly heldBytes: number }
  /** Together with what was held it is something else: all of it was thrown away. */
  | { readonly kind: 'digest-mismatch' }
  | { readonly kind: 'held'; readonly heldBytes: number }
  /** It was the last one; to be taken in like one that was sent whole. */
  | { readonly kind: 'whole'; readonly sealed: Buffer }
  | { readonly kind: 'was-whole' };

/** W-ATT-11: of an attachment whose edge does not go on with it. */
const abandonedAfterMs = 7 * 86_400_000;

/** Null when no applied event of this edge names it (W-ATT-5). */
export async function attachmentHeld(
  database: Database,
  edgeId: string,
  digest: string,
): Promise<AttachmentHeld | null> {
  const [row] = await database.query<AttachmentHeld>(
    `select received_at is not null as "isWhole",
            coalesce((select sum(octet_length(bytes)) from attachment_pieces
                       where attachment_pieces.digest = attachments.digest), 0)::int as "heldBytes"
       from attachments where digest = $1 and edge_id = $2`,
    [digest, edgeId],
  );
  return row ?? null;
}

/** Takes in one piece; durable when it resolves. The last one is not written: with it the whole is there (W-ATT-10). */
export async function takePiece(
  database: Database,
  edgeId: string,
  digest: string,
  { offset, totalBytes, bytes }: NewPiece,
  nowMs: number,
): Promise<PieceTaken> {
  return database.transaction(async (sql) => {
    // Locked: two pieces at once, at two processes, follow each other.
    const [known] = await sql.query<{ isWhole: boolean }>(
      `select received_at is not null as "isWhole" from attachments where digest = $1 and edge_id = $2 for update`,
      [digest, edgeId],
    );
    if (!known) return { kind: 'unknown' };
    if (known.isWhole) return { kind: 'was-whole' };
    await throwAway(sql, "received_at < $1::timestamptz - $2 * interval '1 ms'", [
      isoTime(nowMs),
      abandonedAfterMs,
    ]);
    const [before] = await sql.query<{ heldBytes: number; totalBytes: number | null }>(
      `select coalesce(sum(octet_length(bytes)), 0)::int as "heldBytes", max(total_bytes) as "totalBytes"
         from attachment_pieces where digest = $1`,
      [digest],
    );
    let heldBytes = before?.heldBytes ?? 0;
    if (before?.totalBytes && before.totalBytes !== totalBytes) {
      await throwAway(sql, 'digest = $1', [digest]);
      heldBytes = 0;
    }
    if (offset + bytes.length <= heldBytes) return { kind: 'held', heldBytes };
    if (offset !== heldBytes) return { kind: 'wrong-offset', heldBytes };
    if (offset + bytes.length < totalBytes) {
      await sql.query(
        `insert into attachment_pieces (digest, at_byte, bytes, total_bytes, received_at)
         values ($1, $2, $3, $4, $5)`,
        [digest, offset, bytes, totalBytes, isoTime(nowMs)],
      );
      return { kind: 'held', heldBytes: offset + bytes.length };
    }
    const pieces = await sql.query<{ bytes: Buffer }>(
      'select bytes from attachment_pieces where digest = $1 order by at_byte',
      [digest],
    );
    const sealed = Buffer.concat([...pieces.map((piece) => piece.bytes), bytes]);
    if (sha256Hex(sealed) === digest) return { kind: 'whole', sealed };
    await throwAway(sql, 'digest = $1', [digest]);
    return { kind: 'digest-mismatch' };
  });
}

async function throwAway(sql: Sql, which: string, values: readonly unknown[]): Promise<void> {
  await sql.query(`delete from attachment_pieces where ${which}`, values);
}
