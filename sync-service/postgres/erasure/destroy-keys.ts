import { isoTime } from '@portillon/core/base/clock.ts';
import type { BaseContext } from '../../http/base-context.ts';
import type { KeyPart } from '../../keys/member-keys.ts';
import { announce } from '../announcements.ts';
import type { WordsPlace } from './words-about.ts';

/**
 * PV31: destroys the keys of whom an order forgets: that of the person, and that of the documents where none is kept. Then the
 * store of the keys has answered. Safe to repeat; rejects when that store cannot be reached.
 */
export async function destroyKeys(base: BaseContext, orderId: string): Promise<void> {
  const [erased] = await base.database.query<{ memberId: string; keeps: boolean; words: WordsPlace[] }>(
    `select erased_members.member_id as "memberId", kept <> '[]' as keeps, words
       from erased_members join purge_orders on purge_orders.id = order_id where order_id = $1`,
    [orderId],
  );
  if (!erased) return;
  const nowMs = base.clock.wallMs();
  const parts: KeyPart[] = erased.keeps ? ['person'] : ['person', 'archive'];
  for (const part of parts) {
    await base.memberKeys.destroy(
      erased.memberId,
      part,
      orderId,
      nowMs,
      part === 'person' ? erased.words : [],
    );
  }
  const answered = await base.database.query(
    `update purge_answers set state = 'done', erased = $2, answered_at = $3
      where order_id = $1 and store = 'keys' and state = 'outstanding' returning 1`,
    [orderId, parts.length, isoTime(nowMs)],
  );
  if (answered.length > 0) await announce(base.database, 'live');
}
