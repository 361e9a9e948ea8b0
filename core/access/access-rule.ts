import { passStepAt } from '../crypto/pass-layout.ts';
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
  readonly suspendedUntilMs: number | null;
  readonly staff: boolean;
  readonly company: 'guardian' | 'member' | null;
  /** Oldest debt that counts. */
  readonly debtSinceMs: number | null;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** May this credential come in here, now? Rules by number: SPEC.md. */
export function decide(facts: AccessFacts): AccessDecision {
  if (facts.presented.credentialId === null) return refused('unknown'); // AC1
  if (facts.presented.byNumber && !isOldOne(facts)) return refused(whyNotOld(facts));
  const standing = facts.book ? standingOfBook(facts) : standingOfGrant(facts); // AC3, AC4
  if (!standing) return refused('unknown');
  const noted: AccessReason[] = [];
  for (const [reason, holds] of reasonsInOrder) {
    const verdict = holds(facts, standing);
    if (verdict === 'refuse') return refused(reason);
    if (verdict === 'note') noted.push(reason);
  }
  return { outcome: 'granted', by: facts.book ? 'book' : 'grant', noted };
}

/**
 * Who leaves, at a reader beside an exit? Nothing that stands against coming in keeps anybody from leaving (AC42); what a
 * code or a number must prove, it must prove here too.
 */
export function decideExit(facts: AccessFacts): AccessDecision {
  if (facts.presented.credentialId === null) return refused('unknown');
  if (facts.presented.byNumber && !isOldOne(facts)) return refused(whyNotOld(facts));
  if (!(facts.book ? standingOfBook(facts) : standingOfGrant(facts))) return refused('unknown');
  if (isOutOfTime(facts)) return refused('code-out-of-time');
  if (facts.code?.usedHere) return refused('code-used');
  return { outcome: 'granted', by: facts.book ? 'book' : 'grant', noted: [] };
}

type Verdict = 'refuse' | 'note' | null;
type Rule = (facts: AccessFacts, standing: Standing) => Verdict;

/** AC6: the first that applies is the reason. */
const reasonsInOrder: readonly (readonly [AccessReason, Rule])[] = [
  ['code-out-of-time', (facts) => refuseIf(isOutOfTime(facts))], // AC29
  ['code-used', ({ code }) => refuseIf(code?.usedHere ?? false)], // AC30
  ['blocked', (_, { status }) => refuseIf(status === 'blocked')], // AC7
  [
    'suspended',
    ({ clock }, { suspendedUntilMs: until }) => refuseIf(until !== null && clock.earliestMs < until),
  ], // AC21
  ['not-started', ({ clock }, { validFromMs }) => refuseIf(clock.earliestMs < validFromMs)], // AC8
  ['expired', ({ clock }, { validToMs: to }) => refuseIf(to !== null && clock.latestMs >= to)], // AC9
  ['wrong-club', ({ club }, { scope, homeClubId }) => refuseIf(scope === 'home' && homeClubId !== club.id)], // AC10
  ['club-closed', (facts, { staff }) => refuseIf(!staff && isClosedDay(facts))], // AC22
  ['closed-hours', (facts, { staff }) => refuseIf(!staff && !isWithinHours(facts))], // AC12, AC13
  ['ticket-spent', (facts, standing) => refuseIf(isSpent(facts, standing))], // AC14
  ['debt', (facts, { debtSinceMs }) => refuseIf(debtSinceMs !== null && isPastGrace(facts, debtSinceMs))], // AC23
  [
    'guardian-missing',
    ({ companyInside }, { company }) => refuseIf(company === 'guardian' && !companyInside),
  ], // AC24
  ['member-missing', ({ companyInside }, { company }) => refuseIf(company === 'member' && !companyInside)], // AC24
  ['data-too-old', (facts, standing) => refuseIf(isTooOld(facts, standing))], // AC15
  [
    'gate-locked',
    ({ gateLocked, presented }, { staff }) => refuseIf(gateLocked && !(staff && !presented.byNumber)),
  ], // AC41
  ['already-inside', (facts, { staff }) => (staff ? null : passback(facts))], // AC25
  ['full-house', (facts, { staff }) => (staff ? null : fullHouse(facts))], // AC26
];

function refuseIf(holds: boolean): Verdict {
  return holds ? 'refuse' : null;
}

