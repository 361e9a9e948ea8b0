import { z } from 'zod';
import { whoSchema } from './live-view.ts';

/** `GET /staff/api/interventions`: what staff did to devices, the newest first, at most 100. */
export const interventionListSchema = z.object({
  interventions: z.array(
    z.object({
      id: z.string(),
      clubId: z.string(),
      at: z.string(),
      /** Whose staff card it was; null when the base knows nobody of it. */
      who: whoSchema.nullable(),
      faultBefore: z.string().nullable(),
      faultAfter: z.string().nullable(),
      outcome: z.enum(['ready', 'not-ready']),
      filled: z.int().nullable(),
      emptied: z.int().nullable(),
      takenByHand: z.int(),
      binDifference: z.int().nullable(),
      pathDifference: z.int(),
    }),
  ),
});
export type InterventionList = z.infer<typeof interventionListSchema>;
export type ShownIntervention = InterventionList['interventions'][number];
