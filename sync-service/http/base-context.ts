import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { FiscalSigner } from '@portillon/core/journal/fiscal-key.ts';
import type { BaseKeys } from '../keys/base-keys.ts';
import type { MemberKeys } from '../keys/member-keys.ts';
import type { Announcements } from '../postgres/announcements.ts';
import type { Database, DatabaseUse } from '../postgres/database.ts';
import type { NamesOpening } from '../postgres/names-opening.ts';
import type { SecretPlace } from '../secrets/secret-seal.ts';
import type { WebhookTargets } from '../webhooks/webhook-targets.ts';
import type { BaseMetrics } from './base-metrics.ts';

/** What every route of the base works with. Nothing in it is remembered from request to request. */
export interface BaseContext {
  readonly database: Database;
  readonly announcements: Announcements;
  readonly keys: BaseKeys;
  /** A key of each member, in a store of their own. */
  readonly memberKeys: MemberKeys;
  /** To be told of names that are not open (PV62). */
  readonly names: Pick<NamesOpening, 'look'>;
  /** Where they lie; told at `/v1/health`. */
  readonly secrets: SecretPlace;
  /** Signs closings over all tills; null while its key is lost. */
  readonly storeSigner: FiscalSigner | null;
  readonly networkId: string;
  /** Read it anew for every answer: another process may have begun one. */
  readonly epoch: number;
  /** How long its backups are kept: edges keep as long what they have sent (W-RECEIPT-1). */
  readonly backupDays: number;
  /** For a process that begins an epoch itself. */
  readonly entered: (epoch: number) => void;
  readonly metrics: BaseMetrics;
  /** Where webhooks may be sent. */
  readonly webhookTargets: WebhookTargets;
  /** Aborts when the process is about to end: who waits is answered. */
  readonly stopping: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The same context by the connections, and under the limits, of another use. */
export function contextFor(base: BaseContext, use: DatabaseUse): BaseContext {
  return Object.create(base, { database: { value: base.database.for(use), enumerable: true } });
}
