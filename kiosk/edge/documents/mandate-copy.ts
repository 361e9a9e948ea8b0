import { invariant } from '@portillon/core/base/invariant.ts';
import { maskedIbanShape } from '@portillon/core/sale/iban.ts';
import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import { mark, practiceMarks } from './letterhead.ts';
import { type MandateFacts, mandateText, mandateWordingVersion } from './mandate-text.ts';
import { paragraphBlocks } from './paragraph-blocks.ts';
import { dateTimeWords } from './payment-summary.ts';
import { twoBars } from './two-bars.ts';

export interface MandateCopyFacts {
  readonly mandate: MandateFacts;
  /** Who signed, which may be another person than the holder of the account. */
  readonly signer: string;
  readonly signedAtMs: number;
  readonly timeZone: string;
  readonly training: boolean;
}

const words = {
  fr: {
    title: 'Copie du mandat',
    wording: 'Texte',
    signed: (by: string, at: string) => `Signé à l’écran par ${by}, le ${at}, avec le contrat.`,
  },
  en: {
    title: 'Copy of the mandate',
    wording: 'Wording',
    signed: (by: string, at: string) => `Signed on the screen by ${by}, ${at}, with the contract.`,
  },
} as const;

/** The debtor's copy of a mandate, word for word what was signed. */
export function mandateCopyBlocks(facts: MandateCopyFacts): readonly PrintBlock[] {
  const { mandate } = facts;
  invariant(maskedIbanShape.test(mandate.maskedIban), 'only the ends of an IBAN are printed');
  const say = words[mandate.language];
  const signedAt = dateTimeWords(facts.signedAtMs, facts.timeZone, mandate.language);
  // Paper has no dot in the middle of its line.
  const onPaper = mandateText(mandate).map((paragraph) => paragraph.replaceAll('•', '*'));
  return [
    { kind: 'logo', picture: twoBars },
    { kind: 'space', lines: 1 },
    ...practiceMarks({ training: facts.training, language: mandate.language }),
    mark(say.title),
    { kind: 'space', lines: 1 },
    { kind: 'pair', left: say.wording, right: mandateWordingVersion },
    { kind: 'rule' },
    ...onPaper.flatMap(paragraphBlocks),
    { kind: 'rule' },
    { kind: 'text', text: say.signed(facts.signer, signedAt) },
  ];
}
