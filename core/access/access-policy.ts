import { z } from 'zod';

/** What the operator decides of access, for all clubs or for one; travels with the club in the feed. Rules: SPEC.md. */

const hours = z.number().positive().max(8_784).nullable();

export const accessPolicySchema = z.object({
  /**
   * Somebody who went in and was not seen to leave. `soft` lets them in again and notes it, `hard` refuses them; after
   * `minutes` it counts no more (null: until they leave, or the club's day ends).
   */
  antiPassback: z
    .object({
      mode: z.enum(['off', 'soft', 'hard']),
      minutes: z.int().min(1).max(1_440).nullable(),
    })
    .default({ mode: 'off', minutes: 10 }),
  /** `hard`: nobody more than the club holds, staff aside. `soft` notes it. */
  capacity: z.enum(['off', 'soft', 'hard']).default('off'),
  /** How long a debt may be open before its member is refused; null: never refused for it. Smaller ones never count. */
  debt: z
    .object({ graceDays: z.int().min(0).max(366).nullable(), fromCents: z.int().min(1) })
    .default({ graceDays: null, fromCents: 1 }),
  /** Steps of 15 s that a code of a pass may be off beyond the one before and the one after. */
  passExtraSteps: z.int().min(0).max(20).default(0),
  /** Old badges that are known by a number anybody can copy: accepted while the club is migrating. */
  uidBadges: z.boolean().default(false),
  /** Old codes that always say the same, which anybody can copy: accepted while the club is migrating. */
  staticCodes: z.boolean().default(false),
  /**
   * How old the book may be to let somebody in by it, in hours; null: however old. A member who owes something, even
   * within the days of grace, is let in on younger data only.
   */
  dataAgeHours: z
    .object({ home: hours, network: hours, debtor: hours, ticket: hours })
    .default({ home: null, network: null, debtor: null, ticket: null }),
});
export type AccessPolicy = z.output<typeof accessPolicySchema>;

/** What holds where the operator has decided nothing. */
export const openPolicy: AccessPolicy = accessPolicySchema.parse({});
