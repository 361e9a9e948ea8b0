import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { fiscalRulesOf } from '@portillon/core/journal/fiscal-rules-of.ts';
import { huella } from '@portillon/core/journal/spain/huella.ts';
import type { StoredRegistration } from '@portillon/core/journal/spain/registration-problem.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyArchive, verifyFiles } from '../../tools/verify-journal/verify-journal.mjs';
import { writeArchiveFolder } from './archive-folder.ts';
import type { EdgeStore } from './edge-store.ts';
import type { FiscalJournal, FiscalTill } from './fiscal-journal.ts';
import { fiscalRegistrations } from './fiscal-registrations.ts';
import { archiveOrFail, openSampleJournal } from './test/sample-journal.ts';
import { sampleCredit, sampleOperator, sampleSale } from './test/sample-takings.ts';

/** A till in Madrid, with the real store. */
const spanishTill: FiscalTill = {
  est: 'B00000001',
  till: 'MAD-1',
  timeZone: 'Europe/Madrid',
  software: { version: '0.1.0', perimeter: '' },
  rules: fiscalRulesOf({ vatNumber: 'ESB00000001' }, 'MAD-1'),
};

let folder: string;
let clock: VirtualClock;
let store: EdgeStore;
let journal: FiscalJournal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon spain '));
  clock = new VirtualClock(Date.parse('2026-11-22T09:15:42+01:00'));
  ({ store, journal } = await openSampleJournal(folder, clock, spanishTill));
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** A sale, a second one that is cancelled, money given back for the first, a day later. */
async function takings(): Promise<void> {
  await store.write((tx) => journal.appendTaking(tx, sampleSale(), 'sale-1'));
  await store.write((tx) => journal.appendTaking(tx, sampleSale(500, 100), 'sale-2'));
  await store.write((tx) =>
    journal.appendTaking(tx, { ...sampleCredit(2, 500, 100), type: 'ANNUL' }, 'sale-2'),
  );
  clock.setWall(Date.parse('2026-11-23T10:00:00+01:00'));
  await store.write((tx) => journal.appendTaking(tx, sampleCredit(1), 'sale-1'));
}

const registered = () => store.write((tx) => fiscalRegistrations.after(tx, 0, 100));

it('[FJ29] registers each taking in its transaction, as one chain of altas and anulaciones', async () => {
  await takings();
  const all = await registered();
  expect(all.map(({ no, takingNo, kind }) => [no, takingNo, kind])).toEqual([
    [1, 1, 'alta'],
    [2, 2, 'alta'],
    [3, 3, 'anulacion'],
    [4, 4, 'alta'],
  ]);
  const digests = all.map(({ digest }) => digest);
  expect(all.map(({ text }) => text)).toEqual([
    'IDEmisorFactura=B00000001&NumSerieFactura=MAD-1-1&FechaExpedicionFactura=22-11-2026&TipoFactura=F2&CuotaTotal=5.53&ImporteTotal=40.45&Huella=&FechaHoraHusoGenRegistro=2026-11-22T09:15:42+01:00',
    `IDEmisorFactura=B00000001&NumSerieFactura=MAD-1-2&FechaExpedicionFactura=22-11-2026&TipoFactura=F2&CuotaTotal=0.88&ImporteTotal=6.00&Huella=${digests[0]}&FechaHoraHusoGenRegistro=2026-11-22T09:15:42+01:00`,
    `IDEmisorFacturaAnulada=B00000001&NumSerieFacturaAnulada=MAD-1-2&FechaExpedicionFacturaAnulada=22-11-2026&Huella=${digests[1]}&FechaHoraHusoGenRegistro=2026-11-22T09:15:42+01:00`,
    `IDEmisorFactura=B00000001&NumSerieFactura=MAD-1-4&FechaExpedicionFactura=23-11-2026&TipoFactura=R5&CuotaTotal=-5.53&ImporteTotal=-40.45&Huella=${digests[2]}&FechaHoraHusoGenRegistro=2026-11-23T10:00:00+01:00`,
  ]);
  expect(digests).toEqual(all.map(({ text }) => huella(text)));
});

