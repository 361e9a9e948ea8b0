import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { loadAdapter } from './adapters/load-adapter.ts';
import { readProviderSettings } from './http/staff/sign-in/provider-settings.ts';
import { MemberBase } from './member-base.ts';
import { systemSeal } from './secrets/system-seal.ts';
import { type SeedFile, seedFileSchema } from './seed/seed-file.ts';

const usage = `sync-service --state FOLDER [options]
  --port PORT                  of the HTTP API and the staff page on 127.0.0.1 (default: any free one)
  --keys FOLDER                where the keys lie, when other processes of the same base use them too (default: the state folder)
  --webhooks-to RANGE          private addresses, as 10.1.0.0/16, that webhooks may be sent to (repeatable)
  --adapter FILE               goes on with a member base of others, as this mapping file or module says (docs/adapters.md; repeatable)
  --metrics-port PORT          serves the metrics on 127.0.0.1 at that port, apart from everything else
  --stop-delay SECONDS         how long it still answers after it has said that it will stop (default 0)
  --ready-file PATH            JSON with addresses and first secrets, written when ready
  --follow-parent              end when standard input ends
  --seed FILE                  clubs and plans for an empty base
  --staff-page FOLDER          the built staff page
  --staff-provider FILE        staff sign in with an OpenID provider (docs/operating.md)
  --new-enrolment-code CLUB    a fresh code for a club that has a box already (repeatable)
  --new-gate-code CLUB         a code for a further box of a club that opens gates and issues no cards (repeatable)
  --card-keys VERSION          cards get keys of this version at their next visit; made when it is the next one
  --retire-card-keys VERSION   cards of that version are no longer read
  --creditor SIRET=ICS         identifier of a legal entity as a creditor of direct debits (repeatable)
  --member-keys-lost           start although the database for the keys of members is empty: names of before stay closed
  --backup-days DAYS           how long backups of this base are kept (default 35): edges keep as long what they have sent
DATABASE_URL names a PostgreSQL to use instead of one of our own; MEMBER_KEYS_URL a database for the keys of members, which
otherwise lies beside it on the same server.`;

const longestStopDelayMs = 60_000;
const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65_535;

const log = systemLog('sync-service');

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      port: { type: 'string', default: '0' },
      keys: { type: 'string' },
      'webhooks-to': { type: 'string', multiple: true, default: [] },
      adapter: { type: 'string', multiple: true, default: [] },
      'metrics-port': { type: 'string' },
      'stop-delay': { type: 'string', default: '0' },
      'ready-file': { type: 'string' },
      'follow-parent': { type: 'boolean', default: false },
      seed: { type: 'string' },
      'staff-page': { type: 'string' },
      'staff-provider': { type: 'string' },
      'new-enrolment-code': { type: 'string', multiple: true, default: [] },
      'new-gate-code': { type: 'string', multiple: true, default: [] },
      'card-keys': { type: 'string' },
      'retire-card-keys': { type: 'string' },
      creditor: { type: 'string', multiple: true, default: [] },
      'member-keys-lost': { type: 'boolean', default: false },
      'backup-days': { type: 'string', default: '35' },
    },
  });
  const port = Number(values.port);
  const metricsPort = values['metrics-port'] === undefined ? undefined : Number(values['metrics-port']);
  const stopDelayMs = Number(values['stop-delay']) * 1_000;
  const delayIsGood = stopDelayMs >= 0 && stopDelayMs <= longestStopDelayMs;
  const backupDays = Number(values['backup-days']);
  const daysAreGood = Number.isInteger(backupDays) && backupDays >= 1 && backupDays <= 3_650;
  const portsAreGood = isPort(port) && isPort(metricsPort ?? 0);
  if (values.state === undefined || !portsAreGood || !delayIsGood || !daysAreGood) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  // Asked to stop while starting, it stops as soon as it has started.
  const toldToStop = stopRequested(values['follow-parent']);
  const databaseUrl = process.env.DATABASE_URL;
  const base = await MemberBase.start({
    stateFolder: values.state,
    port,
    ...(values.keys === undefined ? {} : { keyFolder: values.keys }),
    ...(metricsPort === undefined ? {} : { metricsPort }),
    stopDelayMs,
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(process.env.MEMBER_KEYS_URL ? { memberKeysUrl: process.env.MEMBER_KEYS_URL } : {}),
    memberKeysLost: values['member-keys-lost'],
    ...(values.seed === undefined ? {} : { seed: await readSeed(values.seed) }),
    staffPage: values['staff-page'] ?? join(import.meta.dirname, 'staff'),
    ...(values['staff-provider'] === undefined
      ? {}
      : { staffProvider: await readProviderSettings(values['staff-provider']) }),
    passPage: join(import.meta.dirname, 'pass'),
    newCodesFor: values['new-enrolment-code'],
    newGateCodesFor: values['new-gate-code'],
    ...(values['card-keys'] === undefined ? {} : { cardKeyVersion: Number(values['card-keys']) }),
    ...(values['retire-card-keys'] === undefined
      ? {}
      : { retireCardKeys: Number(values['retire-card-keys']) }),
    webhookTargets: values['webhooks-to'],
    adapters: await Promise.all(values.adapter.map((file) => loadAdapter(file, process.env, systemClock))),
    creditorIds: Object.fromEntries(values.creditor.map((pair) => pair.split('=', 2))),
    backupDays,
    seal: (folder) => systemSeal(process.env, folder),
    clock: systemClock,
    random: systemRandom,
    log,
  });
  try {
    if (values['ready-file'] !== undefined) await writeReadyFile(values['ready-file'], base.ready);
    const why = await Promise.race([toldToStop.then(() => null), base.ended]);
    if (why !== null) log.error('base.ended', { detail: why });
    return why === null ? 0 : 1;
  } finally {
    await base.stop();
    log.info('base.stopped');
  }
}

async function readSeed(path: string): Promise<SeedFile> {
  const seed = seedFileSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (seed.success) return seed.data;
  const [issue] = seed.error.issues;
  throw new Error(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Whole or not at all, and for its owner only: there are secrets in it. */
async function writeReadyFile(path: string, ready: unknown): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(ready, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

function stopRequested(followParent: boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (!followParent) return;
    process.stdin.once('end', () => resolve());
    process.stdin.once('error', () => resolve());
    process.stdin.resume();
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  log.error('base.cannot-start', { detail: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
// Standard input keeps the process alive once it is read.
process.stdin.destroy();
