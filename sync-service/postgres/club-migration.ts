import { type AccessPolicy, openPolicy } from '@portillon/core/access/access-policy.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { asksGoList, type ClubState, statesAfter, takesOldOnes } from '../migration/club-state.ts';
import { type GoLine, goList, isGo } from '../migration/go-list.ts';
import { keepChange } from './access-changes.ts';
import { announce } from './announcements.ts';
import { clubRecords } from './club-feed.ts';
import type { Database, Sql } from './database.ts';
import { writeFeed } from './feed.ts';
import { readGoFacts } from './go-facts.ts';
import { takeOutDebts } from './import-money-and-photos.ts';
import { tellMembers } from './imported-rows.ts';

export interface StateChange {
  readonly id: string;
  readonly clubId: string;
  readonly from: ClubState | null;
  readonly to: ClubState;
  readonly reason: string;
  readonly by: { readonly userId: string | null; readonly name: string };
  readonly despite: readonly GoLine[];
  readonly nowMs: number;
}

/** How far a club is; null when nothing was ever brought over of it. */
export async function readClubState(sql: Sql, clubId: string): Promise<ClubState | null> {
  const [row] = await sql.query<{ state: ClubState }>(
    'select state from club_migrations where club_id = $1',
    [clubId],
  );
  return row?.state ?? null;
}

