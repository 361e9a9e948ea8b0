import { cents } from '@portillon/core/base/money.ts';
import { create as createQr } from 'qrcode';
import { describe, expect, it } from 'vitest';
import { cardSlipBlocks } from './card-slip.ts';
import { caseSlipBlocks } from './case-slip.ts';
import { contractCopyBlocks } from './contract-copy.ts';
import { contractText } from './contract-text.ts';
import type { SellerFacts } from './document-facts.ts';
import { mandateCopyBlocks } from './mandate-copy.ts';
import { noteText } from './note-text.ts';
import { receiptBlocks } from './receipt.ts';
import { linesOnPaper, onPaper } from './test/on-paper.ts';
import { hardSale, sampleContract, sampleMandate, samplePlace, sampleSale } from './test/sample-facts.ts';
import { ticketBlocks } from './ticket.ts';

const rolls = [32, 42, 48];
const languages = ['fr', 'en'] as const;
const atMs = Date.UTC(2026, 10, 22, 8, 15);

const ofCase = (language: 'fr' | 'en') => ({
  ...samplePlace(language),
  owed: 'money' as const,
  atMs,
  amountCents: 129_900,
  saleReference: 'K7QM-2F9C',
  staffPhone: '04 72 00 00 00',
});
const ofSlip = (language: 'fr' | 'en') => ({
  ...samplePlace(language),
  outcome: 'credited' as const,
  atMs,
  amountCents: 129_900,
  saleReference: 'K7QM-2F9C',
  paymentReference: 'K7QM2F9CP1',
  card: sampleSale(language).payment,
});
const ofMandate = (language: 'fr' | 'en') => ({
  mandate: sampleMandate(language),
  signer: 'Paul Lefebvre',
  signedAtMs: atMs,
  timeZone: 'Europe/Paris',
  training: false,
});

const ofContract = (language: 'fr' | 'en') => ({
  contract: sampleContract(language),
  saleReference: 'K7QM-2F9C',
  signedAtMs: atMs,
  timeZone: 'Europe/Paris',
  training: false,
});

const inSpain = (language: 'fr' | 'en') =>
  sampleSale(language, {
    seller: { ...samplePlace(language).seller, siret: 'B00000001', vatNumber: 'ESB00000001' },
    fiscal: {
      number: 'mad-1-1204',
      signatureMark: null,
      authority: {
        qrAddress:
          'https://www2.agenciatributaria.gob.es/wlpl/TIKE-CONT/ValidarQR?nif=B00000001&numserie=mad-1-1204&fecha=22-11-2026&importe=54.90',
        mentions: ['QR tributario:', 'Factura verificable en la sede electrónica de la AEAT', 'VERI*FACTU'],
      },
    },
  });

const ofCredit = (language: 'fr' | 'en') => {
  const sold = sampleSale(language);
  return {
    ...sold,
    lines: sold.lines.map((line) => ({
      ...line,
      quantity: -line.quantity,
      grossCents: cents(-line.grossCents),
      netCents: cents(-line.netCents),
    })),
    totalCents: -sold.totalCents,
    credit: { originalNo: 1_204, saleReference: 'K7QM-2F9C' },
  };
};

const documents = {
  'credit note': (language: 'fr' | 'en') => receiptBlocks(ofCredit(language)),
  receipt: (language: 'fr' | 'en') => receiptBlocks(sampleSale(language)),
  'receipt with long words': (language: 'fr' | 'en') => receiptBlocks(hardSale(language)),
  duplicate: (language: 'fr' | 'en') => receiptBlocks(sampleSale(language, { copyNo: 2 })),
  'card slip': (language: 'fr' | 'en') => cardSlipBlocks(ofSlip(language)),
  'case slip': (language: 'fr' | 'en') => caseSlipBlocks(ofCase(language)),
  'guest ticket': (language: 'fr' | 'en') =>
    ticketBlocks(
      { ...samplePlace(language), product: 'membership' },
      { text: `PT1:${'a'.repeat(340)}`, validToMs: 0 },
    ),
  'day ticket': (language: 'fr' | 'en') =>
    ticketBlocks(
      { ...samplePlace(language), product: 'day-entry' },
      { text: `PT1:${'a'.repeat(340)}`, validToMs: atMs },
    ),
  'copy of the contract': (language: 'fr' | 'en') => contractCopyBlocks(ofContract(language)),
  'receipt in Spain': (language: 'fr' | 'en') => receiptBlocks(inSpain(language)),
  'receipt of practice': (language: 'fr' | 'en') => receiptBlocks(sampleSale(language, { training: true })),
  'copy of the mandate': (language: 'fr' | 'en') => mandateCopyBlocks(ofMandate(language)),
};

