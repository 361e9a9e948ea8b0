import { nifOf } from '@portillon/core/journal/fiscal-rules-of.ts';
import { countryOfSeller } from '@portillon/core/sale/pricing.ts';
import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import type { PlaceFacts } from './document-facts.ts';
import { twoBars } from './two-bars.ts';

/** The top of every document: mark, seller, club. */
export function letterhead({ seller, clubName, language }: PlaceFacts): readonly PrintBlock[] {
  return [
    { kind: 'logo', picture: twoBars },
    { kind: 'space', lines: 1 },
    { kind: 'text', text: seller.name, bold: true, large: true, align: 'centre' },
    { kind: 'text', text: clubName, align: 'centre' },
    { kind: 'text', text: seller.address, align: 'centre' },
    ...sellerNumbers(seller, language === 'fr' ? 'TVA' : 'VAT no.').map(
      (text) => ({ kind: 'text', text, align: 'centre' }) as const,
    ),
    ...(seller.creditorId === undefined
      ? []
      : [{ kind: 'text', text: `ICS ${seller.creditorId}`, align: 'centre' } as const]),
    { kind: 'space', lines: 1 },
  ];
}

/** The numbers of a seller as its country calls them. */
export function sellerNumbers(seller: PlaceFacts['seller'], vatWord: string): readonly string[] {
  return countryOfSeller(seller) === 'ES'
    ? [`NIF ${nifOf(seller)}`]
    : [`SIRET ${seller.siret}`, `${vatWord} ${seller.vatNumber}`];
}

const practiceWords = {
  fr: 'Essai sans valeur. Rien n’a été vendu.',
  en: 'Practice, of no value. Nothing was sold.',
} as const;

/** SA51: nothing for a sale. The French word in every language: it is the one the law knows. */
export function practiceMarks({
  training,
  language,
}: Pick<PlaceFacts, 'training' | 'language'>): readonly PrintBlock[] {
  return training
    ? [
        mark('SIMULATION'),
        { kind: 'text', text: practiceWords[language], align: 'centre' },
        { kind: 'space', lines: 1 },
      ]
    : [];
}

/** What no reader may miss, in large letters. */
export function mark(text: string): PrintBlock {
  return { kind: 'text', text, bold: true, large: true, align: 'centre' };
}
