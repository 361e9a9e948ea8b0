import { invariant } from '@portillon/core/base/invariant.ts';
import type { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { addDays, localDate } from '@portillon/core/journal/fiscal-time.ts';
import { writeArchiveFolder } from '@portillon/kiosk/store/archive-folder.ts';
import type { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import type { FiscalJournal } from '@portillon/kiosk/store/fiscal-journal.ts';
import { verifyArchive } from '../verify-journal/verify-journal.mjs';

const timeZone = 'Europe/Paris';
const dayMs = 86_400_000;

export interface MatrixArchive {
  readonly folder: string;
  readonly holds: boolean;
  /** How many takings it holds, or the first place where it does not hold. */
  readonly words: string;
}

/** I3: closes the books of the whole run, archives them under `parent`, and lets the stand-alone verifier read the folder. */
export async function archiveOfRun(
  { store, journal, clock }: { store: EdgeStore; journal: FiscalJournal; clock: VirtualClock },
  startedAtMs: number,
  parent: string,
): Promise<MatrixArchive> {
  const from = localDate(startedAtMs, timeZone);
  const to = addDays(localDate(clock.wallMs(), timeZone), 1);
  await clock.advance(dayMs);
  await store.write((tx) => journal.closeWhatIsDue(tx));
  const archive = await journal.archive(
    { name: 'Cadence Lyon SAS', address: '', siret: '12345678200028', vatNumber: 'FR00000000000', naf: '' },
    { from, to },
  );
  invariant(archive.ok, 'the days of the run are closed');
  const folder = await writeArchiveFolder(parent, archive.value);
  const found = verifyArchive(folder, { anchor: archive.value.anchor });
  return found.ok
    ? { folder, holds: true, words: `holds, ${found.counts.T} takings, ${found.counts.C} closings` }
    : { folder, holds: false, words: `does not hold: ${found.where} ${found.problem}` };
}
