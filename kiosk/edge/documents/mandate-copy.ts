import { invariant } from '@portillon/core/base/invariant.ts';
import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import { mark } from './letterhead.ts';
import { dateTimeWords } from './payment-summary.ts';
import { twoBars } from './two-bars.ts';

export interface MandateCopyFacts {
  readonly language: 'fr' | 'en';
  readonly creditor: {
    readonly name: string;
    readonly address: string;
    /** ICS, `FR72ZZZ123456`. */
    readonly creditorId: string;
  };
  readonly debtor: { readonly name: string; readonly address: string | null };
  /** RUM, at most 35 characters. */
  readonly mandateReference: string;
  /** The end of the IBAN; the rest never reaches paper. */
  readonly ibanLastFour: string;
  readonly recurrent: boolean;
  readonly place: string;
  readonly signedAtMs: number;
  readonly timeZone: string;
}

const words = {
  fr: {
    title: 'Mandat de prélèvement SEPA',
    reference: 'Référence unique du mandat',
    authorises: (creditor: string) =>
      `En signant ce mandat, vous autorisez (A) ${creditor} à envoyer des instructions à votre banque pour débiter votre compte, et (B) votre banque à débiter votre compte selon les instructions de ${creditor}.`,
    refund:
      'Vous avez le droit d’être remboursé par votre banque selon la convention que vous avez passée avec elle. La demande de remboursement doit être présentée dans les 8 semaines qui suivent la date de débit de votre compte.',
    debtor: 'Débiteur',
    account: 'Compte (IBAN)',
    creditor: 'Créancier',
    creditorId: 'Identifiant créancier SEPA',
    kind: 'Type de paiement',
    recurrent: 'récurrent',
    oneOff: 'ponctuel',
    place: 'Fait à',
    date: 'Le',
    signed: (name: string) => `Signé à l’écran par ${name}.`,
    rights: 'Vos droits sur ce mandat sont expliqués dans un document que votre banque peut vous remettre.',
  },
  en: {
    title: 'SEPA Direct Debit Mandate',
    reference: 'Unique mandate reference',
    authorises: (creditor: string) =>
      `By signing this mandate, you authorise (A) ${creditor} to send instructions to your bank to debit your account, and (B) your bank to debit your account in accordance with the instructions from ${creditor}.`,
    refund:
      'You are entitled to a refund from your bank under the terms of your agreement with your bank. A refund must be claimed within 8 weeks of the date on which your account was debited.',
    debtor: 'Debtor',
    account: 'Account (IBAN)',
    creditor: 'Creditor',
    creditorId: 'SEPA creditor identifier',
    kind: 'Type of payment',
    recurrent: 'recurrent',
    oneOff: 'one-off',
    place: 'Signed in',
    date: 'On',
    signed: (name: string) => `Signed on the screen by ${name}.`,
    rights: 'Your rights on this mandate are explained in a statement that you can obtain from your bank.',
  },
} as const;

/** The debtor's copy of a mandate (EPC392-08 v5.0: heading, references, authorisation, refund, parties, place and date). */
export function mandateCopyBlocks(facts: MandateCopyFacts): readonly PrintBlock[] {
  invariant(/^[0-9A-Z]{4}$/.test(facts.ibanLastFour), 'only the end of an IBAN is printed');
  const say = words[facts.language];
  const { creditor, debtor } = facts;
  return [
    { kind: 'logo', picture: twoBars },
    { kind: 'space', lines: 1 },
    mark(say.title),
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.reference, bold: true },
    { kind: 'text', text: facts.mandateReference },
    { kind: 'rule' },
    { kind: 'text', text: say.authorises(creditor.name) },
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.refund },
    { kind: 'rule' },
    { kind: 'text', text: say.debtor, bold: true },
    { kind: 'text', text: debtor.name },
    ...(debtor.address === null ? [] : [{ kind: 'text' as const, text: debtor.address }]),
    { kind: 'pair', left: say.account, right: `**** ${facts.ibanLastFour}` },
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.creditor, bold: true },
    { kind: 'text', text: creditor.name },
    { kind: 'text', text: creditor.address },
    { kind: 'pair', left: say.creditorId, right: creditor.creditorId },
    { kind: 'rule' },
    { kind: 'pair', left: say.kind, right: facts.recurrent ? say.recurrent : say.oneOff },
    { kind: 'pair', left: say.place, right: facts.place },
    { kind: 'pair', left: say.date, right: dateTimeWords(facts.signedAtMs, facts.timeZone, facts.language) },
    { kind: 'text', text: say.signed(debtor.name) },
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.rights },
  ];
}
