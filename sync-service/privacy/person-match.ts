/** What somebody who asks to be forgotten says of themselves; all of it optional, and kept nowhere. */
export interface PersonSaid {
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  /** YYYY-MM-DD. */
  readonly birthDate?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  /** Number of the card's chip in hex, or the reference of a sale: `M7QK-2F9C`. */
  readonly reference?: string | undefined;
  readonly memberId?: string | undefined;
}

/** What the base knows of a member; lists where there may be several. */
export interface PersonKnown {
  readonly memberId: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly birthDate: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly references: readonly string[];
}

export const matchKeys = ['name', 'birth-date', 'email', 'phone', 'reference', 'member-id'] as const;
export type MatchKey = (typeof matchKeys)[number];

/** What was said against what is known. */
export type Agreement = 'same' | 'other' | 'not-known';

/** PV1: whether what was said can point at a person at all; a name alone, or a birth date alone, points at many. */
export function sayEnough(said: PersonSaid): boolean {
  const named = Boolean(said.familyName && said.givenName && said.birthDate);
  return named || Boolean(said.email || said.phone || said.reference || said.memberId);
}

/** PV2, PV3: of each particular that was said, whether the member's is the same. What was not said is left out. */
export function agreements(said: PersonSaid, known: PersonKnown): Partial<Record<MatchKey, Agreement>> {
  const saidName = nameForm(`${said.givenName ?? ''} ${said.familyName ?? ''}`);
  const knownName = nameForm(`${known.givenName ?? ''} ${known.familyName ?? ''}`);
  return {
    ...agreed('name', saidName, knownName),
    ...agreed('birth-date', said.birthDate ?? '', known.birthDate ?? ''),
    ...agreed('email', emailForm(said.email ?? ''), emailForm(known.email ?? '')),
    ...agreed('phone', phoneForm(said.phone ?? ''), phoneForm(known.phone ?? '')),
    ...(said.reference
      ? {
          reference: known.references.map(referenceForm).includes(referenceForm(said.reference))
            ? ('same' as const)
            : ('other' as const),
        }
      : {}),
    ...agreed('member-id', said.memberId ?? '', known.memberId),
  };
}

/**
 * PV2: a candidate agrees in something that points at a person by itself. The order of the list: fewest contradictions first,
 * then most agreements.
 */
export function isCandidate(found: Partial<Record<MatchKey, Agreement>>): boolean {
  const same = (key: MatchKey) => found[key] === 'same';
  return (
    (same('name') && same('birth-date')) ||
    same('email') ||
    same('phone') ||
    same('reference') ||
    same('member-id')
  );
}

function agreed(key: MatchKey, said: string, known: string): Partial<Record<MatchKey, Agreement>> {
  if (said === '') return {};
  return { [key]: known === '' ? 'not-known' : said === known ? 'same' : 'other' };
}

/** Without case, accents, hyphens and apostrophes, its words in order: who writes the family name first is the same person. */
export function nameForm(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLocaleLowerCase('und')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .sort()
    .join(' ');
}

export function emailForm(email: string): string {
  return email.trim().toLowerCase();
}

/** The last nine digits: `06 12 34 56 78` and `+33 6 12 34 56 78` are one number. */
export function phoneForm(phone: string): string {
  return phone.replace(/\D/g, '').slice(-9);
}

export function referenceForm(reference: string): string {
  return reference.toUpperCase().replace(/[^0-9A-Z]/g, '');
}
