import type { FastifyReply } from 'fastify';

/** Every refusal of the base, and the HTTP status it travels with (W-ERR-1). */
export const refusalStatus = {
  'request.malformed': 400,
  'request.unsigned': 401,
  'request.unknown-edge': 401,
  'request.bad-signature': 401,
  'request.replayed': 401,
  'request.not-found': 404,
  'request.too-large': 413,
  'request.wrong-type': 415,
  'request.wrong-encoding': 415,
  'request.too-often': 429,
  'request.failed': 500,
  'base.unavailable': 503,
  'enrol.malformed': 400,
  'enrol.wrong-code': 403,
  'enrol.code-used': 403,
  'enrol.code-expired': 403,
  'enrol.too-many-tries': 403,
  'enrol.key-known': 403,
  'push.malformed': 400,
  'push.gap': 409,
  'push.fork': 409,
  'push.broken-chain': 409,
  'push.come-again': 503,
  'attachment.malformed': 400,
  'attachment.digest-mismatch': 422,
  'attachment.unknown': 404,
  'attachment.wrong-offset': 409,
  'feed.malformed': 400,
  'feed.cursor-ahead': 409,
  'snapshot.gone': 404,
  'staff.not-signed-in': 401,
  'staff.wrong-sign-in': 403,
  'staff.foreign-page': 403,
  'staff.not-allowed': 403,
  'staff.password-off': 403,
  'search.malformed': 400,
  'account.malformed': 400,
  'account.unknown': 404,
  'account.name-taken': 409,
  'account.last-administrator': 409,
  'case.malformed': 400,
  'case.unknown': 404,
  'case.already-settled': 409,
  'debt.malformed': 400,
  'debt.unknown-member': 404,
  'access.malformed': 400,
  'access.unknown-member': 404,
  'access.unknown-club': 404,
  'outage.malformed': 400,
  'outage.unknown-club': 404,
  'outage.unknown-decision': 404,
  'outage.case-open': 409,
  'credential.malformed': 400,
  'credential.unknown': 404,
  'credential.not-possible': 409,
  'badge.malformed': 400,
  'badge.no-membership': 404,
  'badge.taken': 409,
  'migration.malformed': 400,
  'migration.unknown-club': 404,
  'migration.not-possible': 409,
  'migration.no-go': 409,
  'pass.malformed': 400,
  'pass.stale-challenge': 409,
  'pass.not-proved': 403,
  'pass.unknown': 404,
  'pass.ended': 410,
  'pass.link-not-trusted': 403,
  'pass.link-expired': 410,
  'pass.link-used': 409,
  'pass.card-not-known': 404,
  'order.malformed': 400,
  'order.unknown': 404,
  'order.unknown-sale': 404,
  'order.unknown-card': 404,
  'order.unknown-kiosk': 404,
  'order.too-much': 409,
  'order.not-possible': 409,
  'order.not-open': 409,
  'order.claimed': 409,
  'order.reference-used': 409,
  'gate.malformed': 400,
  'gate.unknown': 404,
  'gate.unknown-alarm': 404,
  'gate.order-open': 409,
  'gate.cannot-hold-open': 409,
  'gate.exit-is-free': 409,
  'gate.alarm-acknowledged': 409,
  'api.malformed': 400,
  'api.no-key': 401,
  'api.unknown-key': 401,
  'api.key-revoked': 401,
  'api.key-expired': 401,
  'api.not-in-scope': 403,
  'api.unknown': 404,
  'api.no-idempotency-key': 400,
  'api.idempotency-key-used': 409,
  'closing.malformed': 400,
  'closing.unknown-club': 404,
  'closing.nothing-told': 409,
  'closing.period-open': 409,
  'closing.two-establishments': 409,
  'closing.tills-missing': 409,
  'closing.key-lost': 503,
} as const;

export type RefusalCode = keyof typeof refusalStatus;

export interface RefusalWords {
  readonly code: RefusalCode;
  readonly message: string;
  /** Where in the request, `events.3.hash`. */
  readonly path?: string;
  /** Of an attachment: how much of it is held (W-ATT-9). */
  readonly heldBytes?: number;
  /** When the same request is welcome, in ms; told as `Retry-After` too, in whole seconds. */
  readonly retryAfterMs?: number;
}

export function refuse(reply: FastifyReply, words: RefusalWords): FastifyReply {
  if (words.retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.ceil(words.retryAfterMs / 1_000)));
  }
  return reply.status(refusalStatus[words.code]).send({ error: words });
}
