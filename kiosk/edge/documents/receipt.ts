import type { SaleLine } from '@portillon/core/sale/pricing.ts';
import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import type { SaleFacts } from './document-facts.ts';
import { letterhead, mark, practiceMarks } from './letterhead.ts';
import { dateTimeWords, moneyWords } from './payment-summary.ts';
import { netTotal, rateWords, vatByRate } from './vat-by-rate.ts';

/** Orden HAC/1177/2024, art. 21: from 30 to 40 mm. */
const taxCodeSideMm = { least: 30, most: 40 } as const;

const words = {
  fr: {
    title: 'Reçu',
    credit: 'AVOIR',
    creditNumber: 'N° d’avoir',
    originalNumber: 'Sur le reçu n°',
    originalReference: 'De la vente',
    givenBack: 'RENDU TTC',
    number: 'N° de reçu',
    date: 'Date',
    place: 'Lieu',
    till: 'Borne',
    reference: 'Référence',
    customer: 'Client',
    vatTable: ['Taux', 'HT', 'TVA', 'TTC'],
    vat: 'TVA',
    netTotal: 'Total HT',
    total: 'TOTAL TTC',
    card: 'Carte bancaire',
    authorisation: 'Autorisation',
    lineCount: 'Lignes',
    signature: 'Signature',
    software: 'Logiciel',
    copy: 'Copie du reçu déjà remis.',
    thanks: 'Bonne séance !',
  },
  en: {
    title: 'Receipt',
    credit: 'CREDIT NOTE',
    creditNumber: 'Credit note no.',
    originalNumber: 'For receipt no.',
    originalReference: 'Of the sale',
    givenBack: 'GIVEN BACK',
    number: 'Receipt no.',
    date: 'Date',
    place: 'Place',
    till: 'Kiosk',
    reference: 'Reference',
    customer: 'Customer',
    vatTable: ['Rate', 'Net', 'VAT', 'Gross'],
    vat: 'VAT',
    netTotal: 'Total net',
    total: 'TOTAL WITH VAT',
    card: 'Bank card',
    authorisation: 'Authorisation',
    lineCount: 'Lines',
    signature: 'Signature',
    software: 'Software',
    copy: 'Copy of the receipt already handed over.',
    thanks: 'Have a good workout!',
  },
} as const;

/**
 * The receipt of a sale: what the arrêté 83-50/A asks of a note, BOFiP § 50 of a till and the LNE (exigence 9) of a paper
 * that can be traced. Copies and practice say so at the top and again at the foot.
 */
export function receiptBlocks(facts: SaleFacts): readonly PrintBlock[] {
  const say = words[facts.language];
  const { fiscal, language, credit } = facts;
  const money = (amountCents: number) => moneyWords(amountCents, language);
  const rows = vatByRate(facts.lines).map((each) => [
    rateWords(each.rate, language),
    ...[each.netCents, each.vatCents, each.grossCents].map(money),
  ]);
  return [
    ...authorityBlocks(facts),
    ...letterhead(facts),
    ...practiceMarks(facts),
    ...copyMark(facts),
    { kind: 'text', text: credit ? say.credit : say.title, bold: true, align: 'centre' },
    ...(fiscal ? [pair(credit ? say.creditNumber : say.number, fiscal.number)] : []),
    ...(credit
      ? [
          pair(say.originalNumber, String(credit.originalNo)),
          pair(say.originalReference, credit.saleReference),
        ]
      : []),
    pair(say.date, dateTimeWords(facts.atMs, facts.timeZone, language)),
    pair(say.place, facts.clubName),
    pair(say.till, facts.till),
    pair(say.reference, facts.saleReference),
    ...(facts.customerName === '' ? [] : [pair(say.customer, facts.customerName)]),
    { kind: 'rule' },
    ...facts.lines.flatMap((line) => lineBlocks(line, facts)),
    { kind: 'rule' },
    { kind: 'table', head: say.vatTable, rows },
    { kind: 'rule' },
    pair(say.netTotal, money(netTotal(facts.lines))),
    { ...pair(credit ? say.givenBack : say.total, money(facts.totalCents)), bold: true },
    { kind: 'space', lines: 1 },
    pair(`${say.card} ${facts.payment.scheme}`, lastFour(facts.payment.maskedPan)),
    pair(say.authorisation, facts.payment.authorisation),
    { kind: 'rule' },
    pair(say.lineCount, String(facts.lines.length)),
    ...(fiscal?.signatureMark ? [pair(say.signature, fiscal.signatureMark)] : []),
    pair(say.software, facts.software),
    { kind: 'space', lines: 1 },
    ...practiceMarks(facts),
    ...copyMark(facts),
    ...(credit ? [] : [centred(say.thanks)]),
  ];
}

/** `**** 1234`: never more of a card than this (I14). */
export function lastFour(maskedPan: string): string {
  return `**** ${maskedPan.slice(-4)}`;
}

/** At the very head, in the words of the tax authority (Orden HAC/1177/2024, art. 20): its first mention above the code. */
function authorityBlocks({ fiscal }: SaleFacts): readonly PrintBlock[] {
  if (!fiscal?.authority) return [];
  const [heading = '', ...mentions] = fiscal.authority.mentions;
  return [
    centred(heading),
    { kind: 'qr', data: fiscal.authority.qrAddress, sideMm: taxCodeSideMm },
    ...mentions.map(centred),
    { kind: 'space', lines: 1 },
  ];
}

/** The French word in every language: it is the one the law knows. */
function copyMark({ copyNo, language }: SaleFacts): readonly PrintBlock[] {
  return copyNo === 0
    ? []
    : [mark(`DUPLICATA ${copyNo}`), centred(words[language].copy), { kind: 'space', lines: 1 }];
}

function lineBlocks(line: SaleLine, { language }: SaleFacts): readonly PrintBlock[] {
  const unit = moneyWords(line.unitCents, language);
  const detail = `  ${line.quantity} x ${unit}, ${words[language].vat} ${rateWords(line.vatRate, language)}`;
  return [pair(line.label, moneyWords(line.grossCents, language)), { kind: 'text', text: detail }];
}

function pair(left: string, right: string) {
  return { kind: 'pair', left, right } as const;
}

function centred(text: string): PrintBlock {
  return { kind: 'text', text, align: 'centre' };
}
