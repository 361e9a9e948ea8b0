import { fault } from '@portillon/core/base/fault-codes.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { CardKeys, type CardKeyVersion } from '@portillon/drivers/card/desfire/card-keys.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';

/** Why a box that was told only the keys that read sells no cards. */
export const noWritingKey = fault('card.no-writing-key', 'enrolled with the code of a gate');

/** The master keys of the cards that this edge holds. A base of version 0.1.0 tells one, which makes all keys of a card. */
export function cardKeysOf({ cardKey, cardKeys }: Pick<EdgeIdentity, 'cardKey' | 'cardKeys'>): CardKeys {
  const told = cardKeys ?? {
    current: cardKey.version,
    versions: [{ version: cardKey.version, read: cardKey.key, write: cardKey.key }],
  };
  const versions = told.versions.map(({ version, read, write }) => ({
    version,
    read: fromBase64url(read),
    write: write === undefined ? null : fromBase64url(write),
  }));
  const isCurrent = ({ version }: CardKeyVersion) => version === told.current;
  const [current, ...rest] = [...versions.filter(isCurrent), ...versions.filter((each) => !isCurrent(each))];
  if (!current) throw new Error('the current version of the card keys is not among those told');
  return new CardKeys(current, rest);
}
