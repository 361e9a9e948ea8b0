import type { Language } from './words.ts';

/** `24 nov. 2026, 18:42` in the club's own time: for what may lie years away. */
export function fullDate(iso: string, timeZone: string | undefined, language: Language): string {
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone ? { timeZone } : {}),
  }).format(new Date(iso));
}
