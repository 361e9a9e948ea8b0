import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readSecretFile } from '../secrets/secret-file.ts';
import { incomingKinds, outgoingKinds } from './member-base-adapter.ts';

/** Where the other side is, and how its fields are called (AD13): one JSON file. */

const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/;
const dottedPath = z.string().regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'fields with dots between them');
const path = z.string().regex(/^\/[^\s#]*$/, 'begins with /, as /members/{record.id}');

/** Their field, and what comes into it: a field of ours, perhaps through a table, or a fixed value. */
const sourceSchema = z.union([
  dottedPath,
  z.strictObject({ from: dottedPath, table: z.string().min(1) }),
  z.strictObject({ value: z.union([z.string(), z.number(), z.boolean(), z.null()]) }),
]);
export type FieldSource = z.output<typeof sourceSchema>;
const fieldsSchema = z.record(dottedPath, sourceSchema);

const sendSchema = z.strictObject({
  method: z.enum(['PUT', 'POST', 'PATCH']).default('PUT'),
  path,
  fields: fieldsSchema,
  /** Where their answer says what they call it, and its revision. */
  answer: z.strictObject({ theirId: dottedPath.optional(), revision: dottedPath.optional() }).default({}),
});

/** Where their changes hold a record of a kind. */
const incomingSchema = z.strictObject({
  is: z.string().min(1),
  theirId: dottedPath,
  revision: dottedPath.optional(),
  /** Our id, which `send` has given them as `record.id`. */
  ourId: dottedPath.optional(),
  /** True there: it is gone. */
  gone: dottedPath.optional(),
  /** Our field, and where theirs is. */
  fields: fieldsSchema,
});
export type IncomingShape = z.output<typeof incomingSchema>;

const headerName = z.string().regex(/^[A-Za-z0-9-]+$/);

export const adapterMappingSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, 'small letters, digits and hyphens, 2 to 40 of them'),
    baseUrl: z
      .url()
      .refine(
        (url) => url.startsWith('https://') || loopback.test(url),
        'begins with https://; http is for this machine',
      ),
    auth: z
      .strictObject({
        header: headerName.default('authorization'),
        prefix: z.string().default('Bearer '),
        /** Beside this file, for its owner only. */
        secretFile: z.string().min(1).optional(),
        /** Name of an environment variable. */
        secretFrom: z.string().min(1).optional(),
      })
      .refine(
        ({ secretFile, secretFrom }) => (secretFile === undefined) !== (secretFrom === undefined),
        'says one of secretFile and secretFrom',
      )
      .optional(),
    answerLimitMs: z.int().min(100).max(30_000).default(10_000),
    answerLimitBytes: z.int().min(1_000).max(10_000_000).default(1_000_000),
    /** Carries the id of the message, the same with each attempt. */
    messageIdHeader: headerName.default('idempotency-key'),
    send: z.partialRecord(z.enum(outgoingKinds), sendSchema),
    /** What values of ours are called there, by name of the table: `"plans": { "our id": "their code" }`. */
    tables: z
      .record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))
      .default({}),
    changes: z
      .strictObject({
        /** With `{cursor}` and `{most}` in it. */
        path,
        list: dottedPath,
        cursor: dottedPath,
        more: dottedPath,
        kind: dottedPath,
        kinds: z.partialRecord(z.enum(incomingKinds), incomingSchema),
        /** How long after the last look the next one follows. */
        everyMs: z.int().min(200).max(3_600_000).default(1_000),
      })
      .optional(),
    /** For `npm run adapter-check` only. */
    check: z
      .strictObject({
        clubId: z.uuid(),
        planId: z.uuid(),
        /** Reads what they hold, as /memberships/{record.id}. */
        held: z.partialRecord(z.enum(outgoingKinds), path).default({}),
        /** Changes it as somebody at their side does. */
        change: z
          .partialRecord(
            z.enum(outgoingKinds),
            z.strictObject({
              method: z.enum(['PUT', 'POST', 'PATCH']),
              path,
              body: z.record(z.string(), z.unknown()),
            }),
          )
          .default({}),
        /** Fields of what they hold that say when or how often, not what. */
        ignore: z.array(dottedPath).default([]),
      })
      .optional(),
  })
  .superRefine((mapping, context) => {
    for (const [kind, send] of Object.entries(mapping.send)) {
      for (const [field, source] of Object.entries(send.fields)) {
        if (typeof source !== 'object' || !('table' in source) || Object.hasOwn(mapping.tables, source.table))
          continue;
        context.addIssue({
          code: 'custom',
          path: ['send', kind, 'fields', field],
          message: `there is no table ${source.table}`,
        });
      }
    }
    if (mapping.changes && !mapping.changes.path.includes('{cursor}')) {
      context.addIssue({ code: 'custom', path: ['changes', 'path'], message: 'holds {cursor}' });
    }
  });
export type AdapterMapping = z.output<typeof adapterMappingSchema>;

export interface ReadMapping {
  readonly mapping: AdapterMapping;
  /** Header and value; null where the other side asks for none. */
  readonly auth: { readonly header: string; readonly value: string } | null;
}

/** Rejects with the path and what is wrong in it. */
export async function readAdapterMapping(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ReadMapping> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  const read = adapterMappingSchema.safeParse(json);
  if (!read.success) {
    throw new Error(
      read.error.issues
        .map((issue) => `${file}: ${issue.path.join('.') || 'the file'}: ${issue.message}`)
        .join('\n'),
    );
  }
  const { auth } = read.data;
  if (!auth) return { mapping: read.data, auth: null };
  let secret: string | undefined;
  if (auth.secretFile === undefined) {
    secret = environment[auth.secretFrom ?? '']?.trim();
    if (!secret)
      throw new Error(`${file}: auth.secretFrom: the environment variable ${auth.secretFrom} is not set`);
  } else {
    const bytes = await readSecretFile(resolve(dirname(file), auth.secretFile));
    if (!bytes) throw new Error(`${file}: auth.secretFile: there is no such file`);
    secret = Buffer.from(bytes).toString('utf8').trim();
  }
  if (!/^[\x20-\x7e]+$/.test(secret))
    throw new Error(`${file}: auth: the secret is not one line of plain characters`);
  return { mapping: read.data, auth: { header: auth.header, value: auth.prefix + secret } };
}
