import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import type { CredentialId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { type Answers, fullName } from '@portillon/core/sale/answers.ts';
import { type CustomerHint, customerHints, type DeclineReason } from '@portillon/core/sale/decline-reason.ts';
import { firstDebitOn } from '@portillon/core/sale/first-debit.ts';
import { maskedIban } from '@portillon/core/sale/iban.ts';
import { type Plan, priceOfPeriod, totalToday } from '@portillon/core/sale/pricing.ts';
import { type QuestionState, questionsOf } from '@portillon/core/sale/questions.ts';
import type { Offers, PlanOffer, Screen, Answers as ShownAnswers } from '../../bridge/view.ts';
import {
  type ContractFacts,
  contractSummary,
  contractText,
  contractWordingVersion,
} from '../documents/contract-text.ts';
import { type MandateFacts, mandateText, mandateWordingVersion } from '../documents/mandate-text.ts';
import { localDay } from '../documents/payment-summary.ts';
import { passHolderOf } from './enrol-pass.ts';
import { forgottenSoonAfter, type KioskStage } from './kiosk-stage.ts';
import { bridgeOf, isPractice, type SaleInProgress } from './sale-in-progress.ts';
import type { SaleProgress } from './sale-runner.ts';
import type { SlipOnScreen } from './unasked-slip.ts';

/** What is known around the stage when a view is made. */
export interface ScreenFacts {
  readonly nowMs: number;
  readonly club: ClubRecord | null;
  readonly plans: readonly { readonly planId: string; readonly plan: Plan }[];
  /** Of these, the ones whose monthly fees are debited. */
  readonly debitPlanIds: readonly string[];
  readonly dayEntries: readonly { readonly planId: string; readonly plan: Plan }[];
  readonly offers: Offers;
  readonly openUntil: string | null;
  readonly canAbort: boolean;
  readonly slip: SlipOnScreen;
  /** Where the page of the pass is had. */
  readonly passPageAddress: string;
  readonly isKnown: (credentialId: CredentialId) => boolean;
  /** SA12. */
  readonly takeCardSeconds: number;
  /** What members get here. */
  readonly issues: 'card' | 'pass';
  /** Whether a pass is offered to who has a card (W-SELLER-2). */
  readonly passesTaken: boolean;
  /** Only asked for on the contract screen. */
  readonly contract: () => ContractFacts;
  /** Only asked for on the mandate screen. */
  readonly mandate: () => MandateFacts;
  /** `YYYY-MM-DD` where the club is. */
  readonly today: string;
  /** Only asked for while a member looks at the account, or at their choices and data. */
  readonly account: () => Screen;
}

/** The screen that belongs to a stage. Pure. */
export function screenOfStage(stage: KioskStage, facts: ScreenFacts): Screen {
  switch (stage.name) {
    case 'attract':
      return { name: 'attract', offers: facts.offers, openUntil: facts.openUntil };
    case 'doors':
      return { name: 'doors', offers: facts.offers };
    case 'day-entry':
      return {
        name: 'day-entry',
        entries: facts.dayEntries.map(({ planId, plan }) => ({
          planId,
          name: plan.names,
          description: plan.descriptions,
          priceCents: plan.dayEntry?.priceCents ?? 0,
        })),
      };
    case 'present-card':
      return { name: 'present-card', problem: stage.problem };
    case 'member':
    case 'privacy':
      return facts.account();
    case 'code':
      return { name: 'code', problem: stage.problem, triesLeft: stage.triesLeft };
    case 'order':
      return {
        name: 'order',
        kind: stage.ready.order.collection ? 'collection' : stage.ready.kind,
        amountCents: stage.ready.order.amountCents,
        saleReference: stage.ready.order.saleReference,
        endsMembership: stage.ready.order.ends.length > 0,
      };
    case 'questions':
      return questionScreen(stage.questions, facts);
    case 'sale':
      return saleScreen(stage, facts);
    case 'receipt':
      return {
        name: 'receipt',
        phase: stage.phase,
        paperPossible: facts.offers.paperReceipt,
        contractCopy:
          stage.contractCopy === 'offered' && !facts.offers.paperReceipt ? 'none' : stage.contractCopy,
        withMandate: stage.sale.product === 'membership' && stage.sale.mandate?.kind === 'signed',
        note: stage.note === null ? null : { text: stage.note },
        credit: stage.sale.product === 'refund',
        totalCents: stage.sale.totalCents,
        saleReference: stage.sale.saleReference,
      };
    case 'welcome':
      return {
        name: 'welcome',
        givenName: customerName(stage.sale),
        product: stage.sale.product,
        validThrough:
          stage.sale.product === 'renewal'
            ? localDay(stage.sale.period.toMs - 1, facts.club?.timeZone ?? 'UTC')
            : null,
        totalCents: stage.sale.totalCents,
        openUntil: facts.openUntil,
        tickets: stage.sale.tickets.map((ticket) => ticket.text),
        ticketsPrinted: stage.ticketsPrinted,
        // A ticket was to be exchanged on its own screen.
        passPossible: facts.passesTaken && passHolderOf(stage.sale) !== null && bridgeOf(stage.sale) === null,
        saleReference: stage.sale.saleReference,
      };
    case 'pass':
      return {
        name: 'pass',
        pageAddress: `${facts.passPageAddress}#${stage.link.text}`,
        onPhone: facts.isKnown(stage.link.passCredentialId),
        grantCode: stage.grantCode,
        notRead: stage.notRead,
      };
    case 'trouble':
      return { ...stage.trouble, slip: facts.slip };
    case 'repair':
    case 'came-in':
      return stage.screen;
  }
}

/** How somebody is greeted; nobody in particular has no name. */
function customerName(sale: SaleInProgress): string {
  return sale.product === 'membership' ? sale.answers.givenName || sale.answers.familyName : '';
}

export function planOffer(planId: string, plan: Plan): PlanOffer {
  return {
    planId,
    name: plan.names,
    description: plan.descriptions,
    commitment: plan.commitments,
    priceCents: priceOfPeriod(plan),
    prepaidMonths: plan.prepaid?.termMonths ?? null,
    joiningFeeCents: plan.joiningFeeCents,
    todayCents: totalToday(plan),
    guestTickets: plan.guestTickets,
  };
}

function questionScreen(questions: QuestionState, facts: ScreenFacts): Screen {
  const { at, answers, problems } = questions;
  if (at === 'minor') return { name: 'minor' };
  const name = at === 'signed' ? 'sign' : at;
  const asked = questionsOf(answers, facts);
  const shared = {
    step: asked.indexOf(name) + 1,
    stepCount: asked.length,
    answers: shownAnswers(answers),
    problems: [...problems],
  };
  switch (name) {
    case 'plan':
      return { name, plans: facts.plans.map(({ planId, plan }) => planOffer(planId, plan)), ...shared };
    case 'check': {
      const chosen = chosenPlan();
      const asksAccount = asked.includes('iban');
      return { name, plan: planOffer(chosen.planId, chosen.plan), asksAccount, ...shared };
    }
    case 'iban':
      return {
        name,
        monthlyCents: chosenPlan().plan.monthlyCents,
        firstDebitOn: firstDebitOn(facts.today),
        fullName: fullName(answers),
        ...shared,
      };
    case 'contract': {
      const contract = facts.contract();
      return {
        name,
        summary: contractSummary(contract).map((part) => ({ ...part })),
        text: [...contractText(contract)],
        wordingVersion: contractWordingVersion,
        ...shared,
      };
    }
    case 'mandate':
      return {
        name,
        text: [...mandateText(facts.mandate())],
        wordingVersion: mandateWordingVersion,
        ...shared,
      };
    case 'sign':
      return { name, fullName: fullName(answers), withMandate: asked.includes('mandate'), ...shared };
    default:
      return { name, ...shared };
  }

  function chosenPlan() {
    const chosen = facts.plans.find(({ planId }) => planId === answers.planId);
    invariant(chosen, 'the plan that was chosen is still on sale');
    return chosen;
  }
}

/** Q10, I8: the screen is told everything but the whole IBAN. */
export function shownAnswers(answers: Answers): ShownAnswers {
  const { account } = answers;
  if (account.kind !== 'iban') return { ...answers, account };
  return {
    ...answers,
    account: { kind: 'iban', maskedIban: maskedIban(account.iban), holder: account.holder },
  };
}

function saleScreen(stage: Extract<KioskStage, { name: 'sale' }>, facts: ScreenFacts): Screen {
  const { sale, progress } = stage;
  const paid = sale.shape.money !== 'none';
  const waitingSeconds = Math.floor((facts.nowMs - stage.sinceMs) / 1_000);
  switch (progress.name) {
    case 'showing-ticket': {
      const ticket = bridgeOf(sale);
      invariant(ticket, 'a ticket is shown of a sale that has one');
      // The end itself is no longer covered.
      const validThrough = localDay(ticket.ticketToMs - 1, facts.club?.timeZone ?? 'UTC');
      return { name: 'your-ticket', paid, ticket: ticket.text, onPaper: progress.onPaper, validThrough };
    }
    case 'renewing-card':
      return { name: 'renew-card' };
    case 'finishing':
    case 'presenting':
      return { name: 'take-card', paid, phase: progress.name, waitingSeconds: 0 };
    case 'at-mouth':
      return {
        name: 'take-card',
        paid,
        phase: waitingSeconds >= forgottenSoonAfter(facts.takeCardSeconds) ? 'forgotten-soon' : 'at-mouth',
        waitingSeconds,
      };
    default:
      return {
        name: 'payment',
        money: sale.shape.money,
        totalCents: sale.totalCents,
        lines: sale.lines.map((line, index) => ({
          label: sale.lineWords[index] ?? { fr: line.label, en: line.label },
          cents: line.grossCents,
        })),
        canAbort: facts.canAbort,
        phase: paymentPhase(progress, facts.slip, isPractice(sale)),
      };
  }
}

function paymentPhase(
  progress: Exclude<
    SaleProgress,
    { name: 'showing-ticket' | 'renewing-card' | 'finishing' | 'presenting' | 'at-mouth' }
  >,
  slip: SlipOnScreen,
  practice: boolean,
): Extract<Screen, { name: 'payment' }>['phase'] {
  if (progress.name === 'waiting-for-card' && practice) return { name: 'practice' };
  if (progress.name !== 'not-paid') return progress;
  // Each of these outcomes means that the terminal, or the line to it, has proved that nothing was taken.
  return { name: 'not-paid', why: progress.why, hint: hintOf(progress.reason), nothingTaken: true, slip };
}

/** The other reasons tell a technician something, and the customer nothing. */
function hintOf(reason: DeclineReason | null): CustomerHint | null {
  return customerHints.find((hint) => hint === reason) ?? null;
}
