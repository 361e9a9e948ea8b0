import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { archiveFiles, archiveRecordName, archiveRecordText } from '@portillon/core/journal/archive-files.ts';
import type { ArchiveManifest } from '@portillon/core/journal/archive-manifest.ts';
import type { FiscalSigner } from '@portillon/core/journal/fiscal-key.ts';
import { type Chain, chains, type FiscalRecord } from '@portillon/core/journal/record-layout.ts';
import type { FinishedArchive } from '@portillon/kiosk/store/fiscal-archives.ts';
import type { ArchiveBytes } from './tampered-archive.ts';

/** What somebody with the till's own key changes in one record. */
export interface Forgery {
  readonly chain: Chain;
  readonly no: number;
  /** New text of fields of the string, by their place from the left (0 is the kind). */
  readonly fields?: Readonly<Record<number, string>>;
  /** Members of the payload that get another value. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Members of the manifest that get another value. */
  readonly manifest?: Partial<Pick<ArchiveManifest, 'perpetualAfter' | 'perpetualBefore' | 'to'>>;
}

/**
 * The archive as the holder of the key would make it after changing one record: everything behind it is signed again, files
 * and manifest are made anew. Signatures, chains and digests all hold; only what the records say can give it away.
 */
export function forge(archive: FinishedArchive, signer: FiscalSigner, forgery: Forgery): ArchiveBytes {
  const original = recordsOf(archive);
  const signedAgain = new Map<string, string>();
  const records: Partial<Record<Chain, readonly FiscalRecord[]>> = {};
  for (const chain of chains) records[chain] = forgedChain(original[chain], signer, forgery, signedAgain);
  const { T = [], X = [], D = [], C = [], J = [], A = [] } = records;
  const { files: listed, format, keys, vat, total, chains: ranges, ...told } = archive.manifest;
  const forged = { T, X, D, C, J, A };
  const range = (chain: Chain) => ({
    ...ranges[chain],
    lastSignature: forged[chain].at(-1)?.signature ?? ranges[chain].lastSignature,
  });
  const made = archiveFiles({
    ...told,
    ...forgery.manifest,
    chains: { T: range('T'), X: range('X'), D: range('D'), C: range('C'), J: range('J'), A: range('A') },
    records: forged,
    keyChanges: [],
    registrations: [],
    keys: keys.map(({ kid, pem, sinceEvent }) => ({
      kid,
      publicKey: pem.split('\n').slice(1, -2).join(''),
      sinceEventNo: sinceEvent,
    })),
  });
  const seal = JSON.parse(archive.files.get(archiveRecordName)?.join('') ?? '{}');
  const fields: string[] = seal.text.split(',');
  const text = fields
    .with(9, made.manifest.vat.map((row) => `${row.rate}:${row.ttc}`).join('|'))
    .with(10, String(made.manifest.total))
    .with(11, String(made.manifest.perpetualAfter.signed))
    .with(-3, sha256Hex(made.manifestText))
    .join(',');
  const record = { chain: 'A' as const, no: archive.no, text, payload: null, signature: signer.sign(text) };
  return new Map(
    [...made.files, [archiveRecordName, [archiveRecordText(record)]] as const].map(([name, content]) => [
      name,
      new Uint8Array(Buffer.from(content.join(''))),
    ]),
  );
}

function recordsOf({ files }: FinishedArchive): Record<Chain, FiscalRecord[]> {
  const read: Record<Chain, FiscalRecord[]> = { T: [], X: [], D: [], C: [], J: [], A: [] };
  for (const line of (files.get('signed-records.jsonl') ?? []).join('').split('\n').slice(0, -1)) {
    const record: FiscalRecord = JSON.parse(line);
    read[record.chain].push(record);
  }
  return read;
}

/** Signatures that stand inside payloads (the last taking of a closing) follow too. */
function forgedChain(
  records: readonly FiscalRecord[],
  signer: FiscalSigner,
  forgery: Forgery,
  signedAgain: Map<string, string>,
): readonly FiscalRecord[] {
  return records.map((record) => {
    const touched = record.chain === forgery.chain && record.no === forgery.no;
    let fields: string[] = record.text.split(',');
    let payload = record.payload;
    if (payload !== null && record.chain !== 'A') {
      const content = { ...JSON.parse(payload), ...(touched ? forgery.payload : {}) };
      if (typeof content.lastSig === 'string')
        content.lastSig = signedAgain.get(content.lastSig) ?? content.lastSig;
      payload = canonicalJson(content);
      fields = fields.with(-3, sha256Hex(payload));
    }
    if (touched)
      for (const [place, text] of Object.entries(forgery.fields ?? {}))
        fields = fields.with(Number(place), text);
    const previous = fields.at(-1) ?? '';
    fields = fields.with(-1, signedAgain.get(previous) ?? previous);
    const text = fields.join(',');
    const signature = text === record.text ? record.signature : signer.sign(text);
    signedAgain.set(record.signature, signature);
    return { ...record, text, payload, signature };
  });
}
