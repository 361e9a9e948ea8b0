import { type Clock, delay, withTimeLimit } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { KeyRing, MemberKeys } from '../keys/member-keys.ts';
import type { Database, Sql } from './database.ts';
import { batchLock, keepOpened, type Named, openedNames } from './member-names.ts';

export interface OpeningContext {
  readonly database: Database;
  readonly memberKeys: MemberKeys;
  readonly clock: Clock;
  readonly log: Log;
}

const atOnce = 5_000;
/** Somebody who asks for names notices sooner (`look`). */
const lookEveryMs = 10_000;
/** While another process opens them, or they could not be. */
const againMs = 1_000;
const toldEvery = 100_000;

/** Null when names are open; else how many of how many are, and 0 of 0 where nobody has begun. */
export async function namesProgress(
  sql: Sql,
): Promise<{ readonly opened: number; readonly of: number } | null> {
  const [row] = await sql.query<{ opened: number; of: number; isOpen: boolean }>(
    'select opened, of, opened_at is not null as "isOpen" from member_names_open',
  );
  if (row?.isOpen) return null;
  return { opened: row?.opened ?? 0, of: row?.of ?? 0 };
}

/**
 * PV62, PV63: puts all names in clear again where they are not, from what lies sealed under the keys of members. One process of the
 * base does it; the others come back to it. True when they are open.
 */
export async function openNames(context: OpeningContext, stopping?: AbortSignal): Promise<boolean> {
  const database = context.database.for('job');
  if ((await namesProgress(database)) === null) return true;
  const alone = await database.aloneAtOnce('names');
  if (!alone) return false;
  try {
    if ((await namesProgress(database)) === null) return true;
    const beganMs = context.clock.monotonicMs();
    let told = 0;
    let without = 0;
    for (;;) {
      if (stopping?.aborted) return false;
      const step = await openSome(context, database);
      without += step.without;
      if (step.opened === null) break;
      if (step.opened - told < toldEvery) continue;
      told = step.opened;
      context.log.info('names.opening', { opened: step.opened, of: step.of });
    }
    const tookMs = Math.round(context.clock.monotonicMs() - beganMs);
    // A key that was destroyed went with its member's sealed name; these have one, and nothing to open it with.
    if (without > 0) context.log.error('names.without-key', { members: without });
    context.log.info('names.open', { tookMs });
    return true;
  } finally {
    await alone.release();
  }
}

interface Step {
  /** Null at the end. */
  readonly opened: number | null;
  readonly of: number;
  readonly without: number;
}

async function openSome({ memberKeys, log }: OpeningContext, database: Database): Promise<Step> {
  const [begun] = await database.query<{ through: string | null }>('select through from member_names_open');
  const next = begun
    ? await database.query<{ id: string }>(
        `select id from members
          where ($1::uuid is null or id > $1) and person is not null order by id limit ${atOnce}`,
        [begun.through],
      )
    : [];
  const ids = next.map(({ id }) => id);
  // Before the transaction: while their store is waited for, nobody waits for us.
  const ring = await memberKeys.ringOf(ids, 'person');
  return database.transaction(async (sql): Promise<Step> => {
    await sql.query(`select pg_advisory_xact_lock(${batchLock})`);
    const [at] = await sql.query<{ through: string | null; of: number; opened: number }>(
      'select through, of, opened from member_names_open',
    );
    if (!at) {
      await sql.query(
        `insert into member_names_open (of) select count(*) from members where person is not null on conflict do nothing`,
      );
      return { opened: 0, of: 0, without: 0 };
    }
    // Closed meanwhile, and begun anew.
    if (!begun || at.through !== begun.through) return { opened: at.opened, of: at.of, without: 0 };
    const last = ids.at(-1);
    if (last === undefined) {
      await sql.query('update member_names_open set opened_at = now()');
      return { opened: null, of: at.of, without: 0 };
    }
    const rows = await sealedOf(sql, ids);
    const people = rows.flatMap(({ id, person }) => opened(ring, id, person, log) ?? []);
    await keepOpened(sql, people);
    const [now] = await sql.query<{ opened: number }>(
      'update member_names_open set through = $1, opened = opened + $2 returning opened',
      [last, rows.length],
    );
    return { opened: now?.opened ?? 0, of: at.of, without: rows.length - people.length };
  });
}

