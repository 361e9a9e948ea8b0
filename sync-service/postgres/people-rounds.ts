import { delay } from '@portillon/core/base/clock.ts';
import type { BaseContext } from '../http/base-context.ts';
import { changedPeople, whoChanged } from './club-people.ts';
import type { Sql } from './database.ts';
import { writeFeed } from './feed.ts';

const everyMs = 24 * 3_600_000;
/** Another process is at it, and may end before it is through. */
const againMs = 600_000;
const lookedAtOnce = 2_000;
/**
 * At most so many versions of the feed a second: a million people who are told for the first time take half an hour, and no box
 * that listens falls so far behind that it takes a full start (W-SNAP-1).
 */
const told = { atOnce: 500, everyMs: 1_000 };

/** Once at the start and once a day: whose time is over, and what nobody has told. The returned function ends it. */
export function startPeopleRounds(base: BaseContext): () => Promise<void> {
  const stopped = new AbortController();
  const work = async () => {
    while (!stopped.signal.aborted) {
      const count = await peopleRound(base, stopped.signal).catch((error: Error) => {
        base.log.warn('people.round-failed', { detail: error.message });
        return null;
      });
      await delay(base.clock, count === null ? againMs : everyMs, stopped.signal).catch(() => 'stopped');
    }
  };
  const working = work();
  return async () => {
    stopped.abort();
    await working;
  };
}

/** W-PERSON-3. Resolves with of how many something else is told now; null while another process is at it. */
export async function peopleRound(
  base: Pick<BaseContext, 'database' | 'clock' | 'log'>,
  stopped: AbortSignal,
): Promise<number | null> {
  const alone = await base.database.aloneAtOnce('people');
  if (!alone) return null;
  let count = 0;
  const busy: string[] = [];
  const tell = async (ids: readonly string[], nowMs: number, later: string[]) => {
    for (let start = 0; start < ids.length && !stopped.aborted; start += told.atOnce) {
      if (count > 0) await delay(base.clock, told.everyMs, stopped).catch(() => 'stopped');
      const some = ids.slice(start, start + told.atOnce);
      const free = await base.database.transaction(async (sql) => {
        const locked = await lockFree(sql, some);
        await writeFeed(sql, await changedPeople(sql, locked, nowMs), nowMs);
        return new Set(locked);
      });
      later.push(...some.filter((id) => !free.has(id)));
      count += free.size;
    }
  };
  try {
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
    while (after !== undefined && !stopped.aborted) {
      const page: { id: string }[] = await base.database.query<{ id: string }>(
        `select id from members where id > $1 order by id limit ${lookedAtOnce}`,
        [after],
      );
      after = page.at(-1)?.id;
      const ids = page.map(({ id }) => id);
      const nowMs = base.clock.wallMs();
      const changed = await whoChanged(base.database, ids, nowMs);
      await tell(changed, nowMs, busy);
    }
    // Once more; who is still being changed is told by whoever does it, or by the next round.
    await tell(busy.splice(0), base.clock.wallMs(), []);
    if (count > 0) base.log.info('people.told', { count });
    return count;
  } finally {
    await alone.release();
  }
}

/** Those of them whom nobody else is changing, locked: the round waits for nobody, so that none waits in a ring with it. */
async function lockFree(sql: Sql, memberIds: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select id from unnest($1::uuid[]) as id where pg_try_advisory_xact_lock(hashtextextended(id::text, 0))`,
    [memberIds],
  );
  return rows.map(({ id }) => id);
}
