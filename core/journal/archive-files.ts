import { canonicalJson } from '../crypto/canonical-json.ts';
import { sha256Hex } from '../crypto/digest.ts';
import {
  type ArchiveManifest,
  archiveFormat,
  archiveManifestSchema,
  type ChainRange,
} from './archive-manifest.ts';
import { archiveNotice } from './archive-notice.ts';
import { archiveTables, registrationColumns, registrationsTable, tableColumns } from './archive-tables.ts';
import { publicKeyPem } from './fiscal-key.ts';
import { type Chain, chains, type FiscalRecord, layouts } from './record-layout.ts';
import type { StoredRegistration } from './spain/registration-problem.ts';
import { takingPayloadSchema } from './taking.ts';
import { vatRows } from './vat-row.ts';

/** What an archive is made of. */
export interface ArchiveFacts
  extends Pick<
    ArchiveManifest,
    | 'no'
    | 'company'
    | 'est'
    | 'till'
    | 'timeZone'
    | 'from'
    | 'to'
    | 'generated'
    | 'software'
    | 'perpetualBefore'
    | 'perpetualAfter'
    | 'previousArchive'
  > {
  readonly chains: Readonly<Record<Chain, ChainRange>>;
  /** Every record of the ranges, in order. */
  readonly records: Readonly<Record<Chain, readonly FiscalRecord[]>>;
  /** The events by which keys were changed, since the first: each key is vouched for by the one before it. */
  readonly keyChanges: readonly FiscalRecord[];
  /** In the form of the tax authority, of the takings of the range; none where the country has no such form (FJ29). */
  readonly registrations: readonly StoredRegistration[];
  readonly keys: readonly {
    readonly kid: string;
    readonly publicKey: string;
    readonly sinceEventNo: number;
  }[];
}

/** Names of the two files that the manifest cannot list, since they hold it. */
export const manifestName = 'manifest.json';
export const archiveRecordName = 'archive-record.json';
export const signedRecordsName = 'signed-records.jsonl';
/** Only where the country has registrations. */
const registrationsName = 'registrations.csv';

export interface ArchiveFiles {
  /** By name, without `archive-record.json`, which is made of the record that signs the manifest. */
  readonly files: ReadonlyMap<string, string>;
  readonly manifest: ArchiveManifest;
  /** The bytes of `manifest.json`, and the payload of the `A1`. */
  readonly manifestText: string;
}

/** The whole set of files of a period, as text (FJ21). The same facts give the same bytes. */
export function archiveFiles(facts: ArchiveFacts): ArchiveFiles {
  const { records, keys, keyChanges, registrations, ...told } = facts;
  const files = new Map<string, string>();
  const rows = new Map<string, number>();
  const put = (name: string, text: string, rowCount = 0) => {
    files.set(name, text);
    rows.set(name, rowCount);
  };
  const all = chains.flatMap((chain) => records[chain]);
  put(signedRecordsName, all.map((record) => `${recordLine(record)}\n`).join(''), all.length);
  for (const [name, { text, rows: rowCount }] of Object.entries(archiveTables(records)))
    put(name, text, rowCount);
  if (registrations.length > 0)
    put(registrationsName, registrationsTable(registrations), registrations.length);
  put('key-changes.jsonl', keyChanges.map((record) => `${recordLine(record)}\n`).join(''), keyChanges.length);
  put('LISEZMOI.txt', archiveNotice(facts));
  put(
    'schema.json',
    `${JSON.stringify({ format: archiveFormat, tables: tablesOf(registrations), strings: layouts }, null, 2)}\n`,
  );

  const takings = records.T.map(({ payload }) => takingPayloadSchema.parse(JSON.parse(payload ?? 'null')));
  const manifest = archiveManifestSchema.parse({
    ...told,
    format: archiveFormat,
    keys: keys.map(({ kid, publicKey, sinceEventNo }) => ({
      kid,
      pem: publicKeyPem(publicKey),
      sinceEvent: sinceEventNo,
    })),
    files: [...files].map(([name, text]) => ({
      name,
      bytes: Buffer.byteLength(text),
      sha256: sha256Hex(text),
      rows: rows.get(name) ?? 0,
    })),
    vat: vatRows(takings.flatMap(({ vat }) => vat)),
    total: takings.reduce((sum, { total }) => sum + total, 0),
  });
  const manifestText = canonicalJson(manifest);
  files.set(manifestName, manifestText);
  return { files, manifest, manifestText };
}

/** An archive of a country without registrations has the same bytes as before there were any. */
function tablesOf(registrations: ArchiveFacts['registrations']): Readonly<Record<string, string>> {
  return registrations.length > 0
    ? { ...tableColumns, [registrationsName]: registrationColumns }
    : tableColumns;
}

/** A record verbatim: one JSON object a line, its members in this order. */
export function recordLine({ chain, no, text, payload, signature }: FiscalRecord): string {
  return JSON.stringify({ chain, no, text, payload, signature });
}

/** `archive-record.json`: the `A1` whose payload is the manifest; the detached signature of the archive. */
export function archiveRecordText({ text, signature }: FiscalRecord): string {
  return `${JSON.stringify({ text, signature })}\n`;
}
