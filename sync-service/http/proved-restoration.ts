import { isoTime } from '@portillon/core/base/clock.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import { receiptHolds } from '@portillon/core/wire/receipt-holds.ts';
import { beginEpoch } from '../postgres/epoch.ts';
import type { BaseContext } from './base-context.ts';

/**
 * Begins an epoch where a receipt proves that this base has signed to hold more of an edge than it holds: it came back from a
 * backup, and nobody has said so (W-EPOCH-5). `through` is how far the base holds that edge's events, null where that is yet to
 * be asked. Of several processes and edges that prove it at once, one begins it.
 */
export async function provedRestoration(
  base: BaseContext,
  edgeId: string,
  receipt: PushReceipt | undefined,
  through: number | null,
): Promise<void> {
  if (!receipt || receipt.epoch < base.epoch) return;
  const held = through ?? (await appliedThroughOf(base, edgeId));
  if (receipt.epoch === base.epoch && receipt.through <= held) return;
  if (!receiptHolds(base.keys.network.publicKey, edgeId, receipt)) {
    base.log.warn('push.receipt-not-ours', { edgeId, through: receipt.through });
    return;
  }
  const reason = { why: 'proved', edgeId, through: receipt.through } as const;
  const nowMs = base.clock.wallMs();
  const { epoch, begun } = await base.database.transaction((sql) =>
    beginEpoch(sql, receipt.epoch, reason, nowMs),
  );
  base.entered(epoch);
  if (!begun) return;
  base.log.error('base.restored', {
    epoch,
    edgeId,
    from: receipt.through,
    to: held,
    at: isoTime(nowMs),
    detail: 'it holds less than it had signed for: boxes send again what is missing',
  });
}

async function appliedThroughOf({ database }: BaseContext, edgeId: string): Promise<number> {
  const [edge] = await database.query<{ applied_through: number }>(
    'select applied_through from edges where id = $1',
    [edgeId],
  );
  return edge?.applied_through ?? 0;
}
