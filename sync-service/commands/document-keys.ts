import { silentLog } from '@portillon/core/base/log.ts';
import { MemberKeys, memberKeysBeside } from '../keys/member-keys.ts';
import type { DocumentKeys } from '../postgres/attachments.ts';
import { knownServerUrl } from '../postgres/embedded-server.ts';
import type { CommandContext } from './base-command.ts';
import { openBaseKeys } from './open-base-keys.ts';

/** The keys under which documents lie, as the base itself opens them; end `memberKeys`. Rejects with what to do. */
export async function openDocumentKeys(
  context: CommandContext,
  keyFolder: string | null,
): Promise<DocumentKeys> {
  const { database, environment, stateFolder } = context;
  const wantsThem = 'Names, photos and documents lie under keys';
  const { keys, networkId } = await openBaseKeys(context, keyFolder, wantsThem);
  const url = environment.DATABASE_URL ?? (stateFolder === null ? null : await knownServerUrl(stateFolder));
  const keysUrl = environment.MEMBER_KEYS_URL ?? (url === null ? null : memberKeysBeside(url));
  if (keysUrl === null)
    throw new Error('The database of the keys of members is not known: set MEMBER_KEYS_URL.');
  const memberKeys = await MemberKeys.open(keysUrl, {
    networkId,
    sealPrivateKey: keys.seal.privateKey,
    log: silentLog,
  });
  return { database, keys, memberKeys };
}