describe.each(rolls)('on paper of %i columns', (columns) => {
  it.each(Object.entries(documents))('the %s has every letter and stays inside the paper', (_, make) => {
    for (const language of languages) {
      const paper = onPaper(make(language), columns);
      for (const row of paper.rows) {
        if (row.kind !== 'text') continue;
        const width = row.spans.reduce((sum, { text, style }) => sum + text.length * style.widthFactor, 0);
        expect(width).toBeLessThanOrEqual(columns);
      }
      expect(linesOnPaper(make(language), columns).join('\n')).not.toMatch(/[?\ufffd]/);
    }
  });

  it('a large amount is never folded, however long its label', () => {
    const lines = linesOnPaper(receiptBlocks(hardSale('fr')), columns);
    expect(lines).toContainEqual(expect.stringMatching(/ 12 499,00 €$/));
    expect(lines).toContainEqual(expect.stringMatching(/^TOTAL TTC +12 510,00 €$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}2 x 5,50 €, TVA 5,5 %$/));
  });
});

it('a receipt says all that the note, the till and the tax office ask for', () => {
  const lines = linesOnPaper(receiptBlocks(sampleSale('fr')), 48);
  for (const line of [
    /^Cadence Lyon SAS$/,
    /^17 rue de la Part-Dieu, 69003 Lyon$/,
    /^SIRET 123 456 789 00012$/,
    /^TVA FR32123456789$/,
    /^N° de reçu +1204$/,
    /^Date +22\/11\/2026 09:15$/,
    /^Lieu +Cadence Lyon Part-Dieu$/,
    /^Borne +borne-1$/,
    /^Référence +K7QM-2F9C$/,
    /^Client +Marie-Antoinette Lefebvre de la Tour$/,
    /^Tous les jours, premier mois +29,90 €$/,
    /^ {2}1 x 29,90 €, TVA 20 %$/,
    /^Frais d’adhésion +25,00 €$/,
    /^Taux +HT +TVA +TTC$/,
    /^20 % +45,75 € +9,15 € +54,90 €$/,
    /^Total HT +45,75 €$/,
    /^TOTAL TTC +54,90 €$/,
    /^Carte bancaire VISA +\*\*\*\* 4869$/,
    /^Autorisation +123456$/,
    /^Lignes +2$/,
    /^Signature +FUCC$/,
    /^Logiciel +portillon-edge 0\.1\.0$/,
  ]) {
    expect(lines).toContainEqual(expect.stringMatching(line));
  }
  expect(lines.join('\n')).not.toMatch(/DUPLICATA|SIMULATION/);
});

it('tells the VAT of each rate, and the sums agree', () => {
  const lines = linesOnPaper(receiptBlocks(hardSale('fr')), 48);
  expect(lines).toContainEqual(expect.stringMatching(/^20 % +10 415,83 € +2 083,17 € +12 499,00 €$/));
  expect(lines).toContainEqual(expect.stringMatching(/^5,5 % +10,43 € +0,57 € +11,00 €$/));
  expect(lines).toContainEqual(expect.stringMatching(/^Total HT +10 426,26 €$/));
});

it('[I11] a copy says DUPLICATA and its number at the top and at the foot, in both languages', () => {
  for (const language of languages) {
    const lines = linesOnPaper(receiptBlocks(sampleSale(language, { copyNo: 3 })), 32);
    expect(lines.filter((line) => line === 'DUPLICATA 3')).toHaveLength(2);
  }
});

it('[FJ29] the code of the AEAT is 30 to 40 mm on paper of every width, before everything but its heading', () => {
  const dotsPerMm = 8;
  for (const columns of rolls) {
    const [heading, code] = onPaper(receiptBlocks(inSpain('fr')), columns).rows.filter(
      (row) => row.kind !== 'text' || row.spans.some(({ text }) => text.trim() !== ''),
    );
    expect(heading).toMatchObject({ kind: 'text' });
    if (code?.kind !== 'qr') throw new Error('the second thing on the paper is the code');
    const sideMm =
      (code.moduleDots * createQr(code.data, { errorCorrectionLevel: 'M' }).modules.size) / dotsPerMm;
    expect(sideMm).toBeGreaterThanOrEqual(30);
    expect(sideMm).toBeLessThanOrEqual(40);
  }
});

