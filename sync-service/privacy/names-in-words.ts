import { emailForm, phoneForm } from './person-match.ts';

/** What would give a member away in what staff wrote. */
export interface Traits {
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly cardNumbers: readonly string[];
}

/** Stands where a name was. */
export const erasedMark = '[…]';

/**
 * PV32: `words` without what gives the member away. In words about this very member (`theirs`) each of their names goes, elsewhere
 * only what means nobody else: the whole name, the e-mail address, the phone number, the number of a card.
 */
export function withoutNames(words: string, traits: Traits, theirs: boolean): string {
  let text = words;
  for (const pattern of patternsOf(traits, theirs)) text = text.replace(pattern, erasedMark);
  return text;
}

/** PV50: a reason that is kept for good must not name who was forgotten. */
export function namesThePerson(words: string, traits: Traits): boolean {
  return withoutNames(words, traits, true) !== words;
}

function patternsOf(traits: Traits, theirs: boolean): RegExp[] {
  const { givenName, familyName, email, phone, cardNumbers } = traits;
  const names = [givenName, familyName].map((name) => name?.trim() ?? '').filter((name) => name !== '');
  const patterns: RegExp[] = [];
  if (email) patterns.push(literal(emailForm(email)));
  const digits = phoneForm(phone ?? '');
  if (digits.length >= 6) {
    const gap = '[ .()/-]*';
    // With the country and a zero before it, or without.
    const before = `(?:\\+\\d{1,3}${gap})?(?:0${gap})?`;
    patterns.push(new RegExp(before + [...digits].join(gap), 'g'));
  }
  for (const number of cardNumbers) patterns.push(literal(number));
  if (names.length === 2) {
    for (const both of [names, [...names].reverse()]) patterns.push(whole(both.map(escaped).join('[\\s,]+')));
  }
  if (theirs) for (const name of names) patterns.push(whole(escaped(name)));
  return patterns;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const literal = (text: string) => new RegExp(escaped(text), 'giu');
/** No letter before or behind: Li is not in Lisbonne. */
const whole = (pattern: string) => new RegExp(`(?<![\\p{L}\\p{M}])${pattern}(?![\\p{L}\\p{M}])`, 'giu');
