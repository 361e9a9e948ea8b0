import { gateSigns, publicNotices } from '@portillon/core/access/gate-sign.ts';
import { personLanguages } from '@portillon/core/access/person-language.ts';
import { z } from 'zod';

/**
 * Everything that leaves the edge for the screen beside a gate, which everybody can read (GS8). There is no way back: the
 * screen says nothing to the edge.
 */

export const gateSignSchema = z.strictObject({
  /** `idle`: nobody is here, and whoever comes is welcome to present what they have. */
  name: z.enum(['idle', ...gateSigns, ...publicNotices]),
  /** Of whoever stands there, where it is known; null: the club's. */
  language: z.enum(personLanguages).nullable(),
  /** Rises with everything that is to be noticed, so that the same sign twice is seen and heard twice. */
  seq: z.int().min(0),
});
export type GateSignShown = z.infer<typeof gateSignSchema>;

export const gateScreenViewSchema = z.strictObject({
  gateName: z.string(),
  brand: z.enum(['cadence', 'foulee', 'elan']),
  /** The club's own first. */
  languages: z.array(z.enum(personLanguages)).min(1),
  /** What can be presented here. */
  accepts: z.enum(['card', 'code', 'both']),
  sound: z.boolean(),
  sign: gateSignSchema,
});
export type GateScreenView = z.infer<typeof gateScreenViewSchema>;

/** How often the edge gives a sign of life, in ms, when nothing changes. */
export const beatMs = 1_000;
/** A screen that has heard nothing for so long says so (GS10). */
export const silentMs = 2_500;
