import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { publicKeyPem } from '@portillon/core/journal/fiscal-key.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyArchive, verifyFiles } from '../../tools/verify-journal/verify-journal.mjs';
import { writeArchiveFolder } from './archive-folder.ts';
import type { EdgeStore } from './edge-store.ts';
import type { FinishedArchive } from './fiscal-archives.ts';
import type { FiscalJournal } from './fiscal-journal.ts';
import { archiveOrFail, openSampleJournal, sampleCompany, sellSome } from './test/sample-journal.ts';
import { sampleOperator, sampleSale } from './test/sample-takings.ts';

let folder: string;
let clock: VirtualClock;
let store: EdgeStore;
let journal: FiscalJournal;

async function open(): Promise<void> {
  ({ store, journal } = await openSampleJournal(folder, clock));
}
const sell = (date: string) => sellSome(store, journal, clock, date);
const at = (iso: string) => clock.setWall(Date.parse(iso));
const closeAt = async (iso: string) => {
  at(iso);
  await store.write((tx) => journal.closeWhatIsDue(tx));
};
const bytes = ({ files }: FinishedArchive) =>
  new Map([...files].map(([name, text]) => [name, new Uint8Array(Buffer.from(text.join('')))]));
const firstKey = async () => {
  const [record] = await journal.eventsOf('initialisation');
  return publicKeyPem(JSON.parse(record?.payload ?? '').detail.publicKey);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon archive '));
  clock = new VirtualClock(Date.parse('2025-12-30T08:00:00Z'));
  await open();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('[FJ21] an archive', () => {
  it('[FJ23] [I3] of a year holds, with the key and the heads noted elsewhere', async () => {
    for (const date of ['2025-12-30', '2026-01-05', '2026-02-28', '2026-10-25']) await sell(date);
    await closeAt('2027-01-01T00:00:03+01:00');
    const first = await archiveOrFail(journal, '2025-12-01', '2026-01-01');
    const second = await archiveOrFail(journal, '2026-01-01', '2027-01-01');
    const key = await firstKey();
    expect(verifyFiles(bytes(first), { key, anchor: first.anchor })).toMatchObject({
      ok: true,
      counts: { T: 3, X: 1, D: 2, C: 4, J: 1, A: 0 },
      total: 750,
    });
    expect(verifyFiles(bytes(second), { key, anchor: second.anchor })).toEqual({
      ok: true,
      period: '2026-01-01 to 2027-01-01',
      counts: { T: 9, X: 3, D: 6, C: 378, J: 310, A: 1 },
      total: 2_250,
      perpetual: { signed: 3_000, absolute: 35_360, net: 2_616 },
      notes: [],
    });
    expect(second.manifest.previousArchive).toMatch(/^[0-9a-f]{64}$/);
    expect(second.manifest.chains.T.first).toBe(first.manifest.chains.T.last + 1);
    expect(second.manifest.chains.J.first).toBe(first.manifest.chains.J.last + 1);
  });

  it('holds across a change of keys, by the word of either key', async () => {
    await sell('2026-01-05');
    const oldKey = await firstKey();
    await journal.rotateKey(sampleOperator);
    await sell('2026-01-06');
    await closeAt('2026-02-01T10:00:00+01:00');
    const archive = await archiveOrFail(journal, '2025-12-01', '2026-02-01');
    expect(verifyFiles(bytes(archive), { key: oldKey })).toMatchObject({ ok: true });
    expect(verifyFiles(bytes(archive), { key: archive.manifest.keys[1]?.pem ?? '' })).toMatchObject({
      ok: true,
    });
  });

  it('holds when the key was changed between its period and its making', async () => {
    await sell('2026-01-05');
    const oldKey = await firstKey();
    await closeAt('2026-02-01T10:00:00+01:00');
    await journal.rotateKey(sampleOperator);
    const archive = await archiveOrFail(journal, '2026-01-01', '2026-02-01');
    for (const key of [oldKey, archive.manifest.keys[1]?.pem ?? ''])
      expect(verifyFiles(bytes(archive), { key })).toMatchObject({ ok: true });
    await journal.rotateKey(sampleOperator);
    expect(await journal.archiveAgain(1)).toEqual(archive);
  });

  it('is made again from the journal, the same to the byte', async () => {
    await sell('2026-01-05');
    await closeAt('2026-02-01T10:00:00+01:00');
    const archive = await archiveOrFail(journal, '2026-01-01', '2026-02-01');
    await journal.rotateKey();
    await sell('2026-02-02');
    expect(await journal.archiveAgain(1)).toEqual(archive);
    expect(await journal.archiveAgain(2)).toBeNull();
  });

  it.each([
    ['not-a-period', '2026-02-01', '2026-02-01'],
    ['not-a-period', '2025-01-01', '2026-01-02'],
    ['period-open', '2026-01-01', '2026-02-02'],
  ] as const)('is refused as %s from %s to %s', async (reason, from, to) => {
    await sell('2026-01-05');
    await closeAt('2026-02-01T10:00:00+01:00');
    expect(await journal.archive(sampleCompany, { from, to })).toEqual({ ok: false, error: reason });
  });

  it('of part of a month says which sums it cannot make again', async () => {
    await sell('2026-01-05');
    await sell('2026-01-20');
    await closeAt('2026-02-15T10:00:00+01:00');
    const archive = await archiveOrFail(journal, '2026-01-10', '2026-02-10');
    const result = verifyFiles(bytes(archive), { key: await firstKey() });
    expect(result).toMatchObject({ ok: true });
    if (result.ok) expect(result.notes.join()).toContain('sums up closings of an earlier archive');
  });

  it('names whoever asks for it by an id, and nobody else', async () => {
    await sell('2026-01-05');
    await closeAt('2026-02-01T10:00:00+01:00');
    const archive = await archiveOrFail(journal, '2026-01-01', '2026-02-01');
    const tickets = archive.files.get('tickets.csv')?.join('').split('\n') ?? [];
    expect(tickets[1]?.split(';').slice(0, 9)).toEqual([
      'T1',
      '1',
      '2026-01-05T09:00:00+01:00',
      'VENTE',
      '',
      '4045',
      '3492',
      '4045',
      '4045',
    ]);
    expect(tickets.filter((line) => line.includes(';SIMULATION;'))).toHaveLength(1);
    expect(archive.files.get('lines.csv')?.join('')).toContain(
      '"Article plan-1, ""été""; 20 %";1;2990;2000;2492;498;2990;0;',
    );
  });
});

it('[FJ23] verifies on a bare machine: the folder and one file of Node', async () => {
  await sell('2026-01-05');
  await closeAt('2026-02-01T10:00:00+01:00');
  const path = await writeArchiveFolder(folder, await archiveOrFail(journal, '2026-01-01', '2026-02-01'));
  expect(path).toBe(join(folder, 'archive-B01-20260101-20260201-0001'));
  await copyFile(
    new URL('../../tools/verify-journal/verify-journal.mjs', import.meta.url),
    join(path, 'verify-journal.mjs'),
  );
  await writeFile(join(folder, 'key.pem'), await firstKey());
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['verify-journal.mjs', '.', ...args], { cwd: path, env: {} });
  const { stdout } = await run('--key', join(folder, 'key.pem'));
  expect(stdout).toContain('The archive holds.');
  expect(stdout).toContain('3 takings (T1)');
  expect(JSON.parse((await run('--json')).stdout)).toMatchObject({ ok: true, total: 750 });
  const tickets = join(path, 'tickets.csv');
  await writeFile(tickets, (await readFile(tickets, 'utf8')).replace(';4045;', ';4044;'));
  await expect(run()).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('tickets.csv: digest'),
  });
  expect(verifyArchive(join(folder, 'nothing'))).toMatchObject({ ok: false });
  expect((await readdir(folder)).filter((name) => name.endsWith('unfinished'))).toEqual([]);
});

