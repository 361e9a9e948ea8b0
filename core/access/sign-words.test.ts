import { expect, it } from 'vitest';
import { accessReasons } from '../wire/event.ts';
import { signWords } from './sign-words.ts';

it('has words for every reason of the list, and for what becomes of a grant', () => {
  expect(Object.keys(signWords).sort()).toEqual([...accessReasons, 'granted', 'not-released', 'wait'].sort());
});

it.each(Object.entries(signWords))('says %s in sixteen letters', (_reason, { fr, en }) => {
  for (const words of [fr, en]) {
    expect(words.length).toBeGreaterThan(0);
    expect(words.length).toBeLessThanOrEqual(16);
    // Letters that a display of ASCII can show once their accents are gone.
    expect(words.normalize('NFKD').replace(/\p{M}/gu, '')).toMatch(/^[A-Za-z ’]+$/);
  }
});
