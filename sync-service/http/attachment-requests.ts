import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { digestSchema } from '@portillon/core/wire/event.ts';
import { type AttachmentAnswer, attachmentMaxBytes } from '@portillon/core/wire/messages.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { attachmentHeld, takePiece } from '../postgres/attachment-pieces.ts';
import { receiveAttachment } from '../postgres/attachments.ts';
import type { BaseContext } from './base-context.ts';
import { type RefusalWords, refuse } from './refusal.ts';
import type { SignedBy } from './signed-request.ts';

const malformed: RefusalWords = {
  code: 'attachment.malformed',
  message:
    'an attachment is named by the SHA-256 of its bytes in hex, and has bytes; a piece says offset and total',
};
const unknown: RefusalWords = {
  code: 'attachment.unknown',
  message: 'no applied event of this box names these bytes; send the event first',
};
const mismatch: RefusalWords = {
  code: 'attachment.digest-mismatch',
  message: 'the bytes are not those of this digest; send them again, from the first',
};

const pieceSchema = z.object({
  offset: z.coerce.number().int().min(0),
  total: z.coerce.number().int().min(1),
});

/** `GET /v1/attachments/:digest` (W-ATT-8). */
export async function tellAttachment(
  base: BaseContext,
  edge: SignedBy,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const digest = digestOf(request);
  if (digest === null) return refuse(reply, malformed);
  const held = await attachmentHeld(base.database, edge.edgeId, digest);
  if (!held) return refuse(reply, unknown);
  return answerOf(base, held.heldBytes, held.isWhole);
}

/** `PUT /v1/attachments/:digest`: whole, or with `?offset=&total=` a piece of it (W-ATT-9). */
export async function takeAttachment(
  base: BaseContext,
  edge: SignedBy,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const digest = digestOf(request);
  const bytes = request.body;
  if (digest === null || !Buffer.isBuffer(bytes)) return refuse(reply, malformed);
  const query = request.query as Record<string, unknown>;
  if (query.offset !== undefined || query.total !== undefined) {
    const piece = pieceSchema.safeParse(query);
    if (!piece.success || bytes.length === 0) return refuse(reply, malformed);
    const { offset, total } = piece.data;
    return takePieceOf(base, edge, digest, { offset, totalBytes: total, bytes }, reply);
  }
  if (sha256Hex(bytes) !== digest) return refuse(reply, mismatch);
  const received = await receive(base, edge, digest, bytes);
  return received === 'unknown' ? refuse(reply, unknown) : reply.status(204).send();
}

async function takePieceOf(
  base: BaseContext,
  edge: SignedBy,
  digest: string,
  piece: Parameters<typeof takePiece>[3],
  reply: FastifyReply,
): Promise<unknown> {
  if (piece.totalBytes > attachmentMaxBytes) {
    return refuse(reply, { code: 'request.too-large', message: 'an attachment has at most 4 MiB' });
  }
  if (piece.offset + piece.bytes.length > piece.totalBytes) return refuse(reply, malformed);
  const taken = await takePiece(base.database, edge.edgeId, digest, piece, base.clock.wallMs());
  switch (taken.kind) {
    case 'unknown':
      return refuse(reply, unknown);
    case 'digest-mismatch':
      return refuse(reply, mismatch);
    case 'wrong-offset':
      return refuse(reply, {
        code: 'attachment.wrong-offset',
        message: `${taken.heldBytes} bytes are held: go on from there`,
        heldBytes: taken.heldBytes,
      });
    case 'held':
      return answerOf(base, taken.heldBytes, false);
    case 'was-whole':
      return answerOf(base, piece.totalBytes, true);
    case 'whole':
      await receive(base, edge, digest, taken.sealed);
      return answerOf(base, piece.totalBytes, true);
  }
}

function receive(base: BaseContext, edge: SignedBy, digest: string, sealed: Buffer) {
  return receiveAttachment(base.database, edge.edgeId, digest, sealed, {
    sealPrivateKey: base.keys.seal.privateKey,
    memberKeys: base.memberKeys,
    nowMs: base.clock.wallMs(),
    caseId: newId<'case'>(base.clock, base.random),
    newCaseId: () => newId<'case'>(base.clock, base.random),
  });
}

function answerOf(base: BaseContext, held: number, whole: boolean): AttachmentAnswer {
  return { held, whole, serverTime: isoTime(base.clock.wallMs()) };
}

function digestOf(request: FastifyRequest): string | null {
  return digestSchema.safeParse((request.params as { digest?: string }).digest).data ?? null;
}
