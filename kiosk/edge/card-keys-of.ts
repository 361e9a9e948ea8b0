import { CardKeys } from '@portillon/drivers/card/desfire/card-keys.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';

/** The master keys of the cards that this edge holds. */
export function cardKeysOf({ cardKey }: EdgeIdentity): CardKeys {
  const key = Uint8Array.from(Buffer.from(cardKey.key, 'base64url'));
  return new CardKeys({ version: cardKey.version, read: key, write: key });
}