it('practice says SIMULATION on every paper, and at the top and at the foot of a receipt', () => {
  const training = true;
  const receipt = linesOnPaper(receiptBlocks(sampleSale('fr', { training, fiscal: null })), 48);
  expect(receipt.filter((line) => line === 'SIMULATION')).toHaveLength(2);
  for (const blocks of [
    ticketBlocks(
      { ...samplePlace('fr'), product: 'membership', training },
      { text: 'PT1:abc', validToMs: 0 },
    ),
    cardSlipBlocks({ ...ofSlip('fr'), training }),
    caseSlipBlocks({ ...ofCase('fr'), training }),
    contractCopyBlocks({ ...ofContract('fr'), training }),
    mandateCopyBlocks({ ...ofMandate('fr'), training }),
  ])
    expect(linesOnPaper(blocks, 48)).toContain('SIMULATION');
});

it('[I14] no paper shows more of a card than its last four digits, or of an account than its ends', () => {
  const papers = [receiptBlocks(sampleSale('fr')), cardSlipBlocks(ofSlip('fr'))];
  for (const blocks of papers) {
    expect(linesOnPaper(blocks, 48)).toContainEqual(expect.stringMatching(/ \*{4} 4869$/));
  }
  const mandate = linesOnPaper(mandateCopyBlocks(ofMandate('fr')), 48).join(' ');
  expect(mandate).toContain('FR76 **** 189');
  const whole = { ...sampleMandate('fr'), maskedIban: 'FR7630006000011234567890189' };
  expect(() => mandateCopyBlocks({ ...ofMandate('fr'), mandate: whole })).toThrow('only the ends of an IBAN');
});

it('a case says what is owed, its reference, and whom to ask', () => {
  const lines = linesOnPaper(caseSlipBlocks(ofCase('fr')), 32);
  expect(lines).toContain('K7QM-2F9C');
  expect(lines).toContainEqual(expect.stringMatching(/^À vous rendre +1 299,00 €$/));
  expect(lines).toContainEqual(expect.stringMatching(/^Par téléphone : +04 72 00 00 00$/));
  expect(lines).toContain('À l’accueil du club, avec ce');
});

it.each([
  ['fr', '8 semaines', 'récurrent', '14 jours'],
  ['en', '8 weeks', 'recurrent', '14 days'],
] as const)(
  'a mandate in %s says who may debit whom, its references, refund and notice, and who signed',
  (language, ...said) => {
    const text = linesOnPaper(mandateCopyBlocks(ofMandate(language)), 48).join(' ');
    for (const words of [
      '(A) Cadence Lyon SAS',
      '17 rue de la Part-Dieu, 69003 Lyon',
      'FR72ZZZ123456',
      '01J7HA9HEPFY59P30X5RZM0MB2',
      'Marie Lefebvre',
      'Paul Lefebvre',
      ...said,
    ]) {
      expect(text).toContain(words);
    }
  },
);

it('seller as creditor of direct debits stands on receipt, contract and mandate, and on none where there is none', () => {
  const of = (seller: SellerFacts) => [
    linesOnPaper(receiptBlocks(sampleSale('fr', { seller })), 48).join(' '),
    contractText({ ...sampleContract('fr'), seller }).join(' '),
  ];
  const { creditorId, ...seller } = samplePlace('fr').seller;
  for (const text of of({ ...seller, creditorId })) expect(text).toContain('FR72ZZZ123456');
  for (const text of of(seller)) expect(text).not.toMatch(/ICS|créancier/);
});

it('a contract names the mandate that is signed with it, or says that one is signed apart', () => {
  const text = (mandateReference: string | null) =>
    contractText({ ...sampleContract('fr'), mandateReference }).join(' ');
  expect(text('01J7HA9HEPFY59P30X5RZM0MB2')).toContain('le mandat 01J7HA9HEPFY59P30X5RZM0MB2 que vous lisez');
  expect(text(null)).toContain('sans un mandat que vous aurez signé à part');
});

it('[I1] a credit note says what it is, which receipt it takes from, and amounts below zero', () => {
  const paper = linesOnPaper(receiptBlocks(ofCredit('fr')), 42);
  const said = paper.join('\n');
  for (const words of ['AVOIR', 'Sur le reçu n°', '1204', 'K7QM-2F9C', 'RENDU TTC'])
    expect(said).toContain(words);
  expect(paper.find((line) => line.startsWith('RENDU TTC'))).toMatch(/-\d/);
  expect(said).not.toContain('Bonne séance');
  expect(noteText(ofCredit('fr'))).toMatch(/^AVOIR \d+, .*\nSur le reçu 1204, K7QM-2F9C\n/);
});
