import type { Language } from '../words.ts';

/** `24 nov. 2026`, of a day or of a moment. */
export function shortDay(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...(iso.length === 10 ? { timeZone: 'UTC' } : {}),
  }).format(new Date(iso));
}
