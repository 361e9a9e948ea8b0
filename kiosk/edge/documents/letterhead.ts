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
    { kind: 'text', text: `SIRET ${seller.siret}`, align: 'centre' },
    {
      kind: 'text',
      text: `${language === 'fr' ? 'TVA' : 'VAT no.'} ${seller.vatNumber}`,
      align: 'centre',
    },
    ...(seller.creditorId === undefined
      ? []
      : [{ kind: 'text', text: `ICS ${seller.creditorId}`, align: 'centre' } as const]),
    { kind: 'space', lines: 1 },
  ];
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
