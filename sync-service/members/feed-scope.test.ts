import type { AccessFacts } from '@portillon/core/access/access-facts.ts';
import { accessPolicySchema } from '@portillon/core/access/access-policy.ts';
import { decide } from '@portillon/core/access/access-rule.ts';
import type { CredentialId } from '@portillon/core/base/ids.ts';
import { type FeedRecord, feedRecordSchema } from '@portillon/core/wire/messages.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newTestId } from '../test/test-edge.ts';
import { asToldTo } from './feed-scope.ts';

const [own, other, third] = [newTestId(), newTestId(), newTestId()];
const [memberId, planId, clubId, credentialId] = [newTestId(), newTestId(), newTestId(), newTestId()];
const nowMs = Date.parse('2026-11-26T10:00:00.000Z');
const dayMs = 86_400_000;

const club: FeedRecord = {
  kind: 'club',
  id: clubId,
  record: {
    name: 'Lyon Part-Dieu',
    legalEntity: {
      id: other,
      name: 'Lyon SAS',
      address: '1 rue',
      siret: '123',
      vatNumber: 'FR1',
      creditorId: 'FR12ZZZ',
    },
    timeZone: 'Europe/Paris',
    capacity: 250,
    hours: { 1: [['06:00', '23:00']] },
    staffPhone: '0400000000',
    mediator: 'Médiateur',
    closures: [{ from: '2026-12-25T00:00:00.000Z', to: '2026-12-26T00:00:00.000Z' }],
    policy: accessPolicySchema.parse({}),
  },
};

interface Owed {
  readonly to: string;
  readonly cents: number;
  readonly daysAgo: number;
}

function debtor(owed: readonly Owed[]): Extract<FeedRecord, { kind: 'credential' }> {
  return {
    kind: 'credential',
    id: credentialId,
    record: {
      ...{
        kind: 'card',
        cardUid: null,
        memberId,
        planId,
        homeClubId: clubId,
        singleUse: false,
        status: 'active',
      },
      ...{ validFrom: '2026-01-01T00:00:00.000Z', validTo: null },
      account: {
        ...{
          membershipId: newTestId(),
          planId,
          planFrom: '2026-01-01T00:00:00.000Z',
          validTo: null,
          status: 'active',
        },
        debts: owed.map(({ to, cents, daysAgo }) => ({
          ...{ debtId: newTestId(), legalEntityId: to, amountCents: cents, vatRate: 2_000 },
          reason: 'unpaid-period' as const,
          since: new Date(nowMs - daysAgo * dayMs).toISOString(),
        })),
      },
    } as NonNullable<Extract<FeedRecord, { kind: 'credential' }>['record']>,
  };
}

describe('a club of another legal entity', () => {
  it('[W-SCOPE-1] is a name, a time zone and an owner, in a form that older edges read', () => {
    const told = asToldTo({ legalEntityId: own, debtFromCents: 1 }, club);
    expect(feedRecordSchema.parse(told)).toEqual(told);
    // Ids are random: any digits may stand in them.
    const text = JSON.stringify(told).replaceAll(clubId, '').replaceAll(other, '');
    for (const business of [
      'Lyon SAS',
      '1 rue',
      '123',
      'FR1',
      'ZZZ',
      '250',
      '06:00',
      '0400',
      'Médiateur',
      'closures',
      'policy',
    ]) {
      expect(text).not.toContain(business);
    }
    expect(told.record).toMatchObject({
      name: 'Lyon Part-Dieu',
      timeZone: 'Europe/Paris',
      legalEntity: { id: other },
    });
  });

  it('[W-SCOPE-1] is told whole to clubs of the same entity', () => {
    expect(asToldTo({ legalEntityId: other, debtFromCents: 1 }, club)).toEqual(club);
  });
});

describe('what somebody owes', () => {
  it('[W-SCOPE-2] is told with its amount to those it is owed to, and to others as one date', () => {
    const owed = [
      { to: own, cents: 1_234, daysAgo: 3 },
      { to: other, cents: 5_678, daysAgo: 40 },
      { to: third, cents: 9_999, daysAgo: 20 },
      { to: other, cents: 99, daysAgo: 90 },
    ];
    const told = asToldTo({ legalEntityId: own, debtFromCents: 100 }, debtor(owed));
    expect(feedRecordSchema.parse(told)).toEqual(told);
    const debts = told.kind === 'credential' ? (told.record?.account?.debts ?? []) : [];
    expect(debts.map(({ amountCents }) => amountCents)).toEqual([1_234, 100_000_000]);
    expect(debts[1]?.since).toBe(new Date(nowMs - 40 * dayMs).toISOString());
    for (const business of ['5678', '9999', other, third])
      expect(JSON.stringify(told)).not.toContain(business);
    const small = asToldTo({ legalEntityId: own, debtFromCents: 100 }, debtor(owed.slice(3)));
    expect(small).toMatchObject({ record: { account: { debts: [] } } });
  });

  it('[W-SCOPE-2] [I13] decides at every gate as the whole record does', () => {
    const entity = fc.constantFrom(own, other, third);
    const owed = fc.record({
      to: entity,
      cents: fc.constantFrom(1, 99, 100, 101, 5_000),
      daysAgo: fc.constantFrom(0, 1, 13, 14, 15, 60),
    });
    const policy = fc.record({
      graceDays: fc.constantFrom(null, 0, 14, 30),
      fromCents: fc.constantFrom(1, 100, 101, 10_000),
      debtorHours: fc.constantFrom(null, 1),
      dataAgeMs: fc.constantFrom(0, 2 * 3_600_000),
    });
    fc.assert(
      fc.property(
        fc.array(owed, { maxLength: 5 }),
        entity,
        policy,
        (debts, reader, { graceDays, fromCents, ...age }) => {
          const whole = debtor(debts);
          const told = asToldTo({ legalEntityId: reader, debtFromCents: fromCents }, whole);
          const dataAgeHours = { home: null, network: null, debtor: age.debtorHours, ticket: null };
          const facts = {
            nowMs,
            clock: { earliestMs: nowMs, latestMs: nowMs },
            club: {
              id: clubId,
              timeZone: 'Europe/Paris',
              hours: everyDay,
              closures: [],
              capacity: 9,
              inside: 0,
            },
            policy: accessPolicySchema.parse({ debt: { graceDays, fromCents }, dataAgeHours }),
            presented: { kind: 'card', credentialId: credentialId as CredentialId },
            plan: { scope: 'network', hours: null },
            ...{
              code: null,
              grant: null,
              spentHere: false,
              lastPassage: null,
              companyInside: false,
              gateLocked: false,
            },
            dataAgeMs: age.dataAgeMs,
            soldAgeMs: null,
          } as unknown as AccessFacts;
          expect(decide({ ...facts, book: told.kind === 'credential' ? told.record : null })).toEqual(
            decide({ ...facts, book: whole.record }),
          );
        },
      ),
      { numRuns: 500, seed: 11 },
    );
  });
});

const everyDay = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [['00:00', '24:00']]]));
