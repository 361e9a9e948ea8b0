import { expect, it } from 'vitest';
import { accessReasons } from '../wire/event.ts';
import { reasonWords } from './reason-words.ts';

it('has words for every reason of the list, and for no other', () => {
  expect(Object.keys(reasonWords).sort()).toEqual([...accessReasons].sort());
});

it.each(accessReasons)('says %s in whole sentences, short enough for a display', (reason) => {
  const { person, staff } = reasonWords[reason];
  for (const text of [person.fr, person.en, staff.fr, staff.en]) expect(text).toMatch(/^\p{Lu}.+\.$/u);
  for (const text of [person.fr, person.en]) expect(text.length).toBeLessThanOrEqual(64);
});
