import type { Id } from '@portillon/core/base/ids.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { noAnswers } from '@portillon/core/sale/answers.ts';
import { mandateReference } from '@portillon/core/sale/mandate-reference.ts';
import { mandateSchema } from '@portillon/core/wire/messages.ts';
import { expect, it } from 'vitest';
import { sampleClub, sampleId, samplePlan } from '../../store/test/sample-records.ts';
import { drawUpMandate, type MandateVisit, mandateFacts, withoutAccount } from './draw-up-mandate.ts';

const iban = 'FR7630006000011234567890189';
const club = sampleClub();
const signature = { kind: 'typed', text: 'Zoë Martin' } as const;

function visit(changes: Partial<MandateVisit> = {}): MandateVisit {
  return {
    visitId: sampleId(77),
    language: 'fr',
    answers: {
      ...noAnswers,
      planId: sampleId(20),
      givenName: 'Zoë',
      familyName: 'Martin',
      account: { kind: 'iban', iban, holder: 'Paul Martin' },
    },
    plan: samplePlan(),
    club: { ...club, legalEntity: { ...club.legalEntity, creditorId: 'FR72ZZZ123456' } },
    clock: new VirtualClock(),
    ...changes,
  };
}

it('seals the whole account, and keeps with the sale no more than its ends', () => {
  const drawn = drawUpMandate(visit(), signature, 0);
  const sealed = mandateSchema.parse(drawn?.toSeal);
  expect(sealed.debtor).toEqual({ holder: 'Paul Martin', iban });
  expect(sealed.reference).toBe(mandateReference(sampleId(77) as Id<'visit'>));
  expect(sealed.text).not.toContain(iban.slice(6, 22));
  expect(JSON.stringify(drawn?.kept)).not.toContain(iban.slice(6, 22));
  expect(drawn?.kept).toMatchObject({ kind: 'signed', signer: 'Zoë Martin', textSha256: sealed.textSha256 });
  expect(JSON.stringify(withoutAccount(visit().answers))).not.toContain('FR76');
});

it('[Q11] tells that a mandate is missing where the plan is debited and the account comes later', () => {
  const answers = { ...visit().answers, account: { kind: 'later' } } as const;
  expect(mandateFacts(visit({ answers }))).toBeNull();
  expect(drawUpMandate(visit({ answers }), signature, 0)).toEqual({
    kept: { kind: 'missing' },
    toSeal: null,
  });
});

it.each([
  ['a seller that collects nothing', { club }],
  [
    'a creditor identifier that is not good',
    { club: { ...club, legalEntity: { ...club.legalEntity, creditorId: 'FR73ZZZ123456' } } },
  ],
  ['a plan without monthly fees', { plan: samplePlan({ monthlyCents: 0 }) }],
])('[Q7] has neither a mandate nor a missing one for %s', (_, changes) => {
  expect(mandateFacts(visit(changes))).toBeNull();
  expect(drawUpMandate(visit(changes), signature, 0)).toBeNull();
});
