import { createHash } from 'node:crypto';
import type { Random } from '@portillon/core/base/random.ts';
import type { FiscalSigner } from '@portillon/core/journal/fiscal-key.ts';

/** Files of an archive as bytes, by name. */
export type ArchiveBytes = ReadonlyMap<string, Uint8Array>;

/** What somebody did to an archive, in words that name a failing case. */
export interface Tampered {
  readonly deed: string;
  readonly files: ArchiveBytes;
}

/** Somebody who may hold a key: `none` can change files, `own` signs with a key of his own, `till` has the till's key. */
type Hand = 'none' | 'own' | 'till';

export interface TamperingFacts {
  readonly files: ArchiveBytes;
  /** An archive of the same period that was finished earlier, with less in it. */
  readonly olderCopy: ArchiveBytes;
  /** The archive of a till with the same sales and a key of its own. */
  readonly otherTill: ArchiveBytes;
  readonly tillSigner: FiscalSigner;
  readonly ownSigner: FiscalSigner;
  readonly ownPem: string;
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8');
const bytesOf = (content: string) => new Uint8Array(Buffer.from(content));
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
const pick = <T>(random: Random, from: readonly T[]): T => {
  const one = from[random.below(from.length)];
  if (one === undefined) throw new Error('there is nothing to choose from');
  return one;
};

/** One random tampering. Every one of them changes what the archive says or who says it. */
export function tamper(facts: TamperingFacts, random: Random): Tampered {
  const deed = pick(random, deeds);
  return deed(facts, random);
}

type Deed = (facts: TamperingFacts, random: Random) => Tampered;

const deeds: readonly Deed[] = [
  flipByte,
  flipByte,
  dropFile,
  addFile,
  editTable,
  (facts, random) => editRecords(facts, random, 'a record deleted', (lines, at) => lines.toSpliced(at, 1)),
  (facts, random) =>
    editRecords(facts, random, 'a record inserted', (lines, at) => lines.toSpliced(at, 0, lines[at] ?? '')),
  (facts, random) =>
    editRecords(facts, random, 'two records swapped', (lines, at) => {
      const other = (at + 1 + random.below(lines.length - 1)) % lines.length;
      return lines.with(at, lines[other] ?? '').with(other, lines[at] ?? '');
    }),
  editPayload,
  editClosing,
  cutTail,
  replaceAll,
  restoreOlderCopy,
];

/** Any bit of any file. */
function flipByte({ files }: TamperingFacts, random: Random): Tampered {
  const name = pick(
    random,
    [...files.keys()].filter((each) => (files.get(each)?.length ?? 0) > 0),
  );
  const bytes = Uint8Array.from(files.get(name) ?? []);
  const at = random.below(bytes.length);
  const bit = 1 << random.below(8);
  bytes[at] = (bytes[at] ?? 0) ^ bit;
  return { deed: `bit ${bit} of byte ${at} of ${name} flipped`, files: new Map([...files, [name, bytes]]) };
}

function dropFile({ files }: TamperingFacts, random: Random): Tampered {
  const name = pick(random, [...files.keys()]);
  return { deed: `${name} removed`, files: new Map([...files].filter(([each]) => each !== name)) };
}

function addFile({ files }: TamperingFacts): Tampered {
  return { deed: 'a file added', files: new Map([...files, ['more.csv', bytesOf('no;total\n')]]) };
}

/** A digit of a table becomes another, and the digests are made to fit as far as this hand can. */
function editTable(facts: TamperingFacts, random: Random): Tampered {
  const name = pick(
    random,
    [...facts.files.keys()].filter(
      (each) => each.endsWith('.csv') && text(facts.files.get(each)).split('\n').length > 2,
    ),
  );
  const [header = '', ...rows] = text(facts.files.get(name)).split('\n');
  const at = random.below(rows.length - 1);
  const row = rows[at] ?? '';
  const digits = [...row.matchAll(/\d/g)];
  const { index } = pick(random, digits);
  const digit = String((Number(row.charAt(index)) + 1 + random.below(9)) % 10);
  const edited = [header, ...rows.with(at, row.slice(0, index) + digit + row.slice(index + 1))].join('\n');
  const hand = pick<Hand>(random, ['none', 'own', 'till']);
  return refit(
    facts,
    new Map([...facts.files, [name, bytesOf(edited)]]),
    hand,
    `row ${at + 1} of ${name} edited`,
  );
}

/** Lines of the signed records are moved about; nothing else is signed again but, perhaps, the manifest. */
function editRecords(
  facts: TamperingFacts,
  random: Random,
  deed: string,
  edit: (lines: readonly string[], at: number) => readonly string[],
): Tampered {
  const lines = linesOf(facts.files);
  const at = random.below(lines.length);
  const hand = pick<Hand>(random, ['none', 'own', 'till']);
  return refit(facts, withLines(facts.files, edit(lines, at)), hand, `${deed} at line ${at + 1}`);
}

/** An amount of a taking becomes another; with a key, the record itself is signed again. */
function editPayload(facts: TamperingFacts, random: Random): Tampered {
  return editRecord(facts, random, 'T', 'the total of a taking');
}

function editClosing(facts: TamperingFacts, random: Random): Tampered {
  return editRecord(facts, random, 'C', 'the total of a closing');
}

function editRecord(facts: TamperingFacts, random: Random, chain: string, what: string): Tampered {
  const lines = linesOf(facts.files);
  const at = pick(
    random,
    lines.flatMap((line, index) => (line.startsWith(`{"chain":"${chain}"`) ? [index] : [])),
  );
  const record = JSON.parse(lines[at] ?? '');
  const payload = JSON.parse(record.payload);
  payload.total += 1 + random.below(1_000);
  record.payload = canonical(payload);
  const hand = pick<Hand>(random, ['none', 'own', 'till']);
  const fields: string[] = record.text.split(',');
  const place = fields.length - 3;
  record.text = fields.with(place, sha256(record.payload)).join(',');
  if (hand !== 'none') record.signature = signerOf(facts, hand).sign(record.text);
  return refit(
    facts,
    withLines(facts.files, lines.with(at, JSON.stringify(record))),
    hand,
    `${what} at line ${at + 1}`,
  );
}

/** The last records of a chain are gone, and the manifest agrees: only what was noted elsewhere tells. */
function cutTail(facts: TamperingFacts, random: Random): Tampered {
  const lines = linesOf(facts.files);
  const chain = pick(random, ['T', 'D', 'J', 'C']);
  const own = lines.flatMap((line, index) => (line.startsWith(`{"chain":"${chain}"`) ? [index] : []));
  const count = 1 + random.below(Math.min(3, own.length - 1));
  const gone = new Set(own.slice(-count));
  const kept = lines.filter((_, index) => !gone.has(index));
  const manifest = JSON.parse(text(facts.files.get('manifest.json')));
  const last = JSON.parse(lines[own.at(-count - 1) ?? 0] ?? '{}');
  manifest.chains[chain].last = last.no;
  manifest.chains[chain].lastSignature = last.signature;
  const files = new Map([...withLines(facts.files, kept), ['manifest.json', bytesOf(canonical(manifest))]]);
  return refit(
    facts,
    files,
    pick<Hand>(random, ['none', 'own', 'till']),
    `${count} records cut off chain ${chain}`,
  );
}

/** Everything is right, and made by another till. */
function replaceAll({ otherTill }: TamperingFacts): Tampered {
  return { deed: 'everything made anew with another key', files: otherTill };
}

function restoreOlderCopy({ olderCopy }: TamperingFacts): Tampered {
  return { deed: 'an older copy put back', files: olderCopy };
}

function linesOf(files: ArchiveBytes): readonly string[] {
  return text(files.get('signed-records.jsonl')).split('\n').slice(0, -1);
}

function withLines(files: ArchiveBytes, lines: readonly string[]): ArchiveBytes {
  return new Map([...files, ['signed-records.jsonl', bytesOf(lines.map((line) => `${line}\n`).join(''))]]);
}

function signerOf(facts: TamperingFacts, hand: 'own' | 'till'): FiscalSigner {
  return hand === 'own' ? facts.ownSigner : facts.tillSigner;
}

/** Digests in the manifest, the digest of the manifest in the `A1`, and its signature where this hand has a key. */
function refit(facts: TamperingFacts, files: ArchiveBytes, hand: Hand, deed: string): Tampered {
  const manifest = JSON.parse(text(files.get('manifest.json')));
  for (const file of manifest.files) {
    const content = files.get(file.name) ?? new Uint8Array();
    file.bytes = content.length;
    file.sha256 = sha256(content);
  }
  const record = JSON.parse(text(files.get('archive-record.json')));
  let fields: string[] = record.text.split(',');
  if (hand === 'own') {
    manifest.keys.push({ kid: facts.ownSigner.kid, pem: facts.ownPem, sinceEvent: 1_000 });
    fields = fields.with(3, facts.ownSigner.kid);
  }
  const manifestText = canonical(manifest);
  fields = fields.with(-3, sha256(manifestText));
  record.text = fields.join(',');
  if (hand !== 'none') record.signature = signerOf(facts, hand).sign(record.text);
  return {
    deed: `${deed} (key: ${hand})`,
    files: new Map([
      ...files,
      ['manifest.json', bytesOf(manifestText)],
      [
        'archive-record.json',
        bytesOf(`${JSON.stringify({ text: record.text, signature: record.signature })}\n`),
      ],
    ]),
  };
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
