import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import type { Id } from '@portillon/core/base/ids.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { type Answers, fullName, type Signature } from '@portillon/core/sale/answers.ts';
import { creditorIdOf, isDebited } from '@portillon/core/sale/creditor-identifier.ts';
import { maskedIban } from '@portillon/core/sale/iban.ts';
import { mandateReference } from '@portillon/core/sale/mandate-reference.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import { accountSigned } from '@portillon/core/sale/questions.ts';
import type { Contract, Mandate } from '@portillon/core/wire/messages.ts';
import { type MandateFacts, mandateText, mandateWordingVersion } from '../documents/mandate-text.ts';
import { dateWords } from '../documents/payment-summary.ts';

/** What decides whether a visit signs a mandate, and what it says. */
export interface MandateVisit {
  readonly visitId: string;
  readonly language: 'fr' | 'en';
  readonly answers: Answers;
  readonly plan: Plan;
  readonly club: ClubRecord;
  readonly clock: Clock;
}

/** What became of the mandate of a sale. The whole IBAN is in none of it: only the sealed mandate has it. */
export type SaleMandate =
  | {
      readonly kind: 'signed';
      readonly facts: MandateFacts;
      /** Of the text that was signed; a copy is given of no other. */
      readonly textSha256: string;
      /** Of the sealed mandate; null where staff practise and nothing is sealed. */
      readonly digest: string | null;
      readonly signer: string;
    }
  /** Monthly fees are due, and the mandate for them comes later, with staff (Q11). */
  | { readonly kind: 'missing' };

/** The mandate that is read and signed in this visit; null where nothing is debited, or the mandate comes later. */
export function mandateFacts(visit: MandateVisit): MandateFacts | null {
  const { club, language, clock } = visit;
  const account = accountOf(visit);
  const creditorId = creditorIdOf(club.legalEntity);
  if (!account || creditorId === null) return null;
  const { name, address } = club.legalEntity;
  return {
    language,
    creditor: { name, address, creditorId },
    holder: account.holder,
    maskedIban: maskedIban(account.iban),
    reference: mandateReference(visit.visitId as Id<'visit'>),
    place: club.name,
    signedOn: dateWords(clock.wallMs(), club.timeZone, language),
  };
}

/** What is kept of the mandate with the sale, and what is sealed of it; null where the plan is not debited. */
export function drawUpMandate(
  visit: MandateVisit,
  signature: Signature,
  signedAtMs: number,
): { readonly kept: SaleMandate; readonly toSeal: Mandate | null } | null {
  const facts = mandateFacts(visit);
  const account = accountOf(visit);
  if (!facts || !account) {
    return isDebited(visit.plan, visit.club.legalEntity) ? { kept: { kind: 'missing' }, toSeal: null } : null;
  }
  const text = mandateText(facts).join('\n');
  const textSha256 = sha256Hex(text);
  return {
    kept: { kind: 'signed', facts, textSha256, digest: null, signer: fullName(visit.answers) },
    toSeal: {
      reference: facts.reference,
      creditor: facts.creditor,
      debtor: { holder: account.holder, iban: account.iban },
      kind: 'recurrent',
      wordingVersion: mandateWordingVersion,
      language: facts.language,
      text,
      textSha256,
      place: facts.place,
      signedAt: isoTime(signedAtMs),
      signature: signatureToSeal(signature),
    },
  };
}

export function signatureToSeal(signature: Signature): Contract['signature'] {
  return signature.kind === 'typed'
    ? { kind: 'typed', text: signature.text }
    : { kind: 'drawn', strokes: signature.strokes.map((stroke) => [...stroke]) };
}

/** Once signed, nothing of the visit has the whole IBAN any more, not even the encrypted visit itself. */
export function withoutAccount(answers: Answers): Answers {
  return { ...answers, account: { kind: 'unanswered' } };
}

function accountOf({ answers, plan, club }: MandateVisit): ReturnType<typeof accountSigned> {
  const debitPlanIds = isDebited(plan, club.legalEntity) && answers.planId !== null ? [answers.planId] : [];
  return accountSigned(answers, { debitPlanIds });
}
