import type { SaleLine } from '@portillon/core/sale/pricing.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import { dateTimeWords, moneyWords } from './payment-summary.ts';

export interface ReceiptFacts {
  readonly language: 'fr' | 'en';
  readonly seller: {
    readonly name: string;
    readonly address: string;
    readonly siret: string;
    readonly vatNumber: string;
  };
  readonly clubName: string;
  readonly till: string;
  readonly saleReference: string;
  readonly atMs: number;
  readonly timeZone: string;
  readonly lines: readonly SaleLine[];
  readonly totalCents: number;
  readonly payment: EventOf<'sale.completed'>['payment'];
}

const words = {
  fr: {
    title: 'Reçu',
    total: 'Total payé',
    net: 'dont HT',
    vat: 'TVA',
    paidBy: 'Payé par carte',
    authorisation: 'Autorisation',
    reference: 'Référence',
    till: 'Borne',
    thanks: 'Bonne séance !',
    guest: 'Invitation',
    guestUse: 'Une entrée pour un ami, dans les 30 jours. À présenter au lecteur de l’entrée.',
  },
  en: {
    title: 'Receipt',
    total: 'Total paid',
    net: 'of which net',
    vat: 'VAT',
    paidBy: 'Paid by card',
    authorisation: 'Authorisation',
    reference: 'Reference',
    till: 'Kiosk',
    thanks: 'Have a good workout!',
    guest: 'Guest ticket',
    guestUse: 'One entry for a friend, within 30 days. Show it to the reader at the entrance.',
  },
} as const;

/** What stands on the paper of a sale (legal-facts of France: seller, lines, tax per rate, means of payment). */
export function receiptBlocks(facts: ReceiptFacts): readonly PrintBlock[] {
  const say = words[facts.language];
  const money = (amountCents: number) => moneyWords(amountCents, facts.language);
  return [
    { kind: 'text', text: facts.seller.name, bold: true, large: true, align: 'centre' },
    { kind: 'text', text: facts.clubName, align: 'centre' },
    { kind: 'text', text: facts.seller.address, align: 'centre' },
    { kind: 'text', text: `SIRET ${facts.seller.siret}`, align: 'centre' },
    { kind: 'text', text: `TVA ${facts.seller.vatNumber}`, align: 'centre' },
    { kind: 'space', lines: 1 },
    {
      kind: 'pair',
      left: say.title,
      right: dateTimeWords(facts.atMs, facts.timeZone, facts.language),
      bold: true,
    },
    { kind: 'pair', left: say.reference, right: facts.saleReference },
    { kind: 'pair', left: say.till, right: facts.till },
    { kind: 'rule' },
    ...facts.lines.map(
      (line): PrintBlock => ({ kind: 'pair', left: line.label, right: money(line.grossCents) }),
    ),
    { kind: 'rule' },
    { kind: 'pair', left: say.total, right: money(facts.totalCents), bold: true },
    ...vatBlocks(facts.lines, (rate, net, vat) => ({
      kind: 'pair',
      left: `${say.vat} ${(rate / 100).toLocaleString(facts.language)} %, ${say.net} ${money(net)}`,
      right: money(vat),
    })),
    { kind: 'space', lines: 1 },
    { kind: 'pair', left: say.paidBy, right: `${facts.payment.scheme} ${facts.payment.maskedPan.slice(-4)}` },
    { kind: 'pair', left: say.authorisation, right: facts.payment.authorisation },
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.thanks, align: 'centre' },
  ];
}

/** A guest ticket, on a paper of its own so that it can be given away. */
export function guestTicketBlocks(
  facts: Pick<ReceiptFacts, 'language' | 'clubName'>,
  ticketText: string,
): readonly PrintBlock[] {
  const say = words[facts.language];
  return [
    { kind: 'text', text: say.guest, bold: true, large: true, align: 'centre' },
    { kind: 'text', text: facts.clubName, align: 'centre' },
    { kind: 'space', lines: 1 },
    { kind: 'qr', data: ticketText },
    { kind: 'space', lines: 1 },
    { kind: 'text', text: say.guestUse, align: 'centre' },
  ];
}

function vatBlocks(
  lines: readonly SaleLine[],
  block: (rate: number, netCents: number, vatCents: number) => PrintBlock,
): readonly PrintBlock[] {
  const rates = [...new Set(lines.map((line) => line.vatRate))].sort((a, b) => b - a);
  return rates.map((rate) => {
    const ofRate = lines.filter((line) => line.vatRate === rate);
    const gross = ofRate.reduce((sum, line) => sum + line.grossCents, 0);
    const net = ofRate.reduce((sum, line) => sum + line.netCents, 0);
    return block(rate, net, gross - net);
  });
}
