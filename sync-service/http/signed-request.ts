import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { signatureHolds } from '@portillon/core/crypto/signing-key.ts';
import {
  counterHeader,
  edgeHeader,
  enrolCounter,
  requestToSign,
  signatureHeader,
} from '@portillon/core/wire/messages.ts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Reporter } from '../members/row-change.ts';
import { takeCounter } from '../postgres/request-counters.ts';
import type { BaseContext } from './base-context.ts';
import type { RefusalWords } from './refusal.ts';

const signatureShape = z.string().regex(/^[A-Za-z0-9_-]{86}$/);

const headersSchema = z.object({
  [edgeHeader]: z.uuid(),
  [counterHeader]: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .refine(Number.isSafeInteger),
  [signatureHeader]: signatureShape,
});

/** Who asks, and the counter of the request: of two requests of an edge, the later one has the higher. */
export interface SignedBy extends Reporter {
  readonly counter: number;
}

/** The edge that signed the request, or why it is not believed (W-SIGN-1 to W-SIGN-3). Uses the counter up. */
export async function signedBy(base: BaseContext, request: FastifyRequest): Promise<SignedBy | RefusalWords> {
  const headers = headersSchema.safeParse(request.headers);
  if (!headers.success) {
    return {
      code: 'request.unsigned',
      message: `this address wants a signed request: ${edgeHeader}, ${counterHeader} and ${signatureHeader}`,
    };
  }
  const edgeId = headers.data[edgeHeader];
  const counter = headers.data[counterHeader];
  const [edge] = await base.database.query<{
    club_id: string;
    legal_entity_id: string;
    public_key: string;
    status: string;
  }>(
    `select edges.club_id, clubs.legal_entity_id, edges.public_key, edges.status
       from edges join clubs on clubs.id = edges.club_id where edges.id = $1`,
    [edgeId],
  );
  if (edge?.status !== 'active') {
    return { code: 'request.unknown-edge', message: 'this box is not enrolled here, or no longer' };
  }
  if (!isSignedBy(edge.public_key, request, counter, headers.data[signatureHeader])) return badSignature;
  if (!(await takeCounter(base.database, edgeId, counter))) {
    return { code: 'request.replayed', message: `request counter ${counter} was used before, or is too old` };
  }
  return { edgeId, clubId: edge.club_id, legalEntityId: edge.legal_entity_id, counter };
}

/** Whether an enrolment proves that it comes from who holds the key that it tells (W-ENROL-9); false where it is not signed at all. */
export function provesKey(request: FastifyRequest, publicKey: string): boolean | RefusalWords {
  const said = request.headers[signatureHeader];
  if (said === undefined) return false;
  const signature = signatureShape.safeParse(said);
  const holds = signature.success && isSignedBy(publicKey, request, enrolCounter, signature.data);
  return holds || badSignature;
}

const badSignature: RefusalWords = {
  code: 'request.bad-signature',
  message: 'the signature does not match the request',
};

function isSignedBy(publicKey: string, request: FastifyRequest, counter: number, signature: string): boolean {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const signed = requestToSign(request.method, request.raw.url ?? '', counter, sha256Hex(body));
  return signatureHolds(publicKey, signed, fromBase64url(signature));
}
