import { isoTime } from '@portillon/core/base/clock.ts';
import { type Id, newId } from '@portillon/core/base/ids.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DataRequest } from '@portillon/core/wire/event.ts';
import type { BaseContext } from '../../http/base-context.ts';
import type { RefusalWords } from '../../http/refusal.ts';
import type { RequestWay } from '../../http/staff/privacy-view.ts';
import { namesThePerson } from '../../privacy/names-in-words.ts';
import type { MatchKey } from '../../privacy/person-match.ts';
import { announce } from '../announcements.ts';
import type { Sql } from '../database.ts';
import { lockRecordsOf, otherRecordsOf } from '../records-of-person.ts';
import type { StaffUser } from '../staff-accounts.ts';
import { destroyKeys } from './destroy-keys.ts';
import { eraseMember } from './erase-member.ts';
import { type ErasurePlan, traitsOf } from './erasure-plan.ts';
import { planPerson } from './person-plan.ts';
import { logPrivacy } from './privacy-log.ts';

type Done<Value> = Promise<Result<Value, RefusalWords>>;

/** Staff have picked who asks. One request is open for a member at a time. */
export async function makeRequest(
  base: BaseContext,
  user: StaffUser,
  asked: { readonly memberId: string; readonly way: RequestWay; readonly matched: readonly MatchKey[] },
): Done<{ requestId: string }> {
  const { memberId, way, matched } = asked;
  const requestId = newId<'erasure-request'>(base.clock, base.random);
  return base.database.transaction(async (sql) => {
    const [member] = await sql.query<{ open: boolean; erased: boolean }>(
      `select exists (select 1 from erasure_requests where member_id = $1 and asks = 'erasure' and state = 'open') as open,
              exists (select 1 from erased_members where member_id = $1) as erased
         from members where id = $1 for update`,
      [memberId],
    );
    if (!member) return err({ code: 'erasure.unknown-member', message: 'there is no such member' });
    if (member.open || member.erased) {
      const message = member.erased ? 'this member was forgotten' : 'a request of this member is open';
      return err({ code: 'erasure.already-open', message });
    }
    await sql.query(
      `insert into erasure_requests (id, member_id, way, matched, made_at, made_by, made_by_name, state)
       values ($1, $2, $3, $4, $5, $6, $7, 'open')`,
      [requestId, memberId, way, JSON.stringify(matched), isoTime(base.clock.wallMs()), user.id, user.name],
    );
    await logPrivacy(sql, base, user, {
      action: 'request-made',
      memberId,
      requestId,
      detail: { way, matched },
    });
    await announce(sql, 'live');
    return ok({ requestId });
  });
}

/** Ends a request without erasing anybody; that for a copy also when it was handed over. */
export async function closeRequest(
  base: BaseContext,
  user: StaffUser,
  requestId: string,
  how: { readonly state: 'declined' | 'withdrawn' | 'handed-over'; readonly reason: string },
): Done<{ requestId: string }> {
  return base.database.transaction(async (sql) => {
    const asks = how.state === 'handed-over' ? 'copy' : null;
    const memberId = await openRequest(sql, requestId, how.reason, asks);
    if (!memberId.ok) return memberId;
    await close(sql, base, user, requestId, how);
    await logPrivacy(sql, base, user, {
      action: how.state,
      memberId: memberId.value,
      requestId,
      detail: { reason: how.reason },
    });
    return ok({ requestId });
  });
}

/**
 * Carries a request out (PV30). Refused while something stands against it, or when the dry run that staff saw (`digest`) is no
 * longer what would happen. When it resolves, the tables are done and every box is told.
 */
