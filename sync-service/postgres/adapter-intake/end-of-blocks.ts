import { isoTime } from '@portillon/core/base/clock.ts';
import { keepChange } from '../access-changes.ts';
import type { Sql } from '../database.ts';
import { otherRecordsOf } from '../records-of-person.ts';
import { liftBlock } from './blocks.ts';
import { type Intake, touchMember } from './intake.ts';

/** What becomes of whom an adapter keeps out when it ends: a person decides. */
export const endsOfBlocks = ['keep', 'lift'] as const;
export type EndOfBlocks = (typeof endsOfBlocks)[number];

export interface StandingBlocks {
  readonly members: number;
  /** Deleted at their side: never let in again by lifting. */
  readonly deleted: number;
  /** Of ours, closed at their word; badges of theirs that they closed by saying so of the badge itself. */
  readonly cards: number;
  readonly badges: number;
}

/** SQL, a condition on `adapter_blocks`: not the block of whom they have deleted. */
const isLiftable = "their_key not like 'member %'";

/** Badges of theirs (`$1`) that are closed as they said. */
const closedBadges = `from adapter_ids join credentials on credentials.id = our_id
  where adapter = $1 and adapter_ids.kind = 'credential' and made and said->>'status' = 'blocked' and status = 'blocked'`;

export async function countBlocks(sql: Sql, adapter: string, nowMs: number): Promise<StandingBlocks> {
  const [counted] = await sql.query<StandingBlocks & Record<string, unknown>>(
    `select count(distinct member_id) filter (where until_at > $2 and ${isLiftable})::int as members,
            count(distinct member_id) filter (where until_at > $2 and not ${isLiftable})::int as deleted,
            count(distinct credential_id) filter (where closed)::int as cards,
            (select count(*)::int ${closedBadges}) as badges
       from adapter_blocks where adapter = $1 and lifted_at is null`,
    [adapter, isoTime(nowMs)],
  );
  return counted ?? { members: 0, deleted: 0, cards: 0, badges: 0 };
}

interface Block {
  readonly theirKey: string;
  readonly memberId: string | null;
  readonly credentialId: string | null;
  readonly untilAt: string;
  readonly beforeAt: string | null;
  readonly closed: boolean;
  readonly liftable: boolean;
}

/** AD31: what is kept is from now on as if staff had given it; the history of the member tells whose word it was. */
export async function endBlocks(intake: Intake, how: EndOfBlocks): Promise<void> {
  const { sql, adapter, nowMs } = intake;
  const blocks = await sql.query<Block & Record<string, unknown>>(
    `select their_key as "theirKey", member_id as "memberId", credential_id as "credentialId", until_at as "untilAt",
            before_at as "beforeAt", closed, ${isLiftable} as liftable
       from adapter_blocks where adapter = $1 and lifted_at is null order by at, their_key for update`,
    [adapter],
  );
  for (const block of blocks) {
    if (how === 'lift' && block.liftable) await liftBlock(intake, block.theirKey);
  }
  for (const block of blocks) {
    if (how === 'lift' && block.liftable) continue;
    await sql.query('update adapter_blocks set lifted_at = $3 where adapter = $1 and their_key = $2', [
      adapter,
      block.theirKey,
      isoTime(nowMs),
    ]);
    if (block.memberId !== null) await keepOut(intake, block.memberId, block);
    else if (block.credentialId !== null && block.closed) await keepClosed(intake, block.credentialId);
  }
  const badges = await sql.query<{ id: string }>(`select credentials.id ${closedBadges}`, [adapter]);
  for (const { id } of badges) await keepClosed(intake, id);
}

/** The pause stays, for staff to lift; of theirs and one that staff had given the longer. */
async function keepOut(intake: Intake, memberId: string, { untilAt, beforeAt }: Block): Promise<void> {
  const { sql, adapter, nowMs } = intake;
  const until = beforeAt !== null && beforeAt > untilAt ? beforeAt : untilAt;
  if (until <= isoTime(nowMs)) return;
  const records = [memberId, ...(await otherRecordsOf(sql, memberId))];
  // Another system that keeps them out too leaves this pause behind when it lifts its own.
  await sql.query(
    `update adapter_blocks set before_at = greatest(before_at, $3)
      where adapter <> $1 and member_id = any($2::uuid[]) and lifted_at is null`,
    [adapter, records, until],
  );
  await sql.query(
    `update members set suspended_until = greatest(suspended_until, $2) where id = any($1::uuid[])
        and (id = $3 or merged_into is null)`,
    [records, until, memberId],
  );
  for (const id of records) {
    const stands = await sql.query('select 1 from members where id = $1 and merged_into is null', [id]);
    if (stands.length === 0) continue;
    await keepChange(
      sql,
      { memberId: id, clubId: null, change: { suspendedUntil: until }, reason: '' },
      { changeId: intake.newId(), adapter, nowMs },
    );
    intake.people.add(id);
    await touchMember(intake, id);
  }
}

/** As a block by hand, which staff take back where nothing else has ended it. */
async function keepClosed(intake: Intake, credentialId: string): Promise<void> {
  const { sql, adapter, nowMs } = intake;
  await sql.query(
    'update adapter_blocks set closed = false where adapter <> $1 and credential_id = $2 and lifted_at is null',
    [adapter, credentialId],
  );
  const [row] = await sql.query<{ memberId: string | null; homeClubId: string }>(
    `select member_id as "memberId", home_club_id as "homeClubId" from credentials where id = $1 and status = 'blocked'`,
    [credentialId],
  );
  if (!row) return;
  const { memberId, homeClubId } = row;
  await keepChange(
    sql,
    {
      memberId,
      clubId: memberId === null ? homeClubId : null,
      change: { credentialId, status: 'blocked' },
      reason: '',
    },
    { changeId: intake.newId(), adapter, nowMs },
  );
}
