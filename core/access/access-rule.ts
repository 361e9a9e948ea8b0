import type { AccessReason } from '../wire/event.ts';
import type { AccessDecision, AccessFacts } from './access-facts.ts';
import { isOpen } from './opening-hours.ts';

/** What a credential is worth, whoever says so: the book's row, or a grant that stands in for it. */
interface Standing {
  readonly status: 'active' | 'blocked' | 'spent';
  readonly validFromMs: number;
  readonly validToMs: number | null;
  readonly scope: 'network' | 'home';
  readonly homeClubId: string;
  readonly singleUse: boolean;
}

/** May this credential come in here, now? Rules by number: SPEC.md. */
export function decide(facts: AccessFacts): AccessDecision {
  if (facts.presented.credentialId === null) return refused('unknown'); // AC1
  const standing = facts.book ? standingOfBook(facts) : standingOfGrant(facts); // AC3, AC4
  if (!standing) return refused('unknown');
  // The order is AC6.
  if (standing.status === 'blocked') return refused('blocked'); // AC7
  if (facts.nowMs < standing.validFromMs) return refused('not-started'); // AC8
  if (standing.validToMs !== null && facts.nowMs >= standing.validToMs) return refused('expired'); // AC9
  if (standing.scope === 'home' && standing.homeClubId !== facts.club.id) return refused('wrong-club'); // AC10
  if (!isWithinHours(facts)) return refused('closed-hours');
  if (standing.status === 'spent' || (standing.singleUse && facts.spentHere)) return refused('ticket-spent'); // AC14
  return { outcome: 'granted', by: facts.book ? 'book' : 'grant' };
}

function standingOfBook({ book, plan, presented }: AccessFacts): Standing | null {
  if (!book || book.kind !== presented.kind) return null; // AC5
  return {
    status: book.status,
    validFromMs: Date.parse(book.validFrom),
    validToMs: book.validTo === null ? null : Date.parse(book.validTo),
    scope: plan?.scope ?? 'home', // AC11
    homeClubId: book.homeClubId,
    singleUse: book.singleUse,
  };
}

function standingOfGrant({ grant, presented }: AccessFacts): Standing | null {
  if (!grant || grant.credentialId !== presented.credentialId) return null; // AC2
  return { ...grant, status: 'active' };
}

function isWithinHours({ club, plan, nowMs }: AccessFacts): boolean {
  if (!isOpen(club.hours, club.timeZone, nowMs)) return false; // AC12
  const planHours = plan?.hours ?? null;
  return planHours === null || isOpen(planHours, club.timeZone, nowMs); // AC13
}

function refused(reason: AccessReason): AccessDecision {
  return { outcome: 'refused', reason };
}