/** AC31, AC33: a badge or a code that proves nothing, which the operator still takes. */
function isOldOne({ book, policy }: AccessFacts): boolean {
  return (policy.uidBadges && book?.uidOnly === true) || (policy.staticCodes && book?.codeHash !== undefined);
}

/** AC34. */
function whyNotOld({ book }: AccessFacts): AccessReason {
  return book?.codeHash === undefined ? 'unknown' : 'code-retired';
}

function standingOfBook({ book, plan, presented, policy }: AccessFacts): Standing | null {
  if (!book || book.kind !== presented.kind) return null; // AC5
  const { suspendedUntil, staff, company } = book.standing ?? {};
  const debts = (book.account?.debts ?? []).filter(({ amountCents }) => amountCents >= policy.debt.fromCents);
  return {
    status: book.status,
    validFromMs: Date.parse(book.validFrom),
    validToMs: book.validTo === null ? null : Date.parse(book.validTo),
    scope: plan?.scope ?? 'home', // AC11
    homeClubId: book.homeClubId,
    singleUse: book.singleUse,
    suspendedUntilMs: suspendedUntil ? Date.parse(suspendedUntil) : null,
    staff: staff ?? false,
    company: company?.kind ?? null,
    debtSinceMs: debts.length === 0 ? null : Math.min(...debts.map(({ since }) => Date.parse(since))),
  };
}

/** A grant knows nothing of its holder but what was paid for. */
function standingOfGrant({ grant, presented }: AccessFacts): Standing | null {
  if (!grant || grant.credentialId !== presented.credentialId) return null; // AC2
  return {
    ...grant,
    status: 'active',
    suspendedUntilMs: null,
    staff: false,
    company: null,
    debtSinceMs: null,
  };
}

/** AC29: of the time it may be, the earliest and the latest are both held against the code. */
function isOutOfTime({ code, clock, policy }: AccessFacts): boolean {
  if (!code) return false;
  const steps = 1 + policy.passExtraSteps;
  return code.step < passStepAt(clock.latestMs) - steps || code.step > passStepAt(clock.earliestMs) + steps;
}

function isClosedDay({ club, nowMs }: AccessFacts): boolean {
  return club.closures.some(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
}

function isWithinHours({ club, plan, nowMs }: AccessFacts): boolean {
  if (!isOpen(club.hours, club.timeZone, nowMs)) return false; // AC12
  const planHours = plan?.hours ?? null;
  return planHours === null || isOpen(planHours, club.timeZone, nowMs); // AC13
}

function isSpent({ spentHere }: AccessFacts, { status, singleUse }: Standing): boolean {
  return status === 'spent' || (singleUse && spentHere);
}

function isPastGrace({ clock, policy }: AccessFacts, sinceMs: number): boolean {
  const { graceDays } = policy.debt;
  return graceDays !== null && clock.latestMs >= sinceMs + graceDays * dayMs;
}

/** AC15: by the book, and only as far as it may be believed of this credential. A grant says of itself what it is worth (AC50). */
function isTooOld(
  { book, policy, dataAgeMs, soldAgeMs }: AccessFacts,
  { scope, singleUse, debtSinceMs }: Standing,
): boolean {
  if (!book) return false;
  const { home, network, debtor, ticket } = policy.dataAgeHours;
  const ofPlan = singleUse ? ticket : scope === 'home' ? home : network;
  const limits = [ofPlan, debtSinceMs === null ? null : debtor].filter((limit) => limit !== null);
  const never = Number.POSITIVE_INFINITY;
  const ageMs = Math.min(dataAgeMs ?? never, soldAgeMs ?? never);
  return limits.length > 0 && ageMs > Math.min(...limits) * hourMs;
}

function passback({ lastPassage, policy, clock }: AccessFacts): Verdict {
  const { mode, minutes } = policy.antiPassback;
  if (mode === 'off' || lastPassage?.direction !== 'entry') return null;
  if (minutes !== null && clock.earliestMs >= lastPassage.atMs + minutes * minuteMs) return null;
  return mode === 'hard' ? 'refuse' : 'note';
}

function fullHouse({ club, policy }: AccessFacts): Verdict {
  if (policy.capacity === 'off' || club.inside < club.capacity) return null;
  return policy.capacity === 'hard' ? 'refuse' : 'note';
}

function refused(reason: AccessReason): AccessDecision {
  return { outcome: 'refused', reason };
}
