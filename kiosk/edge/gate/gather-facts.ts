import type { AccessFacts, ClubRecord } from '@portillon/core/access/access-facts.ts';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { planInEffect } from '@portillon/core/access/plan-in-effect.ts';
import type { ZoneId } from '@portillon/core/access/zones.ts';
import type { ClubId, CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { presentMember } from '../../store/member-book.ts';
import type { InFlight } from './in-flight.ts';
import type { Presented } from './presented-credential.ts';

export interface FactsAround {
  readonly store: Pick<EdgeStore, 'book' | 'passages'>;
  readonly clubId: ClubId;
  readonly nowMs: number;
  /** What the time may be, where the clock is not trusted (AC20); left out while it is. */
  readonly clock?: AccessFacts['clock'];
  /** Of the gate; left out: the club itself. */
  readonly zone?: ZoneId;
  /** Who was let in and has not gone through yet. */
  readonly inFlight: Pick<InFlight, 'hasTicket' | 'releasedAtMs'>;
  /** Staff keep this gate locked, and there is no fire. */
  readonly gateLocked?: boolean;
}

/** Everything the rule decides from, as this edge knows it now: from memory, without waiting for anything. */
export function gatherFacts(
  { presented, grant, code }: Presented,
  club: ClubRecord,
  around: FactsAround,
): AccessFacts {
  const { store, clubId, nowMs, inFlight, zone = null } = around;
  const { earliestMs, latestMs } = around.clock ?? { earliestMs: nowMs, latestMs: nowMs };
  const { book, passages } = store;
  const { credentialId } = presented;
  const known = credentialId ? book.credential(credentialId) : null;
  // AC48: what led its holder in here opens the zones inside as well.
  const ledInHere =
    credentialId !== null && passages.presence.isAround(credentialId, presentMember(known), nowMs, zone);
  const row = ledInHere && known?.status === 'spent' ? { ...known, status: 'active' as const } : known;
  const planId = row ? planInEffect(row, nowMs) : (grant?.planId ?? null);
  return {
    nowMs,
    // The base's time has been this late: a clock that says less is slow, and nothing is the longer valid for it.
    clock: { earliestMs, latestMs: Math.max(latestMs, book.baseTimeMs ?? latestMs) },
    club: {
      id: clubId,
      timeZone: club.timeZone,
      hours: club.hours,
      closures: (club.closures ?? []).map(({ from, to }) => ({
        fromMs: Date.parse(from),
        toMs: Date.parse(to),
      })),
      capacity: club.capacity,
      // AC47: who comes to a zone inside is counted already.
      inside: zone === null ? passages.inside.inside : 0,
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
      credentialId !== null &&
      ((passages.isSpentHere(credentialId) && !ledInHere) || inFlight.hasTicket(credentialId)),
    lastPassage: credentialId ? lastPassage(credentialId, presentMember(row), around) : null,
    companyInside: passages.presence.isInside(row?.standing?.company?.memberIds ?? [], nowMs),
    gateLocked: around.gateLocked ?? false,
    // Both may be as old as it may be late.
    dataAgeMs: book.dataAgeMs(latestMs),
    soldAgeMs: credentialId ? book.soldAgeMs(credentialId, latestMs) : null,
  };
}

/** AC36, AC39: of the member with whichever card or pass; who is on the way in counts as in. */
function lastPassage(
  credentialId: CredentialId,
  memberId: MemberId | null,
  { store, nowMs, inFlight, zone = null }: FactsAround,
): AccessFacts['lastPassage'] {
  const releasedAtMs = inFlight.releasedAtMs(credentialId, memberId, zone);
  if (releasedAtMs !== null) return { direction: 'entry', atMs: releasedAtMs };
  return store.passages.presence.lastPassage(credentialId, memberId, nowMs, zone);
}
