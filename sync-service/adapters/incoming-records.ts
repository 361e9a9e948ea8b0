import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { isId } from '@portillon/core/base/ids.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { isVisible, isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { z } from 'zod';
import { weekHoursSchema } from '../http/staff/access-view.ts';
import { type IncomingKind, incomingKinds } from './member-base-adapter.ts';
import { policyOver } from './policy-over.ts';

/**
 * What the base understands of a record at the other side. A field that is left out is not theirs to say: it stays as it is here.
 * Unknown fields are passed over. Whom and what a record names is said by our id, or by theirs (`…TheirId`).
 */

const ourId = z.string().toLowerCase().refine(isId, 'is none of our ids');
const theirId = z.union([z.string().min(1).max(200), z.number()]).transform(String);
const earliest = '1900-01-01';
const latest = '3000-01-01';
const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => isoTime(Date.parse(text)))
  .refine((text) => text > earliest && text < latest, 'is not between the years 1900 and 2999');
/** A day is the whole day, where its club is. */
const momentOrDay = z.union(
  [moment, z.iso.date().refine((day) => day > earliest && day < latest)],
  'is neither a moment nor a day',
);
const text = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .refine(isWholeText, notWholeText)
    .transform((words) => (isVisible(words) ? words : null))
    .nullable()
    .optional();
const chipNumber = z
  .string()
  .transform((words) => words.replace(/[\s:-]/g, '').toUpperCase())
  .refine((words) => /^([0-9A-F]{2}){4,10}$/.test(words), 'is no number of a chip in hexadecimal')
  .nullish();
/** Whom a record belongs to. */
const holder = { memberId: ourId.nullish(), memberTheirId: theirId.nullish() };

/** `6:30` and `06:30:00` as well; the end of a day may be 00:00. */
const wallTime = z
  .string()
  .transform((time) => time.replace(/^(\d):/, '0$1:').replace(/^(\d\d:\d\d):00$/, '$1'));
const interval = z
  .union([
    z.tuple([wallTime, wallTime]),
    z.object({ from: wallTime, to: wallTime }).transform(({ from, to }): [string, string] => [from, to]),
  ])
  .transform(([from, to]): [string, string] => [from, to === '00:00' ? '24:00' : to]);
/** As staff give them (access-view.ts); a week in which no day is open is a wrong mapping file, or a closure. */
const weekHours = z
  .record(
    z.string(),
    z
      .array(interval)
      .nullable()
      .transform((day) => day ?? []),
  )
  .pipe(weekHoursSchema)
  .refine((week) => Object.values(week).some((day) => day.length > 0), 'opens on no day of the week')
  .transform((week) => Object.fromEntries(Object.entries(week).filter(([, day]) => day.length > 0)));

export const incomingSchemas = {
  club: z.object({
    clubId: ourId.nullish(),
    hours: weekHours.nullish(),
    closures: z
      .array(z.object({ from: momentOrDay, to: momentOrDay }))
      .max(60)
      .nullish(),
    capacity: z.int().min(1).max(100_000).nullish(),
    /** Of the access policy, what they say; the rest stays. */
    policy: z
      .record(z.string(), z.unknown())
      .superRefine((policy, context) => {
        const read = policyOver(openPolicy, policy);
        if (!read.ok) context.addIssue({ code: 'custom', message: read.error });
      })
      .nullish(),
  }),
  plan: z.looseObject({}),
  member: z.object({
    homeClubId: ourId.nullish(),
    givenName: text(100),
    familyName: text(100),
    birthDate: z.iso
      .date()
      .refine((day) => day > earliest && day < latest)
      .nullish(),
    email: text(200),
    phone: text(40),
    /** `fr`, `en`, `es`, `pt`. */
    language: z
      .string()
      .regex(/^[a-z]{2,3}$/)
      .nullish(),
    /** No takes a yes back; a yes gives none. */
    newsConsent: z.boolean().nullish(),
    /** Forgotten at their side: as if it were gone. */
    erased: z.boolean().nullish(),
  }),
  membership: z.object({
    ...holder,
    planId: ourId.nullish(),
    planTheirId: theirId.nullish(),
    clubId: ourId.nullish(),
    validFrom: momentOrDay.nullish(),
    /** Null: until it is ended. The last day, where it is a day. */
    validTo: momentOrDay.nullable().optional(),
    status: z.enum(['active', 'cancelled']).nullish(),
  }),
  credential: z.object({
    ...holder,
    /** Of a badge that is known by the number of its chip. */
    cardUid: chipNumber,
    /** Of a code that is always the same: what it says, or the SHA-256 of that. */
    code: z.string().min(4).max(200).nullish(),
    codeHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullish(),
    status: z.enum(['active', 'blocked']).nullish(),
  }),
  block: z.object({
    ...holder,
    credentialId: ourId.nullish(),
    credentialTheirId: theirId.nullish(),
    cardUid: chipNumber,
    /** False: lifted. */
    blocked: z.boolean().nullish(),
    /** Null: until it is lifted. */
    until: moment.nullish(),
  }),
} as const;
export type IncomingRecords = { [Kind in IncomingKind]: z.output<(typeof incomingSchemas)[Kind]> };

/** The record understood, or which field is wrong and how; nothing of a person in it. */
export function readIncoming<Kind extends IncomingKind>(
  kind: Kind,
  record: Readonly<Record<string, unknown>>,
): Result<IncomingRecords[Kind], string> {
  const read = incomingSchemas[kind].safeParse(record);
  if (read.success) return ok(read.data as IncomingRecords[Kind]);
  const [issue] = read.error.issues;
  return err(`${issue?.path.join('.') || 'the record'}: ${issue?.message ?? 'not understood'}`);
}

export const isIncomingKind = (kind: string): kind is IncomingKind =>
  (incomingKinds as readonly string[]).includes(kind);

/** What a code says is a secret: it is kept nowhere. */
export function withoutCode(
  record: Readonly<Record<string, unknown>> | null,
): Readonly<Record<string, unknown>> | null {
  if (record === null || typeof record.code !== 'string') return record;
  const { code, ...rest } = record;
  return { ...rest, codeHash: sha256Hex(code) };
}
