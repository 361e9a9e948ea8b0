import { mod97 } from './mod-97.ts';

/**
 * Length of an IBAN by country (SWIFT IBAN registry, ISO 13616) for the countries of SEPA (EPC409-09). An account of any of
 * them must be taken (Regulation 260/2012, art. 9). Territories without a code of their own use that of their country.
 */
const lengthOfCountry: Readonly<Record<string, number>> = {
  AD: 24,
  AL: 28,
  AT: 20,
  BE: 16,
  BG: 22,
  CH: 21,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  EE: 20,
  ES: 24,
  FI: 18,
  FR: 27,
  GB: 22,
  GI: 23,
  GR: 27,
  HR: 21,
  HU: 28,
  IE: 22,
  IS: 26,
  IT: 27,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MT: 31,
  NL: 18,
  NO: 15,
  PL: 28,
  PT: 25,
  RO: 24,
  RS: 22,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  VA: 22,
};

export const ibanMaxLength = 34;

/** What has been typed of an IBAN so far. */
export type IbanProgress =
  /** Fewer than two letters. */
  | { readonly state: 'no-country' }
  /** It begins with what is no country of SEPA. */
  | { readonly state: 'not-sepa'; readonly start: string }
  | {
      readonly state: 'too-short' | 'too-long' | 'wrong-check' | 'whole';
      /** ISO 3166, two capitals. */
      readonly country: string;
      readonly typed: number;
      readonly length: number;
    };

/** Capitals and digits only: spaces, dashes and the word IBAN before it are forgiven. */
export function compactIban(typed: string): string {
  const compact = typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  return compact.startsWith('IBAN') ? compact.slice(4) : compact;
}

/** In groups of four, as on paper (ISO 13616-1, 6). */
export function groupedIban(iban: string): string {
  return iban.replaceAll(/(.{4})(?=.)/g, '$1 ');
}

/** `FR76 •••• 189`: enough to recognise the account, too little to use it. */
export function maskedIban(iban: string): string {
  return `${iban.slice(0, 4)} •••• ${iban.slice(-3)}`;
}

export const maskedIbanShape = /^[A-Z]{2}\d{2} •••• [A-Z0-9]{3}$/;

export function ibanProgress(typed: string): IbanProgress {
  const iban = compactIban(typed);
  const country = iban.slice(0, 2);
  if (!/^[A-Z]{2}/.test(iban)) {
    return /^[A-Z]?$/.test(iban) ? { state: 'no-country' } : { state: 'not-sepa', start: country };
  }
  const length = lengthOfCountry[country];
  if (length === undefined) return { state: 'not-sepa', start: country };
  const found = { country, typed: iban.length, length };
  if (iban.length < length) return { state: 'too-short', ...found };
  if (iban.length > length) return { state: 'too-long', ...found };
  return { state: hasGoodCheckDigits(iban, country) ? 'whole' : 'wrong-check', ...found };
}

function hasGoodCheckDigits(iban: string, country: string): boolean {
  if (!/^[A-Z]{2}\d{2}/.test(iban) || mod97(iban.slice(4) + iban.slice(0, 4)) !== 1) return false;
  return country !== 'FR' && country !== 'MC' ? true : hasGoodRibKey(iban.slice(4));
}

/** Letters of a French account number as digits: A and J are 1, B, K and S are 2, and so on. */
const ribDigits = '12345678912345678923456789';

/** The key of a French bank account: 97 less the remainder of 89 × bank + 15 × branch + 3 × account. */
function hasGoodRibKey(rib: string): boolean {
  const shape = /^(\d{5})(\d{5})([A-Z0-9]{11})(\d{2})$/.exec(rib);
  if (!shape) return false;
  const [, bank, branch, account = '', key] = shape;
  const number = account.replaceAll(/[A-Z]/g, (letter) => ribDigits.charAt(letter.charCodeAt(0) - 65));
  return 97 - ((89 * Number(bank) + 15 * Number(branch) + 3 * Number(number)) % 97) === Number(key);
}