export async function carryOutRequest(
  base: BaseContext,
  user: StaffUser,
  requestId: string,
  asked: { readonly digest: string; readonly reason: string },
): Done<{ orderId: string }> {
  const orderId = newId<'purge-order'>(base.clock, base.random);
  const nowMs = base.clock.wallMs();
  const orderIds: Id<'purge-order'>[] = [orderId];
  const done = await base.database.transaction(async (sql): Done<{ memberId: string }> => {
    orderIds.splice(1);
    const member = await openRequest(sql, requestId, asked.reason, 'erasure');
    if (!member.ok) return member;
    const memberId = member.value;
    await lockRecordsOf(sql, [memberId]);
    const person = await planPerson(sql, memberId, nowMs);
    if (!person) return err({ code: 'erasure.unknown-member', message: 'there is no such member' });
    const { shown, records } = person;
    if (shown.holds.blocking.length > 0) {
      const kinds = shown.holds.blocking.map(({ kind }) => kind).join(', ');
      return err({ code: 'erasure.held', message: `stands against it: ${kinds}; settle that first` });
    }
    if (shown.digest !== asked.digest) {
      return err({ code: 'erasure.changed', message: 'what would go has changed: look at it again' });
    }
    const [plan, ...others] = records;
    const { kept } = plan.holds;
    for (const other of others) orderIds.push(await forgetToo(sql, base, user, requestId, other));
    await eraseMember(sql, { memberId, orderId, requestId, why: 'request', kept, nowMs });
    await close(sql, base, user, requestId, { state: 'carried-out', reason: asked.reason });
    await logPrivacy(sql, base, user, {
      action: 'carried-out',
      memberId,
      requestId,
      orderId,
      detail: { reason: asked.reason, goes: plan.goes, kept },
    });
    return ok({ memberId });
  });
  if (!done.ok) return done;
  // Left for the next round when the store of the keys does not answer (privacy-rounds.ts).
  for (const each of orderIds) {
    await destroyKeys(base, each).catch((error: Error) =>
      base.log.warn('privacy.keys-not-destroyed', { orderId: each, detail: error.message }),
    );
  }
  base.log.info('privacy.carried-out', { userId: user.id, orderId, memberId: done.value.memberId });
  return ok({ orderId });
}

/** DU10: another record of the same person, under an order of its own. Resolves with that order. */
async function forgetToo(
  sql: Sql,
  base: BaseContext,
  user: StaffUser,
  requestId: string,
  { memberId, goes, holds: { kept } }: ErasurePlan,
): Promise<Id<'purge-order'>> {
  const orderId = newId<'purge-order'>(base.clock, base.random);
  await eraseMember(sql, {
    memberId,
    orderId,
    requestId: null,
    why: 'request',
    kept,
    nowMs: base.clock.wallMs(),
  });
  await logPrivacy(sql, base, user, {
    action: 'carried-out',
    memberId,
    requestId,
    orderId,
    detail: { goes, kept, sameAs: requestId },
  });
  return orderId;
}

/** Whose request it is; refused when it is not open, or the reason would keep the name for good (PV50). */
async function openRequest(
  sql: Sql,
  requestId: string,
  reason: string,
  /** What may be done is for such requests only; null for any. */
  only: DataRequest | null,
): Done<string> {
  const [request] = await sql.query<{ memberId: string; state: string; asks: DataRequest }>(
    'select member_id as "memberId", state, asks from erasure_requests where id = $1 for update',
    [requestId],
  );
  if (!request) return err({ code: 'erasure.unknown', message: 'there is no such request' });
  if (only !== null && request.asks !== only) {
    return err({
      code: 'erasure.unknown',
      message: `this request asks for ${request.asks}, not for ${only}`,
    });
  }
  if (request.state !== 'open')
    return err({ code: 'erasure.not-open', message: 'this request was closed before' });
  for (const id of [request.memberId, ...(await otherRecordsOf(sql, request.memberId))]) {
    const traits = await traitsOf(sql, id);
    if (!traits || !namesThePerson(reason, traits)) continue;
    return err({
      code: 'erasure.names-the-person',
      message: 'the reason stays written for good: leave the name, address and number of the person out',
    });
  }
  return ok(request.memberId);
}

async function close(
  sql: Sql,
  base: BaseContext,
  user: StaffUser,
  requestId: string,
  { state, reason }: { readonly state: string; readonly reason: string },
): Promise<void> {
  await sql.query(
    'update erasure_requests set state = $2, closed_at = $3, closed_by_name = $4, reason = $5 where id = $1',
    [requestId, state, isoTime(base.clock.wallMs()), user.name, reason],
  );
  await announce(sql, 'live');
}
