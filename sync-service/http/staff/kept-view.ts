import { z } from 'zod';

const words = z.object({ en: z.string(), fr: z.string() });

/** `GET /staff/api/retention`: the table of terms, and what the last rounds ended. */
export const retentionSchema = z.object({
  table: z.array(
    z.object({
      id: z.string(),
      what: words,
      period: z.object({ months: z.int().optional(), days: z.int().optional() }).nullable(),
      from: words,
      source: z.string(),
    }),
  ),
  runs: z.array(z.object({ beganAt: z.iso.datetime(), counts: z.record(z.string(), z.int()) })),
});
export type RetentionShown = z.infer<typeof retentionSchema>;
