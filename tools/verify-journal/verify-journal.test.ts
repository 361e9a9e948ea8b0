import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { fiscalSigner, publicKeyPem } from '@portillon/core/journal/fiscal-key.ts';
import type { FinishedArchive } from '@portillon/kiosk/store/fiscal-archives.ts';
import { archiveOrFail, openSampleJournal, sellSome } from '@portillon/kiosk/store/test/sample-journal.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ArchiveBytes, type TamperingFacts, tamper } from './tampered-archive.ts';
import { verifyFiles } from './verify-journal.mjs';

let folder: string;
let facts: TamperingFacts;
let options: { key: string; anchor: FinishedArchive['anchor'] };

const bytes = ({ files }: FinishedArchive): ArchiveBytes =>
  new Map([...files].map(([name, text]) => [name, new Uint8Array(Buffer.from(text.join('')))]));

/** Six days of a till with every kind of record: the archive, and one that was made a day earlier. */
async function archivesOfATill(name: string) {
  const clock = new VirtualClock(Date.parse('2026-01-29T08:00:00Z'));
  const { store, journal } = await openSampleJournal(join(folder, name), clock);
  for (const date of ['2026-01-29', '2026-01-31', '2026-02-01', '2026-02-02'])
    await sellSome(store, journal, clock, date);
  clock.setWall(Date.parse('2026-02-02T10:00:00Z'));
  const older = await archiveOrFail(journal, '2026-01-01', '2026-02-02');
  clock.setWall(Date.parse('2026-02-03T10:00:00Z'));
  await store.write((tx) => journal.closeWhatIsDue(tx));
  const archive = await archiveOrFail(journal, '2026-01-01', '2026-02-03');
  const [keyName = ''] = (await store.keys.names()).filter((each) => each.startsWith('fiscal-'));
  const signer = fiscalSigner((await store.keys.read(keyName)) ?? new Uint8Array());
  if (!signer) throw new Error('no key');
  await store.close();
  return { archive, older, signer };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon tampering '));
  const { archive, older, signer } = await archivesOfATill('till');
  const other = await archivesOfATill('other till');
  facts = {
    files: bytes(archive),
    olderCopy: bytes(older),
    otherTill: bytes(other.archive),
    tillSigner: signer,
    ownSigner: other.signer,
    ownPem: publicKeyPem(other.signer.publicKey),
  };
  options = { key: publicKeyPem(signer.publicKey), anchor: archive.anchor };
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

it('[FJ23] finds each of 1000 random tamperings, and says where', () => {
  expect(verifyFiles(new Map(facts.files), options)).toMatchObject({ ok: true, notes: [] });
  for (let seed = 1; seed <= 1_000; seed++) {
    const { deed, files } = tamper(facts, new SeededRandom(seed));
    const result = verifyFiles(new Map(files), options);
    expect(result.ok, `seed ${seed}: ${deed} was not found`).toBe(false);
    if (!result.ok) expect(`${result.where}: ${result.problem}`, `seed ${seed}`).toMatch(/\S+: \S+/);
  }
}, 60_000);

it('[FJ23] every bit of the archive counts, in the small files one by one', () => {
  const name = 'archive-record.json';
  const bytesOfRecord = facts.files.get(name) ?? new Uint8Array();
  for (let at = 0; at < bytesOfRecord.length; at++) {
    const flipped = Uint8Array.from(bytesOfRecord);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    const result = verifyFiles(new Map([...facts.files, [name, flipped]]), options);
    expect(result.ok, `byte ${at}`).toBe(false);
  }
});

it('[FJ23] an archive of somebody else holds by itself, and not with the key of the till', () => {
  const alone = verifyFiles(new Map(facts.otherTill));
  expect(alone.ok && alone.notes.join()).toContain('whoever made it');
  expect(verifyFiles(new Map(facts.otherTill), { key: options.key })).toMatchObject({
    ok: false,
    problem: expect.stringContaining('not by the key given'),
  });
});

it('[FJ23] an older copy holds by itself, and is told by what was noted elsewhere', () => {
  expect(verifyFiles(new Map(facts.olderCopy), { key: options.key })).toMatchObject({ ok: true });
  expect(verifyFiles(new Map(facts.olderCopy), options)).toMatchObject({
    ok: false,
    problem: expect.stringContaining('older copy'),
  });
});

it('[FJ8] no name of a person stands in what is signed', () => {
  const records = Buffer.from(facts.files.get('signed-records.jsonl') ?? [])
    .toString('utf8')
    .split('\n')
    .filter((line) => !line.startsWith('{"chain":"A"'));
  expect(records.length).toBeGreaterThan(20);
  for (const word of ['name', 'first', 'last', 'email', 'phone', 'address', 'birthDate', 'iban', 'member'])
    for (const line of records)
      expect(JSON.parse(JSON.parse(line === '' ? '{}' : line).payload ?? '{}')).not.toHaveProperty(word);
});
