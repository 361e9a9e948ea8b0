import { isoTime } from '@portillon/core/base/clock.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { RefusalWords } from '../http/refusal.ts';
import { namesThePerson } from '../privacy/names-in-words.ts';
import { announce } from './announcements.ts';
import { changedPeople } from './club-people.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Database, Sql } from './database.ts';
import { traitsOf } from './erasure/erasure-plan.ts';
import { writeFeed } from './feed.ts';
import { askAgain, closeSameQuestions, pairAskedNow } from './open-pairs.ts';
import { lockRecordsOf } from './records-of-person.ts';
import type { StaffUser } from './staff-accounts.ts';

/** What follows a member into another record, and the key of each. Documents stay under the key of whom they were taken of. */
const followed = {
  sales: 'id',
  memberships: 'id',
  credentials: 'id',
  debts: 'id',
  orders: 'id',
  mandates: 'attachment_digest',
} as const;
type Followed = keyof typeof followed;
const tables = Object.keys(followed) as Followed[];
type Ids = Readonly<Record<Followed, readonly string[]>>;

interface Standing {
  readonly suspendedUntil: string | null;
  readonly staff: boolean;
  readonly company: unknown;
}

interface Merge {
  readonly goneId: string;
  readonly staysId: string;
  readonly moved: Ids;
  readonly own: Ids;
  readonly standingBefore: Standing;
  readonly standingAfter: Standing;
  readonly undoneAt: string | null;
}

export interface By {
  readonly user: StaffUser;
  readonly reason: string;
  readonly nowMs: number;
}

const refused = (code: RefusalWords['code'], message: string) => err({ code, message });

