import { describe, expect, it } from 'vitest';
import { formatDay } from './date.ts';
import { formatEuros } from './money.ts';
import { formatTimeOfDay } from './time-of-day.ts';

describe('money', () => {
  it('is written the French way with narrow no-break spaces', () => {
    expect(formatEuros(2990, 'fr')).toBe('29,90\u202f€');
    expect(formatEuros(123_456_789, 'fr')).toBe('1\u202f234\u202f567,89\u202f€');
    expect(formatEuros(5, 'fr')).toBe('0,05\u202f€');
  });

  it('is written the English way', () => {
    expect(formatEuros(2990, 'en')).toBe('€29.90');
    expect(formatEuros(100_000, 'en')).toBe('€1,000.00');
  });

  it('shows a credit with a minus sign', () => {
    expect(formatEuros(-5490, 'fr')).toBe('−54,90\u202f€');
    expect(formatEuros(-5490, 'en')).toBe('−€54.90');
  });
});

describe('a day', () => {
  it('is written in words', () => {
    expect(formatDay('2026-11-22', 'fr')).toBe('22\u00a0novembre 2026');
    expect(formatDay('1990-03-01', 'fr')).toBe('1er\u00a0mars 1990');
    expect(formatDay('1990-03-01', 'en')).toBe('1\u00a0March 1990');
  });

  it('is never guessed', () => {
    expect(() => formatDay('22/11/2026', 'fr')).toThrow();
    expect(() => formatDay('2026-13-01', 'fr')).toThrow();
  });
});

describe('a time of day', () => {
  it('drops empty minutes in French and keeps them in English', () => {
    expect(formatTimeOfDay('23:00', 'fr')).toBe('23\u202fh');
    expect(formatTimeOfDay('06:30', 'fr')).toBe('6\u202fh\u202f30');
    expect(formatTimeOfDay('6:30', 'en')).toBe('06:30');
  });
});
