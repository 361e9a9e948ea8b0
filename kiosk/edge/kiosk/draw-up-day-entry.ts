import type { PlanId } from '@portillon/core/base/ids.ts';
import { countryOfSeller, dayEntryLines, type Plan } from '@portillon/core/sale/pricing.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { endOfLocalDay } from '../documents/payment-summary.ts';
import { type NewSaleFacts, newSale, signedTicket } from './new-sale.ts';
import type { DayEntrySale } from './sale-in-progress.ts';

/** What a day entry needs: a ticket, for money, and nobody's name (J5). */
const dayEntryShape = { goods: 'ticket', money: 'in' } as const;

/** The plan that was chosen becomes a sale with a signed ticket for one entry until the end of this day in the club. */
export async function drawUpDayEntry(
  facts: NewSaleFacts & { readonly planId: PlanId; readonly plan: Plan },
  store: EdgeStore,
): Promise<DayEntrySale> {
  const { planId, plan, club, language, practice, clock } = facts;
  const agreedAtMs = clock.wallMs();
  const untilMs = endOfLocalDay(agreedAtMs, club.timeZone);
  const lines = dayEntryLines(planId, plan, language, countryOfSeller(club.legalEntity));
  const sale: DayEntrySale = {
    ...newSale(facts, { shape: dayEntryShape, lines, agreedAtMs }),
    product: 'day-entry',
    lineWords: [plan.names],
    planId,
    card: null,
    tickets: practice ? [] : [signedTicket(facts, planId, plan.scope, agreedAtMs, untilMs)],
  };
  await store.write((tx) => store.visits.saveVisit(tx, sale.visitId, JSON.stringify(sale)));
  return sale;
}
