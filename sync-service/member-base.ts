import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { baseApp } from './http/base-app.ts';
import type { BaseContext } from './http/base-context.ts';
import { passRoutes } from './http/pass-routes.ts';
import { staffRoutes } from './http/staff/staff-routes.ts';
import {
  type BaseKeyStore,
  type BaseKeys,
  newBaseKeys,
  withCardKeys,
  withoutCardKeys,
} from './keys/base-keys.ts';
import { FileBaseKeyStore } from './keys/file-base-key-store.ts';
import { grantIssuerOf } from './keys/grant-issuer.ts';
import { storeClosingSigner } from './keys/store-closing-key.ts';
import { Announcements } from './postgres/announcements.ts';
import { Database } from './postgres/database.ts';
import { EmbeddedServer } from './postgres/embedded-server.ts';
import { newEnrolmentCode } from './postgres/enrolment.ts';
import { FolderLock } from './postgres/folder-lock.ts';
import { migrate } from './postgres/migrations.ts';
import { publishIssuer } from './postgres/pass-grants.ts';
import { addStaffUser } from './postgres/staff-accounts.ts';
import type { SealOfSystem } from './secrets/secret-seal.ts';
import { setCreditorId } from './seed/creditor-ids.ts';
import { applySeed, type SeedFile } from './seed/seed-file.ts';

export interface MemberBaseOptions {
  readonly stateFolder: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** A PostgreSQL of the operator's; without it, one of our own runs on the state folder. */
  readonly databaseUrl?: string;
  readonly seed?: SeedFile;
  /** Folder of the built staff page; null serves none. */
  readonly staffPage: string | null;
  /** Folder of the built page of the pass; without it there is none. */
  readonly passPage?: string;
  /** Clubs, by name, that get a fresh enrolment code even though a box is enrolled there. */
  readonly newCodesFor?: readonly string[];
  /** Clubs, by name, that get a code for a box which opens gates and issues no cards. */
  readonly newGateCodesFor?: readonly string[];
  /** The version of the card keys that is to be current; made when it follows the newest. */
  readonly cardKeyVersion?: number;
  /** A version of the card keys that no edge is told any more. */
  readonly retireCardKeys?: number;
  /** Creditor identifiers (ICS) to set or change, by the SIRET of the legal entity. */
  readonly creditorIds?: Readonly<Record<string, string>>;
  /** Settings of the embedded PostgreSQL, for tests. */
  readonly serverSettings?: Readonly<Record<string, string>>;
  /** What the operating system keeps the secrets under; without it they lie in clear, and the log says so. */
  readonly seal?: SealOfSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What the ready file tells: addresses, and the secrets with which a trial begins. */
export interface MemberBaseReady {
  readonly url: string;
  readonly staffUrl: string;
  /** Null when the first password was changed or taken away. */
  readonly staff: { readonly user: string; readonly password: string } | null;
  /** By name of the club; only clubs that wait for a box. */
  readonly enrolmentCodes: Readonly<Record<string, string>>;
  /** By name of the club; for boxes that open gates and issue no cards. Only where one was asked for. */
  readonly gateCodes: Readonly<Record<string, string>>;
  /** Id of each club by its name. */
  readonly clubs: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
}

const host = '127.0.0.1';
const firstStaffUser = 'staff';

/** The member base as a whole: PostgreSQL, keys, tables, HTTP. */
export class MemberBase {
  readonly ready: MemberBaseReady;
  /** Resolves with a sentence when it can no longer work and must be started again. */
  readonly ended: Promise<string>;
  readonly #stops: (() => Promise<unknown>)[];

  private constructor(ready: MemberBaseReady, ended: Promise<string>, stops: (() => Promise<unknown>)[]) {
    this.ready = ready;
    this.ended = ended;
    this.#stops = stops;
  }

  /** Resolves when requests are answered. Rejects with what to do, and leaves nothing running. */
  static async start(options: MemberBaseOptions): Promise<MemberBase> {
    const stops: (() => Promise<unknown>)[] = [];
    try {
      return await startWith(options, stops, (ready, ended) => new MemberBase(ready, ended, stops));
    } catch (error) {
      await stopAll(stops);
      throw error;
    }
  }

