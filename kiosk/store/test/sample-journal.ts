import { join } from 'node:path';
import { SeededRandom } from '@portillon/core/base/random.ts';
import type { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import type { Company } from '@portillon/core/journal/archive-manifest.ts';
import { EdgeStore } from '../edge-store.ts';
import type { FinishedArchive } from '../fiscal-archives.ts';
import type { FiscalJournal, FiscalTill } from '../fiscal-journal.ts';
import { RecordedLog } from './recorded-log.ts';
import { sampleCredit, sampleOperator, sampleSale, sampleTill } from './sample-takings.ts';

export const sampleCompany: Company = {
  name: 'Cadence Lyon SAS',
  address: '1 rue du Test, 69003 Lyon',
  siret: sampleTill.est,
  vatNumber: 'FR00000000000',
  naf: '9313Z',
};

/** A store with a journal in a folder, for tests that let months pass. */
export async function openSampleJournal(folder: string, clock: VirtualClock, till: FiscalTill = sampleTill) {
  const opened = await EdgeStore.open({
    folder: join(folder, 'edge'),
    clock,
    random: new SeededRandom(5),
    log: new RecordedLog(),
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  const store = opened.value;
  const journal = await store.openJournal(till);
  if (!journal.ok) throw new Error(`${journal.error.code}: ${journal.error.detail}`);
  return { store, journal: journal.value };
}

/** The archive of a period, or an error that says why there is none. */
export async function archiveOrFail(
  journal: FiscalJournal,
  from: string,
  to: string,
): Promise<FinishedArchive> {
  const made = await journal.archive(sampleCompany, { from, to });
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

/** Some takings of every kind on one day, at `date` and the two hours after nine. */
export async function sellSome(
  store: EdgeStore,
  journal: FiscalJournal,
  clock: VirtualClock,
  date: string,
): Promise<void> {
  clock.setWall(Date.parse(`${date}T08:00:00Z`));
  const sold = await store.write((tx) => journal.appendTaking(tx, sampleSale(), `sale ${date}`));
  await clock.advance(600_000);
  await store.write((tx) => journal.appendTaking(tx, sampleSale(500, 250, 'SEPA'), `other sale ${date}`));
  await store.write((tx) =>
    journal.appendDuplicate(tx, {
      original: 'T1',
      originalNo: sold.no,
      channel: 'PRINT',
      operator: 'BORNE',
    }),
  );
  await clock.advance(600_000);
  await store.write((tx) => journal.appendTaking(tx, sampleCredit(sold.no), `sale ${date}`));
  await store.write((tx) =>
    journal.appendDuplicate(tx, {
      original: 'T1',
      originalNo: sold.no,
      channel: 'EMAIL',
      operator: sampleOperator,
    }),
  );
  await store.write((tx) => journal.appendTraining(tx, sampleSale(), sampleOperator, 'practice'));
}
