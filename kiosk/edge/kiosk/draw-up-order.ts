import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type ClubId, type MemberId, newId, type PlanId } from '@portillon/core/base/ids.ts';
import { cents } from '@portillon/core/base/money.ts';
import type { SaleLine } from '@portillon/core/sale/pricing.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { CredentialIssue } from './credential-issue.ts';
import { goodsOf, handedBy, type NewSaleFacts, newSale } from './new-sale.ts';
import type { ReadyOrder } from './order-desk.ts';
import type { CardReplacementSale, HandedCredential, RefundSale } from './sale-in-progress.ts';

const cardFeeWords = { fr: 'Carte de remplacement', en: 'Replacement card' } as const;

/** An order that was confirmed becomes a sale of its own, saved before anything is done. */
export async function drawUpOrder(
  facts: NewSaleFacts,
  ready: ReadyOrder,
  issue: CredentialIssue,
  store: EdgeStore,
): Promise<RefundSale | CardReplacementSale> {
  const sale = ready.kind === 'refund' ? refundSale(facts, ready) : replacementSale(facts, ready, issue);
  await store.write((tx) => store.visits.saveVisit(tx, sale.visitId, JSON.stringify(sale)));
  return sale;
}

function refundSale(facts: NewSaleFacts, ready: Extract<ReadyOrder, { kind: 'refund' }>): RefundSale {
  const { order, orderId, saleId, recordNo, ends } = ready;
  const lines = linesOf(order.lines);
  return {
    ...newSale(facts, {
      shape: { goods: 'none', money: 'out' },
      lines,
      agreedAtMs: facts.clock.wallMs(),
    }),
    product: 'refund',
    // Worded when it was sold, in the language it was sold in.
    lineWords: lines.map(({ label }) => ({ fr: label, en: label })),
    card: null,
    tickets: [],
    orderId,
    memberId: order.memberId as MemberId | null,
    original: { saleId, saleReference: order.saleReference ?? '', recordNo },
    ends,
  };
}

function replacementSale(
  facts: NewSaleFacts,
  ready: Extract<ReadyOrder, { kind: 'card-replacement' }>,
  issue: CredentialIssue,
): CardReplacementSale {
  const { order, orderId, replacedId, replaced, plan } = ready;
  const { language, clock, random } = facts;
  const agreedAtMs = clock.wallMs();
  const lines = linesOf(order.lines).map((line) =>
    line.productId === 'card-fee' ? { ...line, label: cardFeeWords[language] } : line,
  );
  return {
    ...newSale(facts, {
      shape: { goods: goodsOf(issue), money: order.amountCents === 0 ? 'none' : 'in' },
      lines,
      agreedAtMs,
    }),
    product: 'card-replacement',
    lineWords: lines.map(({ label, productId }) =>
      productId === 'card-fee' ? cardFeeWords : { fr: label, en: label },
    ),
    tickets: [],
    orderId,
    replaced: { credentialId: replacedId, record: replaced },
    ...handedBy(
      issue,
      {
        credentialId: newId(clock, random),
        memberId: replaced.memberId as MemberId,
        planId: replaced.planId as PlanId,
        planScope: plan.scope,
        homeClubId: replaced.homeClubId as ClubId,
        validFromMs: Math.max(agreedAtMs, Date.parse(replaced.validFrom)),
        validToMs: endOfMembership(replaced),
      },
      facts,
    ),
  };
}

function linesOf(lines: ReadyOrder['order']['lines']): readonly SaleLine[] {
  return lines.map((line) => ({
    ...line,
    unitCents: cents(line.unitCents),
    grossCents: cents(line.grossCents),
    netCents: cents(line.netCents),
  }));
}

/** A ticket that stands in for a pass ends before what it stands for. */
function endOfMembership({ account, validTo }: CredentialRecord): number | null {
  const end = account ? account.validTo : validTo;
  return end === null ? null : Date.parse(end);
}

/** When what a replaced card opened ends, as an event tells it. */
export function endOf({ validToMs }: HandedCredential): string | null {
  return validToMs === null ? null : isoTime(validToMs);
}
