import type {
  AccessDecision,
  AccessFacts,
  ClubRecord,
  CredentialRecord,
  PlanRecord,
} from '@portillon/core/access/access-facts.ts';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { decide } from '@portillon/core/access/access-rule.ts';
import type { ClubId, CredentialId } from '@portillon/core/base/ids.ts';
import type { AccessReason } from '@portillon/core/wire/event.ts';

/** Two waits for the feed, and some: an edge with a network is never as old. */
export const outageAgeMs = 60_000;

/** What the edge decided, as its event tells it. */
export interface LateDecision {
  readonly atMs: number;
  readonly clubId: string;
  readonly credentialId: string;
  readonly presented: AccessFacts['presented']['kind'];
  readonly byNumber: boolean;
  readonly outcome: 'granted' | 'refused';
  readonly reason: AccessReason | null;
  /** Null where the book had never been filled. */
  readonly dataAgeMs: number | null;
}

/** What the base told by the moment of the decision. */
export interface ToldThen {
  readonly club: ClubRecord;
  readonly credential: CredentialRecord;
  readonly plan: PlanRecord | null;
  /** Of those with whom this credential comes in, one had gone in through this edge by then. */
  readonly companyInside: boolean;
}

export interface OutageFinding {
  readonly would: 'refuse' | 'let-in';
  readonly reason: AccessReason;
}

/** What the gate saw with its own sensors and clock, and the base did not: it stands (AC40). */
const seenAtTheGate: ReadonlySet<AccessReason> = new Set([
  'code-out-of-time',
  'code-used',
  'ticket-spent',
  'already-inside',
  'full-house',
  'gate-locked',
]);

/** AC40: what the same rule says with the facts that the base had told by then; null where it comes to the same. */
export function reviewDecision(decision: LateDecision, told: ToldThen): OutageFinding | null {
  if (decision.reason !== null && seenAtTheGate.has(decision.reason)) return null;
  const again = decideAsTold(decision, told);
  if (decision.outcome === 'granted') {
    return again.outcome === 'refused' ? { would: 'refuse', reason: again.reason } : null;
  }
  return again.outcome === 'granted' && decision.reason !== null
    ? { would: 'let-in', reason: decision.reason }
    : null;
}

type Asked = Pick<LateDecision, 'atMs' | 'clubId' | 'credentialId' | 'presented' | 'byNumber'>;

/** What the rule says by what the base has told, and by nothing that a gate sees. */
export function decideAsTold(asked: Asked, told: ToldThen): AccessDecision {
  return decide(factsThen(asked, told));
}

function factsThen(decision: Asked, { club, credential, plan, companyInside }: ToldThen): AccessFacts {
  const { atMs, presented, byNumber } = decision;
  const policy = club.policy ?? openPolicy;
  return {
    nowMs: atMs,
    clock: { earliestMs: atMs, latestMs: atMs },
    club: {
      id: decision.clubId as ClubId,
      timeZone: club.timeZone,
      hours: club.hours,
      closures: (club.closures ?? []).map(({ from, to }) => ({
        fromMs: Date.parse(from),
        toMs: Date.parse(to),
      })),
      capacity: club.capacity,
      inside: 0,
    },
    policy: { ...policy, antiPassback: { mode: 'off', minutes: null }, capacity: 'off' },
    presented: {
      kind: presented,
      credentialId: decision.credentialId as CredentialId,
      ...(byNumber ? { byNumber } : {}),
    },
    code: null,
    book: credential,
    plan,
    grant: null,
    spentHere: false,
    lastPassage: null,
    companyInside,
    gateLocked: false,
    dataAgeMs: 0,
    soldAgeMs: null,
  };
}
