import { cents, netOf, vatRate } from '@portillon/core/base/money.ts';
import type { SaleLine } from '@portillon/core/sale/pricing.ts';
import type { ContractFacts } from '../contract-text.ts';
import type { PlaceFacts, SaleFacts } from '../document-facts.ts';
import type { MandateFacts } from '../mandate-text.ts';
import { paymentSummary } from '../payment-summary.ts';

export function sampleLine(label: string, grossCents: number, rate = 2_000, quantity = 1): SaleLine {
  const gross = cents(grossCents);
  return {
    label,
    productId: 'product',
    quantity,
    unitCents: cents(grossCents / quantity),
    grossCents: gross,
    netCents: netOf(gross, vatRate(rate)),
    vatRate: rate,
  };
}

export function samplePlace(language: 'fr' | 'en'): PlaceFacts {
  return {
    language,
    seller: {
      name: 'Cadence Lyon SAS',
      address: '17 rue de la Part-Dieu, 69003 Lyon',
      siret: '123 456 789 00012',
      vatNumber: 'FR32123456789',
      creditorId: 'FR72ZZZ123456',
    },
    clubName: 'Cadence Lyon Part-Dieu',
    till: 'borne-1',
    timeZone: 'Europe/Paris',
    training: false,
  };
}

export function sampleSale(language: 'fr' | 'en', changes: Partial<SaleFacts> = {}): SaleFacts {
  const [plan, fee] =
    language === 'fr'
      ? ['Tous les jours, premier mois', 'Frais d’adhésion']
      : ['Every day, first month', 'Joining fee'];
  return {
    ...samplePlace(language),
    saleReference: 'K7QM-2F9C',
    customerName: 'Marie-Antoinette Lefebvre de la Tour',
    atMs: Date.UTC(2026, 10, 22, 8, 15, 42),
    lines: [sampleLine(plan, 2_990), sampleLine(fee, 2_500)],
    totalCents: 5_490,
    payment: {
      means: 'bank-card',
      reference: 'K7QM2F9CP1',
      maskedPan: '************4869',
      scheme: 'VISA',
      authorisation: '123456',
      terminalContract: null,
    },
    fiscal: { number: '1204', signatureMark: 'FUCC', authority: null },
    copyNo: 0,
    software: 'portillon-edge 0.1.0',
    ...changes,
  };
}

/** Long words, two rates, a large amount: what makes narrow paper hard. */
export function hardSale(language: 'fr' | 'en'): SaleFacts {
  const lines = [
    sampleLine('Tous les jours à deux dans tous les clubs du réseau, premier mois', 1_249_900),
    sampleLine('Boissonshyperprotéinéesaromatiséesàlavanille', 1_100, 550, 2),
  ];
  return sampleSale(language, {
    seller: {
      ...samplePlace(language).seller,
      name: 'Société d’exploitation des salles de sport de la Part-Dieu',
    },
    lines,
    totalCents: lines.reduce((sum, line) => sum + line.grossCents, 0),
  });
}

export function sampleContract(language: 'fr' | 'en'): ContractFacts {
  const { seller, clubName } = samplePlace(language);
  return {
    language,
    seller,
    clubName,
    mediator: 'Médiation de la consommation, 75008 Paris',
    planName: 'Tous les jours',
    planDescription: 'Tous les clubs, à toute heure d’ouverture.',
    commitment: 'Sans engagement.',
    price: paymentSummary(sampleSale(language).lines, 2_990, 5_490, language),
    memberName: 'Marie-Antoinette Lefebvre de la Tour',
    startDate: '22 novembre 2026',
    mandateReference: '01J7HA9HEPFY59P30X5RZM0MB2',
    photo: true,
    news: false,
  };
}

export function sampleMandate(language: 'fr' | 'en'): MandateFacts {
  const { name, address } = samplePlace(language).seller;
  return {
    language,
    creditor: { name, address, creditorId: 'FR72ZZZ123456' },
    holder: 'Marie Lefebvre',
    maskedIban: 'FR76 •••• 189',
    reference: '01J7HA9HEPFY59P30X5RZM0MB2',
    place: 'Cadence Lyon Part-Dieu',
    signedOn: '22 novembre 2026',
  };
}
