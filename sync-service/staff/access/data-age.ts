import type { Language } from '../words.ts';

const minuteMs = 60_000;
const units = [
  ['day', 24 * 60 * minuteMs],
  ['hour', 60 * minuteMs],
  ['minute', minuteMs],
] as const;

/** How old the data were that somebody was decided on: `données de 3 heures`; null where there had never been any. */
export function dataAge(ageMs: number | null, language: Language): string {
  if (ageMs === null) return language === 'fr' ? 'aucune donnée reçue' : 'no data received';
  if (ageMs < minuteMs) return language === 'fr' ? 'données à jour' : 'up-to-date data';
  const [unit, unitMs] = units.find(([, length]) => ageMs >= length) ?? units[2];
  const age = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.floor(ageMs / unitMs),
  );
  return language === 'fr' ? `données de ${age}` : `data ${age} old`;
}
