import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { FiscalSigner } from '@portillon/core/journal/fiscal-key.ts';
import type { BaseKeys } from '../keys/base-keys.ts';
import type { Announcements } from '../postgres/announcements.ts';
import type { Database } from '../postgres/database.ts';
import type { SecretPlace } from '../secrets/secret-seal.ts';

/** What every route of the base works with. Nothing in it is remembered from request to request. */
export interface BaseContext {
  readonly database: Database;
  readonly announcements: Announcements;
  readonly keys: BaseKeys;
  /** Where they lie; told at `/v1/health`. */
  readonly secrets: SecretPlace;
  /** Signs closings over all tills; null while its key is lost. */
  readonly storeSigner: FiscalSigner | null;
  readonly networkId: string;
  readonly epoch: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
