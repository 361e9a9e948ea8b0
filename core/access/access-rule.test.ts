import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClubId, CredentialId, MemberId, PlanId } from '../base/ids.ts';
import { accessReasons } from '../wire/event.ts';
import type { AccessFacts, CredentialRecord } from './access-facts.ts';
import { decide } from './access-rule.ts';

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
  club: { id: here, timeZone: 'Europe/Paris', hours: openNow },
  presented: { kind: 'card', credentialId },
  book,
  plan: { scope: 'network', hours: null },
  grant: null,
  spentHere: false,
  dataAgeMs: 1_000,
};

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
const ages: readonly Switch[] = [stay, { reason: null, over: () => ({ dataAgeMs: null }) }];

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
    [bookStatus, validity, clubs, clubHours, planHours, uses, ages, uselessGrants],
  ],
  ['grant', { ...facts, book: null, grant }, [validity, clubs, clubHours, planHours, uses, ages]],
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

const anyFacts: fc.Arbitrary<AccessFacts> = fc.record({
  nowMs: anyTime,
  club: fc.record({
    id: anyClub,
    timeZone: fc.constantFrom('Europe/Paris', 'Europe/Lisbon', 'Atlantic/Azores'),
    hours: anyHours,
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
  spentHere: fc.boolean(),
  dataAgeMs: fc.option(fc.nat()),
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

  it('[AC15] decides the same however old the data are (I13)', () => {
    fc.assert(
      fc.property(anyFacts, fc.option(fc.nat()), (any, dataAgeMs) => {
        expect(decide({ ...any, dataAgeMs })).toEqual(decide(any));
      }),
      runs,
    );
  });

  it('[AC12] never lets anybody into a closed club', () => {
    fc.assert(
      fc.property(anyFacts, (any) => {
        expect(decide({ ...any, club: { ...any.club, hours: {} } }).outcome).toBe('refused');
      }),
      runs,
    );
  });
});
