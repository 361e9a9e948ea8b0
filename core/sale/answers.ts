import { isVisible } from '../base/text.ts';
import { compactIban, ibanProgress } from './iban.ts';

/** What a customer has answered so far, and the judgement of each answer. Pure: the day is a parameter. */

export type Contact =
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'phone'; readonly phone: string }
  | { readonly kind: 'none' };

/** The account that the monthly fees are debited from. */
export type AccountAnswer =
  | { readonly kind: 'unanswered' }
  /** `iban` in capitals and digits, without spaces. The holder may be another person than the member. */
  | { readonly kind: 'iban'; readonly iban: string; readonly holder: string }
  /** No IBAN at hand: the mandate is signed with staff. */
  | { readonly kind: 'later' };

export interface Answers {
  readonly planId: string | null;
  readonly givenName: string;
  readonly familyName: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string | null;
  readonly contact: Contact;
  readonly account: AccountAnswer;
  readonly photo: 'unanswered' | 'taken' | 'later' | 'refused';
  readonly newsConsent: boolean | null;
}

export const noAnswers: Answers = {
  planId: null,
  givenName: '',
  familyName: '',
  birthDate: null,
  contact: { kind: 'unanswered' },
  account: { kind: 'unanswered' },
  photo: 'unanswered',
  newsConsent: null,
};

export type AnswerField =
  | 'givenName'
  | 'familyName'
  | 'birthDate'
  | 'email'
  | 'phone'
  | 'iban'
  | 'holder'
  | 'photo'
  | 'signature';
export type AnswerProblem =
  | 'empty'
  | 'too-long'
  | 'not-a-date'
  | 'in-the-future'
  | 'too-old'
  | 'not-an-email'
  | 'not-a-phone'
  | 'not-an-iban'
  | 'not-sepa'
  | 'wrong-check'
  | 'too-dark'
  | 'too-short'
  | 'unreadable';

export interface FieldProblem {
  readonly field: AnswerField;
  readonly problem: AnswerProblem;
}

export type Judged<T> =
  | { readonly problems: readonly FieldProblem[] }
  | { readonly problems: readonly []; readonly value: T };

const nameLengthLimit = 80;
/** Of a debtor's name in a collection (pain.008, `Dbtr/Nm`). */
const holderLengthLimit = 70;
const oldestAgeYears = 120;
export const adultAgeYears = 18;

/** Q3. A person with a single name gives it as family name; the given name may then stay empty. */
export function judgeNames(given: string, family: string): Judged<{ givenName: string; familyName: string }> {
  const givenName = tidy(given);
  const familyName = tidy(family);
  const problems: FieldProblem[] = [];
  if (givenName.length > nameLengthLimit) problems.push({ field: 'givenName', problem: 'too-long' });
  if (familyName.length === 0) problems.push({ field: 'familyName', problem: 'empty' });
  if (familyName.length > nameLengthLimit) problems.push({ field: 'familyName', problem: 'too-long' });
  return problems.length > 0 ? { problems } : { problems: [], value: { givenName, familyName } };
}

/** Empty where nothing of it can be seen. */
function tidy(text: string): string {
  const tidied = text
    .normalize('NFC')
    .replace(/\p{Cs}/gu, '')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '') // marks that reorder text around them; joiners stay, scripts need them
    .replace(/[\p{Cc}\p{Zs}]+/gu, ' ')
    .trim();
  return isVisible(tidied) ? tidied : '';
}

const monthNames = {
  fr: [
    'janvier',
    'fevrier',
    'mars',
    'avril',
    'mai',
    'juin',
    'juillet',
    'aout',
    'septembre',
    'octobre',
    'novembre',
    'decembre',
  ],
  en: [
    'january',
    'february',
    'march',
    'april',
    'may',
    'june',
    'july',
    'august',
    'september',
    'october',
    'november',
    'december',
  ],
} as const;

