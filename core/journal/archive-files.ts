import { canonicalJson } from '../crypto/canonical-json.ts';
import { RunningSha256 } from '../crypto/digest.ts';
import {
  type ArchiveManifest,
  archiveFormat,
  archiveManifestSchema,
  type ChainRange,
} from './archive-manifest.ts';
import { archiveNotice } from './archive-notice.ts';
import {
  registrationColumns,
  registrationRow,
  tableColumns,
  tableNames,
  tableRows,
} from './archive-tables.ts';
import { publicKeyPem } from './fiscal-key.ts';
import { type Chain, chains, type FiscalRecord, layouts } from './record-layout.ts';
import type { StoredRegistration } from './spain/registration-problem.ts';
import { takingPayloadSchema } from './taking.ts';
import { type VatRow, vatRows } from './vat-row.ts';

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

/** The text of a file in pieces: a year of takings in one string would keep everything else waiting while it is made. */
export type ArchiveText = readonly string[];

export interface ArchiveFiles {
  /** By name, without `archive-record.json`, which is made of the record that signs the manifest. */
  readonly files: ReadonlyMap<string, ArchiveText>;
  readonly manifest: ArchiveManifest;
  /** The bytes of `manifest.json`, and the payload of the `A1`. */
  readonly manifestText: string;
}

/** The whole set of files of a period, as text (FJ21). The same facts give the same bytes. */
export function archiveFiles({ records, registrations, ...facts }: ArchiveFacts): ArchiveFiles {
  const composer = new ArchiveComposer();
  for (const chain of chains) for (const record of records[chain]) composer.add(record);
  for (const registration of registrations) composer.register(registration);
  return composer.finish(facts);
}

/**
 * The same, record by record, so that its maker can let others have their turn in between. Records come chain by chain (in
 * the order of `chains`), each chain in its order.
 */
export class ArchiveComposer {
  readonly #signed = new FileInMaking();
  readonly #tables = new Map(
    tableNames.map((name) => [name, new FileInMaking(`${tableColumns[name]}\n`)] as const),
  );
  /** Null where the country has none. */
  #registrations: FileInMaking | null = null;
  #vat: readonly VatRow[] = [];
  #total = 0;

  add(record: FiscalRecord): void {
    this.#signed.add(`${recordLine(record)}\n`);
    for (const [name, rows] of tableRows(record)) {
      const table = this.#tables.get(name);
      for (const row of rows) table?.add(row);
    }
    if (record.chain !== 'T') return;
    const { vat, total } = takingPayloadSchema.parse(JSON.parse(record.payload ?? 'null'));
    this.#vat = vatRows([...this.#vat, ...vat]);
    this.#total += total;
  }

  /** In the order of their numbers. */
  register(registration: StoredRegistration): void {
    this.#registrations ??= new FileInMaking(`${registrationColumns}\n`);
    this.#registrations.add(registrationRow(registration));
  }

  finish(facts: Omit<ArchiveFacts, 'records' | 'registrations'>): ArchiveFiles {
    const { keys, keyChanges, ...told } = facts;
    const changes = new FileInMaking();
    for (const record of keyChanges) changes.add(`${recordLine(record)}\n`);
    const registrations = this.#registrations;
    // An archive of a country without registrations has the same bytes as before there were any.
    const tables = registrations
      ? { ...tableColumns, [registrationsName]: registrationColumns }
      : tableColumns;
    const schema = { format: archiveFormat, tables, strings: layouts };
    const made = new Map<string, FileInMaking>([
      [signedRecordsName, this.#signed],
      ...this.#tables,
      ...(registrations ? [[registrationsName, registrations] as const] : []),
      ['key-changes.jsonl', changes],
      ['LISEZMOI.txt', new FileInMaking(archiveNotice(facts, registrations !== null))],
      ['schema.json', new FileInMaking(`${JSON.stringify(schema, null, 2)}\n`)],
    ]);
    const manifest = archiveManifestSchema.parse({
      ...told,
      format: archiveFormat,
      keys: keys.map(({ kid, publicKey, sinceEventNo }) => ({
        kid,
        pem: publicKeyPem(publicKey),
        sinceEvent: sinceEventNo,
      })),
      files: [...made].map(([name, file]) => ({ name, ...file.told() })),
      vat: this.#vat,
      total: this.#total,
    });
    const manifestText = canonicalJson(manifest);
    const files = new Map<string, ArchiveText>([...made].map(([name, file]) => [name, file.pieces]));
    files.set(manifestName, [manifestText]);
    return { files, manifest, manifestText };
  }
}

/** A file that grows row by row, with what the manifest says of it. */
class FileInMaking {
  readonly pieces: string[] = [];
  readonly #digest = new RunningSha256();
  #bytes = 0;
  #rows = 0;

  /** `head` is no row. */
  constructor(head = '') {
    if (head !== '') this.#put(head);
  }

  add(row: string): void {
    this.#put(row);
    this.#rows += 1;
  }

  told() {
    return { bytes: this.#bytes, sha256: this.#digest.hex(), rows: this.#rows };
  }

  #put(text: string): void {
    this.pieces.push(text);
    this.#digest.add(text);
    this.#bytes += Buffer.byteLength(text);
  }
}

/** A record verbatim: one JSON object a line, its members in this order. */
export function recordLine({ chain, no, text, payload, signature }: FiscalRecord): string {
  return JSON.stringify({ chain, no, text, payload, signature });
}

/** `archive-record.json`: the `A1` whose payload is the manifest; the detached signature of the archive. */
export function archiveRecordText({ text, signature }: FiscalRecord): string {
  return `${JSON.stringify({ text, signature })}\n`;
}
