/** Languages of our formats; the same closed list as the screens'. */
export type FormatLanguage = 'fr' | 'en';

const narrowNoBreakSpace = '\u202f';

/**
 * Euros from whole cents. French: `1 234,50 €` with narrow no-break spaces (Imprimerie nationale); English:
 * `€1,234.50`. Written by hand because Intl's French spaces differ between engine versions, and a price may never
 * look different on the screen and on a receipt.
 */
export function formatEuros(cents: number, language: FormatLanguage): string {
  const whole = Math.trunc(Math.abs(cents) / 100).toString();
  const rest = (Math.abs(cents) % 100).toString().padStart(2, '0');
  const sign = cents < 0 ? '−' : '';
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, language === 'fr' ? narrowNoBreakSpace : ',');
  return language === 'fr' ? `${sign}${grouped},${rest}${narrowNoBreakSpace}€` : `${sign}€${grouped}.${rest}`;
}
