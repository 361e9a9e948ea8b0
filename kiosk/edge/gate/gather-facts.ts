import type { AccessFacts, ClubRecord } from '@portillon/core/access/access-facts.ts';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import type { ClubId, CredentialId } from '@portillon/core/base/ids.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { planInEffect } from '../../store/member-book.ts';
import type { Presented } from './presented-credential.ts';

export interface FactsAround {
  readonly store: Pick<EdgeStore, 'book' | 'passages'>;
  readonly clubId: ClubId;
  readonly nowMs: number;
  /** Tickets that have released a gate and were not walked in with yet. */
  readonly ticketsInFlight: ReadonlySet<CredentialId>;
  /** Staff keep this gate locked, and there is no fire. */
  readonly gateLocked?: boolean;
}

/** Everything the rule decides from, as this edge knows it now: from memory, without waiting for anything. */
export function gatherFacts(
  { presented, grant, code }: Presented,
  club: ClubRecord,
  around: FactsAround,
): AccessFacts {
  const { store, clubId, nowMs, ticketsInFlight } = around;
  const { book, passages } = store;
  const { credentialId } = presented;
  const row = credentialId ? book.credential(credentialId) : null;
  const planId = row ? planInEffect(row, nowMs) : (grant?.planId ?? null);
  return {
    nowMs,
    // The base's time has been this late: a clock that says less is slow, and nothing is the longer valid for it.
    clock: { earliestMs: nowMs, latestMs: Math.max(nowMs, book.baseTimeMs ?? nowMs) },
    club: {
      id: clubId,
      timeZone: club.timeZone,
      hours: club.hours,
      closures: (club.closures ?? []).map(({ from, to }) => ({
        fromMs: Date.parse(from),
        toMs: Date.parse(to),
      })),
      capacity: club.capacity,
      inside: passages.inside.inside,
    },
    policy: club.policy ?? openPolicy,
    presented,
    code: code && {
      ...code,
      usedHere: credentialId !== null && passages.usedCodes.isUsed(credentialId, code.step),
    },
    book: row,
    plan: planId ? book.plan(planId) : null,
    grant,
    spentHere:
      credentialId !== null && (passages.isSpentHere(credentialId) || ticketsInFlight.has(credentialId)),
    lastPassage: credentialId ? passages.presence.lastPassage(credentialId, nowMs) : null,
    companyInside: passages.presence.isInside(row?.standing?.company?.memberIds ?? [], nowMs),
    gateLocked: around.gateLocked ?? false,
    dataAgeMs: book.dataAgeMs(nowMs),
  };
}
