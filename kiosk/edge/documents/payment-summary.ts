import { addDays, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import type { SaleLine } from '@portillon/core/sale/pricing.ts';

/** Prices as words, for contract and receipt. */
export interface PaymentSummary {
  /** Of a month, or of the whole term of a prepaid plan. */
  readonly monthly: string;
  readonly today: string;
  /** `Tous les jours, premier mois 29,90 €, Frais d'adhésion 25,00 €`. */
  readonly detail: string;
}

const locales = { fr: 'fr-FR', en: 'en-IE' } as const;

export function moneyWords(amountCents: number, language: 'fr' | 'en'): string {
  return new Intl.NumberFormat(locales[language], { style: 'currency', currency: 'EUR' }).format(
    amountCents / 100,
  );
}

/** `1299,00`: for texts in which every character counts. */
export function moneyNumber(amountCents: number, language: 'fr' | 'en'): string {
  return new Intl.NumberFormat(locales[language], {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    useGrouping: false,
  }).format(amountCents / 100);
}

export function dateWords(timeMs: number, timeZone: string, language: 'fr' | 'en'): string {
  return new Intl.DateTimeFormat(locales[language], { dateStyle: 'long', timeZone }).format(timeMs);
}

export function dateTimeWords(timeMs: number, timeZone: string, language: 'fr' | 'en'): string {
  return new Intl.DateTimeFormat(locales[language], {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone,
  }).format(timeMs);
}

/** `25/11/2026 08:31`, the same in every language. */
export function compactDateTime(timeMs: number, timeZone: string): string {
  return dateTimeWords(timeMs, timeZone, 'fr');
}

/** `YYYY-MM-DD` where the club is. */
export function localDay(timeMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone }).format(timeMs);
}

/** The last moment of the day that `timeMs` lies in, where the club is. */
export function endOfLocalDay(timeMs: number, timeZone: string): number {
  return startOfDayMs(addDays(localDay(timeMs, timeZone), 1), timeZone) - 1;
}

export function paymentSummary(
  lines: readonly SaleLine[],
  monthlyCents: number,
  totalCents: number,
  language: 'fr' | 'en',
): PaymentSummary {
  return {
    monthly: moneyWords(monthlyCents, language),
    today: moneyWords(totalCents, language),
    detail: lines.map((line) => `${line.label} ${moneyWords(line.grossCents, language)}`).join(', '),
  };
}
