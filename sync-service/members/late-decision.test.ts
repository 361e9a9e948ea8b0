import type { ClubRecord, CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { accessReasons } from '@portillon/core/wire/event.ts';
import { expect, it } from 'vitest';
import { type LateDecision, reviewDecision, type ToldThen } from './late-decision.ts';

/** A Monday, ten in the morning in Paris. */
const atMs = Date.parse('2026-11-23T09:00:00.000Z');
const id = (last: string) => `01900000-0000-7000-8000-0000000000${last}`;

const granted: LateDecision = {
  atMs,
  clubId: id('03'),
  credentialId: id('10'),
  presented: 'card',
  byNumber: false,
  outcome: 'granted',
  reason: null,
  dataAgeMs: 3_600_000,
};
const refused = (reason: LateDecision['reason']): LateDecision => ({
  ...granted,
  outcome: 'refused',
  reason,
});

const club: ClubRecord = {
  name: 'Lyon',
  legalEntity: { id: id('01'), name: 'SARL', address: '', siret: '', vatNumber: '' },
  timeZone: 'Europe/Paris',
  capacity: 1,
  hours: { 1: [['06:00', '23:00']] },
  staffPhone: null,
  mediator: '',
};
const credential: CredentialRecord = {
  kind: 'card',
  cardUid: '04A1B2C3D4E5F6',
  memberId: id('20'),
  planId: id('30'),
  homeClubId: id('03'),
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: null,
  singleUse: false,
  status: 'active',
};
const told: ToldThen = { club, credential, plan: null, companyInside: false };

it('[AC40] finds who was let in by an old book and would have been refused, with the reason', () => {
  expect(reviewDecision(granted, told)).toBeNull();
  expect(reviewDecision(granted, { ...told, credential: { ...credential, status: 'blocked' } })).toEqual({
    would: 'refuse',
    reason: 'blocked',
  });
  const closures = [{ from: '2026-11-23T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z' }];
  expect(reviewDecision(granted, { ...told, club: { ...club, closures } })).toEqual({
    would: 'refuse',
    reason: 'club-closed',
  });
  const company = { kind: 'guardian' as const, memberIds: [id('21')] };
  const minor = { ...credential, standing: { company } };
  expect(reviewDecision(granted, { ...told, credential: minor })?.reason).toBe('guardian-missing');
  expect(reviewDecision(granted, { ...told, credential: minor, companyInside: true })).toBeNull();
});

it('[AC40] finds who was refused by an old book and would have been let in', () => {
  expect(reviewDecision(refused('expired'), told)).toEqual({ would: 'let-in', reason: 'expired' });
  expect(reviewDecision(refused('data-too-old'), told)).toEqual({ would: 'let-in', reason: 'data-too-old' });
  const blocked = { ...told, credential: { ...credential, status: 'blocked' as const } };
  expect(reviewDecision(refused('expired'), blocked)).toBeNull();
});

it('[AC40] leaves what the gate saw itself as it was', () => {
  const strict = {
    ...club,
    policy: { ...openPolicy, antiPassback: { mode: 'hard', minutes: null }, capacity: 'hard' },
  } satisfies ClubRecord;
  expect(reviewDecision(granted, { ...told, club: strict })).toBeNull();
  const looked = accessReasons.filter((reason) => reviewDecision(refused(reason), told) !== null);
  expect(accessReasons.filter((reason) => !looked.includes(reason))).toEqual([
    'code-out-of-time',
    'code-used',
    'ticket-spent',
    'gate-locked',
    'already-inside',
    'full-house',
  ]);
});
