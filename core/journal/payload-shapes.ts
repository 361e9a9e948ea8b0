import { z } from 'zod';

/**
 * The forms that values of a payload may have. There is none for a name, an address or an e-mail: whoever is erased later
 * must not stand in signed bytes (FJ8). Objects are strict, so that a field that is not written down here is refused.
 */
export const shapes = {
  cents: z.int().min(-1e12).max(1e12),
  count: z.int().min(0).max(1e9),
  no: z.int().min(1).max(1e12),
  /** ISO 8601 with the offset of the place. */
  time: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/, 'not a local time with its offset'),
  establishment: z.string().regex(/^[0-9A-Z]{9,20}$/, 'not the number of an establishment'),
  till: z.string().regex(/^[0-9A-Za-z-]{1,20}$/, 'not the name of a till'),
  /** An id of our own, or empty. */
  id: z.string().regex(/^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/, 'not an id'),
  /** Who acted: the till itself, or an id of a member of staff. */
  operator: z
    .string()
    .regex(/^(BORNE|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, 'not an operator: BORNE or the id of one'),
  /** A code, number or reference of a machine: no blanks, so no sentence and no full name. */
  code: z.string().regex(/^[\w.:+/=@*-]{0,400}$/, 'not a technical reference'),
  /** Name and version of a program. */
  version: z.string().regex(/^[\w.+ -]{1,60}$/, 'not the version of a program'),
  signature: z.string().regex(/^([\w-]{86})?$/, 'not a signature'),
  /** Text of a product, which the operator of the network wrote. */
  label: z.string().min(1).max(200),
} as const;

/** What a device told, in the form of `shapes.code`: a character it does not have becomes `_`, so that no sale fails for one. */
export function asCode(text: string): string {
  return text
    .trim()
    .replace(/[^\w.:+/=@*-]/g, '_')
    .slice(0, 400);
}

export const softwareSchema = z.strictObject({
  version: shapes.version,
  /** SHA-256 over the files of the fiscal perimeter; empty in a build that was not stamped. */
  perimeter: z.string().regex(/^([0-9a-f]{64})?$/),
});
/** What recorded: the program's version and the digest of its fiscal perimeter. */
export type Software = z.infer<typeof softwareSchema>;

export const paymentSumSchema = z.strictObject({ means: shapes.code.min(1), amount: shapes.cents });
