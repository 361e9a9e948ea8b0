import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import type { PlaceFacts } from './document-facts.ts';
import { letterhead, mark, practiceMarks } from './letterhead.ts';
import { dateTimeWords, moneyWords } from './payment-summary.ts';

export interface CaseSlipFacts extends PlaceFacts {
  /** What the club owes, or that nobody knows yet whether money was taken. */
  readonly owed: 'money' | 'card' | 'ticket' | 'an-answer' | 'a-refund';
  readonly atMs: number;
  /** What was paid, or may have been. */
  readonly amountCents: number;
  readonly saleReference: string;
  readonly staffPhone: string | null;
}

const words = {
  fr: {
    title: 'Dossier ouvert',
    owed: {
      money: 'Le club vous doit ce montant. Il vous sera rendu.',
      card: 'Votre abonnement est actif. Le club vous doit une carte.',
      ticket: 'Votre abonnement est actif. Le club vous doit un ticket, en attendant votre pass.',
      'an-answer':
        'Le terminal n’a pas dit si ce montant a été pris. Le club le vérifie ; ce qui a été pris à tort vous sera rendu. Ne payez pas une deuxième fois.',
      'a-refund':
        'Le terminal n’a pas dit si ce montant vous a été rendu. Le club le vérifie ; ce qui manque vous sera rendu.',
    },
    owing: {
      money: 'À vous rendre',
      card: 'Payé',
      ticket: 'Payé',
      'an-answer': 'Montant à vérifier',
      'a-refund': 'Montant à vérifier',
    },
    date: 'Date',
    place: 'Lieu',
    till: 'Borne',
    reference: 'Référence',
    ask: 'À qui vous adresser',
    askDesk: 'À l’accueil du club, avec ce ticket.',
    askPhone: 'Par téléphone :',
    keep: 'Ticket à conserver.',
  },
  en: {
    title: 'Case opened',
    owed: {
      money: 'The club owes you this amount. It will be given back.',
      card: 'Your membership is active. The club owes you a card.',
      ticket: 'Your membership is active. The club owes you a ticket, until you have your pass.',
      'an-answer':
        'The terminal has not said whether this amount was taken. The club is checking; what was taken wrongly will be given back. Do not pay again.',
      'a-refund':
        'The terminal has not said whether this amount was given back to you. The club is checking; what is missing will be given back.',
    },
    owing: {
      money: 'Owed to you',
      card: 'Paid',
      ticket: 'Paid',
      'an-answer': 'Amount to check',
      'a-refund': 'Amount to check',
    },
    date: 'Date',
    place: 'Place',
    till: 'Kiosk',
    reference: 'Reference',
    ask: 'Whom to ask',
    askDesk: 'The desk of the club, with this slip.',
    askPhone: 'By telephone:',
    keep: 'Please keep this slip.',
  },
} as const;

/** For the customer of a sale that a person must settle: what is owed, its reference, whom to ask. */
export function caseSlipBlocks(facts: CaseSlipFacts): readonly PrintBlock[] {
  const say = words[facts.language];
  return [
    ...letterhead(facts),
    ...practiceMarks(facts),
    mark(say.title),
    { kind: 'space', lines: 1 },
    mark(facts.saleReference),
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.owed[facts.owed] },
    { kind: 'rule' },
    {
      kind: 'pair',
      left: say.owing[facts.owed],
      right: moneyWords(facts.amountCents, facts.language),
      bold: true,
    },
    { kind: 'pair', left: say.date, right: dateTimeWords(facts.atMs, facts.timeZone, facts.language) },
    { kind: 'pair', left: say.place, right: facts.clubName },
    { kind: 'pair', left: say.till, right: facts.till },
    { kind: 'pair', left: say.reference, right: facts.saleReference },
    { kind: 'rule' },
    { kind: 'text', text: say.ask, bold: true },
    { kind: 'text', text: say.askDesk },
    ...(facts.staffPhone === null
      ? []
      : [{ kind: 'pair' as const, left: say.askPhone, right: facts.staffPhone, bold: true }]),
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.keep, align: 'centre' },
  ];
}
