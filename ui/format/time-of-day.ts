import type { FormatLanguage } from './money.ts';

/** A time of day `HH:MM`: French `23 h`, `6 h 30`; English `23:00`, `06:30`. */
export function formatTimeOfDay(time: string, language: FormatLanguage): string {
  const parts = /^(\d{1,2}):(\d{2})$/.exec(time);
  if (parts === null) throw new Error('a time of day is written HH:MM');
  const [, hours = '', minutes = ''] = parts;
  if (language === 'en') return `${hours.padStart(2, '0')}:${minutes}`;
  const hour = `${Number(hours)}\u202fh`;
  return minutes === '00' ? hour : `${hour}\u202f${minutes}`;
}
