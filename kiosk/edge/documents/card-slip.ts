import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import type { PlaceFacts } from './document-facts.ts';
import { letterhead, mark, practiceMarks } from './letterhead.ts';
import { dateTimeWords, moneyWords } from './payment-summary.ts';
import { lastFour } from './receipt.ts';

export interface CardSlipFacts extends PlaceFacts {
  readonly outcome: 'declined' | 'cancelled' | 'credited';
  readonly atMs: number;
  readonly amountCents: number;
  readonly saleReference: string;
  /** What the terminal was told; staff find the payment by it in the terminal's own journal. */
  readonly paymentReference: string;
  /** Null where the terminal told nothing of the card. */
  readonly card: {
    readonly scheme: string;
    readonly maskedPan: string;
    readonly authorisation: string;
    readonly terminalContract: string | null;
  } | null;
}

const words = {
  fr: {
    title: 'Ticket de carte bancaire',
    declined: 'PAIEMENT REFUSÉ',
    cancelled: 'PAIEMENT ANNULÉ',
    credited: 'PAIEMENT RENDU',
    means: {
      declined: 'Rien n’a été débité de votre compte.',
      cancelled: 'Rien n’a été débité de votre compte.',
      credited: 'Ce montant vous est rendu. Votre banque peut mettre quelques jours à le montrer.',
    },
    amount: 'Montant',
    date: 'Date',
    till: 'Borne',
    reference: 'Référence',
    payment: 'Paiement',
    card: 'Carte',
    authorisation: 'Autorisation',
    contract: 'Contrat',
    keep: 'Ticket à conserver.',
  },
  en: {
    title: 'Card slip',
    declined: 'PAYMENT DECLINED',
    cancelled: 'PAYMENT CANCELLED',
    credited: 'PAYMENT GIVEN BACK',
    means: {
      declined: 'Nothing was taken from your account.',
      cancelled: 'Nothing was taken from your account.',
      credited: 'This amount is given back to you. Your bank can take a few days to show it.',
    },
    amount: 'Amount',
    date: 'Date',
    till: 'Kiosk',
    reference: 'Reference',
    payment: 'Payment',
    card: 'Card',
    authorisation: 'Authorisation',
    contract: 'Contract',
    keep: 'Please keep this slip.',
  },
} as const;

/**
 * The slip of a card payment that was declined, cancelled or credited: printed without being asked for, an exception to the
 * rule that paper comes on request (code de l'environnement, D541-371).
 */
export function cardSlipBlocks(facts: CardSlipFacts): readonly PrintBlock[] {
  const say = words[facts.language];
  const { card } = facts;
  return [
    ...letterhead(facts),
    ...practiceMarks(facts),
    { kind: 'text', text: say.title, bold: true, align: 'centre' },
    mark(say[facts.outcome]),
    { kind: 'space', lines: 1 },
    { kind: 'pair', left: say.amount, right: moneyWords(facts.amountCents, facts.language), bold: true },
    { kind: 'pair', left: say.date, right: dateTimeWords(facts.atMs, facts.timeZone, facts.language) },
    { kind: 'pair', left: say.till, right: facts.till },
    { kind: 'pair', left: say.reference, right: facts.saleReference },
    { kind: 'pair', left: say.payment, right: facts.paymentReference },
    ...(card
      ? ([
          { kind: 'pair', left: `${say.card} ${card.scheme}`, right: lastFour(card.maskedPan) },
          { kind: 'pair', left: say.authorisation, right: card.authorisation },
          ...(card.terminalContract
            ? [{ kind: 'pair' as const, left: say.contract, right: card.terminalContract }]
            : []),
        ] as const)
      : []),
    { kind: 'rule' },
    { kind: 'text', text: say.means[facts.outcome] },
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.keep, align: 'centre' },
  ];
}
