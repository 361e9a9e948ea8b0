import type { BaseKeys } from '../keys/base-keys.ts';
import { FileBaseKeyStore } from '../keys/file-base-key-store.ts';
import { systemSeal } from '../secrets/system-seal.ts';
import type { CommandContext } from './base-command.ts';

/** The secrets of the network of this base, and its id. Rejects with what to do; `wantsThem` begins that sentence where no folder was named. */
export async function openBaseKeys(
  { database, environment, stateFolder }: CommandContext,
  keyFolder: string | null,
  wantsThem: string,
): Promise<{ readonly keys: BaseKeys; readonly networkId: string }> {
  const folder = keyFolder ?? stateFolder;
  if (folder === null) {
    throw new Error(`${wantsThem}: name the folder of base-keys.json with --keys.`);
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
  return { keys, networkId: meta.networkId };
}
