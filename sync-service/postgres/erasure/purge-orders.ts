import { isoTime } from '@portillon/core/base/clock.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { BaseContext } from '../../http/base-context.ts';
import type { RefusalWords } from '../../http/refusal.ts';
import type { ErasureRequestView, PrivacyLogEntry, PurgeOrderView } from '../../http/staff/privacy-view.ts';
import { namesThePerson } from '../../privacy/names-in-words.ts';
import { type AnswerState, baseStores, isOverdue, progressOf } from '../../privacy/purge-progress.ts';
import { announce } from '../announcements.ts';
import type { Database, Sql } from '../database.ts';
import type { StaffUser } from '../staff-accounts.ts';
import { traitsOf } from './erasure-plan.ts';
import { logPrivacy } from './privacy-log.ts';

const shown = 100;
const unsettled = `('outstanding', 'deferred', 'failed')`;

/** PV43: a box that is enrolled while an order is under way owes an answer too: its disk may be an old one. */
export async function askNewBox(sql: Sql, edgeId: string, now: string): Promise<void> {
  await sql.query(
    `insert into purge_answers (order_id, store, edge_id, state, asked_at, told_at)
     select distinct order_id, $1::text, $1::uuid, 'outstanding', $2::timestamptz, $2::timestamptz
       from purge_answers where state in ${unsettled}`,
    [edgeId, now],
  );
}

/** Orders, newest first, each with the answer of every store; those that are not done before the others. */
export async function readPurgeOrders(database: Database, nowMs: number): Promise<PurgeOrderView[]> {
  const orders = await database.query<Omit<PurgeOrderView, 'answers' | 'progress' | 'doneAt'>>(
    `select purge_orders.id, member_id as "memberId", request_id as "requestId", why, made_at as "madeAt",
            due_at as "dueAt",
            (select kept from erased_members
              where order_id = purge_orders.id and member_id = purge_orders.member_id) as kept
       from purge_orders
      order by exists (select 1 from purge_answers where order_id = purge_orders.id and state in ${unsettled}) desc,
               made_at desc, id desc limit ${shown}`,
  );
  const answers = await database.query<{
    orderId: string;
    store: string;
    edgeId: string | null;
    clubId: string | null;
    boxInUse: boolean;
    state: AnswerState;
    erased: number;
    waiting: number;
    fault: string | null;
    askedAt: string;
    toldAt: string;
    timesTold: number;
    answeredAt: string | null;
    lastContactAt: string | null;
  }>(
    `select order_id as "orderId", store, edge_id as "edgeId", edges.club_id as "clubId",
            coalesce(edges.status = 'active', false) as "boxInUse", state, erased, waiting, fault,
            asked_at as "askedAt", told_at as "toldAt", times_told as "timesTold", answered_at as "answeredAt",
            edges.last_contact_at as "lastContactAt"
       from purge_answers left join edges on edges.id = edge_id
      where order_id = any($1::uuid[])
      order by edge_id is not null, asked_at, store`,
    [orders.map(({ id }) => id)],
  );
  // The places of the base in their own order, then the boxes.
  const places: readonly string[] = baseStores;
  const place = ({ store, edgeId }: { store: string; edgeId: string | null }) =>
    edgeId === null ? places.indexOf(store) : places.length;
  return orders.map((order) => {
    const own = answers
      .filter(({ orderId }) => orderId === order.id)
      .sort((one, other) => place(one) - place(other));
    const progress = progressOf(own, nowMs);
    const last =
      own
        .map(({ answeredAt }) => answeredAt ?? '')
        .sort()
        .at(-1) ?? null;
    return {
      ...order,
      kept: order.kept ?? [],
      progress,
      doneAt: progress === 'done' ? last : null,
      answers: own.map(({ orderId: _order, ...answer }) => ({
        ...answer,
        overdue: isOverdue(answer, nowMs),
      })),
    };
  });
}

/** PV5. A month after a clock that runs ahead ends later than it should, so the base counts from today at most. */
const dueAt = `(least(made_at, $1::timestamptz) + interval '1 month')`;

/** Requests, the open ones first; of those that are open the name, since staff decide about a person. */
export async function readErasureRequests(database: Database, nowMs: number): Promise<ErasureRequestView[]> {
  return database.query<ErasureRequestView>(
    `select erasure_requests.id, member_id as "memberId",
            nullif(concat_ws(' ', given_name, family_name), '') as name, home_club_id as "homeClubId", asks, way,
            matched, made_at as "madeAt", made_by_name as "madeBy", ${dueAt} as "dueAt",
            state = 'open' and ${dueAt} < $1 as overdue, state, closed_at as "closedAt",
            closed_by_name as "closedBy", reason,
            (select id from purge_orders where request_id = erasure_requests.id) as "orderId"
       from erasure_requests join named_members as members on members.id = member_id
      order by state = 'open' desc, coalesce(closed_at, made_at) desc, erasure_requests.id limit ${shown}`,
    [isoTime(nowMs)],
  );
}

export async function readPrivacyLog(database: Database): Promise<PrivacyLogEntry[]> {
  return database.query<PrivacyLogEntry>(
    `select id, at, user_name as by, action, member_id as "memberId", request_id as "requestId",
            order_id as "orderId", detail
       from privacy_log order by at desc, id desc limit ${shown}`,
  );
}

/**
 * PV42: the disk of a box that is out of use was destroyed or wiped, which it cannot say itself. PV37: words that the base could not
 * look for were looked for by somebody.
 */
export async function settleStoreByHand(
  base: BaseContext,
  user: StaffUser,
  orderId: string,
  store: string,
  reason: string,
): Promise<Result<{ store: string }, RefusalWords>> {
  return base.database.transaction(async (sql): Promise<Result<{ store: string }, RefusalWords>> => {
    const [answer] = await sql.query<{ state: AnswerState; memberId: string; inUse: boolean }>(
      `select state, member_id as "memberId",
              edge_id is not null
                and coalesce((select status = 'active' from edges where edges.id = edge_id), true) as "inUse"
         from purge_answers join purge_orders on purge_orders.id = order_id
        where order_id = $1 and store = $2 and (edge_id is not null or (store = 'words' and fault is not null))
          for update of purge_answers`,
      [orderId, store],
    );
    if (!answer) {
      return err({ code: 'erasure.unknown-store', message: 'no box of that name was asked by this order' });
    }
    if (answer.inUse) {
      return err({ code: 'erasure.box-in-use', message: 'this box is in use: it answers for itself' });
    }
    const traits = await traitsOf(sql, answer.memberId);
    if (traits && namesThePerson(reason, traits)) {
      return err({ code: 'erasure.names-the-person', message: 'leave the name of the person out' });
    }
    await sql.query(
      `update purge_answers set state = 'settled-by-hand', answered_at = $3
        where order_id = $1 and store = $2 and state in ${unsettled}`,
      [orderId, store, isoTime(base.clock.wallMs())],
    );
    await logPrivacy(sql, base, user, {
      action: 'store-settled-by-hand',
      memberId: answer.memberId,
      orderId,
      detail: { store, reason },
    });
    await announce(sql, 'live');
    return ok({ store });
  });
}
