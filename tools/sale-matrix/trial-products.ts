import { type CredentialId, type MemberId, newId } from '@portillon/core/base/ids.ts';
import { cents } from '@portillon/core/base/money.ts';
import type { SaleLine } from '@portillon/core/sale/pricing.ts';
import { startSale } from '@portillon/core/sale/sale-machine.ts';
import type { SaleShape } from '@portillon/core/sale/sale-state.ts';
import { newSale } from '@portillon/kiosk/edge/kiosk/new-sale.ts';
import type {
  CardMembershipSale,
  CardReplacementSale,
  DebtSale,
  RefundSale,
  RenewalSale,
  SaleInProgress,
} from '@portillon/kiosk/edge/kiosk/sale-in-progress.ts';
import { recordedSale } from '@portillon/kiosk/edge/kiosk/sale-records.ts';
import { sampleDayEntry, sampleFacts, sampleSale } from '@portillon/kiosk/edge/kiosk/test/sample-sale.ts';
import { sampleCredential } from '@portillon/kiosk/store/test/sample-records.ts';
import type { TrialSurroundings } from './sale-trial.ts';

const memberCard = sampleCredential({ cardUid: null });
const dayMs = 86_400_000;

/** What is sold in a trial, each as it stands before its first step: a shape of its own for the machine. */
export const trialProducts = {
  membership: (around) => sampleSale(around.store, around),
  'day-entry': (around) => sampleDayEntry(around.store, around),
  renewal: async (around) => renewal(around),
  debt: async (around) => debt(around),
  'card-replacement': async (around) => cardReplacement(around, 1_000),
  'free card': async (around) => cardReplacement(around, 0),
  /** SA79: no card in the club; the sale hands out a ticket until the phone has its pass. */
  'membership without a card': async (around) => withoutCard(await sampleSale(around.store, around)),
  refund: (around) => refund(around),
  /** SA42: what the terminal approves by itself is let go of again. */
  'beyond the offline limit': (around) => sampleSale(around.store, around),
} as const satisfies Record<string, (around: TrialSurroundings) => Promise<SaleInProgress>>;
export type TrialProduct = keyof typeof trialProducts;

function begun(around: TrialSurroundings, shape: SaleShape, grossCents: number) {
  const gross = cents(grossCents);
  const line: SaleLine = {
    label: 'Essai',
    productId: 'trial',
    quantity: 1,
    unitCents: gross,
    grossCents: gross,
    netCents: gross,
    vatRate: 0,
  };
  const lines = grossCents === 0 ? [] : [line];
  return {
    ...newSale(sampleFacts(around), { shape, lines, agreedAtMs: around.clock.wallMs() }),
    lineWords: [],
    tickets: [],
  };
}

function ofMember(around: TrialSurroundings) {
  const id = <Kind extends string>() => newId<Kind>(around.clock, around.random);
  return {
    memberId: id<'member'>() as MemberId,
    credentialId: id<'credential'>() as CredentialId,
    recordAfter: memberCard,
  };
}

function renewal(around: TrialSurroundings): RenewalSale {
  const nowMs = around.clock.wallMs();
  return {
    ...begun(around, { goods: 'none', money: 'in', renews: 'card' }, 3_990),
    ...ofMember(around),
    product: 'renewal',
    card: null,
    membershipId: newId(around.clock, around.random),
    planId: newId(around.clock, around.random),
    planScope: 'network',
    period: { fromMs: nowMs, toMs: nowMs + 30 * dayMs },
  };
}

function debt(around: TrialSurroundings): DebtSale {
  return {
    ...begun(around, { goods: 'none', money: 'in' }, 2_990),
    ...ofMember(around),
    product: 'debt',
    card: null,
    debtIds: [newId(around.clock, around.random)],
  };
}

function cardReplacement(around: TrialSurroundings, feeCents: number): CardReplacementSale {
  const id = <Kind extends string>() => newId<Kind>(around.clock, around.random);
  return {
    ...begun(around, { goods: 'card', money: feeCents === 0 ? 'none' : 'in' }, feeCents),
    product: 'card-replacement',
    orderId: id(),
    replaced: { credentialId: id(), record: memberCard },
    card: {
      credentialId: id(),
      cardUid: null,
      memberId: id(),
      planId: id(),
      planScope: 'network',
      validFromMs: around.clock.wallMs(),
      validToMs: null,
    },
  };
}

function withoutCard(sale: CardMembershipSale): SaleInProgress {
  const { cardUid: _none, ...handed } = sale.card;
  return {
    ...sale,
    shape: { goods: 'bridge', money: 'in' },
    state: startSale({ goods: 'bridge', money: 'in' }).state,
    card: null,
    bridge: { ...handed, text: 'PT1.trial', ticketToMs: sale.agreedAtMs + 14 * dayMs },
  };
}

/** Of a day entry that was sold and recorded before. */
async function refund(around: TrialSurroundings): Promise<RefundSale> {
  const { store, journal, clock, random } = around;
  const payment = {
    means: 'bank-card',
    reference: `before-${newId(clock, random).slice(-12)}`,
    maskedPan: '************4869',
    scheme: 'CB',
    authorisation: '664765',
    terminalContract: null,
  } as const;
  const sold = { ...(await sampleDayEntry(store, around)), payment };
  const newCaseId = () => newId<'case'>(clock, random);
  const mark = await store.write(async (tx) => {
    await store.clearVisit(tx, sold.visitId);
    return recordedSale({ tx, store, journal, sale: sold, atMs: clock.wallMs(), newCaseId });
  });
  return {
    ...begun(around, { goods: 'none', money: 'out' }, sold.totalCents),
    product: 'refund',
    card: null,
    orderId: newId(clock, random),
    memberId: null,
    original: {
      saleId: sold.saleId,
      saleReference: sold.saleReference,
      recordNo: mark?.recordNo ?? 0,
    },
    ends: [],
  };
}
