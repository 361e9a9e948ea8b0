import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { ClubId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { fiscalRulesOf } from '@portillon/core/journal/fiscal-rules-of.ts';
import type { Software } from '@portillon/core/journal/payload-shapes.ts';
import type { SealOfSystem } from '@portillon/sync-service/secrets/secret-seal.ts';
import { EdgeStore } from '../../store/edge-store.ts';
import type { EdgeConfig } from '../edge-config.ts';
import { JournalDesk } from './journal-desk.ts';

interface ClosedTillOptions {
  readonly config: Pick<EdgeConfig, 'name' | 'stateFolder'>;
  readonly software: Software;
  readonly seal?: SealOfSystem | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The desk of a till that does not run: its store is opened here, and given free again with `close`. */
export interface ClosedTill {
  readonly desk: JournalDesk;
  close(): Promise<void>;
}

/**
 * Opens the store of a till that does not run. No journal is begun here: that is for the till itself. The error is a
 * sentence.
 */
export async function openClosedTill(options: ClosedTillOptions): Promise<Result<ClosedTill, string>> {
  const { config, software, seal, clock, random, log } = options;
  const folder = config.stateFolder;
  if (!existsSync(join(folder, 'edge.sqlite')))
    return err(
      `There is no till in ${folder}: check stateFolder in the configuration, or start the edge once.`,
    );
  const opened = await EdgeStore.open({ folder, seal, clock, random, log });
  if (!opened.ok) {
    const { code, detail } = opened.error;
    return err(
      code === 'store.in-use'
        ? `${detail}, and it keeps no books or has not started yet. A box that sells nothing has no journal; otherwise ask again in a moment.`
        : `The store cannot be opened: ${detail} (${code}). See docs/faults.md.`,
    );
  }
  const store = opened.value;
  const told = await store.books.told();
  if (!told.est || !told.timeZone) {
    await store.close();
    return err(
      `The till in ${folder} has no journal yet: it begins when the edge knows its club and may sell.`,
    );
  }
  const identity = await store.identity();
  const club = identity && store.book.club(identity.clubId as ClubId);
  const taxpayer = club
    ? {
        est: club.legalEntity.siret,
        timeZone: club.timeZone,
        rules: fiscalRulesOf(club.legalEntity, config.name),
      }
    : { est: told.est, timeZone: told.timeZone };
  const journal = await store.openJournal({ ...taxpayer, till: config.name, software });
  const refusal = journal.ok ? await journal.value.refusal() : journal.error;
  const desk = new JournalDesk({
    store,
    journal: () => (journal.ok ? journal.value : null),
    fault: () => refusal,
    club: () => club,
    software,
    log,
    onRecord: () => undefined,
    whileQuiet: null,
  });
  return ok({
    desk,
    close: async () => {
      await desk.close();
      await store.close();
    },
  });
}
