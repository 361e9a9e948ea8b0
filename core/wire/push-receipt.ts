import { z } from 'zod';
import { digestSchema } from './event.ts';

/**
 * What the base signs with every answer to a push (W-RECEIPT-1): all events of the edge through this number are in it, the
 * last of them with this hash, so the whole chain. `at` is the base's time, `keepDays` how long its backups are kept.
 */
export const pushReceiptSchema = z.object({
  epoch: z.int().min(1),
  through: z.int().min(0),
  hash: digestSchema,
  at: z.iso.datetime(),
  keepDays: z.int().min(1).max(3_650),
  /** Ed25519 by the network's key, 64 raw bytes in base64url. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'not a signature'),
});
export type PushReceipt = z.infer<typeof pushReceiptSchema>;

/** These lines joined by a line feed, UTF-8. */
export function receiptToSign(edgeId: string, receipt: Omit<PushReceipt, 'signature'>): string {
  const { epoch, through, hash, at, keepDays } = receipt;
  return ['portillon-receipt-1', edgeId, String(epoch), String(through), hash, at, String(keepDays)].join(
    '\n',
  );
}
