import { z } from 'zod';
import { feedRecordSchema } from './messages.ts';

/** What boxes of one club tell each other on the local network, without the base. Rules: SPEC.md, Peers. */

export const peerVersion = 1;

const id = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'not an id');
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'not base64url');
/** Milliseconds since 1970 by the clock of the box that tells it (W-PEER-6). */
const atMs = z.int().min(0).max(8.64e15);
const zone = z.string().min(1).max(40).nullable();
const direction = z.enum(['entry', 'exit']);

/** A row of the member book as the feed carries it, and as the kiosk that sold has it. */
const credentialRecord = feedRecordSchema.options[2].shape.record.unwrap();

/** Ids, dates and keys: no name, no contact, no photo (W-PEER-1). */
export const peerShareSchema = z.discriminatedUnion('kind', [
  /** A gate was released; nobody has gone through yet. */
  z.object({
    kind: z.literal('let-in'),
    decisionId: id,
    credentialId: id,
    memberId: id.nullable(),
    singleUse: z.boolean(),
    zone,
    atMs,
    /** When the release is over at the latest. */
    untilMs: atMs,
  }),
  /** Nobody went through. */
  z.object({ kind: z.literal('let-in-over'), decisionId: id }),
  z.object({
    kind: z.literal('passage'),
    /** The release that it belongs to, which is over with it. */
    decisionId: id.nullable(),
    credentialId: id,
    memberId: id.nullable(),
    zone,
    direction,
    atMs,
  }),
  /** A ticket for one entry was used up. */
  z.object({ kind: z.literal('spent'), credentialId: id, atMs }),
  /** A code of a pass has led in (PS10). */
  z.object({ kind: z.literal('code'), credentialId: id, step: z.int().min(0) }),
  /** A kiosk gave, renewed or ended a credential. A box of the version before tells the record alone. */
  z.object({
    kind: z.literal('credential'),
    credentialId: id,
    record: credentialRecord,
    /** As it was in the book of that kiosk until then; null where it had none. */
    before: credentialRecord.nullable().optional(),
    /** Of the event that tells the base (W-OWN-6). */
    eventSeq: z.int().min(0).optional(),
    /** When what it is good for was sold or renewed, where it was (AC49). */
    soldAtMs: atMs.optional(),
    atMs,
  }),
]);
export type PeerShare = z.infer<typeof peerShareSchema>;
export type PeerShareOf<Kind extends PeerShare['kind']> = Extract<PeerShare, { kind: Kind }>;

/** `POST /peer/v1/session`: who asks makes itself known once; all that follows is signed for the session it is given. */
export const peerSessionRequestSchema = z.object({
  peerVersion: z.literal(peerVersion),
  edgeId: id,
  /** 24 bytes that were never used before. */
  nonce: base64url.length(32),
  /** By the identity key, over `peerHelloToSign`. */
  signature: base64url.length(86),
});
export type PeerSessionRequest = z.infer<typeof peerSessionRequestSchema>;

export const peerSessionAnswerSchema = z.object({
  peerVersion: z.literal(peerVersion),
  /** Who answers. */
  edgeId: id,
  session: base64url.length(32),
  /** By its identity key, over `peerSessionToSign`. */
  signature: base64url.length(86),
});
export type PeerSessionAnswer = z.infer<typeof peerSessionAnswerSchema>;

/** How long an answer waits for something to share, in seconds, at most. */
export const peerWaitSecondsMax = 25;
/** Shares in one answer. */
export const peerPageLength = 500;

/** `GET /peer/v1/shares?after=N&waitSeconds=S`. */
export const peerSharesAnswerSchema = z.object({
  shares: z
    .array(z.object({ seq: z.int().min(1), share: z.unknown() }))
    .max(peerPageLength)
    .transform((all) => all.flatMap(({ share }) => peerShareSchema.safeParse(share).data ?? [])),
  /** Pass it as `after` next time. */
  cursor: z.int().min(0),
  more: z.boolean(),
  /** The clock of the box that answers, as it answers (W-PEER-6). */
  nowMs: atMs,
});
export type PeerSharesAnswer = z.output<typeof peerSharesAnswerSchema>;
/** As it is written: shares with their numbers. */
export interface PeerSharesPage {
  readonly shares: readonly { readonly seq: number; readonly share: PeerShare }[];
  readonly cursor: number;
  readonly more: boolean;
}

export const peerEdgeHeader = 'x-portillon-edge';
export const peerSessionHeader = 'x-portillon-session';
export const peerCounterHeader = 'x-portillon-counter';
/** Of the request by who asks, of the answer by who answers. */
export const peerSignatureHeader = 'x-portillon-signature';

export function peerHelloToSign(edgeId: string, nonce: string): string {
  return ['portillon-peer-hello-1', edgeId, nonce].join('\n');
}

export function peerSessionToSign(asking: string, answering: string, nonce: string, session: string): string {
  return ['portillon-peer-session-1', asking, answering, nonce, session].join('\n');
}

export function peerRequestToSign(session: string, counter: number, path: string): string {
  return ['portillon-peer-request-1', session, String(counter), path].join('\n');
}

export function peerAnswerToSign(session: string, counter: number, bodySha256Hex: string): string {
  return ['portillon-peer-answer-1', session, String(counter), bodySha256Hex].join('\n');
}
