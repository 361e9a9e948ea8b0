import { isoTime } from '@portillon/core/base/clock.ts';
import { untilLifted } from '../../http/staff/access-view.ts';
import { nothingElseEnded } from '../credential-status.ts';
import { otherRecordsOf, recordsUpFrom } from '../records-of-person.ts';
import { changeRow, type Intake, touchMember } from './intake.ts';

/** Whom, or what, a block of theirs keeps out. */
export type BlockTarget = { readonly memberId: string } | { readonly credentialId: string };

interface Block {
  readonly memberId: string | null;
  readonly credentialId: string | null;
  readonly untilAt: string;
  readonly beforeAt: string | null;
  readonly closed: boolean;
}

/** AD24: puts a block, or changes the end of one. A member is paused with all that they come in with, a credential alone is blocked. */
export async function putBlock(
  intake: Intake,
  theirKey: string,
  target: BlockTarget,
  until: string | null,
): Promise<void> {
  const { sql, adapter, nowMs } = intake;
  const [memberId, credentialId] =
    'memberId' in target ? [target.memberId, null] : [null, target.credentialId];
  const before = await inForce(intake, theirKey);
  if (before && (before.memberId !== memberId || before.credentialId !== credentialId)) {
    await liftBlock(intake, theirKey);
  }
  const now = isoTime(nowMs);
  const records = memberId === null ? [] : [memberId, ...(await otherRecordsOf(sql, memberId))];
  // Of several blocks, of whichever records of the person, each knows what was there before the first.
  await sql.query(
    `insert into adapter_blocks (adapter, their_key, member_id, credential_id, at, until_at, closed, before_at)
     select $1, $2, $3, $4, $5, $6,
            exists (select 1 from credentials where id = $4 and status = 'active')
              or exists (select 1 from adapter_blocks where credential_id = $4 and lifted_at is null and closed),
            coalesce((select before_at from adapter_blocks where member_id = any($7::uuid[]) and lifted_at is null limit 1),
                     (select suspended_until from members where id = $3 and not exists (
                        select 1 from adapter_blocks where member_id = any($7::uuid[]) and lifted_at is null)))
     on conflict (adapter, their_key) do update
       set member_id = excluded.member_id, credential_id = excluded.credential_id, at = excluded.at,
           until_at = excluded.until_at, before_at = excluded.before_at, closed = excluded.closed, lifted_at = null`,
    [adapter, theirKey, memberId, credentialId, now, until ?? untilLifted, records],
  );
  if (memberId !== null) {
    await sql.query(
      `update members set suspended_until = (
         select max(until_at) from adapter_blocks where member_id = any($2::uuid[]) and lifted_at is null) where id = $1`,
      [memberId, records],
    );
    await touchMember(intake, memberId);
    return;
  }
  if (credentialId === null) return;
  const active = await sql.query("select 1 from credentials where id = $1 and status = 'active'", [
    credentialId,
  ]);
  if (active.length > 0) await changeRow(intake, 'credentials', credentialId, { status: 'blocked' });
  intake.credentials.add(credentialId);
}

/** Takes a block back, and nothing else: what has another end, or a pause that staff gave since, stays as it is. */
export async function liftBlock(intake: Intake, theirKey: string): Promise<void> {
  const { sql, adapter, nowMs } = intake;
  const block = await inForce(intake, theirKey);
  if (!block) return;
  await sql.query('update adapter_blocks set lifted_at = $3 where adapter = $1 and their_key = $2', [
    adapter,
    theirKey,
    isoTime(nowMs),
  ]);
  if (block.memberId !== null) {
    // Whose record was merged meanwhile is held by the one that stays (DU5).
    const held = await recordsUpFrom(sql, block.memberId);
    const records = [block.memberId, ...(await otherRecordsOf(sql, block.memberId))];
    for (const memberId of held) {
      await sql.query(
        `update members set suspended_until = coalesce(
           (select max(until_at) from adapter_blocks where member_id = any($4::uuid[]) and lifted_at is null), $3::timestamptz)
          where id = $1 and (suspended_until = $2 or exists (
            select 1 from adapter_blocks where member_id = any($4::uuid[]) and lifted_at is null))`,
        [memberId, block.untilAt, block.beforeAt, records],
      );
      await touchMember(intake, memberId);
    }
    return;
  }
  const id = block.credentialId ?? '';
  const stays = await sql.query(
    `select 1 from adapter_blocks where credential_id = $1 and lifted_at is null
     union all select 1 from credentials where id = $1 and status <> 'blocked'`,
    [id],
  );
  if (!block.closed || stays.length > 0 || !(await nothingElseEnded(sql, id))) return;
  await changeRow(intake, 'credentials', id, { status: 'active' });
  intake.credentials.add(id);
}

async function inForce({ sql, adapter }: Intake, theirKey: string): Promise<Block | null> {
  const [block] = await sql.query<Block & Record<string, unknown>>(
    `select member_id as "memberId", credential_id as "credentialId", until_at as "untilAt", before_at as "beforeAt", closed
       from adapter_blocks where adapter = $1 and their_key = $2 and lifted_at is null`,
    [adapter, theirKey],
  );
  return block ?? null;
}
