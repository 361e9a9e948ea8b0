import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { type FiscalSigner, fiscalSigner, publicKeyPem } from '@portillon/core/journal/fiscal-key.ts';
import type { FinishedArchive } from '@portillon/kiosk/store/fiscal-archives.ts';
import { archiveOrFail, openSampleJournal, sellSome } from '@portillon/kiosk/store/test/sample-journal.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Forgery, forge } from './forged-archive.ts';
import { verifyFiles } from './verify-journal.mjs';

let folder: string;
let archive: FinishedArchive;
let signer: FiscalSigner;

/** Five days around the end of a month: takings 1 to 9, duplicates 1 to 6, closings 1 to 6 of which 4 is the month. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon forgery '));
  const clock = new VirtualClock(Date.parse('2026-01-29T08:00:00Z'));
  const { store, journal } = await openSampleJournal(folder, clock);
  for (const date of ['2026-01-29', '2026-01-31', '2026-02-01']) await sellSome(store, journal, clock, date);
  clock.setWall(Date.parse('2026-02-03T10:00:00Z'));
  await store.write((tx) => journal.closeWhatIsDue(tx));
  archive = await archiveOrFail(journal, '2026-01-01', '2026-02-03');
  const [name = ''] = (await store.keys.names()).filter((each) => each.startsWith('fiscal-'));
  const found = fiscalSigner((await store.keys.read(name)) ?? new Uint8Array());
  if (!found) throw new Error('no key');
  signer = found;
  await store.close();
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

const verify = (forgery: Forgery) =>
  verifyFiles(new Map(forge(archive, signer, forgery)), { key: publicKeyPem(signer.publicKey) });
const line = { code: 'x', label: 'x', qty: '1', unit: 100, rate: 2_000, discount: 0, period: '' };

it('[FJ23] nothing changed and signed again is the archive that it was', () => {
  expect(verify({ chain: 'T', no: 1 })).toMatchObject({ ok: true });
});

it.each<[string, Forgery, string, string]>([
  [
    'a lower total in the string',
    { chain: 'T', no: 1, fields: { 9: '45' } },
    'T1 number 1',
    'total in the string',
  ],
  [
    'a lower total in the payload',
    { chain: 'T', no: 1, payload: { total: 45 } },
    'T1 number 1',
    'sum of the lines',
  ],
  [
    'other lines',
    { chain: 'T', no: 4, payload: { lines: [{ ...line, ht: 83, vat: 17, ttc: 100 }] } },
    'T1 number 4',
    'VAT by rate',
  ],
  [
    'a line whose tax is not what it says',
    { chain: 'T', no: 4, payload: { lines: [{ ...line, ht: 83, vat: 16, ttc: 100 }] } },
    'T1 number 4',
    'net and tax of line 1',
  ],
  ['other payments', { chain: 'T', no: 2, payload: { pay: [] } }, 'T1 number 2', 'sum of the payments'],
  [
    'a perpetual total set back',
    { chain: 'T', no: 4, fields: { 10: '4045' } },
    'T1 number 4',
    'perpetual total',
  ],
  [
    'an absolute total set back',
    { chain: 'T', no: 4, fields: { 11: '1' } },
    'T1 number 4',
    'absolute values',
  ],
  [
    'a net total set back',
    { chain: 'T', no: 4, payload: { perpHt: 0 } },
    'T1 number 4',
    'perpetual net total',
  ],
  [
    'a number twice',
    { chain: 'T', no: 5, fields: { 4: '4' }, payload: { no: 4 } },
    'T1 number 5',
    'number in the string',
  ],
  [
    'a sale turned into a credit',
    { chain: 'T', no: 4, fields: { 7: 'AVOIR' }, payload: { type: 'AVOIR', ref: '1' } },
    'T1 number 4',
    'wrong sign',
  ],
  [
    'a credit of a sale that is none',
    { chain: 'T', no: 6, payload: { ref: '3' } },
    'T1 number 6',
    'which is no sale',
  ],
  [
    'another time in string and payload',
    { chain: 'T', no: 7, fields: { 5: '20260305090000' }, payload: { dt: '2026-03-05T09:00:00+01:00' } },
    'C1 number 5',
    'tickets',
  ],
  [
    'another till',
    { chain: 'T', no: 1, fields: { 2: 'B02' }, payload: { till: 'B02' } },
    'T1 number 1',
    'till',
  ],
  ['practice by another operator', { chain: 'X', no: 1, fields: { 10: 'BORNE' } }, 'X1 number 1', 'operator'],
  [
    'a duplicate that counts wrongly',
    { chain: 'D', no: 2, fields: { 9: '1' } },
    'D1 number 2',
    'number of the duplicate',
  ],
  ['a duplicate of nothing', { chain: 'D', no: 1, fields: { 8: '99' } }, 'D1 number 1', 'which is not there'],
  [
    'a day with a lower total',
    { chain: 'C', no: 1, fields: { 12: '1' }, payload: { total: 1 } },
    'C1 number 1',
    'total',
  ],
  ['a day with fewer duplicates', { chain: 'C', no: 1, payload: { copies: 0 } }, 'C1 number 1', 'copies'],
  ['a day with less practice', { chain: 'C', no: 1, payload: { training: 0 } }, 'C1 number 1', 'training'],
  [
    'a day with other means of payment',
    { chain: 'C', no: 1, payload: { pay: [{ means: 'CB', amount: 750 }] } },
    'C1 number 1',
    'pay',
  ],
  [
    'a month without one of its days',
    { chain: 'C', no: 4, payload: { closings: [1, 2] } },
    'C1 number 4',
    'closings summed up',
  ],
  ['a month with a lower total', { chain: 'C', no: 4, payload: { totalHt: 0 } }, 'C1 number 4', 'totalHt'],
  [
    'a closing with another perpetual total',
    { chain: 'C', no: 3, fields: { 14: '5' }, payload: { perpAbs: 5 } },
    'C1 number 3',
    'absolute values',
  ],
  [
    'a day that is closed twice',
    { chain: 'C', no: 2, fields: { 8: '20260129' }, payload: { period: '2026-01-29' } },
    'C1 number 2',
    'beginning',
  ],
  [
    'a closing before its day is over',
    { chain: 'C', no: 1, fields: { 5: '20260129120000' }, payload: { dt: '2026-01-29T12:00:00+01:00' } },
    'C1 number 1',
    'before its period was over',
  ],
  ['an event under another code', { chain: 'J', no: 1, fields: { 7: '80' } }, 'J1 number 1', 'code'],
  [
    'a period that ends later than its closings',
    { chain: 'T', no: 1, manifest: { to: '2026-03-01' } },
    'archive-record.json',
    'day after',
  ],
])('[FJ23] with the key of the till, %s is still found', (_, forgery, where, problem) => {
  const result = verify(forgery);
  expect(result).toMatchObject({ ok: false, where });
  if (!result.ok) expect(result.problem).toContain(problem);
});
