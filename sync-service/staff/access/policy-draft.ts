import { type AccessPolicy, accessPolicySchema, openPolicy } from '@portillon/core/access/access-policy.ts';
import { centsOfTyped, typedOfCents } from '../typed-euros.ts';
import type { Language } from '../words.ts';
import type { AccessWords } from './access-words.ts';

export type Mode = AccessPolicy['capacity'];
export const modes: readonly Mode[] = ['off', 'soft', 'hard'];
export const ageTiers = ['home', 'network', 'debtor', 'ticket'] as const;

/** The rules of a club as they stand in the fields: what is typed is kept as typed. */
export interface PolicyDraft {
  readonly passback: Mode;
  readonly passbackMinutes: string;
  readonly capacityMode: Mode;
  readonly capacity: string;
  readonly graceDays: string;
  readonly fromEuros: string;
  readonly passExtraSteps: string;
  readonly uidBadges: boolean;
  readonly staticCodes: boolean;
  readonly ageHours: Readonly<Record<(typeof ageTiers)[number], string>>;
}

const typed = (value: number | null) => (value === null ? '' : String(value));

export function draftOf(
  club: { readonly policy: AccessPolicy | null; readonly capacity: number },
  language: Language,
): PolicyDraft {
  const policy = club.policy ?? openPolicy;
  const { home, network, debtor, ticket } = policy.dataAgeHours;
  return {
    passback: policy.antiPassback.mode,
    passbackMinutes: typed(policy.antiPassback.minutes),
    capacityMode: policy.capacity,
    capacity: String(club.capacity),
    graceDays: typed(policy.debt.graceDays),
    fromEuros: typedOfCents(policy.debt.fromCents, language),
    passExtraSteps: String(policy.passExtraSteps),
    uidBadges: policy.uidBadges,
    staticCodes: policy.staticCodes,
    ageHours: { home: typed(home), network: typed(network), debtor: typed(debtor), ticket: typed(ticket) },
  };
}

/** What the base is sent; a sentence for the first field that is wrong. */
export function policyOf(
  draft: PolicyDraft,
  text: AccessWords,
): { readonly policy: AccessPolicy; readonly capacity: number } | { readonly flaw: string } {
  const flaws: string[] = [];
  const whole = (field: string, name: string, least: number, most: number): number => {
    const value = /^\d{1,6}$/.test(field.trim()) ? Number(field) : Number.NaN;
    if (!(value >= least && value <= most)) flaws.push(text.notANumber(name, least, most));
    return value;
  };
  const orNone = (field: string, name: string, least: number, most: number) =>
    field.trim() === '' ? null : whole(field, name, least, most);
  const minutes = orNone(draft.passbackMinutes, text.passbackMinutes, 1, 1_440);
  const capacity = whole(draft.capacity, text.capacity, 1, 100_000);
  const graceDays = orNone(draft.graceDays, text.graceDays, 0, 366);
  const fromCents = centsOfTyped(draft.fromEuros);
  if (fromCents === null || fromCents < 1) flaws.push(text.notEuros);
  const hours = (tier: (typeof ageTiers)[number]) => orNone(draft.ageHours[tier], text.ageOf[tier], 1, 8_784);
  const dataAgeHours = {
    home: hours('home'),
    network: hours('network'),
    debtor: hours('debtor'),
    ticket: hours('ticket'),
  };
  const passExtraSteps = whole(draft.passExtraSteps, text.passSteps, 0, 20);
  const [flaw] = flaws;
  if (flaw !== undefined) return { flaw };
  return {
    capacity,
    policy: accessPolicySchema.parse({
      antiPassback: { mode: draft.passback, minutes },
      capacity: draft.capacityMode,
      debt: { graceDays, fromCents },
      passExtraSteps,
      uidBadges: draft.uidBadges,
      staticCodes: draft.staticCodes,
      dataAgeHours,
    }),
  };
}

/** A policy in words, one line a rule, as the history shows it. */
export function policyLines(policy: AccessPolicy, text: AccessWords, language: Language): string[] {
  const { antiPassback, capacity, debt, passExtraSteps, uidBadges, staticCodes, dataAgeHours } = policy;
  const orWord = (value: number | null, word: string, unit: string) =>
    value === null ? word : `${value} ${unit}`;
  return [
    `${text.passback} : ${text.modes[antiPassback.mode]}${antiPassback.minutes === null ? '' : ` (${antiPassback.minutes} min)`}`,
    `${text.fullHouse} : ${text.modes[capacity]}`,
    `${text.debt} : ${orWord(debt.graceDays, text.neverWord, language === 'fr' ? 'jours' : 'days')}, ${typedOfCents(debt.fromCents, language)} €`,
    `${text.dataAge} : ${ageTiers.map((tier) => `${text.ageOf[tier]} ${orWord(dataAgeHours[tier], text.howeverOld, 'h')}`).join(', ')}`,
    `${text.passSteps} : ${passExtraSteps}`,
    `${text.uidBadges} : ${uidBadges ? text.yes : text.no}`,
    `${text.staticCodes} : ${staticCodes ? text.yes : text.no}`,
  ].map((line) => (language === 'fr' ? line : line.replace(' : ', ': ')));
}
