import { expect, it } from 'vitest';
import { accessReasons } from '../wire/event.ts';
import { publicNotices, type SignName, signOf } from './gate-sign.ts';
import { reasonWords } from './reason-words.ts';

it('[GS1] has words for the person, for staff, and what would change it, for every reason', () => {
  for (const reason of accessReasons) {
    const { person, change, staff } = reasonWords(reason);
    for (const words of [person, change, staff]) {
      for (const text of Object.values(words)) expect(text).toMatch(/^\p{Lu}.+\.$/u);
    }
    for (const language of ['fr', 'en'] as const) expect(staff[language]).not.toBe(person[language]);
  }
});

/** What a bystander would learn about somebody's money, health or standing. */
const tellsOfPerson = ['debt', 'expired', 'suspended', 'blocked', 'data-too-old'] as const;

it('[GS2] says nothing in public that tells one such reason from another', () => {
  const sharedBy = new Map<SignName, number>();
  for (const reason of accessReasons) {
    sharedBy.set(signOf(reason), (sharedBy.get(signOf(reason)) ?? 0) + 1);
  }
  for (const reason of tellsOfPerson) expect(sharedBy.get(signOf(reason))).toBeGreaterThan(1);
  expect([...sharedBy.keys()].sort()).toEqual([...publicNotices, 'locked'].sort());
});

it('[GS2] has no word of money or of a pause for any of them', () => {
  const telling =
    /pay|pai|pag|debt|due|dette|impay|deud|dívida|règle|suspen|pause|pausa|hold on|block|bloq|expir|renew|renouv|renov/i;
  for (const reason of tellsOfPerson) {
    const { person, change } = reasonWords(reason);
    for (const text of [...Object.values(person), ...Object.values(change)])
      expect(text).not.toMatch(telling);
  }
});
