import { isoTime } from '@portillon/core/base/clock.ts';
import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { CaseId, SaleId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { cents } from '@portillon/core/base/money.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { receiptCharacters } from '@portillon/core/journal/fiscal-key.ts';
import { type Taking, takingLines } from '@portillon/core/journal/taking.ts';
import type { CaseKind, SaleState } from '@portillon/core/sale/sale-state.ts';
import type { Tx } from '../../store/connection.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import type { FiscalFacts } from '../documents/document-facts.ts';
import { booksOf } from './products/books-of.ts';
import { cardRecord } from './products/credential-rows.ts';
import type { SaleBooks } from './products/sale-books.ts';
import type { SaleInProgress } from './sale-in-progress.ts';

/** What the records of a sale are made from; each function is one transaction with the event that reports it. */
export interface RecordFacts {
  readonly tx: Tx;
  readonly store: EdgeStore;
  /** Null while it cannot be opened: then nothing that moves money is recorded. */
  readonly journal: FiscalJournal | null;
  readonly sale: SaleInProgress;
  readonly atMs: number;
  readonly newCaseId: () => CaseId;
}

/** What the receipt shows of the fiscal record of a sale (FJ7). */
export interface FiscalMark {
  readonly recordNo: number;
  readonly characters: string;
}

/**
 * SA3, SA60, SA62: what was sold, its payment and fiscal record, and the order it carries out, once. No signature, no sale.
 * Null where nothing was paid.
 */
export async function recordedSale(facts: RecordFacts): Promise<FiscalMark | null> {
  const { tx, store, journal, sale, atMs } = facts;
  const { payment } = sale;
  invariant(
    payment !== null || sale.shape.money === 'none',
    'what is to be paid is recorded once money was taken',
  );
  invariant(sale.card === null || sale.card.cardUid, 'a sale with a card is recorded once one is staged');
  const books = booksOf(sale);
  const fiscal =
    payment && markOf(await opened(journal).appendTaking(tx, takingOf(sale, payment, books), sale.saleId));
  const event = await store.outbox.appendEvent(tx, books.event({ payment, fiscal, atMs }));
  for (const digest of books.attachments) await store.attachments.linkAttachment(tx, digest, event.seq);
  await store.sales.saveSale(tx, {
    saleId: sale.saleId,
    reference: sale.saleReference,
    paymentReference: payment?.reference ?? null,
    state: 'completed',
    json: JSON.stringify({ lines: sale.lines, totalCents: sale.totalCents, payment, atMs }),
  });
  if (sale.approvedOffline && payment && fiscal) {
    await store.offlineApprovals.remember(tx, {
      paymentReference: payment.reference,
      saleId: sale.saleId,
      recordNo: fiscal.recordNo,
      amountCents: sale.totalCents,
      approvedAtMs: atMs,
    });
  }
  if (sale.product === 'membership') {
    const { memberId, photoDigest: photo } = sale;
    const { givenName, familyName } = sale.answers;
    await store.people?.rememberSold(tx, { memberId, givenName, familyName, photo });
  }
  for (const { credentialId, record, asOf } of books.credentials('active')) {
    const spoken = record.singleUse ? {} : { language: sale.language };
    await store.book.rememberOwnCredential(tx, credentialId, { ...record, ...spoken }, asOf);
  }
  if (books.opensCase) await openedCase(facts, books.opensCase, null);
  if (books.order) await store.usedOrders.use(tx, { ...books.order, outcome: 'carried-out' });
  return fiscal;
}

/** SA53: a practice is its record in a chain of its own, and nothing else. */
export async function recordedPractice({ tx, journal, sale }: RecordFacts): Promise<FiscalMark> {
  invariant(sale.practice && sale.payment, 'a practice names who practises, and was paid in play');
  const taking = takingOf(sale, sale.payment, { customerId: null, creditOf: null });
  return markOf(await opened(journal).appendTraining(tx, taking, sale.practice.operator, sale.saleId));
}

/** Whether the sale was recorded before, with its mark in the journal where it has one; null when it was not. */
export async function recordedBefore(
  store: EdgeStore,
  journal: FiscalJournal | null,
  { saleId }: SaleInProgress,
): Promise<{ readonly fiscal: FiscalMark | null } | null> {
  const fiscal = journal && (await recordedMark(journal, saleId));
  return fiscal || (await store.sales.sale(saleId)) ? { fiscal } : null;
}

/** The mark of a sale or practice that was recorded before; null when it was not. */
export async function recordedMark(journal: FiscalJournal, saleId: SaleId): Promise<FiscalMark | null> {
  const record = await firstRecord(journal, saleId);
  return record && markOf(record);
}

/** What a receipt shows of the record of a sale or practice; null when there is none. */
export async function receiptMarksOf(journal: FiscalJournal, saleId: SaleId): Promise<FiscalFacts | null> {
  const record = await firstRecord(journal, saleId);
  if (!record) return null;
  const { number, characters, qrAddress, mentions } = journal.marksOf(record);
  return {
    number,
    signatureMark: characters,
    authority: qrAddress === null ? null : { qrAddress, mentions },
  };
}

async function firstRecord(journal: FiscalJournal, saleId: SaleId) {
  const [record] = [...(await journal.takingsOf(saleId)), ...(await journal.practisesOf(saleId))];
  return record ?? null;
}

/** FJ16: a duplicate is in the journal before it goes out. Its number, or null where the sale has no record. */
export async function recordedDuplicate(
  { store }: { readonly store: EdgeStore },
  journal: FiscalJournal | null,
  saleId: SaleId,
): Promise<number | null> {
  const open = opened(journal);
  const record = await firstRecord(open, saleId);
  if (!record) return null;
  const duplicate = {
    original: record.chain === 'X' ? 'X1' : 'T1',
    originalNo: record.no,
    channel: 'PRINT',
    operator: 'BORNE',
  } as const;
  return (await store.write((tx) => open.appendDuplicate(tx, duplicate))).copyNo;
}

function opened(journal: FiscalJournal | null): FiscalJournal {
  if (!journal) throw new StoreFault('journal.key-lost', 'the fiscal journal is not open');
  return journal;
}

function markOf({ no, signature }: { readonly no: number; readonly signature: string }): FiscalMark {
  return { recordNo: no, characters: receiptCharacters(signature) };
}

/** A sale, or a credit note that names the record of the sale it gives money back for (FJ10). */
function takingOf(
  sale: SaleInProgress,
  payment: NonNullable<SaleInProgress['payment']>,
  { customerId, creditOf }: Pick<SaleBooks, 'customerId' | 'creditOf'>,
): Taking {
  const isCredit = creditOf !== null;
  return {
    type: isCredit ? 'AVOIR' : 'VENTE',
    originalNo: creditOf,
    lines: takingLines(sale.lines, isCredit ? 'back' : 'sold'),
    payments: [
      {
        ...cardPayment(payment),
        amountCents: cents(isCredit ? -sale.totalCents : sale.totalCents),
        acquirerReference: payment.reference,
      },
    ],
    customerId,
  };
}

function cardPayment(payment: NonNullable<SaleInProgress['payment']>) {
  return {
    means: 'CB',
    maskedPan: payment.maskedPan,
    authorisation: payment.authorisation.replaceAll(' ', ''),
    ...(payment.terminalContract ? { terminalId: payment.terminalContract } : {}),
  };
}

/** SA10: undone before anything was handed over; what the card carries is worth nothing from now on (I6). */
export async function cancelledSale(
  { tx, store, journal, sale, atMs }: RecordFacts,
  reversalReference: string,
): Promise<void> {
  invariant(sale.payment, 'what is cancelled was paid');
  const [original] = await opened(journal).takingsOf(sale.saleId, tx);
  invariant(original, 'what is cancelled was recorded');
  await opened(journal).appendTaking(
    tx,
    {
      type: 'ANNUL',
      originalNo: original.no,
      lines: takingLines(sale.lines, 'back'),
      payments: [
        {
          ...cardPayment(sale.payment),
          amountCents: cents(-sale.totalCents),
          acquirerReference: reversalReference,
        },
      ],
      customerId: booksOf(sale).customerId,
    },
    sale.saleId,
  );
  await store.outbox.appendEvent(tx, {
    type: 'sale.cancelled',
    saleId: sale.saleId,
    at: isoTime(atMs),
    amountCents: sale.totalCents,
    reversalReference,
  });
  await store.offlineApprovals.undo(tx, sale.saleId);
  if (sale.product === 'membership') await store.people?.forgetSold(tx, sale.memberId);
  for (const { credentialId, record } of booksOf(sale).credentials('blocked')) {
    await store.book.rememberOwnCredential(tx, credentialId, record);
  }
}

/** A sale that came to the money and took none is an event of the till (NF525 R19, 320). */
export async function abandonedSale({ tx, journal, sale }: RecordFacts, from: SaleState): Promise<void> {
  const { state } = sale;
  if (state.name !== 'ended' || state.ending !== 'not-charged' || from.name === 'preparing-card') return;
  const reason = state.why.replaceAll(/[^\w.-]+/g, '-');
  await journal?.appendEvent(tx, 'sale-cancelled', { subject: sale.saleId, reason });
}

/** SA5: the credential is on another card now. */
export async function reboundCredential({ tx, store, sale, atMs }: RecordFacts): Promise<void> {
  const { card } = sale;
  invariant(card?.cardUid, 'a credential is rebound to a card that is staged');
  await store.outbox.appendEvent(tx, {
    type: 'credential.rebound',
    saleId: sale.saleId,
    at: isoTime(atMs),
    credentialId: card.credentialId,
    cardUid: card.cardUid,
  });
  for (const { credentialId, record, asOf } of booksOf(sale).credentials('active')) {
    if (credentialId !== card.credentialId) continue;
    await store.book.rememberOwnCredential(tx, credentialId, record, asOf);
  }
}

/** SA19: a card that may carry a grant and was not paid for opens nothing, here at once and everywhere with the feed. */
export async function blockedCredential({ tx, store, sale, atMs }: RecordFacts): Promise<void> {
  const { card } = sale;
  invariant(card, 'what is blocked was to be on a card');
  await store.outbox.appendEvent(tx, {
    type: 'credential.blocked',
    saleId: sale.saleId,
    at: isoTime(atMs),
    credentialId: card.credentialId,
    planId: card.planId,
    cardUid: card.cardUid,
    reason: 'not-paid',
  });
  await store.book.rememberOwnCredential(tx, card.credentialId, cardRecord(sale, card, 'blocked'));
}

/** SA9, SA10, SA12, SA13, SA19, Q11: what a person must settle. An order that led to it is not carried out any more (SA64). */
export async function openedCase(
  { tx, store, sale, atMs, newCaseId }: RecordFacts,
  kind: CaseKind | 'mandate-missing',
  lastFault: Fault | null,
): Promise<void> {
  const { order } = booksOf(sale);
  const isUnused = order !== null && (await store.usedOrders.used(order.orderId, tx)) === null;
  if (isUnused) await store.usedOrders.use(tx, { ...order, outcome: 'in-doubt' });
  await store.outbox.appendEvent(tx, {
    type: 'case.opened',
    caseId: newCaseId(),
    at: isoTime(atMs),
    kind,
    ...aboutSale(sale),
    amountCents: owesMoney[kind] ? sale.totalCents : 0,
    tried: [...sale.tried],
    detail: lastFault ? `${lastFault.code}: ${lastFault.detail}`.slice(0, 400) : '',
    ...(isUnused ? { orderId: order.orderId } : {}),
  });
}

/** A refund is about the sale that money is given back for; its own reference is what the customer and the terminal know. */
function aboutSale(sale: SaleInProgress) {
  if (sale.product !== 'refund') return { saleId: sale.saleId, saleReference: sale.saleReference };
  const { saleId, saleReference } = sale.original;
  return { saleId, saleReference, reference: sale.saleReference };
}

/** A card that is owed, or out and not paid for, is a thing; the rest is about money. */
const owesMoney: Readonly<Record<CaseKind | 'mandate-missing', boolean>> = {
  'payment-in-doubt': true,
  'refund-failed': true,
  'refund-in-doubt': true,
  'paid-not-served': true,
  'hand-over-card': false,
  'card-out-unpaid': false,
  'mandate-missing': false,
};
