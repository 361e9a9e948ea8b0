import { invariant } from '@portillon/core/base/invariant.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import type { Database } from './database.ts';
import { firstTables } from './migrations/0001-first-tables.ts';
import { fiscalJournal } from './migrations/0002-fiscal-journal.ts';
import { orders } from './migrations/0003-orders.ts';
import { offlineApprovals } from './migrations/0004-offline-approvals.ts';
import { registrations } from './migrations/0005-registrations.ts';
import { journalBreaks } from './migrations/0006-journal-breaks.ts';
import { presence } from './migrations/0007-presence.ts';
import { usedCodes } from './migrations/0008-used-codes.ts';
import { occupancyGauge } from './migrations/0009-occupancy-gauge.ts';
import { gates } from './migrations/0010-gates.ts';
import { dispenserCounts } from './migrations/0011-dispenser-counts.ts';
import { zones } from './migrations/0012-zones.ts';
import { peers } from './migrations/0013-peers.ts';
import { pushReceipts } from './migrations/0014-push-receipts.ts';
import { packedBook } from './migrations/0015-packed-book.ts';
import { purgeOrders } from './migrations/0016-purge-orders.ts';
import { clock } from './migrations/0017-clock.ts';
import { ownChanges } from './migrations/0018-own-changes.ts';
import { clubPeople } from './migrations/0019-club-people.ts';

/** One step of the schema, from `version - 1` to `version`. Never changed once a box has run it. */
export interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}

/** In order, without gaps. */
export const migrations: readonly Migration[] = [
  firstTables,
  fiscalJournal,
  orders,
  offlineApprovals,
  registrations,
  journalBreaks,
  presence,
  usedCodes,
  occupancyGauge,
  gates,
  dispenserCounts,
  zones,
  peers,
  pushReceipts,
  packedBook,
  purgeOrders,
  clock,
  ownChanges,
  clubPeople,
];

/**
 * Brings the file to the newest schema, each step in a transaction of its own together with its number. Rejects with
 * `StoreFault`: `store.newer-schema` when a later version of the program wrote the file, which is then left untouched.
 */
export async function migrate(database: Database, steps: readonly Migration[] = migrations): Promise<void> {
  const newest = steps.length;
  const found = await schemaVersion(database);
  if (found > newest) {
    throw new StoreFault(
      'store.newer-schema',
      `the data have schema ${found}, this program knows schemas up to ${newest}; nothing was changed`,
    );
  }
  for (const step of steps.slice(found)) {
    await database.write(async (tx) => {
      for (const statement of step.statements) await tx.run(statement);
      await tx.get(`PRAGMA user_version = ${step.version}`);
    });
  }
  invariant((await schemaVersion(database)) === newest, 'migrations are numbered from 1 without gaps');
}

async function schemaVersion(database: Database): Promise<number> {
  const row = await database.read.get<{ user_version: number }>('PRAGMA user_version');
  return row?.user_version ?? 0;
}
