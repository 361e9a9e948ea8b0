import { countryOfSeller } from '../sale/pricing.ts';
import { type FiscalRules, fiscalRulesOfFrance } from './fiscal-rules.ts';
import { fiscalRulesOfSpain } from './spain/veri-factu.ts';

/** The rules of the country where the seller pays VAT (FJ24). Those of France where no others are written down. */
export function fiscalRulesOf(seller: { readonly vatNumber: string }, till: string): FiscalRules {
  return countryOfSeller(seller) === 'ES'
    ? fiscalRulesOfSpain({ nif: nifOf(seller), series: `${till}-` })
    : fiscalRulesOfFrance;
}

/** The NIF is the VAT number without its country (RD 1624/1992 art. 79). */
export function nifOf({ vatNumber }: { readonly vatNumber: string }): string {
  return vatNumber
    .slice(2)
    .replace(/[\s.-]/g, '')
    .toUpperCase();
}
