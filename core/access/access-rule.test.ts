import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClubId, CredentialId, MemberId, PlanId } from '../base/ids.ts';
import { passStepAt, passStepMs } from '../crypto/pass-layout.ts';
import { accessReasons } from '../wire/event.ts';
import type { AccessFacts, CredentialRecord } from './access-facts.ts';
import { type AccessPolicy, openPolicy } from './access-policy.ts';
import { decide, decideExit } from './access-rule.ts';

const credentialId = '01900000-0000-7000-8000-000000000100' as CredentialId;
const otherCredentialId = '01900000-0000-7000-8000-000000000101' as CredentialId;
const planId = '01900000-0000-7000-8000-000000000020' as PlanId;
const here = '01900000-0000-7000-8000-000000000003' as ClubId;
const elsewhere = '01900000-0000-7000-8000-000000000004' as ClubId;

/** A Monday, ten in the morning in Paris. */
const nowMs = Date.parse('2026-11-23T09:00:00.000Z');
const minuteMs = 60_000;
const openNow = { 1: [['06:00', '23:00']] } satisfies AccessFacts['club']['hours'];
const closedNow = { 1: [['12:00', '14:00']] } satisfies AccessFacts['club']['hours'];

const book: CredentialRecord = {
  kind: 'card',
  cardUid: '04A1B2C3D4E5F6',
  memberId: '01900000-0000-7000-8000-000000000010' as MemberId,
  planId,
  homeClubId: here,
  validFrom: iso(nowMs - minuteMs),
  validTo: iso(nowMs + minuteMs),
  singleUse: false,
  status: 'active',
};

const grant: NonNullable<AccessFacts['grant']> = {
  credentialId,
  planId,
  homeClubId: here,
  scope: 'network',
  validFromMs: nowMs - minuteMs,
  validToMs: nowMs + minuteMs,
  singleUse: false,
};

/** A member in good standing whom the book knows. */
const facts: AccessFacts = {
  nowMs,
  clock: { earliestMs: nowMs, latestMs: nowMs },
  club: { id: here, timeZone: 'Europe/Paris', hours: openNow, closures: [], capacity: 100, inside: 20 },
  policy: openPolicy,
  presented: { kind: 'card', credentialId },
  book,
  plan: { scope: 'network', hours: null },
  grant: null,
  code: null,
  spentHere: false,
  lastPassage: null,
  companyInside: false,
  gateLocked: false,
  dataAgeMs: 1_000,
  soldAgeMs: null,
};

const strict: AccessPolicy = {
  antiPassback: { mode: 'hard', minutes: 10 },
  capacity: 'hard',
  debt: { graceDays: 7, fromCents: 500 },
  passExtraSteps: 0,
  uidBadges: false,
  staticCodes: false,
  dataAgeHours: { home: 48, network: 24, debtor: 2, ticket: 12 },
};
const dayMs = 86_400_000;
const hourMs = 3_600_000;

type Debt = NonNullable<CredentialRecord['account']>['debts'][number];

