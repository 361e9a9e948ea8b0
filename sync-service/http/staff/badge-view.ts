import { z } from 'zod';
import { whoSchema } from './live-view.ts';

/** `GET /staff/api/badges`: how far the clubs are with their old badges. */
export const badgeListSchema = z.object({
  /** Clubs where somebody holds an old badge, an old code or a card. */
  clubs: z.array(
    z.object({
      clubId: z.string(),
      /** Old badges that still open, known by the number of their chip alone. */
      left: z.int(),
      /** Of these, those that led in somewhere in the last 30 days. */
      inUse: z.int(),
      /** Cards that prove themselves, and open. */
      cards: z.int(),
      /** Whether gates of the club take old badges now. */
      accepted: z.boolean(),
      /** Old codes, always the same, that still open; and whether gates of the club take them now. */
      codes: z.int(),
      codesAccepted: z.boolean(),
    }),
  ),
  /** Badges that were at two clubs at once: cases that are open, the oldest first. */
  copies: z.array(
    z.object({
      caseId: z.string(),
      at: z.iso.datetime(),
      clubId: z.string(),
      detail: z.string(),
      who: whoSchema.nullable(),
      status: z.enum(['active', 'blocked', 'spent']).nullable(),
    }),
  ),
});
export type BadgeList = z.infer<typeof badgeListSchema>;
