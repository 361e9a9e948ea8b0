import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { type FiscalVerifier, fiscalVerifier } from '@portillon/core/journal/fiscal-key.ts';
import {
  type Chain,
  chains,
  type FiscalRecord,
  kindOf,
  readFields,
} from '@portillon/core/journal/record-layout.ts';
import type { Reader } from './connection.ts';
import { FiscalKeys, type FiscalPublicKey } from './fiscal-keys.ts';
import { fiscalRecords } from './fiscal-records.ts';

/** Records looked at of each chain at a start; the whole is checked by `tools/verify-journal`. */
const tailLength = 50;

/** What is wrong with a chain, and where. */
export interface BrokenChain {
  readonly chain: Chain;
  readonly no: number;
  readonly problem: string;
}

/** The end of each chain, quickly: numbers without gaps from first to last, links, digests and signatures of the tail. */
export async function checkTails(reader: Reader): Promise<readonly BrokenChain[]> {
  const keys = verifiersOf(await FiscalKeys.all(reader));
  const broken: BrokenChain[] = [];
  for (const chain of chains) {
    const problem = (await countProblem(reader, chain)) ?? (await tailProblem(reader, chain, keys));
    if (problem) broken.push({ chain, ...problem });
  }
  return broken;
}

type Problem = Omit<BrokenChain, 'chain'>;

async function countProblem(reader: Reader, chain: Chain): Promise<Problem | null> {
  const row = await reader.get<{ count: number; first: number; last: number; purged: number }>(
    `SELECT COUNT(*) AS count, COALESCE(MIN(no), 1) AS first, COALESCE(MAX(no), 0) AS last,
       COALESCE((SELECT MAX(through_no) FROM fiscal_purge WHERE chain = ?1), 0) AS purged
     FROM fiscal_record WHERE chain = ?1`,
    [chain],
  );
  if (!row) return null;
  const { count, first, last, purged } = row;
  if (first !== purged + 1) return { no: first, problem: `begins at ${first} and not at ${purged + 1}` };
  if (count !== last - first + 1)
    return { no: last, problem: `holds ${count} records from ${first} to ${last}` };
  return null;
}

async function tailProblem(
  reader: Reader,
  chain: Chain,
  keys: ReadonlyMap<string, FiscalVerifier>,
): Promise<Problem | null> {
  const last = await fiscalRecords.last(reader, chain);
  if (!last) return null;
  const tail = await fiscalRecords.between(reader, chain, last.no - tailLength, last.no);
  let before: FiscalRecord | null = null;
  for (const record of tail) {
    const problem = recordProblem(record, before, keys);
    if (problem) return { no: record.no, problem };
    before = record;
  }
  return null;
}

export function verifiersOf(keys: readonly FiscalPublicKey[]): ReadonlyMap<string, FiscalVerifier> {
  return new Map(keys.map(({ kid, publicKey }) => [kid, fiscalVerifier(publicKey)]));
}

/** What is wrong with one record by itself, and with its link where the one before it is given; null when it holds. */
export function recordProblem(
  record: FiscalRecord,
  before: FiscalRecord | null,
  keys: ReadonlyMap<string, FiscalVerifier>,
): string | null {
  const kind = kindOf(record.chain);
  const fields = readFields(kind, record.text);
  if (!fields) return `is no ${kind}`;
  if (fields.no !== String(record.no)) return `says that it is number ${fields.no}`;
  if (before && fields.prev !== before.signature) return 'does not follow the one before it';
  if ('payload' in fields && fields.payload !== sha256Hex(record.payload ?? '')) return 'has another payload';
  const holds = keys.get(fields.kid);
  if (holds === undefined) return `is signed by an unknown key ${fields.kid}`;
  return holds(record.text, record.signature) ? null : 'has a wrong signature';
}
