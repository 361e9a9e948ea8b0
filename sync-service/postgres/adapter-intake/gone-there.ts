import { isoTime } from '@portillon/core/base/clock.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import { memberThatStays, otherRecordsOf } from '../records-of-person.ts';
import { putBlock } from './blocks.ts';
import { type Intake, type KnownRow, rememberRow } from './intake.ts';
import { openOtherBaseCase } from './other-base-cases.ts';

/**
 * AD23: a member whom they have deleted, or forgotten at the member's wish. Nobody comes in with it any more; of records that were
 * merged here the one that stays is kept out, unless the person goes on there under another one of them.
 */
export async function goneThere(
  intake: Intake,
  change: IncomingChange,
  known: KnownRow,
  isForgottenThere: boolean,
): Promise<void> {
  const { sql, adapter, nowMs, newId } = intake;
  const memberId = known.ourId;
  const goesOn = isForgottenThere ? null : await goesOnThere(intake, memberId);
  const stays = await memberThatStays(sql, memberId);
  if (goesOn === null) await putBlock(intake, `member ${change.theirId}`, { memberId: stays }, null);
  if (isForgottenThere && known.said?.forgotten !== true) await askToErase(intake, stays);
  const words = isForgottenThere
    ? 'it was forgotten at the other side. Nobody comes in with it any more, and a request to erase it here stands at the privacy desk'
    : goesOn === null
      ? 'it is gone at the other side. Nobody comes in with it any more; if the person was forgotten there, erase it here too'
      : `it is gone at the other side, and the person goes on there as ${goesOn}, as here after a merge. Nothing is kept out`;
  await openOtherBaseCase(
    sql,
    { kind: 'other-base-gone', adapter, about: `member ${memberId}`, memberId, clubId: null, words },
    newId(),
    nowMs,
  );
  const said = isForgottenThere ? { gone: true, forgotten: true } : { gone: true };
  await rememberRow(intake, 'member', memberId, change, { made: known.made, said });
}

/** What they call another record of the same person, which they have not deleted. */
async function goesOnThere({ sql, adapter }: Intake, memberId: string): Promise<string | null> {
  const others = await otherRecordsOf(sql, memberId);
  const [other] = await sql.query<{ theirId: string }>(
    `select their_id as "theirId" from adapter_ids
      where adapter = $1 and kind = 'member' and our_id = any($2::uuid[]) and their_id is not null
        and coalesce(said->>'gone', 'false') = 'false'
        and not exists (select 1 from adapter_blocks
                         where adapter_blocks.adapter = $1 and their_key = 'member ' || their_id and lifted_at is null)
      order by our_id limit 1`,
    [adapter, others],
  );
  return other?.theirId ?? null;
}

/** PV7: as a kiosk takes a request down (members/privacy-rows.ts); the desk decides. */
async function askToErase({ sql, adapter, nowMs, newId }: Intake, memberId: string): Promise<void> {
  const requestId = newId();
  const at = isoTime(nowMs);
  const opened = await sql.query(
    `insert into erasure_requests (id, member_id, asks, way, matched, made_at, made_by_name, adapter, state)
     values ($1, $2, 'erasure', 'other-base', '[]', $3, $4, $4, 'open')
     on conflict (member_id, asks) where state = 'open' do nothing returning 1`,
    [requestId, memberId, at, adapter],
  );
  if (opened.length === 0) return;
  await sql.query(
    `insert into privacy_log (id, at, user_name, action, member_id, request_id, detail)
     values ($1, $2, $3, 'request-made', $4, $1, $5)`,
    [requestId, at, adapter, memberId, JSON.stringify({ way: 'other-base', asks: 'erasure' })],
  );
}
