import { shapes } from '@portillon/core/journal/payload-shapes.ts';
import { z } from 'zod';

/** A day that there is. */
const day = z.string().refine(isDay, 'a day is written 2026-11-22');
/** A member of staff, by the id that the member base gave. */
const operator = shapes.operator.refine(
  (id) => id !== 'BORNE',
  'say by its id which member of staff this is',
);
const folder = z
  .string()
  .max(4_000)
  .regex(/^\/[^\0]*$/, 'a folder is a whole path, from / on');
const recordNo = z
  .int('a number is a whole one')
  .min(1, 'numbers begin at 1')
  .max(1e12, 'there is no such number');
const reader = operator.or(z.literal('BORNE')).default('BORNE');

/** What can be asked at the desk. Strict: an entry that is not written down here is refused. */
export const deskRequestSchema = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('status') }),
  z.strictObject({ command: z.literal('ticket'), no: recordNo, operator: reader }),
  /** `to` is the day after the last one, as everywhere in the journal. */
  z.strictObject({ command: z.literal('list'), from: day, to: day, operator: reader }),
  z.strictObject({
    command: z.literal('archive'),
    from: day,
    to: day,
    folder,
    yearly: z.boolean().default(false),
  }),
  /** An archive that was made before, written once more. */
  z.strictObject({ command: z.literal('archive-again'), no: recordNo, folder }),
  z.strictObject({ command: z.literal('verify') }),
  /** What verify found broken was looked into: the till sells again. */
  z.strictObject({ command: z.literal('settle-broken'), operator }),
  z.strictObject({ command: z.literal('close') }),
  z.strictObject({ command: z.literal('confirm-clock'), operator }),
  z.strictObject({ command: z.literal('rotate-key'), operator }),
  z.strictObject({ command: z.literal('practice-start'), operator }),
  /** Without an operator it is ended by whoever began it. */
  z.strictObject({ command: z.literal('practice-stop'), operator: operator.optional() }),
  z.strictObject({
    command: z.literal('purge'),
    years: z
      .int('years are a whole number')
      .min(6, 'line data are kept for six full years at least (LPF L102 B)')
      .max(100, 'that many years are no retention'),
    operator,
  }),
]);
export type DeskRequest = z.infer<typeof deskRequestSchema>;
export type RequestOf<Command extends DeskRequest['command']> = Extract<DeskRequest, { command: Command }>;

/** Said to a person and to a program at once. `refused`: nothing was done, and `text` says why and what to do. */
export const deskAnswerSchema = z.strictObject({
  outcome: z.enum(['done', 'refused']),
  text: z.string(),
  value: z.json(),
});
export type DeskAnswer = z.infer<typeof deskAnswerSchema>;

/** What is wrong with a request, for whoever wrote it; null when nothing is. */
export function requestProblem(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