function owing(amountCents: number, days: number): CredentialRecord {
  const debt: Debt = {
    debtId: '01900000-0000-7000-8000-000000000200',
    legalEntityId: '01900000-0000-7000-8000-000000000201',
    amountCents,
    vatRate: 2_000,
    reason: 'direct-debit-rejected',
    since: iso(nowMs - days * dayMs),
  };
  const account = {
    membershipId: '01900000-0000-7000-8000-000000000202',
    planId,
    planFrom: iso(nowMs - 90 * dayMs),
    validTo: null,
    status: 'active' as const,
    debts: [debt],
  };
  return { ...book, account };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** The reason, or who let them in. */
function outcome(over: Partial<AccessFacts>): string {
  const decision = decide({ ...facts, ...over });
  return decision.outcome === 'granted' ? `granted by ${decision.by}` : decision.reason;
}

describe('who is known', () => {
  it('[AC1] refuses what has not proved which credential it is, whatever else is known', () => {
    for (const kind of ['card', 'pass', 'ticket', 'other'] as const) {
      expect(outcome({ presented: { kind, credentialId: null }, grant })).toBe('unknown');
    }
  });

  it('[AC2] refuses a credential that the book does not know and that brings no grant', () => {
    expect(outcome({ book: null })).toBe('unknown');
  });

  it('[AC2] refuses a credential that brings the grant of another', () => {
    expect(outcome({ book: null, grant: { ...grant, credentialId: otherCredentialId } })).toBe('unknown');
  });

  it('[AC3] refuses a card that the book has blocked even when it brings a good grant', () => {
    expect(outcome({ book: { ...book, status: 'blocked' }, grant })).toBe('blocked');
  });

  it('[AC3] lets a card in by the book even when its grant has ended', () => {
    expect(outcome({ grant: { ...grant, validToMs: nowMs - 1 } })).toBe('granted by book');
  });

  it('[AC4] lets in a card sold a minute ago at another club, by its grant', () => {
    expect(outcome({ book: null, grant, dataAgeMs: 86_400_000 })).toBe('granted by grant');
  });

  it('[AC5] refuses a credential presented as another kind than the book says', () => {
    expect(outcome({ presented: { kind: 'ticket', credentialId } })).toBe('unknown');
    expect(outcome({ presented: { kind: 'other', credentialId } })).toBe('unknown');
    expect(outcome({ presented: { kind: 'ticket', credentialId }, book: { ...book, kind: 'ticket' } })).toBe(
      'granted by book',
    );
  });
});

describe('what refuses', () => {
  it('[AC7] refuses a blocked card', () => {
    expect(outcome({ book: { ...book, status: 'blocked' } })).toBe('blocked');
  });

  it('[AC8] refuses a membership until its first moment', () => {
    const from = (ms: number) => outcome({ book: { ...book, validFrom: iso(ms) } });
    expect(from(nowMs + 1)).toBe('not-started');
    expect(from(nowMs)).toBe('granted by book');
    const granted = (validFromMs: number) => outcome({ book: null, grant: { ...grant, validFromMs } });
    expect(granted(nowMs + 1)).toBe('not-started');
    expect(granted(nowMs)).toBe('granted by grant');
  });

  it('[AC9] refuses a membership from its last moment on', () => {
    const to = (ms: number | null) => outcome({ book: { ...book, validTo: ms === null ? null : iso(ms) } });
    expect(to(nowMs)).toBe('expired');
    expect(to(nowMs + 1)).toBe('granted by book');
    expect(to(null)).toBe('granted by book');
    const granted = (validToMs: number | null) => outcome({ book: null, grant: { ...grant, validToMs } });
    expect(granted(nowMs)).toBe('expired');
    expect(granted(nowMs + 1)).toBe('granted by grant');
    expect(granted(null)).toBe('granted by grant');
  });

  it('[AC10] refuses a home-club plan at another club, and takes the scope of a grant from the grant', () => {
    const homePlan = { scope: 'home', hours: null } as const;
    expect(outcome({ plan: homePlan, book: { ...book, homeClubId: elsewhere } })).toBe('wrong-club');
    expect(outcome({ plan: homePlan })).toBe('granted by book');
    expect(outcome({ book: { ...book, homeClubId: elsewhere } })).toBe('granted by book');
    const abroad = { ...grant, homeClubId: elsewhere };
    expect(outcome({ book: null, plan: null, grant: { ...abroad, scope: 'home' } })).toBe('wrong-club');
    expect(outcome({ book: null, plan: homePlan, grant: abroad })).toBe('granted by grant');
  });

  it('[AC11] lets a card whose plan is not known yet in at its home club only', () => {
    expect(outcome({ plan: null })).toBe('granted by book');
    expect(outcome({ plan: null, book: { ...book, homeClubId: elsewhere } })).toBe('wrong-club');
  });

  it('[AC12] refuses everybody while the club is closed', () => {
    const closed = { ...facts.club, hours: closedNow };
    expect(outcome({ club: closed })).toBe('closed-hours');
    expect(outcome({ club: { ...facts.club, hours: {} } })).toBe('closed-hours');
    expect(outcome({ club: closed, book: null, grant })).toBe('closed-hours');
  });

  it('[AC13] refuses a plan outside its own hours, for a grant too when the plan is known', () => {
    const offPeak = { scope: 'network', hours: closedNow } as const;
    expect(outcome({ plan: offPeak })).toBe('closed-hours');
    expect(outcome({ plan: offPeak, book: null, grant })).toBe('closed-hours');
    expect(outcome({ plan: null, book: null, grant })).toBe('granted by grant');
  });

  it('[AC14] refuses a spent ticket, wherever it was spent', () => {
    const presented = { kind: 'ticket', credentialId } as const;
    const ticket = { ...book, kind: 'ticket', singleUse: true } as const;
    expect(outcome({ presented, book: ticket })).toBe('granted by book');
    expect(outcome({ presented, book: { ...ticket, status: 'spent' } })).toBe('ticket-spent');
    expect(outcome({ presented, book: ticket, spentHere: true })).toBe('ticket-spent');
    expect(outcome({ presented, book: null, grant: { ...grant, singleUse: true }, spentHere: true })).toBe(
      'ticket-spent',
    );
    expect(outcome({ spentHere: true })).toBe('granted by book');
  });
});

describe('what refuses now', () => {
  const noted = (over: Partial<AccessFacts>) => {
    const decision = decide({ ...facts, ...over });
    return decision.outcome === 'granted' ? decision.noted : [decision.reason];
  };
  const inside = { lastPassage: { direction: 'entry', atMs: nowMs - 9 * minuteMs } } as const;

  it('[AC21] refuses a membership on hold until its last moment', () => {
    const until = (ms: number) => outcome({ book: { ...book, standing: { suspendedUntil: iso(ms) } } });
    expect(until(nowMs + 1)).toBe('suspended');
    expect(until(nowMs)).toBe('granted by book');
  });

  it('[AC22] refuses on a closed day, whatever the weekly hours say', () => {
    const closed = (fromMs: number, toMs: number) =>
      outcome({ club: { ...facts.club, closures: [{ fromMs, toMs }] } });
    expect(closed(nowMs, nowMs + 1)).toBe('club-closed');
    expect(closed(nowMs - hourMs, nowMs)).toBe('granted by book');
    expect(closed(nowMs + 1, nowMs + 2)).toBe('granted by book');
  });

  it('[AC23] refuses a debt once the operator has waited long enough, and never a smaller one than counts', () => {
    const owes = (cents: number, days: number, policy = strict) =>
      outcome({ book: owing(cents, days), policy });
    expect(owes(2_990, 7)).toBe('debt');
    expect(owes(2_990, 6.9)).toBe('granted by book');
    expect(owes(499, 300)).toBe('granted by book');
    expect(owes(2_990, 300, openPolicy)).toBe('granted by book');
  });

  it('[AC24] lets a minor and the second of a plan for two in only after those they come with', () => {
    for (const kind of ['guardian', 'member'] as const) {
      const company = { kind, memberIds: ['01900000-0000-7000-8000-000000000011'] };
      const row = { ...book, standing: { company } };
      expect(outcome({ book: row })).toBe(`${kind}-missing`);
      expect(outcome({ book: row, companyInside: true })).toBe('granted by book');
    }
  });

  it('[AC15] [AC50] asks for younger data the less is at stake for the person, and never ages a grant', () => {
    const old = (hours: number | null, over: Partial<AccessFacts> = {}) =>
      outcome({ policy: strict, dataAgeMs: hours === null ? null : hours * hourMs, ...over });
    expect(old(24)).toBe('granted by book');
    expect(old(24.1)).toBe('data-too-old');
    expect(old(null)).toBe('data-too-old');
    expect(old(24.1, { plan: { scope: 'home', hours: null } })).toBe('granted by book');
    expect(old(48.1, { plan: { scope: 'home', hours: null } })).toBe('data-too-old');
    expect(old(2.1, { book: owing(2_990, 1) })).toBe('data-too-old');
    expect(old(2, { book: owing(2_990, 1) })).toBe('granted by book');
    expect(old(12.1, { book: { ...book, singleUse: true } })).toBe('data-too-old');
    expect(old(9_999, { book: null, grant })).toBe('granted by grant');
    expect(outcome({ dataAgeMs: null })).toBe('granted by book');
  });

  it('[AC15] [AC49] lets in on an old book who was sold or renewed something here within the limit, and nobody longer', () => {
    const sold = (hours: number, over: Partial<AccessFacts> = {}) =>
      outcome({ policy: strict, dataAgeMs: 720 * hourMs, soldAgeMs: hours * hourMs, ...over });
    expect(sold(1)).toBe('granted by book');
    expect(sold(1, { dataAgeMs: null })).toBe('granted by book');
    expect(sold(24)).toBe('granted by book');
    expect(sold(24.1)).toBe('data-too-old');
    expect(sold(47, { plan: { scope: 'home', hours: null } })).toBe('granted by book');
    expect(sold(2.1, { book: owing(2_990, 1) })).toBe('data-too-old');
    expect(sold(12.1, { book: { ...book, singleUse: true } })).toBe('data-too-old');
    // Sold long ago, told a minute ago: the book is the younger.
    expect(sold(900, { dataAgeMs: minuteMs })).toBe('granted by book');
    // Nothing but its age is forgiven.
    expect(sold(1, { book: { ...book, status: 'blocked' } })).toBe('blocked');
  });

  it('[AC25] refuses, or notes, a credential that went in and was not seen to leave', () => {
    expect(outcome({ policy: strict, ...inside })).toBe('already-inside');
    expect(outcome({ policy: strict, lastPassage: { ...inside.lastPassage, direction: 'exit' } })).toBe(
      'granted by book',
    );
    const minutesAgo = (minutes: number) => ({
      lastPassage: { direction: 'entry', atMs: nowMs - minutes * minuteMs } as const,
    });
    expect(outcome({ policy: strict, ...minutesAgo(10) })).toBe('granted by book');
    const forEver = { ...strict, antiPassback: { mode: 'hard', minutes: null } as const };
    expect(outcome({ policy: forEver, ...minutesAgo(600) })).toBe('already-inside');
    const soft = { ...strict, antiPassback: { mode: 'soft', minutes: 10 } as const };
    expect(noted({ policy: soft, ...inside })).toEqual(['already-inside']);
    expect(noted({ ...inside })).toEqual([]);
    expect(outcome({ policy: strict, ...inside, book: null, grant })).toBe('already-inside');
  });

  it('[AC26] refuses, or notes, the one more than the club holds', () => {
    const full = { club: { ...facts.club, inside: 100 } };
    expect(outcome({ policy: strict, club: { ...facts.club, inside: 99 } })).toBe('granted by book');
    expect(outcome({ policy: strict, ...full })).toBe('full-house');
    expect(noted({ policy: { ...strict, capacity: 'soft' }, ...full })).toEqual(['full-house']);
    expect(noted(full)).toEqual([]);
  });

  it('[AC27] lets staff in when nobody else comes in, and never without a valid credential', () => {
    const staff = { ...book, standing: { staff: true as const } };
    const hard: Partial<AccessFacts> = {
      policy: strict,
      ...inside,
      club: {
        ...facts.club,
        hours: closedNow,
        closures: [{ fromMs: nowMs, toMs: nowMs + 1 }],
        inside: 100,
      },
    };
    expect(outcome({ ...hard, book: staff })).toBe('granted by book');
    expect(outcome({ ...hard, book: { ...staff, status: 'blocked' } })).toBe('blocked');
    expect(outcome({ ...hard, book: { ...staff, validTo: iso(nowMs) } })).toBe('expired');
    expect(outcome({ ...hard, book: { ...staff, status: 'spent' } })).toBe('ticket-spent');
  });

  it('[AC41] lets only staff in through a gate that staff keep locked', () => {
    expect(outcome({ gateLocked: true })).toBe('gate-locked');
    expect(outcome({ gateLocked: true, book: { ...book, standing: { staff: true } } })).toBe(
      'granted by book',
    );
    expect(outcome({ gateLocked: true, book: null, grant })).toBe('gate-locked');
    const oldBadge: Partial<AccessFacts> = {
      presented: { kind: 'card', credentialId, byNumber: true },
      policy: { ...openPolicy, uidBadges: true },
      book: { ...book, uidOnly: true, standing: { staff: true } },
    };
    expect(outcome(oldBadge)).toBe('granted by book');
    expect(outcome({ ...oldBadge, gateLocked: true })).toBe('gate-locked');
  });

  it('[AC42] [I9] lets everybody leave who is known, whatever stands against their coming in', () => {
    const leaving = (over: Partial<AccessFacts>) => decideExit({ ...facts, ...over });
    const against: Partial<AccessFacts> = {
      policy: strict,
      ...inside,
      gateLocked: true,
      club: { ...facts.club, hours: closedNow, inside: 100 },
      book: { ...book, status: 'blocked', validTo: iso(nowMs - dayMs) },
    };
    expect(leaving(against)).toEqual({ outcome: 'granted', by: 'book', noted: [] });
    expect(leaving({ book: null, grant })).toMatchObject({ outcome: 'granted', by: 'grant' });
    expect(leaving({ book: null })).toEqual({ outcome: 'refused', reason: 'unknown' });
    expect(leaving({ presented: { kind: 'card', credentialId: null } })).toMatchObject({ reason: 'unknown' });
    expect(leaving({ presented: { kind: 'card', credentialId, byNumber: true } })).toMatchObject({
      reason: 'unknown',
    });
    expect(leaving(codeAt(stepNow - 3))).toMatchObject({ reason: 'code-out-of-time' });
    expect(leaving(codeAt(stepNow, true))).toMatchObject({ reason: 'code-used' });
  });

  it('[AC33] [AC34] takes an old code while the operator does, and says afterwards that it is one', () => {
    const { cardUid: _none, ...row } = { ...book, kind: 'pass' as const, codeHash: 'a'.repeat(64) };
    const old = {
      book: { ...row, cardUid: null },
      presented: { kind: 'pass', credentialId, byNumber: true },
    } as const;
    const taken = { ...old, policy: { ...openPolicy, staticCodes: true } };
    expect(outcome(taken)).toBe('granted by book');
    expect(outcome({ ...taken, book: { ...taken.book, status: 'blocked' } })).toBe('blocked');
    expect(outcome(old)).toBe('code-retired');
    expect(outcome({ ...old, policy: { ...openPolicy, uidBadges: true } })).toBe('code-retired');
    expect(outcome({ ...taken, book: { ...taken.book, codeHash: undefined } })).toBe('unknown');
    expect(decideExit({ ...facts, ...old })).toMatchObject({ reason: 'code-retired' });
  });

  const codeAt = (step: number, usedHere = false) => ({ code: { step, usedHere } });
  const stepNow = passStepAt(nowMs);

  it('[AC29] takes a code in its step, the one before and the one after, and further only as the operator allows', () => {
    const off = (steps: number, policy = openPolicy) => outcome({ ...codeAt(stepNow + steps), policy });
    const wider = { ...openPolicy, passExtraSteps: 2 };
    expect([-1, 0, 1].map((steps) => off(steps))).toEqual(Array(3).fill('granted by book'));
    expect([-20, -2, 2, 20].map((steps) => off(steps))).toEqual(Array(4).fill('code-out-of-time'));
    expect([-4, -3, 3, 4].map((steps) => off(steps, wider))).toEqual([
      'code-out-of-time',
      'granted by book',
      'granted by book',
      'code-out-of-time',
    ]);
  });

  it('[AC29] [AC20] takes less the less the clock is trusted', () => {
    const slow = { clock: { earliestMs: nowMs, latestMs: nowMs + passStepMs } };
    expect(outcome({ ...slow, ...codeAt(stepNow) })).toBe('granted by book');
    expect(outcome({ ...slow, ...codeAt(stepNow - 1) })).toBe('code-out-of-time');
    const minutesOff = { clock: { earliestMs: nowMs, latestMs: nowMs + 5 * minuteMs } };
    const good = { ...book, validTo: null };
    for (let steps = -3; steps <= 24; steps++) {
      expect(outcome({ ...minutesOff, ...codeAt(stepNow + steps), book: good })).toBe('code-out-of-time');
    }
  });

  it('[AC30] takes a code once', () => {
    expect(outcome(codeAt(stepNow, true))).toBe('code-used');
  });

  it('[AC31] lets an old badge in by its number only while the operator accepts them', () => {
    const migrating = { ...openPolicy, uidBadges: true };
    const presented = { kind: 'card', credentialId, byNumber: true } as const;
    const badge = { ...book, uidOnly: true } as const;
    expect(outcome({ presented, book: badge, policy: migrating })).toBe('granted by book');
    expect(outcome({ presented, book: badge })).toBe('unknown');
    expect(outcome({ presented, book, policy: migrating })).toBe('unknown');
    expect(outcome({ presented, book: null, grant, policy: migrating })).toBe('unknown');
    expect(outcome({ presented, book: { ...badge, status: 'blocked' }, policy: migrating })).toBe('blocked');
  });

  it('[AC20] holds a moment that may be past against the person while the clock is not trusted', () => {
    const slow = { clock: { earliestMs: nowMs, latestMs: nowMs + dayMs } };
    const fast = { clock: { earliestMs: nowMs - dayMs, latestMs: nowMs } };
    expect(outcome(slow)).toBe('expired');
    expect(outcome(fast)).toBe('not-started');
    expect(outcome({ ...slow, book: { ...book, validTo: null } })).toBe('granted by book');
    expect(
      outcome({
        ...fast,
        policy: strict,
        lastPassage: { direction: 'entry', atMs: nowMs - hourMs },
        book: { ...book, validFrom: iso(nowMs - 2 * dayMs) },
      }),
    ).toBe('already-inside');
    expect(outcome({ ...slow, policy: strict, book: { ...owing(2_990, 6.5), validTo: null } })).toBe('debt');
  });
});

/** What each switch makes of a good row, and the reason it should give. Good settings give none. */
interface Switch {
  readonly reason: string | null;
  readonly over: (facts: AccessFacts) => Partial<AccessFacts>;
}

const stay: Switch = { reason: null, over: () => ({}) };

/** Changes the book's row when there is one, else the grant. */
function standing(
  ofBook: Partial<CredentialRecord>,
  ofGrant: Partial<NonNullable<AccessFacts['grant']>>,
): Switch['over'] {
  return (facts) => ({
    book: facts.book && { ...facts.book, ...ofBook },
    grant: facts.grant && { ...facts.grant, ...ofGrant },
  });
}

const validity: readonly Switch[] = [
  stay,
  { reason: null, over: standing({ validTo: null }, { validToMs: null }) },
  {
    reason: 'not-started',
    over: standing({ validFrom: iso(nowMs + 1) }, { validFromMs: nowMs + 1 }),
  },
  { reason: 'expired', over: standing({ validTo: iso(nowMs) }, { validToMs: nowMs }) },
];

function scoped(scope: 'network' | 'home', homeClubId: ClubId, reason: string | null): Switch {
  return {
    reason,
    over: (facts) => ({
      ...standing({ homeClubId }, { homeClubId, scope })(facts),
      plan: facts.plan && { ...facts.plan, scope },
    }),
  };
}
const clubs: readonly Switch[] = [
  scoped('network', here, null),
  scoped('network', elsewhere, null),
  scoped('home', here, null),
  scoped('home', elsewhere, 'wrong-club'),
];

const clubHours: readonly Switch[] = [
  stay,
  { reason: 'closed-hours', over: ({ club }) => ({ club: { ...club, hours: closedNow } }) },
];
const planHours: readonly Switch[] = [
  stay,
  { reason: null, over: ({ plan }) => ({ plan: plan && { ...plan, hours: openNow } }) },
  { reason: 'closed-hours', over: ({ plan }) => ({ plan: plan && { ...plan, hours: closedNow } }) },
];

const uses: readonly Switch[] = [
  stay,
  { reason: null, over: () => ({ spentHere: true }) },
  { reason: null, over: standing({ singleUse: true }, { singleUse: true }) },
  {
    reason: 'ticket-spent',
    over: (facts) => ({
      ...standing({ singleUse: true }, { singleUse: true })(facts),
      spentHere: true,
    }),
  },
];
const bookStatus: readonly Switch[] = [
  stay,
  { reason: 'blocked', over: standing({ status: 'blocked' }, {}) },
  { reason: 'ticket-spent', over: standing({ status: 'spent' }, {}) },
];
const uselessGrants: readonly Switch[] = [
  stay,
  { reason: null, over: () => ({ grant }) },
  {
    reason: null,
    over: () => ({ grant: { ...grant, validToMs: nowMs, scope: 'home', homeClubId: elsewhere } }),
  },
];
const codes: readonly Switch[] = [
  stay,
  { reason: null, over: () => ({ code: { step: passStepAt(nowMs) - 1, usedHere: false } }) },
  { reason: 'code-used', over: () => ({ code: { step: passStepAt(nowMs), usedHere: true } }) },
  {
    reason: 'code-out-of-time',
    over: () => ({ code: { step: passStepAt(nowMs) - 2, usedHere: true } }),
  },
];
const ages: readonly Switch[] = [stay, { reason: null, over: () => ({ dataAgeMs: null }) }];

/** Under the strict policy; each older reason once, then everything that stands against somebody now. */
const underStrict: Switch = { reason: null, over: () => ({ policy: strict }) };
const rights: readonly Switch[] = [
  underStrict,
  { reason: 'blocked', over: () => ({ policy: strict, book: { ...book, status: 'blocked' } }) },
  { reason: 'expired', over: () => ({ policy: strict, book: { ...book, validTo: iso(nowMs) } }) },
  {
    reason: 'wrong-club',
    over: () => ({
      policy: strict,
      book: { ...book, homeClubId: elsewhere },
      plan: { scope: 'home', hours: null },
    }),
  },
  { reason: 'ticket-spent', over: () => ({ policy: strict, book: { ...book, status: 'spent' } }) },
];
const toTheBook =
  (change: Partial<CredentialRecord>): Switch['over'] =>
  ({ book: row }) => ({
    book: row && { ...row, ...change },
  });
const withStanding =
  (change: NonNullable<CredentialRecord['standing']>): Switch['over'] =>
  ({ book: row }) => ({ book: row && { ...row, standing: { ...row.standing, ...change } } });
const company = (kind: 'guardian' | 'member') =>
  withStanding({ company: { kind, memberIds: ['01900000-0000-7000-8000-000000000011'] } });
const holds: readonly Switch[] = [
  stay,
  { reason: 'suspended', over: withStanding({ suspendedUntil: iso(nowMs + 1) }) },
];
const days: readonly Switch[] = [
  stay,
  {
    reason: 'club-closed',
    over: ({ club }) => ({ club: { ...club, closures: [{ fromMs: nowMs, toMs: nowMs + 1 }] } }),
  },
];
const debts: readonly Switch[] = [
  stay,
  { reason: null, over: toTheBook({ account: owing(2_990, 1).account }) },
  { reason: 'debt', over: toTheBook({ account: owing(2_990, 8).account }) },
];
const companies: readonly Switch[] = [
  stay,
  { reason: 'guardian-missing', over: company('guardian') },
  { reason: 'member-missing', over: company('member') },
];
const bookAges: readonly Switch[] = [
  stay,
  { reason: 'data-too-old', over: () => ({ dataAgeMs: 60 * hourMs }) },
  { reason: 'data-too-old', over: () => ({ dataAgeMs: 60 * hourMs, soldAgeMs: 50 * hourMs }) },
  { reason: null, over: () => ({ dataAgeMs: 60 * hourMs, soldAgeMs: 1_000 }) },
];
const locks: readonly Switch[] = [stay, { reason: 'gate-locked', over: () => ({ gateLocked: true }) }];
const passbacks: readonly Switch[] = [
  stay,
  { reason: 'already-inside', over: () => ({ lastPassage: { direction: 'entry', atMs: nowMs - minuteMs } }) },
];
const houses: readonly Switch[] = [
  stay,
  { reason: 'full-house', over: ({ club }) => ({ club: { ...club, inside: club.capacity } }) },
];

function* everyCombination(switches: readonly (readonly Switch[])[]): Generator<readonly Switch[]> {
  const [first, ...rest] = switches;
  if (!first) {
    yield [];
    return;
  }
  for (const one of first) for (const others of everyCombination(rest)) yield [one, ...others];
}

it.each([
  [
    'book',
    facts,
    // The grant comes last: nothing that it carries may matter.
    [codes, bookStatus, validity, clubs, clubHours, planHours, uses, ages, uselessGrants],
  ],
  ['grant', { ...facts, book: null, grant }, [codes, validity, clubs, clubHours, planHours, uses, ages]],
  ['book', facts, [rights, holds, days, clubHours, debts, companies, bookAges, locks, passbacks, houses]],
] as const)(
  '[AC6] gives the first reason in the order of the list, in every combination, by the %s',
  (by, base, switches) => {
    let combinations = 0;
    for (const chosen of everyCombination(switches)) {
      let changed: AccessFacts = base;
      for (const one of chosen) changed = { ...changed, ...one.over(changed) };
      const reasons = chosen.map((one) => one.reason);
      const expected = accessReasons.find((reason) => reasons.includes(reason)) ?? `granted by ${by}`;
      expect(outcome(changed), JSON.stringify(changed)).toBe(expected);
      combinations++;
    }
    expect(combinations).toBe(switches.reduce((product, { length }) => product * length, 1));
  },
);

const anyTime = fc.integer({ min: -3, max: 3 }).map((minutes) => nowMs + minutes * minuteMs);
const anyClub = fc.constantFrom(here, elsewhere);
const anyHours = fc.constantFrom(openNow, closedNow, {});
const anyScope = fc.constantFrom('network' as const, 'home' as const);

const anySpan = fc.integer({ min: 0, max: 3 }).map((minutes) => minutes * minuteMs);
const anyPolicy: fc.Arbitrary<AccessPolicy> = fc.record({
  antiPassback: fc.record({
    mode: fc.constantFrom('off' as const, 'soft' as const, 'hard' as const),
    minutes: fc.option(fc.integer({ min: 1, max: 5 })),
  }),
  capacity: fc.constantFrom('off' as const, 'soft' as const, 'hard' as const),
  debt: fc.record({
    graceDays: fc.option(fc.integer({ min: 0, max: 9 })),
    fromCents: fc.constantFrom(1, 500),
  }),
  passExtraSteps: fc.integer({ min: 0, max: 3 }),
  uidBadges: fc.boolean(),
  staticCodes: fc.boolean(),
  dataAgeHours: fc.record({
    home: fc.option(fc.integer({ min: 1, max: 9 })),
    network: fc.option(fc.integer({ min: 1, max: 9 })),
    debtor: fc.option(fc.integer({ min: 1, max: 9 })),
    ticket: fc.option(fc.integer({ min: 1, max: 9 })),
  }),
});
const anyStanding = fc.record(
  {
    suspendedUntil: anyTime.map(iso),
    staff: fc.constant(true as const),
    company: fc.record({
      kind: fc.constantFrom('guardian' as const, 'member' as const),
      memberIds: fc.constant(['01900000-0000-7000-8000-000000000011']),
    }),
  },
  { requiredKeys: [] },
);
const anyDebts = fc
  .option(fc.tuple(fc.constantFrom(100, 2_990), fc.integer({ min: 0, max: 12 })))
  .map((debt) => (debt ? owing(...debt).account : undefined));

const anyFacts: fc.Arbitrary<AccessFacts> = fc.record({
  nowMs: fc.constant(nowMs),
  clock: fc.tuple(anySpan, anySpan).map(([before, after]) => ({
    earliestMs: nowMs - before,
    latestMs: nowMs + after,
  })),
  policy: anyPolicy,
  lastPassage: fc.option(
    fc.record({ direction: fc.constantFrom('entry' as const, 'exit' as const), atMs: anyTime }),
  ),
  companyInside: fc.boolean(),
  gateLocked: fc.boolean(),
  club: fc.record({
    id: anyClub,
    timeZone: fc.constantFrom('Europe/Paris', 'Europe/Lisbon', 'Atlantic/Azores'),
    hours: anyHours,
    closures: fc.array(fc.record({ fromMs: anyTime, toMs: anyTime }), { maxLength: 1 }),
    capacity: fc.constant(10),
    inside: fc.integer({ min: 8, max: 11 }),
  }),
  presented: fc.record({
    kind: fc.constantFrom('card' as const, 'pass' as const, 'ticket' as const, 'other' as const),
    credentialId: fc.option(fc.constantFrom(credentialId, otherCredentialId)),
  }),
  book: fc.option(
    fc.record({
      kind: fc.constantFrom('card' as const, 'pass' as const, 'ticket' as const),
      cardUid: fc.constant(null),
      memberId: fc.constant(null),
      planId: fc.constant(planId),
      homeClubId: anyClub,
      validFrom: anyTime.map(iso),
      validTo: fc.option(anyTime.map(iso)),
      singleUse: fc.boolean(),
      status: fc.constantFrom('active' as const, 'blocked' as const, 'spent' as const),
      standing: anyStanding,
      account: anyDebts,
    }),
  ),
  plan: fc.option(fc.record({ scope: anyScope, hours: fc.option(anyHours) })),
  grant: fc.option(
    fc.record({
      credentialId: fc.constantFrom(credentialId, otherCredentialId),
      planId: fc.constant(planId),
      homeClubId: anyClub,
      scope: anyScope,
      validFromMs: anyTime,
      validToMs: fc.option(anyTime),
      singleUse: fc.boolean(),
    }),
  ),
  code: fc.option(
    fc.record({
      step: fc.integer({ min: -12, max: 12 }).map((steps) => passStepAt(nowMs) + steps),
      usedHere: fc.boolean(),
    }),
  ),
  spentHere: fc.boolean(),
  dataAgeMs: fc.option(fc.integer({ min: 0, max: 12 }).map((hours) => hours * hourMs)),
  soldAgeMs: fc.option(fc.integer({ min: 0, max: 12 }).map((hours) => hours * hourMs)),
}) as fc.Arbitrary<AccessFacts>;

/** A member in good standing of whom a few things are otherwise: most of them are let in. */
const nearlyGood: fc.Arbitrary<AccessFacts> = fc
  .tuple(anyFacts, fc.subarray(Object.keys(facts) as (keyof AccessFacts)[], { maxLength: 3 }))
  .map(([any, changed]) => {
    const others = Object.fromEntries(changed.map((key) => [key, any[key]]));
    return { ...facts, policy: strict, ...others };
  });

describe('for any facts', () => {
  const runs = { numRuns: 5_000 };

  it('[AC2] never lets in an unknown credential without a valid grant of its own (I6)', () => {
    fc.assert(
      fc.property(anyFacts, (any) => {
        const vouched =
          any.presented.credentialId !== null && any.grant?.credentialId === any.presented.credentialId;
        fc.pre(any.book === null && !vouched);
        expect(decide(any)).toEqual({ outcome: 'refused', reason: 'unknown' });
      }),
      runs,
    );
  });

  it('[AC7] never lets anybody in because they were blocked', () => {
    fc.assert(
      fc.property(anyFacts, (any) => {
        fc.pre(any.book !== null);
        const blocked = any.book && { ...any.book, status: 'blocked' as const };
        expect(decide({ ...any, book: blocked }).outcome).toBe('refused');
      }),
      runs,
    );
  });

  it('[AC3] decides the same with and without a grant when the book knows the credential', () => {
    fc.assert(
      fc.property(anyFacts, (any) => {
        fc.pre(any.book !== null);
        expect(decide(any)).toEqual(decide({ ...any, grant: null }));
      }),
      runs,
    );
  });

  it('[AC15] never grants more on older data (I13)', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(), (any, olderMs) => {
        const older = (ageMs: number | null) => (ageMs === null ? null : ageMs + olderMs);
        fc.pre(decide(any).outcome === 'refused');
        for (const aged of [
          { dataAgeMs: older(any.dataAgeMs) },
          { dataAgeMs: null },
          { soldAgeMs: older(any.soldAgeMs) },
          { soldAgeMs: null },
        ]) {
          expect(decide({ ...any, ...aged }).outcome).toBe('refused');
        }
      }),
      runs,
    );
  });

  it('[AC20] never grants more the less the clock is trusted', () => {
    fc.assert(
      fc.property(anyFacts, anySpan, anySpan, (any, before, after) => {
        fc.pre(decide(any).outcome === 'refused');
        const clock = {
          earliestMs: any.clock.earliestMs - before,
          latestMs: any.clock.latestMs + after,
        };
        expect(decide({ ...any, clock }).outcome).toBe('refused');
      }),
      runs,
    );
  });

  it('[AC28] never refuses more for more rights', () => {
    const more: readonly ((any: AccessFacts) => AccessFacts)[] = [
      (any) => ({ ...any, book: any.book && { ...any.book, validTo: null } }),
      (any) => ({ ...any, grant: any.grant && { ...any.grant, validToMs: null, scope: 'network' } }),
      (any) => ({ ...any, plan: any.plan && { ...any.plan, hours: null } }),
      (any) => ({ ...any, book: any.book && { ...any.book, account: undefined } }),
      (any) => ({ ...any, book: any.book && { ...any.book, standing: { staff: true as const } } }),
      (any) => ({ ...any, policy: { ...openPolicy, passExtraSteps: 20 } }),
      (any) => ({ ...any, code: null }),
      (any) => ({ ...any, lastPassage: null, companyInside: true }),
      (any) => ({ ...any, club: { ...any.club, inside: 0, closures: [] } }),
      (any) => ({ ...any, spentHere: false }),
    ];
    let letIn = 0;
    fc.assert(
      fc.property(nearlyGood, (any) => {
        if (decide(any).outcome === 'refused') return;
        letIn++;
        for (const change of more) expect(decide(change(any)).outcome).toBe('granted');
      }),
      runs,
    );
    expect(letIn).toBeGreaterThan(runs.numRuns / 10);
  });

  it('[AC12] never lets anybody into a closed club', () => {
    fc.assert(
      fc.property(anyFacts, (any) => {
        fc.pre(!any.book?.standing?.staff);
        expect(decide({ ...any, club: { ...any.club, hours: {} } }).outcome).toBe('refused');
      }),
      runs,
    );
  });
});
