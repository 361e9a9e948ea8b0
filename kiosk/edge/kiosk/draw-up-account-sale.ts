import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type MembershipId, newId, type PlanId } from '@portillon/core/base/ids.ts';
import type { PeriodOffer } from '@portillon/core/sale/account-offers.ts';
import { debtWords } from '@portillon/core/sale/debt-words.ts';
import { countryOfSeller, debtLines, renewalLines } from '@portillon/core/sale/pricing.ts';
import type { SaleShape } from '@portillon/core/sale/sale-state.ts';
import type { Account } from '@portillon/core/wire/messages.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { type MemberAccount, renewedRecord, settledRecord } from './member-account.ts';
import { type NewSaleFacts, newSale } from './new-sale.ts';
import type { DebtSale, RenewalSale } from './sale-in-progress.ts';

/** What a member pays for who has a card already: nothing is handed over (SA76). */
const accountShape = { goods: 'none', money: 'in' } as const;

/** The period that was chosen becomes a sale (SA77). */
export async function drawUpRenewal(
  facts: NewSaleFacts & { readonly member: MemberAccount; readonly offer: PeriodOffer },
  store: EdgeStore,
): Promise<RenewalSale> {
  const { member, offer, club, language, clock, random } = facts;
  const nowMs = clock.wallMs();
  const { plan, planId } = offer;
  const lines = renewalLines(planId, plan, language, countryOfSeller(club.legalEntity));
  const period = {
    membershipId: newId<'membership'>(clock, random) as MembershipId,
    planId,
    from: isoTime(offer.period.fromMs),
    to: isoTime(offer.period.toMs),
  };
  const recordAfter = renewedRecord(member, { ...period, nowMs });
  // A plan that begins later would open its hours and clubs at once, from the grant: the book knows when.
  const writesCard = recordAfter.planId === planId && recordAfter.kind === 'card';
  const shape: SaleShape = writesCard ? { ...accountShape, renews: 'card' } : accountShape;
  const sale: RenewalSale = {
    ...newSale(facts, { shape, lines, agreedAtMs: nowMs }),
    ...ofMember(member, recordAfter),
    product: 'renewal',
    lineWords: [plan.names],
    planId: planId as PlanId,
    planScope: plan.scope,
    membershipId: period.membershipId,
    period: offer.period,
  };
  await save(sale, store);
  return sale;
}

/** What is owed here becomes a sale (SA74, SA77). */
export async function drawUpDebtSale(
  facts: NewSaleFacts & { readonly member: MemberAccount; readonly debts: Account['debts'] },
  store: EdgeStore,
): Promise<DebtSale> {
  const { member, debts, language, clock } = facts;
  const debtIds = debts.map(({ debtId }) => debtId);
  const sale: DebtSale = {
    ...newSale(facts, { shape: accountShape, lines: debtLines(debts, language), agreedAtMs: clock.wallMs() }),
    ...ofMember(member, settledRecord(member, debtIds)),
    product: 'debt',
    lineWords: debts.map(({ reason }) => debtWords[reason]),
    debtIds,
  };
  await save(sale, store);
  return sale;
}

function ofMember({ memberId, credentialId }: MemberAccount, recordAfter: CredentialRecord) {
  return { memberId, credentialId, recordAfter, card: null, tickets: [] } as const;
}

async function save(sale: RenewalSale | DebtSale, store: EdgeStore): Promise<void> {
  await store.write((tx) => store.visits.saveVisit(tx, sale.visitId, JSON.stringify(sale)));
}
