import { z } from 'zod';
import { clubStates } from '../../migration/club-state.ts';
import { goQuestions } from '../../migration/go-list.ts';
import { reasonSchema } from './staff-words.ts';

/** How far a club is with the system that it comes from (sync-service/migration/SPEC.md). */

const state = z.enum(clubStates);
const goLineSchema = z.object({
  question: z.enum(goQuestions),
  figure: z.number().nullable(),
  limit: z.number(),
  unit: z.enum(['percent', 'count', 'seconds', 'days']),
  verdict: z.enum(['go', 'no-go']),
});
export type ShownGoLine = z.infer<typeof goLineSchema>;

/** `GET /staff/api/clubs/:clubId/migration` */
export const clubMigrationSchema = z.object({
  clubId: z.string(),
  name: z.string(),
  timeZone: z.string(),
  /** Null where nothing was ever brought over. */
  state: state.nullable(),
  since: z.iso.datetime().nullable(),
  /** Where it can go from here; with the list that is asked for it, where one is. */
  next: z.array(z.object({ state, list: z.array(goLineSchema).nullable() })),
  /** The last import that came to its end. */
  lastImport: z
    .object({
      system: z.string(),
      endedAt: z.iso.datetime(),
      lines: z.int(),
      rejected: z.int(),
      possibleDuplicates: z.int(),
    })
    .nullable(),
  reconciliation: z
    .object({
      at: z.iso.datetime(),
      differences: z.int(),
      members: z.object({ source: z.int(), base: z.int() }),
      badges: z.object({ source: z.int(), base: z.int() }),
      owedCents: z.object({ source: z.int(), base: z.int() }),
      membersWithoutBadge: z.int(),
      badgesWithoutMember: z.int(),
    })
    .nullable(),
  /** Old badges and codes that open, that wait, and cards and passes that stand beside or after them. */
  badges: z.object({ open: z.int(), waiting: z.int(), cards: z.int() }),
  /** Newest first. */
  history: z.array(
    z.object({
      id: z.string(),
      at: z.iso.datetime(),
      from: state.nullable(),
      to: state,
      by: z.string(),
      reason: z.string(),
      despite: z.array(goLineSchema),
    }),
  ),
});
export type ClubMigration = z.infer<typeof clubMigrationSchema>;

/** `PUT /staff/api/clubs/:clubId/migration` */
export const migrationRequestSchema = z.strictObject({
  state,
  reason: reasonSchema,
  /** Goes on although lines of the list stand against it; the history keeps them. */
  despiteNoGo: z.boolean().default(false),
});