describe('[FJ22] a purge', () => {
  beforeEach(async () => {
    await sell('2025-12-30');
    await sell('2026-01-05');
    // A club that was closed for years: the time is confirmed, and everything between is closed.
    for (let year = 2026; year < 2033; year++) await closeAt(`${year + 1}-01-02T10:00:00+01:00`);
    await sell('2033-03-01');
  }, 60_000);

  it('takes only line data that are old and archived; totals, closings and events stay', async () => {
    expect(await journal.purge({ keptYears: 6 })).toEqual({ ok: false, error: 'not-archived' });
    await expect(journal.purge({ keptYears: 5 })).rejects.toThrow('six years');
    expect(await journal.purge()).toEqual({ ok: true, value: [] });
    await archiveOrFail(journal, '2026-01-01', '2027-01-01');
    expect(await journal.purge({ keptYears: 6 })).toEqual({ ok: false, error: 'not-archived' });
    await archiveOrFail(journal, '2025-12-01', '2026-01-01');
    const before = await journal.heads();
    expect(await journal.purge({ keptYears: 7, operator: sampleOperator })).toEqual({
      ok: true,
      value: [
        { chain: 'T', throughNo: 3, count: 3 },
        { chain: 'X', throughNo: 1, count: 1 },
        { chain: 'D', throughNo: 2, count: 2 },
      ],
    });
    expect(await journal.compareWith(before)).toBe('ahead');
    expect(await journal.archiveAgain(1)).not.toBeNull();
    expect(await journal.archiveAgain(2)).toBeNull();
    expect(await journal.eventsOf('purge')).toHaveLength(3);
    await store.close();
    await open();
    const { text } = await store.write((tx) => journal.appendTaking(tx, sampleSale(), 'sale'));
    expect(text).toContain(',10,');
    expect(text.split(',').slice(10, 12)).toEqual([String(3 * 750 + 4045), String(3 * 8840 + 4045)]);
    const twice = await journal.purge({ keptYears: 7 });
    expect(twice).toEqual({ ok: true, value: [] });
    await closeAt('2033-03-02T10:00:00+01:00');
    const later = await archiveOrFail(journal, '2033-01-01', '2033-03-02');
    expect(verifyFiles(bytes(later), { key: await firstKey() })).toMatchObject({ ok: true });
  });
});
