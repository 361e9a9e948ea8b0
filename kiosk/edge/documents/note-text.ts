import type { SaleFacts } from './document-facts.ts';
import { sellerNumbers } from './letterhead.ts';
import { compactDateTime, moneyNumber } from './payment-summary.ts';
import { netTotal, rateWords, vatByRate } from './vat-by-rate.ts';

const words = {
  fr: {
    title: 'NOTE',
    credit: 'AVOIR',
    original: 'Sur le reçu',
    till: 'borne',
    vatNumber: 'TVA',
    customer: 'Client',
    net: 'HT',
    vat: 'TVA',
    total: 'TOTAL TTC',
    card: 'Carte',
    authorisation: 'aut.',
    reference: 'Réf.',
    signature: 'sign.',
  },
  en: {
    title: 'NOTE',
    credit: 'CREDIT NOTE',
    original: 'For receipt',
    till: 'kiosk',
    vatNumber: 'VAT',
    customer: 'Customer',
    net: 'Net',
    vat: 'VAT',
    total: 'TOTAL WITH VAT',
    card: 'Card',
    authorisation: 'auth.',
    reference: 'Ref.',
    signature: 'sign.',
  },
} as const;

/**
 * The note of a service (arrêté 83-50/A) as plain text, to be carried by a QR code: it is the note itself, so that it needs
 * no e-mail, no account and no network. As short as its content allows, so that its modules stay large on the screen.
 */
export function noteText(facts: SaleFacts): string {
  const say = words[facts.language];
  const { seller, fiscal, payment, language, training, credit } = facts;
  const money = (amountCents: number) => moneyNumber(amountCents, language);
  const title = credit ? say.credit : say.title;
  const number = fiscal ? `${title} ${fiscal.number}` : title;
  const lines = [
    ...(training ? ['SIMULATION'] : []),
    `${number}, ${say.till} ${facts.till}`,
    ...(credit ? [`${say.original} ${credit.originalNo}, ${credit.saleReference}`] : []),
    seller.name,
    seller.address,
    ...sellerNumbers(seller, say.vatNumber),
    `${compactDateTime(facts.atMs, facts.timeZone)}, ${facts.clubName}`,
    ...(facts.customerName === '' ? [] : [`${say.customer} ${facts.customerName}`]),
    ...facts.lines.map((line) => `${line.quantity} x ${money(line.unitCents)} ${line.label}`),
    `${say.net} ${money(netTotal(facts.lines))}`,
    ...vatByRate(facts.lines).map(
      (each) => `${say.vat} ${rateWords(each.rate, language)} ${money(each.vatCents)}`,
    ),
    `${say.total} ${money(facts.totalCents)} EUR`,
    `${say.card} ${payment.scheme} ${payment.maskedPan.slice(-4)} ${say.authorisation} ${payment.authorisation}`,
    `${say.reference} ${facts.saleReference}${fiscal?.signatureMark ? ` ${say.signature} ${fiscal.signatureMark}` : ''}`,
    ...authorityLines(facts),
  ];
  return lines.join('\n').replace(/[\u00a0\u2000-\u200a\u202f]/g, ' ');
}

/** On a screen the address behind the code of the tax authority stands in its place. */
function authorityLines({ fiscal }: SaleFacts): readonly string[] {
  if (!fiscal?.authority) return [];
  const [heading = '', ...mentions] = fiscal.authority.mentions;
  return [`${heading} ${fiscal.authority.qrAddress}`, ...mentions];
}
