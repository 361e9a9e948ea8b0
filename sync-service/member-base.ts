import { mkdir } from 'node:fs/promises';
import { type Clock, delay, isoTime, withTimeLimit } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { AdapterReader } from './adapters/adapter-reader.ts';
import { AdapterSender } from './adapters/adapter-sender.ts';
import type { MemberBaseAdapter } from './adapters/member-base-adapter.ts';
import { firstSignIn, identity, withCardKeysAsWanted } from './base-identity.ts';
import { baseApp } from './http/base-app.ts';
import { type BaseContext, contextFor } from './http/base-context.ts';
import { BaseMetrics } from './http/base-metrics.ts';
import { serveMetrics } from './http/metrics-server.ts';
import { passRoutes } from './http/pass-routes.ts';
import type { ProviderSettings } from './http/staff/sign-in/provider-settings.ts';
import { staffRoutes } from './http/staff/staff-routes.ts';
import { FileBaseKeyStore } from './keys/file-base-key-store.ts';
import { grantIssuerOf } from './keys/grant-issuer.ts';
import { MemberKeys, memberKeysBeside } from './keys/member-keys.ts';
import { storeClosingSigner } from './keys/store-closing-key.ts';
import { registerIntake } from './postgres/adapter-intake/intake-state.ts';
import { registerAdapter } from './postgres/adapter-outbox.ts';
import { Announcements } from './postgres/announcements.ts';
import { readFigures } from './postgres/base-figures.ts';
import { publishWordings } from './postgres/consents.ts';
import { Database } from './postgres/database.ts';
import { EmbeddedServer } from './postgres/embedded-server.ts';
import { newEnrolmentCode } from './postgres/enrolment.ts';
import { Epoch, settleIn } from './postgres/epoch.ts';
import { forgetAgain, startPrivacyRounds } from './postgres/erasure/privacy-rounds.ts';
import { FolderLock } from './postgres/folder-lock.ts';
import { migrate } from './postgres/migrations.ts';
import { closeNames, expectTheirKeys, NamesOpening } from './postgres/names-opening.ts';
import { sealClearNames } from './postgres/names-sealing.ts';
import { publishIssuer } from './postgres/pass-grants.ts';
import { startPeopleRounds } from './postgres/people-rounds.ts';
import { startPriceRounds } from './postgres/prices/price-rounds.ts';
import { changeSeller } from './postgres/sellers.ts';
import { startOrderRounds } from './postgres/waiting-orders.ts';
import type { SealOfSystem } from './secrets/secret-seal.ts';
import { applySeed, type SeedFile } from './seed/seed-file.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';
import { WebhookTargets } from './webhooks/webhook-targets.ts';

export interface MemberBaseOptions {
  /** Of this process alone. */
  readonly stateFolder: string;
  /** Where the keys lie, which all processes of a base share or have a copy of; without it, in the state folder. */
  readonly keyFolder?: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** A PostgreSQL of the operator's; without it, one of our own runs on the state folder. */
  readonly databaseUrl?: string;
  /** A database for the keys of members; without it, one beside the base, on the same server. */
  readonly memberKeysUrl?: string;
  /** The keys of members are lost for good: go on with new ones. */
  readonly memberKeysLost?: boolean;
  readonly seed?: SeedFile;
  /** Folder of the built staff page; null serves none. */
  readonly staffPage: string | null;
  /** With whom staff sign in beside their passwords, or in place of them. */
  readonly staffProvider?: ProviderSettings;
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
  /** Ranges of private addresses (`10.1.0.0/16`) that webhooks may be sent to, also without TLS; none but public ones otherwise. */
  readonly webhookTargets?: readonly string[];
  /** Member bases of others; each is closed with this one. */
  readonly adapters?: readonly MemberBaseAdapter[];
  /** Port of the metrics on the loopback address, 0 for any free one; without it they are not served. */
  readonly metricsPort?: number;
  /** How long it still answers after it has said that it is about to stop, for a balancer to notice; 0 without it. */
  readonly stopDelayMs?: number;
  /** How long a request may take to come whole; a minute without it. */
  readonly requestLimitMs?: number;
  /** How long backups of this base are kept, in days; 35 without it. */
  readonly backupDays?: number;
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
  /** Null where they are not served. */
  readonly metricsUrl: string | null;
}

