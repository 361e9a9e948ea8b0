import {
  type ConsentPurpose,
  consentPurposes,
  consentWordings,
} from '@portillon/core/sale/consent-wordings.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { ConsentsAnswer } from '@portillon/core/wire/messages.ts';

/** What a member said last of one purpose, as far as it is known at a kiosk. */
export interface ConsentKnown {
  readonly purpose: ConsentPurpose;
  readonly act: 'given' | 'not-given' | 'withdrawn';
  readonly atMs: number;
  /** That were asked, a line each; null of a yes that was taken back, and where they are not known. */
  readonly words: readonly string[] | null;
}

/** SA100: by the base (null where it does not answer) and by what was said at this box, which it may not have heard of yet. Pure. */
export function consentsKnown(
  base: ConsentsAnswer['consents'] | null,
  saidHere: readonly EventOf<'sale.completed' | 'consent.answered'>[],
): readonly ConsentKnown[] {
  const told = (base ?? []).flatMap(({ purpose, act, at, words }): ConsentKnown[] => {
    const known = consentPurposes.find((each) => each === purpose);
    return known ? [{ purpose: known, act, atMs: Date.parse(at), words: words?.split('\n') ?? null }] : [];
  });
  const all = [...told, ...saidHere.flatMap(consentsIn)];
  return consentPurposes.flatMap((purpose) => {
    const last = all.filter((each) => each.purpose === purpose).reduce<ConsentKnown | null>(laterOf, null);
    return last ? [last] : [];
  });
}

/** The later, of two at one moment the stricter; of the same twice the one with the words. */
function laterOf(one: ConsentKnown | null, other: ConsentKnown): ConsentKnown {
  if (one === null || one.atMs !== other.atMs) return one && one.atMs > other.atMs ? one : other;
  if (one.act === other.act) return one.words ? one : other;
  return one.act === 'given' ? other : one;
}

function consentsIn(event: EventOf<'sale.completed' | 'consent.answered'>): ConsentKnown[] {
  const atMs = Date.parse(event.at);
  if (event.type === 'sale.completed') {
    return event.consents.map(({ purpose, given, wordingVersion }) => ({
      purpose,
      act: given ? 'given' : 'not-given',
      atMs,
      words: wordsOf(purpose, wordingVersion, event.language),
    }));
  }
  const { purpose, act, wording, language } = event;
  return [{ purpose, act, atMs, words: wording && wordsOf(purpose, wording.version, language) }];
}

function wordsOf(purpose: ConsentPurpose, version: string, language: 'fr' | 'en'): readonly string[] | null {
  return consentWordings[version]?.[purpose][language] ?? null;
}
