import { z } from 'zod';

/** Who came in last, for staff at the kiosk (W-PERSON-8). On no other screen is anything of another member. */
export const cameInScreenSchema = z.object({
  name: z.literal('came-in'),
  /** Who came last first. */
  people: z.array(
    z.object({
      /** When, in ms since 1970: tells those apart who look alike. */
      atMs: z.number(),
      /** `HH:MM` in the club. */
      at: z.string(),
      /** `own`: of this club, with the name; `other`: a member whose name is not known here; `nobody`: with a ticket. */
      who: z.enum(['own', 'other', 'nobody']),
      name: z.string().nullable(),
      /** A data URL; null where there is none, or none was fetched yet. */
      photo: z.string().nullable(),
    }),
  ),
  /** Staff came from the card dispenser, and go back to it. */
  fromRepair: z.boolean(),
});
export type CameInScreen = z.infer<typeof cameInScreenSchema>;