interface StartedBase {
  readonly ready: MemberBaseReady;
  readonly ended: Promise<string>;
  readonly metrics: BaseMetrics;
}

const host = '127.0.0.1';
/** For requests in work when it stops; an edge gives up on a push after 20 s. */
const stopLimitMs = 10_000;
const connectionPollMs = 100;
const usualBackupDays = 35;
const namesLimitMs = 5_000;

/** The member base as a whole: PostgreSQL, keys, tables, HTTP. */
export class MemberBase {
  readonly ready: MemberBaseReady;
  /** Resolves with a sentence when it can no longer work and must be started again. */
  readonly ended: Promise<string>;
  readonly #metrics: BaseMetrics;
  readonly #stops: (() => Promise<unknown>)[];

  private constructor({ ready, ended, metrics }: StartedBase, stops: (() => Promise<unknown>)[]) {
    this.ready = ready;
    this.ended = ended;
    this.#metrics = metrics;
    this.#stops = stops;
  }

  /** An edge has asked for the feed and has no answer yet: the answer will tell the time at which it is given. */
  get isWaitedForFeed(): boolean {
    return this.#metrics.feedsWaiting > 0;
  }

  /** Resolves when requests are answered. Rejects with what to do, and leaves nothing running. */
  static async start(options: MemberBaseOptions): Promise<MemberBase> {
    const stops: (() => Promise<unknown>)[] = [];
    try {
      return await startWith(options, stops, (started) => new MemberBase(started, stops));
    } catch (error) {
      await stopAll(stops);
      throw error;
    }
  }

