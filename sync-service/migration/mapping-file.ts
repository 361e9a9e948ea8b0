import { z } from 'zod';

/**
 * How the files of a legacy system are to be read (MI1): one JSON file beside them. Everything that differs from system to
 * system stands here; nothing is guessed.
 */

/** How one file is written. */
const fileShape = {
  /** Beside the mapping file. */
  path: z.string().min(1),
  /** A name that iconv-lite knows; a byte order mark is passed over. */
  encoding: z.string().min(1).default('utf-8'),
  separator: z.string().length(1).default(','),
  quote: z.string().length(1).default('"'),
  /** Made of YYYY, MM, DD, and perhaps HH, mm, ss, which are passed over. */
  dateFormat: z
    .string()
    .refine(
      (format) => ['YYYY', 'MM', 'DD'].every((part) => format.split(part).length === 2),
      'a format of dates holds YYYY, MM and DD, each once',
    )
    .default('YYYY-MM-DD'),
  decimal: z.enum(['.', ',']).default('.'),
};

const column = z.string().min(1);
const table = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value).default({});

export const mappingFileSchema = z.strictObject({
  /** Name of the legacy system and of its base: `resa-lyon`. With it a line is known again (MI8). */
  system: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, 'small letters, digits and hyphens, 2 to 40 of them'),
  members: z.strictObject({
    ...fileShape,
    columns: z.strictObject({
      sourceId: column,
      givenName: column,
      familyName: column,
      birthDate: column.optional(),
      email: column.optional(),
      phone: column.optional(),
      language: column.optional(),
    }),
    /** What the file says, and what it means. */
    languages: table(z.enum(['fr', 'en', 'es', 'pt'])),
    /** Where the file says nothing. */
    language: z.enum(['fr', 'en', 'es', 'pt']),
  }),
  memberships: z.strictObject({
    ...fileShape,
    columns: z.strictObject({
      /** Left out: a member holds one at most, known by the member. */
      sourceId: column.optional(),
      member: column,
      plan: column,
      status: column,
      from: column,
      to: column.optional(),
    }),
    /** Words of the file, and the French or English name of a plan in the base. */
    plans: table(z.string().min(1)),
    statuses: table(z.enum(['active', 'cancelled'])),
    /** What the file says where there is no end, as 31/12/9999; nothing at all means so too. */
    noEnd: z.array(z.string()).default([]),
  }),
  badges: z
    .strictObject({
      ...fileShape,
      columns: z.strictObject({ member: column, number: column, kind: column.optional() }),
      /** `uid`: the number of a chip. `code`: what a scanner reads off a code that always says the same. */
      kinds: table(z.enum(['uid', 'code'])),
      /** Where there is no such column. */
      kind: z.enum(['uid', 'code']).default('uid'),
      /** How chips are written; `reversed`: the last byte first. */
      numbers: z.enum(['hex', 'hex-reversed', 'decimal', 'decimal-reversed']).default('hex'),
      /** Of a number in decimal, which does not say it itself. */
      bytes: z.int().min(4).max(10).default(4),
    })
    .optional(),
  debts: z
    .strictObject({
      ...fileShape,
      columns: z.strictObject({ sourceId: column, member: column, amount: column, since: column.optional() }),
      /** In parts of ten thousand: 20 % is 2000. */
      vatRate: z.int().min(0).max(10_000),
      reason: z
        .enum(['direct-debit-rejected', 'card-replacement', 'unpaid-period', 'other'])
        .default('unpaid-period'),
    })
    .optional(),
  photos: z
    .strictObject({
      ...fileShape,
      columns: z.strictObject({ member: column, file: column }),
      /** Folder of the pictures, beside the mapping file. */
      folder: z.string().min(1),
    })
    .optional(),
});
export type MappingFile = z.output<typeof mappingFileSchema>;

export const rowKinds = ['members', 'memberships', 'debts', 'badges', 'photos'] as const;
/** In the order in which they are brought over: each names what the ones before have brought. */
export type RowKind = (typeof rowKinds)[number];
