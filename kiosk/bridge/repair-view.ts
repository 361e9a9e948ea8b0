import { z } from 'zod';

/** The guided repair of the card dispenser, as the screen of staff is told of it (DI19, DI20). */

export const repairGuides = [
  'card-jam',
  'refill',
  'empty-bin',
  'card-at-mouth',
  'card-moved',
  'card-dead',
  'not-answering',
  'hardware',
  'refused',
  'test',
  'well',
] as const;
export type RepairGuide = (typeof repairGuides)[number];

export const repairSteps = [
  'open',
  'remove-card',
  'look',
  'fill',
  'empty-bin',
  'take-from-mouth',
  'check-cards',
  'check-cable',
  'check-model',
  'power',
  'close',
  'reset',
  'test',
] as const;
export type RepairStep = (typeof repairSteps)[number];

/** Steps at whose end a number of cards is told. */
export const countedSteps = [
  'remove-card',
  'fill',
  'empty-bin',
  'take-from-mouth',
] as const satisfies readonly RepairStep[];
export type CountedStep = (typeof countedSteps)[number];

export function isCounted(step: RepairStep | undefined): step is CountedStep {
  return countedSteps.some((counted) => counted === step);
}

const count = z.int().min(0);

export const repairScreenSchema = z.object({
  name: z.literal('repair'),
  guide: z.enum(repairGuides),
  steps: z.array(z.enum(repairSteps)),
  /** Index of the step to be done; the number of steps once the device is at work again. */
  at: z.int().min(0),
  /** `asking`: the device is being asked. `choose`: nothing is wrong, staff choose what to do. */
  phase: z.enum(['asking', 'step', 'choose', 'at-work']),
  /** The step was done, and the device still says the same. */
  again: z.boolean(),
  /** What was typed is no number of cards. */
  badCount: z.boolean(),
  /** What the device says; null before it has answered. */
  says: z
    .object({
      faultCode: z.string().nullable(),
      card: z.enum(['none', 'at-encoder', 'at-mouth']).nullable(),
      stacker: z.enum(['empty', 'low', 'enough']).nullable(),
      binFull: z.boolean(),
      /** Its own count of the cards in the bin; null where it has none. */
      captured: count.nullable(),
    })
    .nullable(),
  /** What the box has counted. */
  counted: z.object({ stack: count.nullable(), bin: count }),
  /** Staff of this club may see who came in (W-PERSON-8). */
  showsPeople: z.boolean(),
  /** At the end: cards by which what was found differs from what was counted; null where nothing was counted. */
  differences: z.object({ bin: z.int().nullable(), path: z.int() }).nullable(),
});
export type RepairScreen = z.infer<typeof repairScreenSchema>;
