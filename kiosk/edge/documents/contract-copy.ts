import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import { type ContractFacts, contractText, contractWordingVersion } from './contract-text.ts';
import { mark, practiceMarks } from './letterhead.ts';
import { paragraphBlocks } from './paragraph-blocks.ts';
import { dateTimeWords } from './payment-summary.ts';
import { twoBars } from './two-bars.ts';

export interface ContractCopyFacts {
  readonly contract: ContractFacts;
  readonly saleReference: string;
  readonly signedAtMs: number;
  readonly timeZone: string;
  readonly training: boolean;
}

const words = {
  fr: {
    title: 'Copie du contrat',
    reference: 'Référence',
    wording: 'Texte',
    signed: (by: string, at: string) => `Signé à l’écran par ${by}, le ${at}.`,
  },
  en: {
    title: 'Copy of the contract',
    reference: 'Reference',
    wording: 'Wording',
    signed: (by: string, at: string) => `Signed on the screen by ${by}, ${at}.`,
  },
} as const;

/** The contract on paper, word for word what was signed. */
export function contractCopyBlocks(facts: ContractCopyFacts): readonly PrintBlock[] {
  const { contract } = facts;
  const say = words[contract.language];
  const signedAt = dateTimeWords(facts.signedAtMs, facts.timeZone, contract.language);
  return [
    { kind: 'logo', picture: twoBars },
    { kind: 'space', lines: 1 },
    ...practiceMarks({ training: facts.training, language: contract.language }),
    mark(say.title),
    { kind: 'text', text: contract.clubName, align: 'centre' },
    { kind: 'space', lines: 1 },
    { kind: 'pair', left: say.reference, right: facts.saleReference },
    { kind: 'pair', left: say.wording, right: contractWordingVersion },
    { kind: 'rule' },
    ...contractText(contract).flatMap(paragraphBlocks),
    { kind: 'rule' },
    { kind: 'text', text: say.signed(contract.memberName, signedAt) },
  ];
}