  /** Ends requests in flight, then everything below. Safe to repeat. */
  async stop(): Promise<void> {
    await stopAll(this.#stops);
  }
}

async function startWith(
  options: MemberBaseOptions,
  stops: (() => Promise<unknown>)[],
  made: (ready: MemberBaseReady, ended: Promise<string>) => MemberBase,
): Promise<MemberBase> {
  const { stateFolder, clock, random, log } = options;
  await mkdir(stateFolder, { recursive: true });
  const lock = await FolderLock.take(stateFolder, 'sync-service');
  stops.push(() => lock.release());

  let ended = new Promise<string>(() => undefined);
  let databaseUrl = options.databaseUrl;
  if (databaseUrl === undefined) {
    const { serverSettings: settings } = options;
    const server = await EmbeddedServer.start({ stateFolder, clock, log, ...(settings ? { settings } : {}) });
    stops.push(() => server.stop());
    databaseUrl = server.url();
    ended = server.ended;
  }
  const database = new Database(databaseUrl, log);
  stops.push(() => database.close());
  for (const name of await migrate(database)) log.info('base.migrated', { migration: name });

  const seal = (await options.seal?.(stateFolder)) ?? null;
  const keyStore = new FileBaseKeyStore(stateFolder, seal);
  const known = await identity(database, keyStore, newId<'network'>(clock, random), log);
  const { networkId, epoch } = known;
  const keys = await withCardKeysAsWanted(known.keys, keyStore, options);
  const announcements = new Announcements(databaseUrl, clock, log);
  await announcements.start();
  stops.push(() => announcements.stop());

  const storeSigner = await storeClosingSigner(database, stateFolder, { nowMs: clock.wallMs(), seal, log });
  const base: BaseContext = {
    database,
    announcements,
    keys,
    secrets: keyStore.place,
    storeSigner,
    networkId,
    epoch,
    clock,
    random,
    log,
  };
  if (options.seed) await applySeed(base, options.seed);
  for (const [siret, creditorId] of Object.entries(options.creditorIds ?? {})) {
    await setCreditorId(base, siret, creditorId);
  }
  if (options.passPage !== undefined) {
    await publishIssuer(database, networkId, grantIssuerOf(keys.network), keys.network, clock.wallMs());
  }
  const staff = await firstSignIn(base, stateFolder);

  const app = await baseApp(
    base,
    staffRoutes(options.staffPage),
    ...(options.passPage === undefined ? [] : [passRoutes(options.passPage)]),
  );
  stops.push(() => app.close());
  const url = await app.listen({ host, port: options.port });

  const clubs = await database.query<{ id: string; name: string; enrolled: boolean }>(
    `select id, name, exists (select 1 from edges where club_id = clubs.id and status = 'active') as enrolled
       from clubs order by name`,
  );
  const enrolmentCodes: Record<string, string> = {};
  const wanted = new Set(options.newCodesFor);
  for (const { id, name, enrolled } of clubs) {
    if (enrolled && !wanted.has(name)) continue;
    enrolmentCodes[name] = await newEnrolmentCode(database, id, clock.wallMs());
  }
  const gateCodes: Record<string, string> = {};
  for (const { id, name } of clubs) {
    if (!options.newGateCodesFor?.includes(name)) continue;
    gateCodes[name] = await newEnrolmentCode(database, id, clock.wallMs(), { issuesCards: false });
  }
  const unknown = [...wanted, ...(options.newGateCodesFor ?? [])].find(
    (name) => !clubs.some((club) => club.name === name),
  );
  if (unknown !== undefined) throw new Error(`no club is called ${unknown}`);

  log.info('base.ready', { url, at: isoTime(clock.wallMs()) });
  const clubIds = Object.fromEntries(clubs.map(({ id, name }) => [name, id]));
  return made(
    { url, staffUrl: `${url}/staff/`, staff, enrolmentCodes, gateCodes, clubs: clubIds, databaseUrl },
    ended,
  );
}

/** Keys and base belong together: what edges have pinned and what is sealed is lost with the wrong ones. */
async function identity(
  database: Database,
  store: BaseKeyStore,
  newNetworkId: string,
  log: Log,
): Promise<{ keys: BaseKeys; networkId: string; epoch: number }> {
  let keys = await store.load();
  const readMeta = () =>
    database.query<{ network_id: string; epoch: number; network_key: string; seal_key: string }>(
      'select * from meta',
    );
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
  return { keys, networkId: meta.network_id, epoch: meta.epoch };
}

/** The operator's orders about card keys, kept before anybody is told of them. */
async function withCardKeysAsWanted(
  keys: BaseKeys,
  store: BaseKeyStore,
  { cardKeyVersion, retireCardKeys, log }: MemberBaseOptions,
): Promise<BaseKeys> {
  let { card } = keys;
  if (cardKeyVersion !== undefined) card = withCardKeys(card, cardKeyVersion, randomBytes);
  if (retireCardKeys !== undefined) card = withoutCardKeys(card, retireCardKeys);
  if (card === keys.card) return keys;
  log.info('base.card-keys', {
    current: card.current,
    versions: card.versions.map(({ version }) => version).join(','),
  });
  return store.replaceCardKeys(card);
}

/** The first staff user with a password drawn by lot, kept in a file for its owner until somebody takes it away. */
async function firstSignIn(base: BaseContext, stateFolder: string): Promise<MemberBaseReady['staff']> {
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
  return text === null ? null : (JSON.parse(text) as MemberBaseReady['staff']);
}

/** In the reverse order of starting; each once. */
async function stopAll(stops: (() => Promise<unknown>)[]): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}
