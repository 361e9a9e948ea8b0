import { expect, it } from 'vitest';
import { gateSigns, publicNotices } from './gate-sign.ts';
import { personLanguages } from './person-language.ts';
import { signSentences } from './sign-sentences.ts';
import { signWords } from './sign-words.ts';

const signNames = [...gateSigns, ...publicNotices];

it('[GS1] has a sign and sentences for every notice and every state of a gate, and for nothing else', () => {
  expect(Object.keys(signWords).sort()).toEqual([...signNames].sort());
  expect(Object.keys(signSentences).sort()).toEqual([...signNames].sort());
});

it.each(signNames)('[GS1] says %s in sixteen letters, in four languages', (name) => {
  expect(Object.keys(signWords[name])).toEqual([...personLanguages]);
  for (const words of Object.values(signWords[name])) {
    expect(words.length).toBeGreaterThan(0);
    expect(words.length, words).toBeLessThanOrEqual(16);
    // Letters that a display of ASCII can show once their accents are gone.
    expect(words.normalize('NFKD').replace(/\p{M}/gu, '')).toMatch(/^[A-Za-z ’]+$/);
  }
});

it.each(signNames)(
  '[GS1] tells of %s what is the matter and what to do, short enough to be read in passing',
  (name) => {
    const { matter, change } = signSentences[name];
    for (const sentences of [matter, change]) {
      expect(Object.keys(sentences)).toEqual([...personLanguages]);
      for (const text of Object.values(sentences)) {
        expect(text).toMatch(/^\p{Lu}.+\.$/u);
        expect(text.length, text).toBeLessThanOrEqual(80);
      }
    }
  },
);

it('[GS1] says different things in different words, but for the two that send to the desk', () => {
  for (const language of personLanguages) {
    const words = signNames
      .filter((name) => name !== 'not-released')
      .map((name) => signWords[name][language]);
    expect(new Set(words).size).toBe(words.length);
  }
});
