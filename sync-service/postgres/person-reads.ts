import { isoTime } from '@portillon/core/base/clock.ts';
import type { Database, Sql } from './database.ts';

/** Logs of reading are kept for a year (ST10), which the database holds them to. */
export const readsKeptMs = 365 * 86_400_000;
/** The page asks anew whenever something happens at a gate: within so long that is the same reading. */
const sameReadingMs = 5 * 60_000;

/** Of whoever read by a command, who has no account. */
export const nobodysAccount = '00000000-0000-0000-0000-000000000000';

export interface PersonRead {
  readonly id: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly memberId: string;
  /** What was read. */
  readonly page: string;
  /** Where the one who read came from. */
  readonly cameFrom: string;
  readonly nowMs: number;
}

/** ST8: written before anything is shown. The same reading twice at once is written once, whichever of the two is written first. */
export async function writePersonRead(database: Database, read: PersonRead): Promise<void> {
  const { id, user, memberId, page, cameFrom, nowMs } = read;
  await database.transaction(async (sql) => {
    const lock = [user.id, memberId, page, cameFrom].join();
    await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 2))', [lock]);
    await sql.query(
      `insert into person_reads (id, at, user_id, user_name, member_id, page, came_from)
       select $1, $2, $3, $4, $5, $6, $7
        where not exists (select 1 from person_reads where user_id = $3 and member_id = $5 and page = $6
                             and came_from = $7 and at > $8 and at < $9)`,
      [
        ...[id, isoTime(nowMs), user.id, user.name, memberId, page, cameFrom],
        ...[isoTime(nowMs - sameReadingMs), isoTime(nowMs + sameReadingMs)],
      ],
    );
  });
}

export interface ShownRead {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly page: string;
  readonly cameFrom: string;
}

const shown = 200;

/** Who read what of a member, of all their records (DU15), the last first. At a kiosk it was whoever holds that staff card, as long as the name is known. */
export function readsOfMember(sql: Sql, memberId: string): Promise<ShownRead[]> {
  return sql.query<ShownRead>(
    `select person_reads.id, at, page, came_from as "cameFrom",
            coalesce((select nullif(concat_ws(' ', given_name, family_name), '')
                        from credentials join named_members as members on members.id = credentials.member_id
                       where page = 'came-in' and credentials.id = user_id), user_name) as by
       from person_reads where person_reads.member_id = any(array(select records_of(array[$1::uuid]))) order by at desc, person_reads.id desc limit ${shown}`,
    [memberId],
  );
}

export async function writeMemberSearch(
  sql: Sql,
  search: {
    readonly id: string;
    readonly user: { readonly id: string; readonly name: string };
    readonly termsDigest: string;
    readonly found: number;
    readonly nowMs: number;
  },
): Promise<void> {
  await sql.query(
    `insert into member_searches (id, at, user_id, user_name, terms_digest, found)
     values ($1, $2, $3, $4, $5, $6)`,
    [search.id, isoTime(search.nowMs), search.user.id, search.user.name, search.termsDigest, search.found],
  );
}

/** ST10: also where the clock of the base runs ahead of that of its PostgreSQL, which has the last word. */
export async function dropOldReads(database: Database, nowMs: number): Promise<void> {
  for (const log of ['person_reads', 'member_searches']) {
    await database.query(`delete from ${log} where at < $1 and at < now() - interval '365 days'`, [
      isoTime(nowMs - readsKeptMs),
    ]);
  }
}
