import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { newId, type PlanId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { seal } from '@portillon/core/crypto/seal.ts';
import { fullName } from '@portillon/core/sale/answers.ts';
import { type Period, periodFrom } from '@portillon/core/sale/membership-term.ts';
import {
  countryOfSeller,
  lineLabels,
  linesToday,
  type Plan,
  priceOfPeriod,
  totalOf,
} from '@portillon/core/sale/pricing.ts';
import type { QuestionState } from '@portillon/core/sale/questions.ts';
import type { Contract, Mandate, Person } from '@portillon/core/wire/messages.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { type ContractFacts, contractText, contractWordingVersion } from '../documents/contract-text.ts';
import { dateWords, paymentSummary } from '../documents/payment-summary.ts';
import type { CredentialIssue } from './credential-issue.ts';
import {
  drawUpMandate,
  mandateFacts,
  type SaleMandate,
  signatureToSeal,
  withoutAccount,
} from './draw-up-mandate.ts';
import { goodsOf, handedBy, newSale, signedTicket } from './new-sale.ts';
import type { MembershipSale } from './sale-in-progress.ts';

const guestTicketDays = 30;
const dayMs = 86_400_000;

export interface DrawUpFacts {
  readonly visitId: string;
  readonly language: 'fr' | 'en';
  readonly questions: QuestionState;
  readonly plan: Plan;
  readonly club: ClubRecord;
  readonly identity: EdgeIdentity;
  readonly issue: CredentialIssue;
  /** JPEG; null when none was taken. */
  readonly photo: Uint8Array | null;
  /** Set where staff practise (SA53): nothing of a person is sealed, no ticket is signed. */
  readonly practice: { readonly operator: string } | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** What the contract says, from what was answered; the same for the screen that shows it and the copy that is signed. */
export function contractFacts(
  facts: Omit<DrawUpFacts, 'identity' | 'photo' | 'practice' | 'random'>,
): ContractFacts {
  const { plan, club, language, questions } = facts;
  const { answers } = questions;
  const nowMs = facts.clock.wallMs();
  const firstPeriod = prepaidPeriod(plan, nowMs, club.timeZone);
  const lines = linesToday(answers.planId ?? '', plan, language, countryOfSeller(club.legalEntity));
  return {
    language,
    seller: club.legalEntity,
    clubName: club.name,
    mediator: club.mediator,
    planName: plan.names[language],
    planDescription: plan.descriptions[language],
    commitment: plan.commitments[language],
    price: paymentSummary(lines, priceOfPeriod(plan), totalOf(lines), language),
    memberName: fullName(answers),
    startDate: dateWords(nowMs, club.timeZone, language),
    ...(plan.prepaid && firstPeriod
      ? {
          prepaid: {
            months: plan.prepaid.termMonths,
            // The end itself is no longer paid for.
            lastDay: dateWords(firstPeriod.toMs - 1, club.timeZone, language),
          },
        }
      : {}),
    mandateReference: mandateFacts({ ...facts, answers })?.reference ?? null,
    photo: answers.photo === 'taken',
    news: answers.newsConsent === true,
    ...(facts.issue.kind === 'pass' ? { credential: 'pass' } : {}),
  };
}

/**
 * The signed visit becomes a sale: ids are made, person, photo, contract and mandate are sealed to the member base's key and stored,
 * guest tickets are signed. Nothing of a person is kept in clear from here on, but for the encrypted visit itself.
 */
export async function drawUpSale(facts: DrawUpFacts, store: EdgeStore): Promise<MembershipSale> {
  const { questions, language, plan, club, issue, practice, clock, random } = facts;
  const { answers, signature } = questions;
  invariant(
    signature && answers.planId && answers.birthDate,
    'a sale is drawn up once everything is answered and signed',
  );
  const signedAtMs = clock.wallMs();
  const signedFacts = contractFacts(facts);
  const text = contractText(signedFacts).join('\n');
  const mandate = drawUpMandate({ ...facts, answers }, signature, signedAtMs);
  const sealed = practice
    ? nothingSealed
    : await sealDocuments(facts, text, mandate?.toSeal ?? null, signedAtMs);
  const planId = answers.planId as PlanId;
  const guestTicketsUntilMs = signedAtMs + guestTicketDays * dayMs;
  const lines = linesToday(planId, plan, language, countryOfSeller(club.legalEntity));
  const memberId = newId<'member'>(clock, random);
  const sale: MembershipSale = {
    ...newSale(facts, { shape: { goods: goodsOf(issue), money: 'in' }, lines, agreedAtMs: signedAtMs }),
    product: 'membership',
    lineWords: lineWords(plan),
    ...handedBy(
      issue,
      {
        credentialId: newId(clock, random),
        memberId,
        planId,
        planScope: plan.scope,
        validFromMs: signedAtMs,
        validToMs: prepaidPeriod(plan, signedAtMs, club.timeZone)?.toMs ?? null,
      },
      facts,
    ),
    tickets: Array.from({ length: practice ? 0 : plan.guestTickets }, () =>
      signedTicket(facts, planId, plan.scope, signedAtMs, guestTicketsUntilMs),
    ),
    answers: withoutAccount(answers),
    memberId,
    membershipId: newId(clock, random),
    planId,
    personDigest: sealed.person?.digest ?? '',
    photoDigest: sealed.photo?.digest ?? null,
    contractDigest: sealed.contract?.digest ?? '',
    contract: { facts: signedFacts, textSha256: sha256Hex(text) },
    mandate: keptMandate(mandate?.kept ?? null, sealed.mandate?.digest ?? null),
  };
  await store.write(async (tx) => {
    for (const document of [sealed.person, sealed.photo, sealed.contract, sealed.mandate]) {
      if (document) await store.attachments.putAttachment(tx, document.digest, document.bytes, null);
    }
    if (sealed.photo && facts.photo) {
      await store.people?.holdPhoto(tx, memberId, sealed.photo.digest, facts.photo);
    }
    await store.visits.saveVisit(tx, sale.visitId, JSON.stringify(sale));
  });
  return sale;
}

function keptMandate(kept: SaleMandate | null, digest: string | null): SaleMandate | null {
  return kept?.kind === 'signed' ? { ...kept, digest } : kept;
}

const nothingSealed = { person: null, photo: null, contract: null, mandate: null } as const;

/** SA70: what is paid for with a prepaid plan; null for one that goes on month by month. */
function prepaidPeriod({ prepaid }: Plan, fromMs: number, timeZone: string): Period | null {
  return prepaid ? periodFrom(fromMs, prepaid.termMonths, timeZone) : null;
}

function lineWords(plan: Plan): MembershipSale['lineWords'] {
  const english = lineLabels(plan, 'en');
  return lineLabels(plan, 'fr').map((fr, index) => ({ fr, en: english[index] ?? fr }));
}

interface SealedDocument {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

async function sealDocuments(
  facts: DrawUpFacts,
  text: string,
  mandate: Mandate | null,
  signedAtMs: number,
): Promise<{
  person: SealedDocument;
  photo: SealedDocument | null;
  contract: SealedDocument;
  mandate: SealedDocument | null;
}> {
  const { answers, signature } = facts.questions;
  invariant(signature && answers.birthDate, 'documents are sealed once signed');
  const person: Person = {
    givenName: answers.givenName,
    familyName: answers.familyName,
    birthDate: answers.birthDate,
    email: answers.contact.kind === 'email' ? answers.contact.email : null,
    phone: answers.contact.kind === 'phone' ? answers.contact.phone : null,
  };
  const contract: Contract = {
    wordingVersion: contractWordingVersion,
    language: facts.language,
    text,
    textSha256: sha256Hex(text),
    signedAt: isoTime(signedAtMs),
    signature: signatureToSeal(signature),
  };
  const close = async (purpose: string, plain: Uint8Array): Promise<SealedDocument> => {
    const bytes = await seal(facts.identity.sealKey, purpose, plain);
    return { digest: sha256Hex(bytes), bytes };
  };
  return {
    person: await close('person', Buffer.from(canonicalJson(person))),
    photo: facts.photo ? await close('photo', facts.photo) : null,
    contract: await close('contract', Buffer.from(canonicalJson(contract))),
    mandate: mandate && (await close('mandate', Buffer.from(canonicalJson(mandate)))),
  };
}
