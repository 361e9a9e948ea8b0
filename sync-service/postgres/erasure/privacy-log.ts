import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { BaseContext } from '../../http/base-context.ts';
import type { Sql } from '../database.ts';

export const privacyActions = [
  'searched',
  'request-made',
  'dry-run',
  'carried-out',
  'declined',
  'withdrawn',
  'handed-over',
  'store-settled-by-hand',
  'told-again',
  'restored',
  'documents-erased',
  'kept-long-enough',
] as const;
export type PrivacyAction = (typeof privacyActions)[number];

export interface Logged {
  readonly action: PrivacyAction;
  readonly memberId?: string | null;
  readonly requestId?: string | null;
  readonly orderId?: string | null;
  /** Counts, ids and words of closed lists; a reason that staff wrote. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Who did it: an account, or whoever called a command, who has none. */
export interface WhoDid {
  readonly id: string | null;
  readonly name: string;
}

/** PV50: who did what at the privacy desk, when; null for what the base did by itself. Never changed or deleted. */
export async function logPrivacy(
  sql: Sql,
  base: Pick<BaseContext, 'clock' | 'random'>,
  user: WhoDid | null,
  { action, memberId = null, requestId = null, orderId = null, detail = {} }: Logged,
): Promise<void> {
  await sql.query(
    `insert into privacy_log (id, at, user_id, user_name, action, member_id, request_id, order_id, detail)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      newId<'privacy-log'>(base.clock, base.random),
      isoTime(base.clock.wallMs()),
      user?.id ?? null,
      user?.name ?? null,
      action,
      memberId,
      requestId,
      orderId,
      JSON.stringify(detail),
    ],
  );
}
