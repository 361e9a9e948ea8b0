import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import type { CredentialId, OrderId, SaleId } from '@portillon/core/base/ids.ts';
import { takingPayloadSchema } from '@portillon/core/journal/taking.ts';
import { type LocalOrder, mayGiveBack, type OrderRefusal, orderRefusal } from '@portillon/core/sale/order.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';

/** An order that this kiosk can carry out now, with what it needs of its own books. */
export type ReadyOrder =
  | {
      readonly kind: 'refund';
      readonly orderId: OrderId;
      readonly order: LocalOrder;
      readonly saleId: SaleId;
      /** Number of the sale's record, which the credit note names. */
      readonly recordNo: number;
      /** What opens nothing any more afterwards. */
      readonly ends: readonly { readonly credentialId: CredentialId; readonly record: CredentialRecord }[];
    }
  | {
      readonly kind: 'card-replacement';
      readonly orderId: OrderId;
      readonly order: LocalOrder;
      readonly replacedId: CredentialId;
      readonly replaced: CredentialRecord;
      readonly plan: Plan;
    };

export type FoundOrder = { readonly ready: ReadyOrder } | { readonly refused: OrderRefusal };

export interface OrderDeskFacts {
  readonly store: EdgeStore;
  readonly journal: FiscalJournal | null;
  readonly identity: EdgeIdentity;
  readonly nowMs: number;
}

/** What stands behind a code, by what the code was computed to (SA65). */
export async function findOrder(codeHash: string, facts: OrderDeskFacts): Promise<FoundOrder> {
  const { store, identity, nowMs } = facts;
  const found = store.book.orderByCode(codeHash);
  const usedHere = found !== null && (await store.usedOrders.used(found.orderId)) !== null;
  const refused = orderRefusal(found?.record ?? null, { nowMs, edgeId: identity.edgeId, usedHere });
  if (refused) return { refused };
  if (found?.record.place !== 'here') return { refused: 'not-possible' };
  const ready =
    found.record.kind === 'refund'
      ? await readyRefund(found.orderId, found.record, facts)
      : found.record.kind === 'card-replacement'
        ? readyReplacement(found.orderId, found.record, facts)
        : null;
  return ready ? { ready } : { refused: 'not-possible' };
}

/** SA63: the sale must be in this box's own journal, with enough of it left. */
async function readyRefund(
  orderId: OrderId,
  order: LocalOrder,
  { store, journal }: OrderDeskFacts,
): Promise<ReadyOrder | null> {
  if (!journal || order.saleId === null) return null;
  const takings = await journal.takingsOf(order.saleId);
  const sold = takings.find(({ type }) => type === 'VENTE');
  if (!sold?.payload) return null;
  const sale = {
    totalCents: takingPayloadSchema.parse(JSON.parse(sold.payload)).total,
    undone: takings.some(({ type }) => type === 'ANNUL'),
    backCents: await store.usedOrders.backOf(order.saleId, order.notGivenBack),
  };
  if (!mayGiveBack(sale, order.amountCents)) return null;
  const ends = order.ends.flatMap((id) => {
    const credentialId = id as CredentialId;
    const record = store.book.credential(credentialId);
    return record ? [{ credentialId, record }] : [];
  });
  return { kind: 'refund', orderId, order, saleId: order.saleId as SaleId, recordNo: sold.no, ends };
}

function readyReplacement(orderId: OrderId, order: LocalOrder, { store }: OrderDeskFacts): ReadyOrder | null {
  const replacedId = order.credentialId as CredentialId | null;
  const replaced = replacedId && store.book.credential(replacedId);
  const plan = replaced && store.book.plan(replaced.planId as Parameters<typeof store.book.plan>[0]);
  // W-ORDER-10: an ended membership has no card to make.
  if (!replaced?.memberId || !plan || replaced.account?.status === 'cancelled') return null;
  return { kind: 'card-replacement', orderId, order, replacedId, replaced, plan };
}
