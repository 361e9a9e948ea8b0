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
  'attachment.malformed': 400,
  'attachment.digest-mismatch': 422,
  'attachment.unknown': 404,
  'feed.malformed': 400,
  'feed.cursor-ahead': 409,
  'staff.not-signed-in': 401,
  'staff.wrong-sign-in': 403,
  'staff.foreign-page': 403,
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
  'gate.malformed': 400,
  'gate.unknown': 404,
  'gate.unknown-alarm': 404,
  'gate.order-open': 409,
  'gate.cannot-hold-open': 409,
  'gate.exit-is-free': 409,
  'gate.alarm-acknowledged': 409,
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
}

export function refuse(reply: FastifyReply, { code, message, path }: RefusalWords): FastifyReply {
  return reply
    .status(refusalStatus[code])
    .send({ error: { code, message, ...(path === undefined ? {} : { path }) } });
}
