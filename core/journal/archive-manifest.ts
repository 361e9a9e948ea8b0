import { z } from 'zod';
import { shapes, softwareSchema } from './payload-shapes.ts';
import { vatRowSchema } from './vat-row.ts';

export const archiveFormat = 'portillon-archive-1';

const date = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const totals = z.strictObject({ signed: shapes.cents, absolute: shapes.cents, net: shapes.cents });

/** Who the books belong to. */
export const companySchema = z.strictObject({
  name: z.string().min(1).max(200),
  address: z.string().max(300),
  siret: shapes.establishment,
  vatNumber: shapes.code,
  /** Code of the trade (NAF); empty when it is not known. */
  naf: shapes.code,
});
export type Company = z.infer<typeof companySchema>;

/** The part of a chain that an archive holds. Nothing of it when `last` is `first - 1`. */
const chainRangeSchema = z.strictObject({
  first: shapes.no,
  last: shapes.count,
  /** Signature of the record before the first; empty when the chain begins here. */
  previousSignature: shapes.signature,
  /** Signature of the last record there has been up to here. */
  lastSignature: shapes.signature,
});
export type ChainRange = z.infer<typeof chainRangeSchema>;

/** `manifest.json`, the payload of an `A1` (FJ21). Canonical JSON, so that its bytes are one. */
export const archiveManifestSchema = z.strictObject({
  format: z.literal(archiveFormat),
  /** Number of this archive in its chain. */
  no: shapes.no,
  company: companySchema,
  est: shapes.establishment,
  till: shapes.till,
  timeZone: z.string().max(60),
  /** Local dates: the first day inside, the first day after. */
  from: date,
  to: date,
  generated: shapes.time,
  software: softwareSchema,
  files: z.array(
    z.strictObject({
      name: z.string().regex(/^[\w.-]{1,60}$/),
      bytes: shapes.count,
      sha256,
      /** Rows without the header; 0 for a text. */
      rows: shapes.count,
    }),
  ),
  chains: z.strictObject({
    T: chainRangeSchema,
    X: chainRangeSchema,
    D: chainRangeSchema,
    C: chainRangeSchema,
    J: chainRangeSchema,
    A: chainRangeSchema,
  }),
  keys: z.array(
    z.strictObject({
      kid: z.string().regex(/^[0-9a-f]{16}$/),
      /** PEM of the public key. */
      pem: z.string().max(400),
      /** Number of the first event that it signed. */
      sinceEvent: shapes.no,
    }),
  ),
  perpetualBefore: totals,
  perpetualAfter: totals,
  vat: z.array(vatRowSchema),
  total: shapes.cents,
  /** SHA-256 of the manifest of the archive before; empty for the first. */
  previousArchive: z.union([sha256, z.literal('')]),
});
export type ArchiveManifest = z.infer<typeof archiveManifestSchema>;
