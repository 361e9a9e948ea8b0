import { z } from 'zod';
import { closingShape } from './closing.ts';
import { shapes } from './payload-shapes.ts';

/** The till of a closing over all tills of an establishment. */
export const allTills = '*';

const namedClosing = { till: shapes.till, no: shapes.no, signature: shapes.signature };

/** Payload of a `C1` whose till is `*` (FJ27): one period of an establishment over all its tills. */
export const storeClosingPayloadSchema = z.strictObject({
  est: shapes.establishment,
  till: z.literal(allTills),
  no: shapes.no,
  dt: shapes.time,
  ...closingShape,
  /** The closings summed up: of which till, under which number and signature, and what it came to. */
  tills: z
    .array(
      z.strictObject({
        ...namedClosing,
        sales: shapes.count,
        refunds: shapes.count,
        cancelled: shapes.count,
        total: shapes.cents,
      }),
    )
    .min(1)
    .max(200),
  /** Tills without a closing of this period whose last one before counts in the perpetual totals. */
  earlier: z.array(z.strictObject(namedClosing)).max(500),
  /** Tills in use whose closing of this period has not been told. */
  missing: z.array(shapes.code.min(1)).max(200),
  sales: shapes.count,
  refunds: shapes.count,
  cancelled: shapes.count,
  /** Number of the closing of the same period that this one replaces, since tills were missing in it; 0 for none. */
  corrects: shapes.count,
  /** Who signed it off. */
  operator: shapes.operator,
});
export type StoreClosingPayload = z.infer<typeof storeClosingPayloadSchema>;
