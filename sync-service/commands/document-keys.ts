import { silentLog } from '@portillon/core/base/log.ts';
import { FileBaseKeyStore } from '../keys/file-base-key-store.ts';
import { MemberKeys, memberKeysBeside } from '../keys/member-keys.ts';
import type { DocumentKeys } from '../postgres/attachments.ts';
import { knownServerUrl } from '../postgres/embedded-server.ts';
import { systemSeal } from '../secrets/system-seal.ts';
import type { CommandContext } from './base-command.ts';

/** The keys under which documents lie, as the base itself opens them; end `memberKeys`. Rejects with what to do. */
export async function openDocumentKeys(
  { database, environment, stateFolder }: CommandContext,
  keyFolder: string | null,
): Promise<DocumentKeys> {
  const folder = keyFolder ?? stateFolder;
  if (folder === null) {
    throw new Error(
      'Names, photos and documents lie under keys: name the folder of base-keys.json with --keys.',
    );
  }
  const keys = await new FileBaseKeyStore(folder, await systemSeal(environment, folder)).load();
  if (keys === null) {
    throw new Error(`There is no base-keys.json in ${folder}: name the folder that holds it with --keys.`);
  }
  const [meta] = await database.query<{ networkId: string; sealKey: string }>(
    'select network_id as "networkId", seal_key as "sealKey" from meta',
  );
  if (meta?.sealKey !== keys.seal.publicKey) {
    throw new Error(`The keys in ${folder} are not those of this member base.`);
  }
  const url = environment.DATABASE_URL ?? (stateFolder === null ? null : await knownServerUrl(stateFolder));
  const keysUrl = environment.MEMBER_KEYS_URL ?? (url === null ? null : memberKeysBeside(url));
  if (keysUrl === null)
    throw new Error('The database of the keys of members is not known: set MEMBER_KEYS_URL.');
  const memberKeys = await MemberKeys.open(keysUrl, {
    networkId: meta.networkId,
    sealPrivateKey: keys.seal.privateKey,
    log: silentLog,
  });
  return { database, keys, memberKeys };
}
