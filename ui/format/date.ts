import type { FormatLanguage } from './money.ts';

const monthNames = {
  fr: [
    'janvier',
    'février',
    'mars',
    'avril',
    'mai',
    'juin',
    'juillet',
    'août',
    'septembre',
    'octobre',
    'novembre',
    'décembre',
  ],
  en: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
} as const;

/** A calendar day `2026-11-22` in words: `22 novembre 2026`, `1er mars 2026`, `22 November 2026`. No time zone takes part. */
export function formatDay(isoDay: string, language: FormatLanguage): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(isoDay);
  const day = Number(parts?.[3]);
  const month = monthNames[language][Number(parts?.[2]) - 1];
  if (parts === null || month === undefined) throw new Error('a day is written year-month-day');
  const dayWords = language === 'fr' && day === 1 ? '1er' : String(day);
  return `${dayWords}\u00a0${month} ${parts[1]}`;
}
