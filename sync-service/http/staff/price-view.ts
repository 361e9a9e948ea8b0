import { priceLevels } from '@portillon/core/sale/price-rule.ts';
import { z } from 'zod';
import { reasonSchema } from './staff-words.ts';

/** What plans cost in a club, and who decided it. */

const time = z.iso.datetime();
const date = z.iso.date();
/** Ten thousand euros. */
export const highestPriceCents = 1_000_000;
const priceSchema = z.strictObject({
  priceCents: z.int().min(0).max(highestPriceCents),
  joiningFeeCents: z.int().min(0).max(highestPriceCents),
});

const words = z.object({ fr: z.string(), en: z.string() });

/** `GET /staff/api/clubs/:clubId/prices` */
export const clubPricesSchema = z.object({
  id: z.string(),
  timeZone: z.string(),
  legalEntity: z.string(),
  /** The day on the calendar of the club. */
  today: date,
  /** For what this account may set prices. */
  maySet: z.array(z.enum(priceLevels)),
  plans: z.array(
    z.object({
      planId: z.string(),
      names: words,
      kind: z.enum(['monthly', 'prepaid', 'day-entry']),
      termMonths: z.int().nullable(),
      /** Valid in the club today. */
      now: priceSchema,
      /** Those that are to come, each from a day on. */
      coming: z.array(priceSchema.extend({ from: date })),
    }),
  ),
  /** Boxes of the club that are not heard and were not since a price was set or withdrawn here (SA97); since when the first. */
  unheard: z.object({ boxes: z.int(), since: time.nullable() }),
  /** All that were set and concern the club, the latest first. */
  set: z.array(
    z.object({
      priceId: z.string(),
      planId: z.string(),
      level: z.enum(priceLevels),
      from: date,
      /** Null: it was given up for the price of the level above. */
      price: priceSchema.nullable(),
      setAt: time,
      /** Null: the file that the base began with. */
      by: z.string().nullable(),
      reason: z.string(),
      /** It has not begun anywhere yet, and this account may. */
      mayWithdraw: z.boolean(),
      withdrawn: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
    }),
  ),
});
export type ClubPrices = z.infer<typeof clubPricesSchema>;

/** `POST /staff/api/clubs/:clubId/prices` */
export const newPriceSchema = z.strictObject({
  planId: z.uuid('not an id'),
  level: z.enum(priceLevels),
  from: date.refine((day) => day < '2100-01-01', 'not in this century'),
  price: priceSchema.nullable(),
  reason: reasonSchema,
});
export type NewPrice = z.infer<typeof newPriceSchema>;

/** `POST /staff/api/clubs/:clubId/price-withdrawals` */
export const withdrawalSchema = z.strictObject({ priceId: z.uuid('not an id'), reason: reasonSchema });