  /**
   * Says that it is not ready, answers who waits, finishes requests in work, then ends everything below; within a bound.
   * Safe to repeat.
   */
  async stop(): Promise<void> {
    await stopAll(this.#stops);
  }
}

async function startWith(
  options: MemberBaseOptions,
  stops: (() => Promise<unknown>)[],
  made: (started: StartedBase) => MemberBase,
): Promise<MemberBase> {
  const { stateFolder, clock, random, log } = options;
  await mkdir(stateFolder, { recursive: true });
  const lock = await FolderLock.take(stateFolder, 'sync-service');
  stops.push(() => lock.release());

  let ended = new Promise<string>(() => undefined);
  let databaseUrl = options.databaseUrl;
  let ownsServer = false;
  if (databaseUrl === undefined) {
    const { serverSettings: settings } = options;
    const server = await EmbeddedServer.start({ stateFolder, clock, log, ...(settings ? { settings } : {}) });
    stops.push(() => server.stop());
    databaseUrl = server.url();
    ownsServer = true;
    ended = server.ended;
  }
  const database = new Database(databaseUrl, log);
  stops.push(() => database.close());
  // PV65: a copy of its folder holds no names either.
  if (ownsServer) stops.push(() => closeNames(database).catch(() => undefined));
  for (const name of await migrate(database)) log.info('base.migrated', { migration: name });

  const keyFolder = options.keyFolder ?? stateFolder;
  await mkdir(keyFolder, { recursive: true });
  const seal = (await options.seal?.(keyFolder)) ?? null;
  const keyStore = new FileBaseKeyStore(keyFolder, seal);
  const announcements = new Announcements(databaseUrl, clock, log);
  await announcements.start();
  stops.push(() => announcements.stop());

  // Processes that start at once on a new base make one identity, one seed and one first user.
  const starting = await database.alone('start');
  stops.push(() => starting.release());
  const { keys: kept, networkId } = await identity(database, keyStore, newId<'network'>(clock, random), log);
  const keys = await withCardKeysAsWanted(kept, { database, store: keyStore, log }, options);
  const moved = await database.transaction((sql) => settleIn(sql, clock.wallMs()));
  if (moved !== null)
    log.warn('base.restored', { epoch: moved, detail: 'it is in another place than before' });
  await publishWordings(database);
  const epoch = await Epoch.start(database, announcements, log);
  stops.push(async () => epoch.stop());
  const memberKeys = await MemberKeys.open(options.memberKeysUrl ?? memberKeysBeside(databaseUrl), {
    networkId,
    sealPrivateKey: keys.seal.privateKey,
    log,
  });
  stops.push(() => memberKeys.end());
  await expectTheirKeys(database, memberKeys, { lost: options.memberKeysLost ?? false, log });
  const names = new NamesOpening({ database, memberKeys, clock, log });
  const storeSigner = await storeClosingSigner(database, keyFolder, { nowMs: clock.wallMs(), seal, log });
  const stopping = new AbortController();
  const base: BaseContext = {
    database,
    announcements,
    keys,
    memberKeys,
    names,
    secrets: keyStore.place,
    storeSigner,
    networkId,
    get epoch() {
      return epoch.current;
    },
    entered: (begun) => epoch.entered(begun),
    metrics: new BaseMetrics(),
    webhookTargets: new WebhookTargets(options.webhookTargets ?? []),
    stopping: stopping.signal,
    backupDays: options.backupDays ?? usualBackupDays,
    clock,
    random,
    log,
  };
  if (options.seed) await applySeed(base, options.seed);
  for (const [siret, creditorId] of Object.entries(options.creditorIds ?? {})) {
    await changeSeller(database, siret, { creditorId }, clock.wallMs());
  }
  if (options.passPage !== undefined) {
    await publishIssuer(database, networkId, grantIssuerOf(keys.network), keys.network, clock.wallMs());
  }
  const staff = await firstSignIn(base, stateFolder);
  await sealClearNames(base);
  // Before anybody is answered: a base from a backup knows people who were forgotten since (PV34).
  await forgetAgain(base);
  await starting.release();
  names.start();
  stops.push(() => names.stop());
  // Of a small base they are open at once; a large one answers boxes meanwhile.
  await withTimeLimit(clock, namesLimitMs, names.first);

  const sender = new WebhookSender(contextFor(base, 'staff'), base.webhookTargets);
  sender.start();
  stops.push(() => sender.stop());
  for (const adapter of options.adapters ?? []) {
    await registerAdapter(database, adapter.name, adapter.takes);
    const besides = contextFor(base, 'staff');
    const teller = new AdapterSender(besides, adapter);
    const reader = new AdapterReader(besides, adapter);
    teller.start();
    if (adapter.changes) {
      await registerIntake(database, adapter.name);
      reader.start();
    }
    stops.push(() => Promise.all([reader.stop(), teller.stop()]));
  }

  const { app, requests } = await baseApp(
    base,
    [
      staffRoutes(options.staffPage, options.staffProvider ?? null),
      ...(options.passPage === undefined ? [] : [passRoutes(options.passPage)]),
    ],
    options.requestLimitMs,
  );
  stops.push(async () => {
    const closing = app.close();
    if ((await withTimeLimit(clock, stopLimitMs, requests.none())) === 'timed-out') {
      log.warn('base.stopped-in-work', { detail: `requests were cut after ${stopLimitMs} ms` });
    }
    // What is open now is kept by callers for their next request.
    do app.server.closeAllConnections();
    while ((await withTimeLimit(clock, connectionPollMs, closing)) === 'timed-out');
  });
  const url = await app.listen({ host, port: options.port });
  let metricsUrl: string | null = null;
  if (options.metricsPort !== undefined) {
    base.metrics.readFrom({
      pools: () => database.poolStates,
      figures: () => readFigures(contextFor(base, 'staff').database, clock.wallMs()).catch(() => null),
    });
    const served = await serveMetrics(base.metrics, options.metricsPort, log);
    stops.push(served.stop);
    metricsUrl = served.url;
  }
  stops.push(startPrivacyRounds(contextFor(base, 'job')));
  stops.push(startPeopleRounds(contextFor(base, 'job')));
  stops.push(startPriceRounds(contextFor(base, 'job')));
  stops.push(startOrderRounds(contextFor(base, 'job')));
  stops.push(async () => {
    stopping.abort();
    await delay(clock, options.stopDelayMs ?? 0);
  });

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
  const ready = {
    url,
    staffUrl: `${url}/staff/`,
    staff,
    enrolmentCodes,
    gateCodes,
    clubs: clubIds,
    databaseUrl,
    metricsUrl,
  };
  return made({ ready, ended, metrics: base.metrics });
}

/** In the reverse order of starting; each once. */
async function stopAll(stops: (() => Promise<unknown>)[]): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}