/** Of those who were not taken out meanwhile. */
function sealedOf(sql: Sql, ids: readonly string[]) {
  return sql.query<{ id: string; person: Buffer }>(
    'select id, person from members where id = any($1::uuid[]) and person is not null',
    [ids],
  );
}

/**
 * PV63: those whose key was missing when the others were opened, and is there again. Resolves with how many could be opened now.
 */
export async function openLeftOut(context: OpeningContext, stopping?: AbortSignal): Promise<number> {
  const { memberKeys, log } = context;
  const database = context.database.for('job');
  const left = await database.query<{ id: string }>(
    `select id from members
      where person is not null and not exists (select 1 from member_names where member_names.id = members.id)`,
  );
  let done = 0;
  for (let start = 0; start < left.length && !stopping?.aborted; start += atOnce) {
    const ids = left.slice(start, start + atOnce).map(({ id }) => id);
    const ring = await memberKeys.ringOf(ids, 'person');
    done += await database.transaction(async (sql) => {
      await sql.query(`select pg_advisory_xact_lock(${batchLock})`);
      const rows = await sealedOf(sql, ids);
      const people = rows.flatMap(({ id, person }) => opened(ring, id, person, log) ?? []);
      await keepOpened(sql, people);
      return people.length;
    });
  }
  if (done > 0) log.info('names.opened-later', { members: done });
  return done;
}

/** One that cannot be opened holds up nobody else. */
function opened(ring: KeyRing, memberId: string, person: Buffer, log: Log): Named | null {
  try {
    return openedNames(ring, memberId, person);
  } catch (error) {
    log.error('names.not-opened', { memberId, detail: (error as Error).message });
    return null;
  }
}

/**
 * PV67: rejects where names lie sealed in the base and the store of the keys is a new one: keys that are made in it stand beside the
 * true ones from then on, and each name that is written meanwhile is lost with them.
 */
export async function expectTheirKeys(
  sql: Sql,
  memberKeys: MemberKeys,
  { lost, log }: { readonly lost: boolean; readonly log: Log },
): Promise<void> {
  const [sealed] = await sql.query('select 1 from members where person is not null limit 1');
  if (!sealed || !(await memberKeys.isNew())) return;
  if (!lost)
    throw new Error(
      'names lie sealed in the base, and the database for the keys of members is empty: name the right one in MEMBER_KEYS_URL, or bring it back from its backup. Where it is lost for good, start once with --member-keys-lost: names and documents of before stay closed.',
    );
  log.error('names.keys-lost', { detail: 'names and documents of before stay closed' });
}

/** Takes all names in clear away; they are opened again when the base runs. */
export async function closeNames(sql: Sql): Promise<void> {
  await sql.query('truncate member_names, member_names_open');
}

/** Looks from time to time, and whenever somebody met names that are not open, and opens them. */
export class NamesOpening {
  readonly #context: OpeningContext;
  readonly #stopped = new AbortController();
  #working: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #first: Promise<void> = Promise.resolve();

  constructor(context: OpeningContext) {
    this.#context = context;
  }

  start(): void {
    let looked: () => void = () => undefined;
    this.#first = new Promise((resolve) => {
      looked = resolve;
    });
    this.#working = this.#work(looked);
  }

  /** Resolves when they are open, or could not be opened at the first try. */
  get first(): Promise<void> {
    return this.#first;
  }

  /** Somebody met names that are not open. */
  look(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    await this.#working;
  }

  async #work(looked: () => void): Promise<void> {
    const { clock, log } = this.#context;
    const { signal } = this.#stopped;
    let leftOut: 'to be looked for' | 'opened' = 'to be looked for';
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const outcome = await openNames(this.#context, signal).catch((error: Error) => {
        log.warn('names.not-opened-now', { detail: error.message });
        return 'failed' as const;
      });
      if (outcome !== false) looked();
      if (outcome === true && leftOut === 'to be looked for') {
        leftOut = 'opened';
        await openLeftOut(this.#context, signal).catch((error: Error) =>
          log.warn('names.left-out', { detail: error.message }),
        );
      }
      if (outcome === true) await withTimeLimit(clock, lookEveryMs, woken);
      else await delay(clock, againMs, signal).catch(() => 'stopped');
    }
  }
}
