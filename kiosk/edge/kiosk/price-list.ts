import type { Clock } from '@portillon/core/base/clock.ts';
import type { ClockJudgement } from '@portillon/core/base/clock-trust.ts';
import type { PlanId } from '@portillon/core/base/ids.ts';
import { localDate } from '@portillon/core/journal/fiscal-time.ts';
import { type PlanPrice, planOn, priceOf, withPrice } from '@portillon/core/sale/plan-price.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import type { MemberBook } from '../../store/member-book.ts';

export interface PricedPlan {
  readonly planId: PlanId;
  readonly plan: Plan;
}

export interface PriceListOptions {
  readonly book: MemberBook;
  /** A clock that judges itself says how early it may be. */
  readonly clock: Clock & { readonly judgement?: ClockJudgement };
  /** Of the club. */
  readonly timeZone: () => string;
}

/** What plans cost at this kiosk: to whoever is here, what they cost when the visit began. */
export class PriceList {
  readonly #options: PriceListOptions;
  /** By plan; null while nobody is here. */
  #ofVisit: ReadonlyMap<PlanId, PlanPrice> | null = null;

  constructor(options: PriceListOptions) {
    this.#options = options;
  }

  /** SA95. */
  visitBegins(): void {
    const { book } = this.#options;
    const all = this.#today([...book.plansOnSale(), ...book.dayEntries()]);
    this.#ofVisit = new Map(all.map(({ planId, plan }) => [planId, priceOf(plan)]));
  }

  visitEnds(): void {
    this.#ofVisit = null;
  }

  /** Plans on sale at a kiosk, in the order they are shown. */
  plansOnSale(): readonly PricedPlan[] {
    return this.#priced(this.#options.book.plansOnSale());
  }

  /** Plans that are sold by the day, in the order they are shown. */
  dayEntries(): readonly PricedPlan[] {
    return this.#priced(this.#options.book.dayEntries());
  }

  #priced(plans: readonly PricedPlan[]): readonly PricedPlan[] {
    return this.#today(plans).map(({ planId, plan }) => {
      const shown = this.#ofVisit?.get(planId);
      return { planId, plan: shown ? withPrice(plan, shown) : plan };
    });
  }

  /** SA93, SA94. */
  #today(plans: readonly PricedPlan[]): readonly PricedPlan[] {
    const { clock, timeZone } = this.#options;
    const day = localDate(clock.judgement?.earliestMs ?? clock.wallMs(), timeZone());
    return plans.map(({ planId, plan }) => ({ planId, plan: planOn(plan, day) }));
  }
}