/** Q4. `today` is `YYYY-MM-DD` in the club's time zone. */
export function judgeBirthDate(
  typed: { readonly day: string; readonly month: string; readonly year: string },
  language: 'fr' | 'en',
  today: string,
): Judged<string> {
  const wrong = (problem: AnswerProblem): Judged<string> => ({ problems: [{ field: 'birthDate', problem }] });
  const [day, month, year] = [typed.day.trim(), typed.month.trim(), typed.year.trim()];
  if (!day || !month || !year) return wrong('empty');
  const monthNumber = /^\d{1,2}$/.test(month) ? Number(month) : monthOfName(month, language);
  if (!/^\d{1,2}$/.test(day) || !/^\d{4}$/.test(year) || monthNumber === null) return wrong('not-a-date');
  const date = `${year}-${String(monthNumber).padStart(2, '0')}-${day.padStart(2, '0')}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date)
    return wrong('not-a-date');
  if (date > today) return wrong('in-the-future');
  if (ageOn(date, today) > oldestAgeYears) return wrong('too-old');
  return { problems: [], value: date };
}

function monthOfName(text: string, language: 'fr' | 'en'): number | null {
  const plain = withoutAccents(text);
  if (plain.length < 3) return null;
  const fits = monthNames[language].flatMap((name, index) => (name.startsWith(plain) ? [index + 1] : []));
  return fits.length === 1 ? (fits[0] ?? null) : null;
}

function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether somebody may have been born then who lives today. Both are `YYYY-MM-DD`. */
export function mayBeBornOn(date: string, today: string): boolean {
  return date <= today && ageOn(date, today) <= oldestAgeYears;
}

/** Full years between two `YYYY-MM-DD`. Born on 29 February, one is a year older on 1 March of a common year. */
export function ageOn(birthDate: string, today: string): number {
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/** Q5. Spaces and capitals are forgiven; the domain must have a dot. */
export function judgeContact(contact: Contact): Judged<Contact> {
  if (contact.kind === 'email') {
    const email = contact.email.replaceAll(/\s/g, '').toLowerCase();
    if (!email) return { problems: [{ field: 'email', problem: 'empty' }] };
    if (email.length > 254 || !/^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$/.test(email)) {
      return { problems: [{ field: 'email', problem: 'not-an-email' }] };
    }
    return { problems: [], value: { kind: 'email', email } };
  }
  if (contact.kind === 'phone') {
    const phone = contact.phone.replaceAll(/[\s.\-()]/g, '').replace(/^00/, '+');
    if (!phone) return { problems: [{ field: 'phone', problem: 'empty' }] };
    if (!/^\+?\d{6,15}$/.test(phone)) return { problems: [{ field: 'phone', problem: 'not-a-phone' }] };
    return { problems: [], value: { kind: 'phone', phone } };
  }
  return { problems: [], value: contact };
}

/**
 * Q8, Q9. An empty IBAN stands for the one that was taken before, which no screen shows whole again (Q10). One thing
 * at a time: the account first, then whose it is.
 */
export function judgeAccount(
  typed: { readonly iban: string; readonly holder: string },
  before: AccountAnswer,
): Judged<AccountAnswer> {
  const holder = tidy(typed.holder);
  const compact = compactIban(typed.iban);
  const iban = compact === '' && before.kind === 'iban' ? before.iban : compact;
  const wrong = ibanProblem(iban);
  if (wrong) return { problems: [{ field: 'iban', problem: wrong }] };
  if (holder.length === 0) return { problems: [{ field: 'holder', problem: 'empty' }] };
  if (holder.length > holderLengthLimit) return { problems: [{ field: 'holder', problem: 'too-long' }] };
  return { problems: [], value: { kind: 'iban', iban, holder } };
}

function ibanProblem(iban: string): AnswerProblem | null {
  if (iban === '') return 'empty';
  const { state } = ibanProgress(iban);
  if (state === 'whole') return null;
  return state === 'no-country' ? 'not-an-iban' : state;
}

export type Signature =
  | { readonly kind: 'drawn'; readonly strokes: readonly (readonly number[])[] }
  | { readonly kind: 'typed'; readonly text: string };

const shortestLineMm = 20;

/** Q6. Strokes are in millimetres, [x, y, x, y, …]. */
export function judgeSignature(signature: Signature, answers: Answers): Judged<Signature> {
  const wrong = (problem: AnswerProblem): Judged<Signature> => ({
    problems: [{ field: 'signature', problem }],
  });
  if (signature.kind === 'typed') {
    const same = (text: string) => withoutAccents(tidy(text));
    if (same(signature.text) === '') return wrong('empty');
    return same(signature.text) === same(fullName(answers))
      ? { problems: [], value: signature }
      : wrong('unreadable');
  }
  if (signature.strokes.length === 0) return wrong('empty');
  let lengthMm = 0;
  for (const stroke of signature.strokes) {
    if (stroke.length % 2 !== 0 || stroke.some((value) => !Number.isFinite(value)))
      return wrong('unreadable');
    for (let index = 2; index < stroke.length; index += 2) {
      lengthMm += Math.hypot(
        (stroke[index] ?? 0) - (stroke[index - 2] ?? 0),
        (stroke[index + 1] ?? 0) - (stroke[index - 1] ?? 0),
      );
    }
  }
  return lengthMm < shortestLineMm ? wrong('too-short') : { problems: [], value: signature };
}

export function fullName(answers: Answers): string {
  return [answers.givenName, answers.familyName].filter((part) => part !== '').join(' ');
}