it('[FJ29] leaves no registration of a taking whose transaction failed, and none of practice', async () => {
  await expect(
    store.write(async (tx) => {
      await journal.appendTaking(tx, sampleSale(), 'sale-1');
      throw new Error('the power fails');
    }),
  ).rejects.toThrow();
  await store.write((tx) => journal.appendTraining(tx, sampleSale(), sampleOperator, 'practice'));
  expect(await registered()).toEqual([]);
  const [practice] = await journal.practisesOf('practice');
  expect(practice && journal.marksOf(practice)).toMatchObject({ number: '1', qrAddress: null, mentions: [] });
});

it('[FJ29] the database refuses to change, delete or leave out a registration', async () => {
  await takings();
  for (const statement of [
    "UPDATE fiscal_registration SET text = '' WHERE no = 1",
    'DELETE FROM fiscal_registration WHERE no = 4',
  ])
    await expect(store.write((tx) => tx.run(statement))).rejects.toThrow(/never (changed|deleted)/);
  const [first] = await registered();
  if (!first) throw new Error('nothing was registered');
  await store.write((tx) => journal.appendEvent(tx, 'start'));
  for (const wrong of [
    { ...first, no: 6, takingNo: 4 },
    { ...first, no: 5, takingNo: 4, previousDigest: '' },
    { ...first, no: 5, takingNo: 99, previousDigest: (await registered()).at(-1)?.digest ?? '' },
  ])
    await expect(store.write((tx) => fiscalRegistrations.insert(tx, wrong))).rejects.toThrow(
      /follows the last one/,
    );
});

it.each<[string, (registration: StoredRegistration) => [string, string], string]>([
  ['another amount', ({ text }) => ['text', text.replace('6.00', '5.00')], 'a huella that is not its own'],
  ['another taking', () => ['taking_no', '9'], 'has no registration'],
  ['another kind', () => ['kind', 'anulacion'], 'another kind than its text'],
])('[FJ29] verify finds %s by somebody with the disk', async (_, change, problem) => {
  await takings();
  const signal = new AbortController().signal;
  expect(await store.books.check(signal)).toMatchObject({ broken: null });
  const registration = (await registered())[1];
  if (!registration) throw new Error('nothing was registered');
  const [column, value] = change(registration);
  await store.write(async (tx) => {
    await tx.run('DROP TRIGGER fiscal_registration_stays');
    await tx.run(`UPDATE fiscal_registration SET ${column} = ? WHERE no = 2`, [value]);
  });
  const checked = await store.books.check(signal);
  expect(checked).toMatchObject({ broken: { chain: 'T', no: 2, problem: expect.stringContaining(problem) } });
});

it('[FJ29] the archive holds them, is the same when made again, and verifies; a changed one does not', async () => {
  await takings();
  clock.setWall(Date.parse('2026-11-24T08:00:00+01:00'));
  await store.write((tx) => journal.closeWhatIsDue(tx));
  const archive = await archiveOrFail(journal, '2026-11-22', '2026-11-24');
  expect((await journal.archiveAgain(archive.no))?.files).toEqual(archive.files);
  const { anchor } = archive;
  expect(verifyArchive(await writeArchiveFolder(folder, archive), { anchor })).toMatchObject({
    ok: true,
    counts: { T: 4 },
    notes: expect.arrayContaining([expect.stringContaining('4 registrations of Spain hold')]),
  });
  expect(archive.files.get('LISEZMOI.txt')?.join('')).toContain('registrations.csv');
  const bytes = new Map(
    [...archive.files].map(([name, text]) => [
      name,
      Buffer.from(name === 'registrations.csv' ? text.join('').replace('40.45', '40.46') : text.join('')),
    ]),
  );
  expect(verifyFiles(bytes)).toMatchObject({ ok: false, where: 'registrations.csv' });
  // The second day alone begins in the middle of the chain, and voids nothing of it.
  const later = await archiveOrFail(journal, '2026-11-23', '2026-11-24');
  expect(verifyArchive(await writeArchiveFolder(folder, later))).toMatchObject({
    ok: true,
    counts: { T: 1 },
  });
});

it('[FJ30] a seller whose number cannot be registered sells nothing', async () => {
  const rules = fiscalRulesOf({ vatNumber: 'ES12' }, 'MAD-1');
  expect(await store.openJournal({ ...spanishTill, rules })).toMatchObject({
    ok: false,
    error: { code: 'config.invalid', detail: expect.stringContaining('"12" is no NIF') },
  });
});