/** Merges one record of the pair that a case asks about by now into the other, which stays (DU4, DU5, DU16). */
export function mergeMembers(
  database: Database,
  ids: {
    readonly mergeId: string;
    readonly caseId: string;
    readonly staysId: string;
    /** Of whom it was asked whether they may be merged. */
    readonly pair: readonly string[];
  },
  by: By,
): Promise<Result<{ mergeId: string }, RefusalWords>> {
  return database.transaction(async (sql): Promise<Result<{ mergeId: string }, RefusalWords>> => {
    const { user, reason, nowMs } = by;
    const { mergeId, caseId, staysId, pair } = ids;
    const now = isoTime(nowMs);
    const goneId = pair.find((id) => id !== staysId);
    if (!pair.includes(staysId) || goneId === undefined)
      return refused('merge.unknown', 'the case is about no such record');
    const records = await lockRecordsOf(sql, pair);
    const settled = await sql.query('select 1 from case_settlements where case_id = $1', [caseId]);
    if (settled.length > 0) return refused('case.already-settled', 'somebody settled this case before');
    const flaw = await mayNotChange(sql, records, reason);
    if (flaw) return err(flaw);
    const asked = await pairAskedNow(sql, caseId);
    if (asked?.length !== 2 || !asked.every((id) => pair.includes(id)))
      return refused('merge.not-possible', 'one of them was merged into another record meanwhile');

    const [moved, own] = [await idsOf(sql, goneId), await idsOf(sql, staysId)];
    const standings = [await standingOf(sql, staysId), await standingOf(sql, goneId)] as const;
    const standingAfter = unionOf(...standings);
    await sql.query(
      `insert into member_merges (id, gone_id, stays_id, case_id, at, user_id, user_name, reason, moved, own,
                                  standing_before, standing_after)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        mergeId,
        goneId,
        staysId,
        caseId,
        now,
        user.id,
        user.name,
        reason,
        ...[moved, own, standings[0], standingAfter].map((value) => JSON.stringify(value)),
      ],
    );
    await moveMembers(sql, mergeId, 'stays_id');
    await moveStaffRows(sql, moved, { from: goneId, to: staysId });
    await setStanding(sql, staysId, standingAfter);
    await endPhotos(sql, staysId, records);
    await sql.query(
      `insert into case_settlements (case_id, settled_at, user_id, user_name, outcome, words)
       values ($1, $2, $3, $4, 'merged', $5)`,
      [caseId, now, user.id, user.name, reason],
    );
    await sql.query('update possible_duplicates set settled_at = $2 where case_id = $1', [caseId, now]);
    await closeSameQuestions(sql, staysId, { mergeId, by });
    await tell(sql, [goneId, staysId], [...moved.credentials, ...own.credentials], nowMs);
    return ok({ mergeId });
  });
}

/** Puts back exactly what a merge moved, and asks about the pair again, and whatever was closed with it (DU8, DU16). */
export function undoMerge(
  database: Database,
  mergeId: string,
  newCaseId: () => string,
  by: By,
): Promise<Result<{ caseId: string }, RefusalWords>> {
  return database.transaction(async (sql): Promise<Result<{ caseId: string }, RefusalWords>> => {
    const { user, reason, nowMs } = by;
    const merge = await readMerge(sql, mergeId, 'for update');
    if (!merge) return refused('merge.unknown', 'there is no such merge');
    if (merge.undoneAt !== null) return refused('merge.not-possible', 'this merge was undone before');
    const { goneId, staysId, moved, own, standingBefore, standingAfter } = merge;
    const records = await lockRecordsOf(sql, [goneId, staysId]);
    const flaw = await mayNotChange(sql, records, reason);
    if (flaw) return err(flaw);
    const now = await idsOf(sql, staysId);
    for (const table of tables) {
      const known = new Set([...moved[table], ...own[table]]);
      const there = new Set(now[table]);
      if (now[table].some((id) => !known.has(id)))
        return refused(
          'merge.not-possible',
          `since then the member has got new ${table}: whose they are, nobody knows`,
        );
      if ([...known].some((id) => !there.has(id)))
        return refused('merge.not-possible', `since then ${table} have moved on to another record`);
    }
    if (!same(await standingOf(sql, staysId), standingAfter))
      return refused('merge.not-possible', 'since then what bears on the member’s access was changed');
    await moveMembers(sql, mergeId, 'gone_id');
    await moveStaffRows(sql, moved, { from: staysId, to: goneId });
    await setStanding(sql, staysId, standingBefore);
    await sql.query(
      `update member_merges set undone_at = $2, undone_by = $3, undone_by_name = $4, undone_reason = $5 where id = $1`,
      [mergeId, isoTime(nowMs), user.id, user.name, reason],
    );
    const caseId = await askAgain(sql, { mergeId, pair: [goneId, staysId] }, nowMs, newCaseId);
    await tell(sql, [goneId, staysId], [...moved.credentials, ...own.credentials], nowMs);
    return ok({ caseId });
  });
}

/** Whom a merge is about; null where there is none. */
export async function membersOfMerge(sql: Sql, mergeId: string): Promise<string[] | null> {
  const merge = await readMerge(sql, mergeId);
  return merge && [merge.goneId, merge.staysId];
}

/** What events made, given to one of the two; staff's own rows are moved beside it. Also when projections are built again. */
export async function moveMembers(sql: Sql, mergeId: string, to: 'stays_id' | 'gone_id'): Promise<void> {
  const merge = await readMerge(sql, mergeId);
  if (!merge) return;
  const owner = to === 'stays_id' ? merge.staysId : merge.goneId;
  for (const table of ['sales', 'memberships', 'credentials', 'mandates'] as const) {
    await give(sql, table, merge.moved[table], owner);
  }
  await sql.query('update members set merged_into = $2 where id = $1', [
    merge.goneId,
    to === 'stays_id' ? merge.staysId : null,
  ]);
}

async function moveStaffRows(
  sql: Sql,
  moved: Ids,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await give(sql, 'debts', moved.debts, to);
  await give(sql, 'orders', moved.orders, to);
  await sql.query(
    `update imported_rows set member_id = $2
      where member_id = $1 and kind in ('memberships', 'badges', 'debts') and row_id::text = any($3::text[])`,
    [from, to, [...moved.memberships, ...moved.credentials, ...moved.debts]],
  );
}

async function give(sql: Sql, table: Followed, ids: readonly string[], owner: string): Promise<void> {
  await sql.query(`update ${table} set member_id = $2 where ${followed[table]}::text = any($1::text[])`, [
    ids,
    owner,
  ]);
}

async function idsOf(sql: Sql, memberId: string): Promise<Ids> {
  const ids = async (table: Followed) =>
    (
      await sql.query<{ id: string }>(
        `select ${followed[table]}::text as id from ${table} where member_id = $1 order by 1`,
        [memberId],
      )
    ).map(({ id }) => id);
  return {
    sales: await ids('sales'),
    memberships: await ids('memberships'),
    credentials: await ids('credentials'),
    debts: await ids('debts'),
    orders: await ids('orders'),
    mandates: await ids('mandates'),
  };
}

async function readMerge(sql: Sql, mergeId: string, lock = ''): Promise<Merge | null> {
  const [merge] = await sql.query<Merge>(
    `select gone_id as "goneId", stays_id as "staysId", moved, own, standing_before as "standingBefore",
            standing_after as "standingAfter", undone_at as "undoneAt"
       from member_merges where id = $1 ${lock}`,
    [mergeId],
  );
  return merge ?? null;
}

/** DU14: one of them took the yes back, or never gave it. A photo that went so comes back with nothing. */
async function endPhotos(sql: Sql, memberId: string, records: readonly string[]): Promise<void> {
  await sql.query(
    `select photos_go($2::uuid[]) where consent_now($1, 'photo') in ('withdrawn', 'not-given')`,
    [memberId, records],
  );
}

/** DU7, of all their records: of whom was forgotten, or asks to be, nothing is moved; and reasons that stay for good name nobody. */
async function mayNotChange(sql: Sql, ids: readonly string[], reason: string): Promise<RefusalWords | null> {
  const forgotten = await sql.query(
    `select 1 from erased_members where member_id = any($1::uuid[])
     union all select 1 from erasure_requests where member_id = any($1::uuid[]) and asks = 'erasure' and state = 'open'`,
    [ids],
  );
  if (forgotten.length > 0)
    return { code: 'merge.not-possible', message: 'one of them was forgotten, or asks to be' };
  for (const id of ids) {
    const traits = await traitsOf(sql, id);
    if (traits && namesThePerson(reason, traits)) {
      const message =
        'the reason stays written for good: leave the name, address and number of the person out';
      return { code: 'merge.names-the-person', message };
    }
  }
  return null;
}

async function standingOf(sql: Sql, memberId: string): Promise<Standing> {
  const [standing] = await sql.query<Standing>(
    'select suspended_until as "suspendedUntil", staff, company from members where id = $1',
    [memberId],
  );
  return standing ?? { suspendedUntil: null, staff: false, company: null };
}

/** DU5: a pause is of the person, so the longer one holds; of two companies that of the record that stays. */
function unionOf(stays: Standing, gone: Standing): Standing {
  const pauses = [stays.suspendedUntil, gone.suspendedUntil].filter((until) => until !== null).sort();
  return {
    suspendedUntil: pauses.at(-1) ?? null,
    staff: stays.staff || gone.staff,
    company: stays.company ?? gone.company,
  };
}

const same = (one: Standing, other: Standing) =>
  one.suspendedUntil === other.suspendedUntil &&
  one.staff === other.staff &&
  JSON.stringify(one.company) === JSON.stringify(other.company);

async function setStanding(sql: Sql, memberId: string, standing: Standing): Promise<void> {
  await sql.query('update members set suspended_until = $2, staff = $3, company = $4 where id = $1', [
    memberId,
    standing.suspendedUntil,
    standing.staff,
    standing.company === null ? null : JSON.stringify(standing.company),
  ]);
}

async function tell(
  sql: Sql,
  memberIds: readonly string[],
  credentialIds: readonly string[],
  nowMs: number,
): Promise<void> {
  await announce(sql, 'live');
  const people = await changedPeople(sql, memberIds, nowMs);
  await writeFeed(sql, [...(await credentialRecords(sql, credentialIds)), ...people], nowMs);
}
