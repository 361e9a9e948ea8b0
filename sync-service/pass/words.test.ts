import { expect, it } from 'vitest';
import { clockWords, lastDay, passLanguage, passWords } from './words.ts';

it('[PS20] speaks the first of the phone’s languages that it knows, else English', () => {
  expect(passLanguage(['pt-BR', 'fr'])).toBe('pt');
  expect(passLanguage(['de-DE', 'es-ES', 'en'])).toBe('es');
  expect(passLanguage(['de', 'it'])).toBe('en');
  expect(passLanguage([])).toBe('en');
});

it('[PS20] says everything in each language, in words of its own', () => {
  const { fr, ...others } = passWords;
  for (const words of Object.values(others)) {
    for (const key of Object.keys(fr) as (keyof typeof fr)[]) {
      const [said, inFrench] = [words[key], fr[key]];
      const told = typeof said === 'function' ? said('X') : said;
      expect(told).not.toBe('');
      expect(told).not.toBe(typeof inFrench === 'function' ? inFrench('X') : inFrench);
    }
  }
  expect(fr.otherPhone).not.toMatch(/[^\u202f][?!:;»]|«[^\u202f]/);
  for (const said of Object.values(fr)) {
    expect(typeof said === 'function' ? said('X') : said).not.toMatch(/[^\u202f][?!:;»]|«[^\u202f]/);
  }
});

it('[PS19] [PS17] says how far a clock is off, and the last day', () => {
  expect(clockWords(-240_000, 'en')).toMatch(/^4\smin slow$/);
  expect(clockWords(12_000, 'fr')).toBe('12\u202fs d’avance');
  expect(clockWords(7_200_000, 'es')).toMatch(/^2\sh de adelanto$/);
  expect(lastDay(Date.parse('2026-12-27T00:00:00.000Z'), 'pt')).toMatch(/2[67] de dezembro de 2026/);
});
