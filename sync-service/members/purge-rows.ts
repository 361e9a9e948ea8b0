import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { ReadEventOf } from '@portillon/core/wire/event.ts';
import type { Facts } from './event-facts.ts';
import { type RowChange, update } from './row-change.ts';

/** W-PURGE-4. A box that was enrolled after the order was given is counted from its answer on. */
export function purgeAcknowledged(
  event: ReadEventOf<'purge.acknowledged'>,
  { purge, reporter }: Facts,
): Result<RowChange[], string> {
  if (purge === null) return err('the base knows no such order to forget somebody');
  const isOver = purge.answered === 'done' || purge.answered === 'nothing-found';
  if (isOver && event.outcome !== 'done') return ok([]);
  const { orderId, outcome, erased, waiting, fault, at } = event;
  const key = { order_id: orderId, store: reporter.edgeId };
  const answer = { state: outcome, erased, waiting, fault, answered_at: at };
  return ok([
    {
      do: 'insert',
      table: 'purge_answers',
      unlessThere: true,
      row: { ...key, edge_id: reporter.edgeId, ...answer, asked_at: at, told_at: at },
    },
    update('purge_answers', answer, key),
  ]);
}
