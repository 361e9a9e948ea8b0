import { silentLog } from '@portillon/core/base/log.ts';
import { memberKeysBeside } from '../keys/member-keys.ts';
import { Database } from '../postgres/database.ts';

/** A store of keys of members that takes questions and answers none. */
export interface HangingKeys {
  /** How many ask and wait. */
  waiting(): Promise<number>;
  /** Whoever waits now is told so, as when its time is over. */
  giveUp(): Promise<void>;
  /** It answers again. Safe to repeat. */
  release(): Promise<void>;
}

export async function hangKeys(databaseUrl: string): Promise<HangingKeys> {
  const store = new Database(memberKeysBeside(databaseUrl), silentLog);
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let held: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    held = store.transaction(async (sql) => {
      await sql.query("set local idle_in_transaction_session_timeout = '60s'");
      await sql.query('lock table member_keys in access exclusive mode');
      resolve();
      await ended;
    });
    held.catch(reject);
  });
  const whoWaits = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  let release = async () => {
    end();
    await held;
    await store.close();
  };
  return {
    waiting: async () => (await store.query(`select 1 ${whoWaits}`)).length,
    giveUp: async () => void (await store.query(`select pg_cancel_backend(pid) ${whoWaits}`)),
    release: async () => {
      const once = release;
      release = async () => undefined;
      await once();
    },
  };
}
