import type { StaffAct } from '../../members/may-do.ts';
import type { SubjectKind } from '../../postgres/staff-subjects.ts';
import type { RefusalCode } from '../refusal.ts';

/** One thing that a request names: where its id stands, and how a request for what is nobody's, or another's, is refused. */
export interface NamedSubject {
  readonly kind: SubjectKind;
  /** `params.memberId`, `query.clubId`, `body.saleId`. */
  readonly at: `${'params' | 'query' | 'body'}.${string}`;
  readonly code: RefusalCode;
}

export interface RouteRule {
  readonly may: StaffAct;
  /** Each of them must be in reach. None for lists: SQL keeps these to the reach. */
  readonly of?: readonly NamedSubject[];
  /** It reads the page of the first subject, a member: written down before it is shown (ST8). */
  readonly reads?: string;
}

/** Nobody needs to be signed in: what signs in and out, and the files of the page, which hold no data. */
const open = 'open';

const clubAsked = (code: RefusalCode) => [{ kind: 'club', at: 'query.clubId', code }] as const;
const club = (code: RefusalCode) => [{ kind: 'club', at: 'params.clubId', code }] as const;
const member = (code: RefusalCode) => [{ kind: 'member', at: 'params.memberId', code }] as const;

/** ST1: every route of staff, and what it takes. A base does not start with a route that is not in it. */
export const routeRules: Readonly<Record<string, RouteRule | typeof open>> = {
  'GET /staff': open,
  'GET /staff/*': open,
  'GET /staff/api/sign-in': open,
  'POST /staff/api/sign-in': open,
  'GET /staff/provider/start': open,
  'GET /staff/provider/return': open,
  'POST /staff/api/sign-out': open,
  'GET /staff/api/session': open,

  'GET /staff/live': { may: 'live.see' },

  'GET /staff/api/cases': { may: 'case.see', of: clubAsked('case.unknown') },
  'POST /staff/api/cases/:caseId/settlement': {
    may: 'case.settle',
    of: [{ kind: 'case', at: 'params.caseId', code: 'case.unknown' }],
  },

  'GET /staff/api/cases/:caseId/same-person': {
    may: 'member.see',
    of: [{ kind: 'case', at: 'params.caseId', code: 'case.unknown' }],
  },
  // DU7: both members too, as the route itself asks.
  'POST /staff/api/cases/:caseId/merge': {
    may: 'member.merge',
    of: [{ kind: 'case', at: 'params.caseId', code: 'case.unknown' }],
  },
  'GET /staff/api/member-merges/:mergeId': {
    may: 'member.merge',
    of: [{ kind: 'merge', at: 'params.mergeId', code: 'merge.unknown' }],
  },
  'POST /staff/api/member-merges/:mergeId/undo': {
    may: 'member.merge',
    of: [{ kind: 'merge', at: 'params.mergeId', code: 'merge.unknown' }],
  },

  'GET /staff/api/orders': { may: 'order.see', of: clubAsked('order.unknown') },
  'GET /staff/api/sales': { may: 'sale.see' },
  'POST /staff/api/orders': {
    may: 'order.give',
    of: [
      { kind: 'sale', at: 'body.saleId', code: 'order.unknown-sale' },
      { kind: 'credential', at: 'body.credentialId', code: 'order.unknown-card' },
      { kind: 'edge', at: 'body.edgeId', code: 'order.unknown-kiosk' },
      { kind: 'case', at: 'body.caseId', code: 'case.unknown' },
    ],
  },
  'POST /staff/api/orders/:orderId/cancellation': {
    may: 'order.give',
    of: [{ kind: 'order', at: 'params.orderId', code: 'order.unknown' }],
  },

  'GET /staff/api/clubs/:clubId/closings/:period': {
    may: 'closing.see',
    of: club('closing.unknown-club'),
  },
  'POST /staff/api/clubs/:clubId/closings/:period': {
    may: 'closing.sign',
    of: club('closing.unknown-club'),
  },

  'GET /staff/api/gate-history': { may: 'gate.see', of: clubAsked('gate.unknown') },
  'POST /staff/api/gate-orders': {
    may: 'gate.order',
    of: [{ kind: 'edge', at: 'body.edgeId', code: 'gate.unknown' }],
  },
  'POST /staff/api/gate-alarms/:alarmId/acknowledgement': {
    may: 'gate.order',
    of: [{ kind: 'alarm', at: 'params.alarmId', code: 'gate.unknown-alarm' }],
  },
  'GET /staff/api/interventions': { may: 'device.see' },
  'GET /staff/api/boxes': { may: 'device.see' },
  'POST /staff/api/boxes/:edgeId/clock': {
    may: 'box.set-clock',
    of: [{ kind: 'edge', at: 'params.edgeId', code: 'box.unknown' }],
  },

  'GET /staff/api/clubs/:clubId/access': { may: 'club-rules.see', of: club('access.unknown-club') },
  'PUT /staff/api/clubs/:clubId/access': { may: 'club-rules.change', of: club('access.unknown-club') },
  'GET /staff/api/clubs/:clubId/prices': { may: 'price.see', of: club('price.unknown-club') },
  // SA90: and all clubs that the price concerns, as the route itself asks.
  'POST /staff/api/clubs/:clubId/prices': { may: 'price.set', of: club('price.unknown-club') },
  'POST /staff/api/clubs/:clubId/price-withdrawals': { may: 'price.set', of: club('price.unknown-club') },
  'GET /staff/api/clubs/:clubId/migration': { may: 'club-rules.see', of: club('migration.unknown-club') },
  'PUT /staff/api/clubs/:clubId/migration': { may: 'club-rules.change', of: club('migration.unknown-club') },
  'GET /staff/api/outages': { may: 'outage.see', of: clubAsked('outage.unknown-club') },
  'POST /staff/api/outages/:decisionId/case': {
    may: 'outage.open-case',
    of: [{ kind: 'decision', at: 'params.decisionId', code: 'outage.unknown-decision' }],
  },
  'GET /staff/api/badges': { may: 'badge.see' },
  'POST /staff/api/members/:memberId/badges': { may: 'badge.write', of: member('badge.no-membership') },
  'POST /staff/api/members/:memberId/old-codes': { may: 'badge.write', of: member('badge.no-membership') },

  'GET /staff/api/member-search': { may: 'member.find' },
  'GET /staff/api/members/:memberId/access': {
    may: 'member.find',
    of: member('access.unknown-member'),
    reads: 'member',
  },
  'GET /staff/api/members/:memberId/photo': {
    may: 'member.see',
    of: member('request.not-found'),
    reads: 'photo',
  },
  'GET /staff/api/members/:memberId/debts': {
    may: 'debt.see',
    of: member('debt.unknown-member'),
    reads: 'debts',
  },
  'GET /staff/api/members/:memberId/consents': {
    may: 'member.see',
    of: member('access.unknown-member'),
    reads: 'consents',
  },
  'POST /staff/api/members/:memberId/consents': {
    may: 'consent.withdraw',
    of: member('access.unknown-member'),
  },
  'GET /staff/api/members/:memberId/copy': {
    may: 'privacy.copy',
    of: member('access.unknown-member'),
    reads: 'copy',
  },
  'GET /staff/api/retention': { may: 'privacy.see' },
  'POST /staff/api/members/:memberId/debts': { may: 'debt.write', of: member('debt.unknown-member') },
  'PUT /staff/api/members/:memberId/standing': { may: 'member.change', of: member('access.unknown-member') },
  'GET /staff/api/members/:memberId/reads': { may: 'read-log.see', of: member('access.unknown-member') },
  'PUT /staff/api/credentials/:credentialId/status': {
    may: 'credential.block',
    of: [{ kind: 'credential', at: 'params.credentialId', code: 'credential.unknown' }],
  },

  'GET /staff/api/privacy': { may: 'privacy.see' },
  'POST /staff/api/privacy/candidates': { may: 'privacy.erase' },
  'POST /staff/api/privacy/requests': { may: 'privacy.erase' },
  'GET /staff/api/privacy/requests/:id/plan': { may: 'privacy.see' },
  'POST /staff/api/privacy/requests/:id/erasure': { may: 'privacy.erase' },
  'POST /staff/api/privacy/requests/:id/closing': { may: 'privacy.erase' },
  'POST /staff/api/privacy/orders/:id/stores/:store/settlement': { may: 'privacy.erase' },

  'GET /staff/api/accounts': { may: 'account.see' },
  'POST /staff/api/accounts': { may: 'account.change' },
  'PUT /staff/api/accounts/:accountId': { may: 'account.change' },
  'POST /staff/api/accounts/:accountId/end': { may: 'account.change' },
};

/** The rule of a route, or null where there is none. What answers GET answers HEAD by the same rule. */
export function ruleOf(method: string, url: string): RouteRule | typeof open | null {
  return routeRules[`${method === 'HEAD' ? 'GET' : method} ${url.replace(/(.)\/$/, '$1')}`] ?? null;
}