/** Writes down where a club is now, and keeps who said so and why (MI12). */
export async function writeClubState(sql: Sql, change: StateChange): Promise<void> {
  const { id, clubId, from, to, reason, by, despite, nowMs } = change;
  await sql.query(
    `insert into club_migrations (club_id, state, since) values ($1, $2, $3)
     on conflict (club_id) do update set state = excluded.state, since = excluded.since`,
    [clubId, to, isoTime(nowMs)],
  );
  await sql.query(
    `insert into club_migration_changes (id, club_id, at, from_state, to_state, user_id, by_name, reason, despite)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, clubId, isoTime(nowMs), from, to, by.userId, by.name, reason, JSON.stringify(despite)],
  );
}

export interface AskedState {
  readonly clubId: string;
  readonly to: ClubState;
  readonly reason: string;
  readonly by: { readonly userId: string | null; readonly name: string };
  /** Goes on although lines of the list stand against it; they are kept. */
  readonly despiteNoGo: boolean;
  readonly nowMs: number;
  readonly newId: () => string;
}

export type StateOutcome =
  | { readonly outcome: 'done'; readonly opened: number; readonly ended: number }
  | { readonly outcome: 'unknown-club' }
  | {
      readonly outcome: 'not-possible';
      readonly state: ClubState | null;
      readonly next: readonly ClubState[];
    }
  | { readonly outcome: 'no-go'; readonly against: readonly GoLine[] };

/**
 * Takes a club on to another state, or back (MI12 to MI16). Asked for the state it is in, it finishes what was cut off.
 * Badges are opened, or ended, in transactions of their own after the change itself.
 */
export async function changeClubState(database: Database, asked: AskedState): Promise<StateOutcome> {
  const { clubId, to, nowMs, by } = asked;
  const refused = await database.transaction(async (sql): Promise<StateOutcome | null> => {
    const [club] = await sql.query<{ policy: AccessPolicy | null }>(
      'select policy from clubs where id = $1 for update',
      [clubId],
    );
    if (!club) return { outcome: 'unknown-club' };
    const from = await readClubState(sql, clubId);
    if (from === to) return null;
    const next = statesAfter(from);
    if (!next.includes(to)) return { outcome: 'not-possible', state: from, next };
    const list = asksGoList(from, to) ? goList(await readGoFacts(sql, clubId, nowMs), to) : [];
    const against = list.filter(({ verdict }) => verdict === 'no-go');
    if (!isGo(list) && !asked.despiteNoGo) return { outcome: 'no-go', against };
    await writeClubState(sql, { ...asked, id: asked.newId(), from, despite: against });
    await setOldOnes(sql, asked, club.policy);
    await announce(sql, 'live');
    await writeFeed(sql, await clubRecords(sql, [clubId]), nowMs);
    return null;
  });
  if (refused) return refused;
  return {
    outcome: 'done',
    opened: to === 'both' ? await openHeldBadges(database, clubId, nowMs) : 0,
    ended: to === 'rolled-back' ? await endUntouched(database, clubId, nowMs) : 0,
  };

  /** MI14: what gates of the club take, by its policy; a change of it stands among those of access too. */
  async function setOldOnes(sql: Sql, { reason, newId }: AskedState, policy: AccessPolicy | null) {
    const taken = takesOldOnes(to);
    const before = policy ?? openPolicy;
    if (before.uidBadges === taken && before.staticCodes === taken) return;
    const after: AccessPolicy = { ...before, uidBadges: taken, staticCodes: taken };
    await sql.query('update clubs set policy = $2 where id = $1', [clubId, JSON.stringify(after)]);
    if (by.userId === null) return;
    await keepChange(
      sql,
      { memberId: null, clubId, change: { policy: after }, reason },
      { changeId: newId(), userId: by.userId, nowMs },
    );
  }
}

const chunkRows = 500;

/** Old badges that waited open from now on. One whose number another has taken meanwhile goes on waiting. */
async function openHeldBadges(database: Database, clubId: string, nowMs: number): Promise<number> {
  let opened = 0;
  for (let after = ''; ; ) {
    const chunk = await database.transaction(async (sql) => {
      const held = await sql.query<{ sourceId: string; id: string; memberId: string }>(
        `select source_id as "sourceId", row_id as id, member_id as "memberId" from imported_rows
          where club_id = $1 and kind = 'badges' and held and source_id > $2
          order by source_id limit ${chunkRows} for update`,
        [clubId, after],
      );
      const open = await sql.query<{ id: string; memberId: string }>(
        `update credentials set status = 'active'
          where id = any($1::uuid[]) and status = 'blocked'
            and not exists (select 1 from credentials as other
                             where other.card_uid = credentials.card_uid and other.status = 'active')
            and not exists (select 1 from credentials as other
                             where other.code_hash = credentials.code_hash and other.status = 'active')
         returning id, member_id as "memberId"`,
        [held.map(({ id }) => id)],
      );
      await sql.query(
        `update imported_rows set held = false
          where member_id = any($1::uuid[]) and kind = 'badges' and row_id = any($2::uuid[])`,
        [open.map(({ memberId }) => memberId), open.map(({ id }) => id)],
      );
      await tellMembers(
        sql,
        open.map(({ memberId }) => memberId),
        { nowMs, dryRun: false },
      );
      opened += open.length;
      return held;
    });
    if (chunk.length < chunkRows) return opened;
    after = chunk.at(-1)?.sourceId ?? '';
  }
}

/** MI16. Returns how many members are ended now. */
async function endUntouched(database: Database, clubId: string, nowMs: number): Promise<number> {
  let ended = 0;
  const now = isoTime(nowMs);
  for (;;) {
    const count = await database.transaction(async (sql) => {
      const members = await sql.query<{ id: string }>(
        `select member_id as id from imported_rows
          where club_id = $1 and kind = 'members' and ended_at is null
            and not exists (select 1 from sales where sales.member_id = imported_rows.member_id)
            and not exists (select 1 from members where id = imported_rows.member_id and merged_into is not null)
          limit ${chunkRows} for update`,
        [clubId],
      );
      const ids = members.map(({ id }) => id);
      if (ids.length === 0) return 0;
      await sql.query(
        `update memberships set status = 'cancelled'
          where member_id = any($1::uuid[]) and id in (select row_id from imported_rows
            where member_id = any($1::uuid[]) and kind = 'memberships')`,
        [ids],
      );
      await sql.query(
        "update credentials set status = 'blocked' where member_id = any($1::uuid[]) and status = 'active'",
        [ids],
      );
      const debts = await sql.query<{ id: string }>(
        "select row_id as id from imported_rows where member_id = any($1::uuid[]) and kind = 'debts'",
        [ids],
      );
      await takeOutDebts(
        sql,
        debts.map(({ id }) => id),
      );
      await sql.query(
        `update imported_rows set ended_at = $2, held = false
          where member_id = any($1::uuid[]) and kind in ('members', 'memberships', 'badges')`,
        [ids, now],
      );
      await tellMembers(sql, ids, { nowMs, dryRun: false });
      return ids.length;
    });
    ended += count;
    if (count === 0) return ended;
  }
}
