import { clockStandings } from '@portillon/core/base/clock-trust.ts';
import { deviceAboutSchema } from '@portillon/core/wire/messages.ts';
import { z } from 'zod';

const time = z.iso.datetime();

/** `GET /staff/api/boxes`: the boxes of the clubs, by club. */
export const boxListSchema = z.object({
  boxes: z.array(
    z.object({
      edgeId: z.string(),
      clubId: z.string(),
      /** A kiosk that sells cards; otherwise it only opens gates, or sells passes. */
      issuesCards: z.boolean(),
      online: z.boolean(),
      lastContactAt: time,
      /** Sales of which a photo, a contract or another document has not come yet (W-ATT-12). */
      incomplete: z.int(),
      oldestIncompleteAt: time.nullable(),
      /** Null of a box of the version before. */
      clock: z
        .object({
          standing: z.enum(clockStandings),
          /** The base's clock less its own. */
          offsetMs: z.int().nullable(),
          driftPpm: z.number().nullable(),
        })
        .nullable(),
      /** Empty of a box of the version before. */
      devices: z.array(
        z.object({
          name: z.string(),
          status: z.string(),
          fault: z.string().nullable(),
          since: time,
          /** Null where nobody has said what it is. */
          about: deviceAboutSchema.nullable(),
          /** Works, and will not for long (W-DEVICE-5). */
          warning: z.string().nullable(),
          /** Of a card dispenser, as its box counts them. */
          cards: z.int().nullable(),
        }),
      ),
    }),
  ),
});
export type BoxList = z.infer<typeof boxListSchema>;
export type ShownBox = BoxList['boxes'][number];

/** `POST /staff/api/boxes/:edgeId/clock`: the base's clock is right, this box is to go by it (W-CLOCK-7). */
export const clockRequestSchema = z.object({ words: z.string().trim().min(3).max(300) });
