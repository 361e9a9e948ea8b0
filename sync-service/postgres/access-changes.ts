import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { ClubAccess, ClubAccessRequest, StandingRequest } from '../http/staff/access-view.ts';
import type { ShownChange } from '../http/staff/member-view.ts';
import { announce } from './announcements.ts';
import { clubRecords } from './club-feed.ts';
import { credentialRecords, memberCredentials } from './credential-feed.ts';
import type { Database, Sql } from './database.ts';
import { writeFeed } from './feed.ts';

/** Who changes it, when, under which id. */
export interface ChangedBy {
  readonly changeId: string;
  readonly userId: string;
  readonly nowMs: number;
}
/** A member base of others has said so. */
export type SaidBy = Omit<ChangedBy, 'userId'> & { readonly adapter: string };

/** Changes what bears on a member's access, keeps who did it and why, and tells every edge. False: no such member. */
export async function changeStanding(
  database: Database,
  memberId: string,
  { reason, ...change }: StandingRequest,
  by: ChangedBy,
): Promise<boolean> {
  return database.transaction(async (sql) => {
    // AD24: what a member base of others keeps out, by whichever record (DU15), stays out; the pause counts once that is over.
    const theirs =
      change.suspendedUntil === undefined
        ? []
        : await sql.query(
            `update adapter_blocks set before_at = $2
              where member_id = any(array(select records_of(array[$1::uuid]))) and lifted_at is null returning 1`,
            [memberId, change.suspendedUntil],
          );
    const columns = {
      suspended_until: theirs.length > 0 ? undefined : change.suspendedUntil,
      staff: change.staff,
      company: change.company === undefined ? undefined : change.company && JSON.stringify(change.company),
    };
    if (!(await set(sql, 'members', memberId, columns))) return false;
    await keepChange(sql, { memberId, clubId: null, change, reason }, by);
    await announce(sql, 'live');
    await writeFeed(sql, await credentialRecords(sql, await memberCredentials(sql, memberId)), by.nowMs);
    return true;
  });
}

/** Changes the policy, the hours, the closed days or the capacity of a club, keeps who did it and why, and tells every edge. False: no such club. */
export async function changeClubAccess(
  database: Database,
  clubId: string,
  { reason, ...change }: ClubAccessRequest,
  by: ChangedBy,
): Promise<boolean> {
  return database.transaction(async (sql) => {
    const debtors = await writeClubAccess(sql, clubId, { ...change, reason }, by);
    if (!debtors) return false;
    await announce(sql, 'live');
    await writeFeed(
      sql,
      [...(await credentialRecords(sql, debtors)), ...(await clubRecords(sql, [clubId]))],
      by.nowMs,
    );
    return true;
  });
}

/**
 * Changes the rows and keeps who did it; telling edges is left to the caller. Resolves with the credentials that have to be told with
 * the club, null where there is no such club.
 */
export async function writeClubAccess(
  sql: Sql,
  clubId: string,
  { reason, ...change }: ClubAccessRequest,
  by: ChangedBy | SaidBy,
): Promise<readonly string[] | null> {
  const columns = {
    policy: change.policy === undefined ? undefined : change.policy && JSON.stringify(change.policy),
    closures: change.closures && JSON.stringify(change.closures),
    hours: change.hours && JSON.stringify(change.hours),
    capacity: change.capacity,
  };
  const before = change.policy === undefined ? null : await debtFromCents(sql, clubId);
  if (!(await set(sql, 'clubs', clubId, columns))) return null;
  await keepChange(sql, { memberId: null, clubId, change, reason }, by);
  return before === null ? [] : debtorsBetween(sql, clubId, before, await debtFromCents(sql, clubId));
}

/** From which amount a debt counts in that club; locked, so that two changes follow each other. */
async function debtFromCents(sql: Sql, clubId: string): Promise<number> {
  const [club] = await sql.query<{ fromCents: number | null }>(
    `select (policy #>> '{debt,fromCents}')::int as "fromCents" from clubs where id = $1 for update`,
    [clubId],
  );
  return club?.fromCents ?? openPolicy.debt.fromCents;
}

/** W-SCOPE-2: who owes another legal entity what counted in that club and counts no more, or the other way round. */
async function debtorsBetween(sql: Sql, clubId: string, before: number, after: number): Promise<string[]> {
  if (before === after) return [];
  const rows = await sql.query<{ id: string }>(
    `select distinct credentials.id from debts
       join credentials on credentials.member_id = debts.member_id and not single_use
       join clubs on clubs.id = $1
      where settled_at is null and amount_cents >= $2 and amount_cents < $3
        and debts.legal_entity_id <> clubs.legal_entity_id`,
    [clubId, Math.min(before, after), Math.max(before, after)],
  );
  return rows.map(({ id }) => id);
}

/** Sets what is not undefined. Names of tables and columns are our own words. */
async function set(
  sql: Sql,
  table: 'members' | 'clubs',
  id: string,
  columns: Readonly<Record<string, string | number | boolean | null | undefined>>,
): Promise<boolean> {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  if (given.length === 0) return (await sql.query(`select 1 from ${table} where id = $1`, [id])).length > 0;
  const sets = given.map(([column], index) => `${column} = $${index + 2}`);
  const rows = await sql.query(`update ${table} set ${sets.join(', ')} where id = $1 returning 1`, [
    id,
    ...given.map(([, value]) => value ?? null),
  ]);
  return rows.length > 0;
}

export async function keepChange(
  sql: Sql,
  what: {
    readonly memberId: string | null;
    readonly clubId: string | null;
    readonly change: object;
    readonly reason: string;
  },
  { changeId, nowMs, ...who }: ChangedBy | SaidBy,
): Promise<void> {
  const { userId, adapter } = { userId: null, adapter: null, ...who };
  await sql.query(
    `insert into access_changes (id, at, user_id, adapter, club_id, member_id, change, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      changeId,
      isoTime(nowMs),
      userId,
      adapter,
      what.clubId,
      what.memberId,
      JSON.stringify(what.change),
      what.reason,
    ],
  );
}

const changesShown = 30;

/** Who changed what of a member or a club, and why: the last first. */
export async function readChanges(
  database: Database,
  of: { readonly memberId: string } | { readonly clubId: string },
): Promise<ShownChange[]> {
  const [column, id] = 'memberId' in of ? ['member_id', of.memberId] : ['club_id', of.clubId];
  return database.query<ShownChange>(
    `select access_changes.id, at, coalesce(staff_users.name, adapter) as by, adapter is not null as "bySystem", change, reason
       from access_changes left join staff_users on staff_users.id = user_id
      where ${column} = $1 order by at desc, access_changes.id desc limit $2`,
    [id, changesShown],
  );
}

/** What staff have decided of a club; null when there is no such club. */
export async function readClubAccess(database: Database, clubId: string): Promise<ClubAccess | null> {
  const [club] = await database.query<Omit<ClubAccess, 'changes'>>(
    `select id, name, time_zone as "timeZone", capacity, hours, closures, policy from clubs where id = $1`,
    [clubId],
  );
  return club ? { ...club, changes: await readChanges(database, { clubId }) } : null;
}
