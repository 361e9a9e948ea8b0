import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { BaseContext } from './http/base-context.ts';
import {
  type BaseKeyStore,
  type BaseKeys,
  type CardMasterKeys,
  newBaseKeys,
  withCardKeys,
  withoutCardKeys,
} from './keys/base-keys.ts';
import { agreeOnCardKeys } from './keys/card-key-marks.ts';
import type { Database } from './postgres/database.ts';
import { addStaffUser } from './postgres/staff-accounts.ts';

export interface BaseIdentity {
  readonly keys: BaseKeys;
  readonly networkId: string;
}

/** The operator's orders about card keys. */
export interface CardKeyOrders {
  readonly cardKeyVersion?: number;
  readonly retireCardKeys?: number;
}

/** Keys and base belong together: what edges have pinned and what is sealed is lost with the wrong ones. */
export async function identity(
  database: Database,
  store: BaseKeyStore,
  newNetworkId: string,
  log: Log,
): Promise<BaseIdentity> {
  let keys = await store.load();
  const readMeta = () =>
    database.query<{ network_id: string; network_key: string; seal_key: string }>('select * from meta');
  let [meta] = await readMeta();
  if (!meta) {
    if (!keys) {
      keys = await newBaseKeys(randomBytes);
      await store.save(keys);
    }
    const { network, seal } = keys;
    await database.transaction(async (sql) => {
      await sql.query("insert into networks (id, name) values ($1, 'network')", [newNetworkId]);
      await sql.query('insert into meta (network_id, epoch, network_key, seal_key) values ($1, 1, $2, $3)', [
        newNetworkId,
        network.publicKey,
        seal.publicKey,
      ]);
      await sql.query("insert into epochs (epoch, began_at, reason) values (1, now(), 'first')");
    });
    [meta] = await readMeta();
  }
  if (!meta || meta.network_key !== keys?.network.publicKey || meta.seal_key !== keys.seal.publicKey) {
    throw new Error(
      'the keys in the state folder are not those of this member base: bring base-keys.json back from its backup',
    );
  }
  if (store.place === 'open-file') {
    log.warn('base.keys-weak', { detail: 'the keys of the network lie in clear on the disk: see "keys"' });
  }
  return { keys, networkId: meta.network_id };
}

/** The operator's orders about card keys, kept before anybody is told of them, and the same in every process. */
export async function withCardKeysAsWanted(
  keys: BaseKeys,
  { database, store, log }: { readonly database: Database; readonly store: BaseKeyStore; readonly log: Log },
  { cardKeyVersion, retireCardKeys }: CardKeyOrders,
): Promise<BaseKeys> {
  let card: CardMasterKeys = keys.card;
  if (cardKeyVersion !== undefined) card = withCardKeys(card, cardKeyVersion, randomBytes);
  if (retireCardKeys !== undefined) card = withoutCardKeys(card, retireCardKeys);
  return database.transaction(async (sql) => {
    await agreeOnCardKeys(sql, card);
    if (card === keys.card) return keys;
    log.info('base.card-keys', {
      current: card.current,
      versions: card.versions.map(({ version }) => version).join(','),
    });
    return store.replaceCardKeys(card);
  });
}

/** The first staff user with a password drawn by lot, kept in a file for its owner until somebody takes it away. */
export async function firstSignIn(
  base: BaseContext,
  stateFolder: string,
): Promise<{ readonly user: string; readonly password: string } | null> {
  const path = join(stateFolder, 'first-sign-in.json');
  const users = await base.database.query('select 1 from staff_users limit 1');
  if (users.length === 0) {
    const staff = { user: firstStaffUser, password: randomBytes(12).toString('base64url') };
    await writeFile(path, `${JSON.stringify(staff, null, 2)}\n`, { mode: 0o600 });
    const id = newId<'staff-user'>(base.clock, base.random);
    await addStaffUser(base.database, { id, name: staff.user }, staff.password, base.clock.wallMs());
  }
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as { user: string; password: string });
}

const firstStaffUser = 'staff';
