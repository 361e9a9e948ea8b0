import { isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { orderKinds } from '@portillon/core/wire/messages.ts';
import { z } from 'zod';
import { whoSchema } from './live-view.ts';

/** What the staff page shows of orders and of the sales they are about, and what it sends to give one. */

const time = z.iso.datetime();
const id = z.uuid();

/** `expired`: open, and past its time. */
export const shownOrderStatuses = ['open', 'collected', 'cancelled', 'in-doubt', 'expired'] as const;
export type ShownOrderStatus = (typeof shownOrderStatuses)[number];

export const reasonWords = { min: 3, max: 300 } as const;
const reason = z.string().trim().min(reasonWords.min).max(reasonWords.max).refine(isWholeText, notWholeText);

/** `POST /staff/api/orders` */
export const makeOrderSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('refund'),
    saleId: id,
    /** Of each line of the sale, in its order; 0 where nothing is given back. */
    backCents: z.array(z.int().min(0).max(100_000_000)).min(1).max(20),
    endsMembership: z.boolean(),
    reason,
    caseId: id.nullable(),
  }),
  z.object({
    kind: z.literal('card-replacement'),
    credentialId: id,
    /** The kiosk that is to make the card. */
    edgeId: id,
    free: z.boolean(),
    reason,
    caseId: id.nullable(),
  }),
]);
export type MakeOrder = z.infer<typeof makeOrderSchema>;

const orderSchema = z.object({
  id: z.string(),
  kind: z.enum(orderKinds),
  status: z.enum(shownOrderStatuses),
  clubId: z.string(),
  /** Of the sale: what is given back for, or what the card was sold with. */
  saleReference: z.string().nullable(),
  amountCents: z.int(),
  reason: z.string(),
  who: whoSchema.nullable(),
  madeAt: time,
  madeBy: z.string(),
  expiresAt: time,
  closedAt: time.nullable(),
  closedBy: z.string().nullable(),
});
export type ShownOrder = z.infer<typeof orderSchema>;

/** The answer to a new order: the only time that its code is told. */
export const madeOrderSchema = z.object({ order: orderSchema, code: z.string().regex(/^\d{8}$/) });
export type MadeOrder = z.infer<typeof madeOrderSchema>;

/** `GET /staff/api/orders?clubId=`; without a club, of all. */
export const orderListSchema = z.object({
  /** Newest first. */
  open: z.array(orderSchema),
  /** Those that are over, newest first. */
  over: z.array(orderSchema),
});
export type OrderList = z.infer<typeof orderListSchema>;

const kioskSchema = z.object({ edgeId: z.string(), clubId: z.string(), enrolledAt: time });

const foundSaleSchema = z.object({
  saleId: z.string(),
  reference: z.string(),
  at: time,
  clubId: z.string(),
  who: whoSchema.nullable(),
  lines: z.array(z.object({ label: z.string(), grossCents: z.int(), givenBackCents: z.int() })),
  totalCents: z.int(),
  givenBackCents: z.int(),
  /** Why no money can be given back by an order; null when it can. */
  noRefund: z
    .enum(['cancelled', 'nothing-left', 'no-record', 'box-gone', 'order-open', 'in-doubt'])
    .nullable(),
  /** It sold a membership that runs. */
  membership: z.boolean(),
  /** The member's card of today; null where there is none. */
  card: z.object({ credentialId: z.string(), blocked: z.boolean(), orderOpen: z.boolean() }).nullable(),
});
export type FoundSale = z.infer<typeof foundSaleSchema>;

/** `GET /staff/api/sales?reference=` */
export const foundSalesSchema = z.object({
  sales: z.array(foundSaleSchema),
  /** Where a card can be made. */
  kiosks: z.array(kioskSchema),
  cardFeeCents: z.int(),
});
export type FoundSales = z.infer<typeof foundSalesSchema>;
