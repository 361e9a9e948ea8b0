import { withTimeLimit } from '@portillon/core/base/clock.ts';
import { cardKeyMarks } from '../keys/card-key-marks.ts';
import type { PoolState } from '../postgres/database.ts';
import { migrations } from '../postgres/migrations.ts';
import { namesProgress } from '../postgres/names-opening.ts';
import type { BaseContext } from './base-context.ts';

/** What must hold before a process is sent requests. */
export const readinessChecks = [
  'running',
  'database',
  'migrations',
  'keys',
  'names',
  'listener',
  'pool',
] as const;
export type ReadinessCheck = (typeof readinessChecks)[number];
/** Told, and nothing more: boxes need no names, and no other process has any either (PV62). */
const toldOnly: ReadinessCheck = 'names';

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: ReadinessCheck;
    readonly ok: boolean;
    /** Why it is not; in words that a stranger may read. */
    readonly why?: string;
  }[];
}

const databaseLimitMs = 2_000;

/** Asks everything that it takes to serve. Never rejects. */
export async function readiness(base: BaseContext): Promise<Readiness> {
  const found = await fromTheBase(base);
  const why: Record<ReadinessCheck, string | null> = {
    running: base.stopping.aborted ? 'it is about to stop' : null,
    ...found,
    listener: base.announcements.hearing ? null : 'it does not hear what other processes announce',
    pool: exhausted(base.database.poolStates),
  };
  const checks = readinessChecks.map((name) => {
    const reason = why[name];
    return { name, ok: reason === null, ...(reason === null ? {} : { why: reason }) };
  });
  return { ready: checks.every(({ name, ok }) => ok || name === toldOnly), checks };
}

type FromTheBase = Record<'database' | 'migrations' | 'keys' | 'names', string | null>;

async function fromTheBase(base: BaseContext): Promise<FromTheBase> {
  const unknown = 'not known while PostgreSQL does not answer';
  const silent = {
    database: 'PostgreSQL does not answer',
    migrations: unknown,
    keys: unknown,
    names: unknown,
  };
  const asked = Promise.all([
    base.database.for('staff').query<{ name: string }>('select name from schema_migrations'),
    base.database
      .for('staff')
      .query<{ network_key: string; seal_key: string; card_keys: Record<string, string> }>(
        'select network_key, seal_key, card_keys from meta',
      ),
    namesProgress(base.database.for('staff')),
  ]).catch((error: Error) => {
    base.log.warn('base.not-ready', { detail: error.message });
    return null;
  });
  const answer = await withTimeLimit(base.clock, databaseLimitMs, asked);
  if (answer === null || answer === 'timed-out') return silent;
  const [applied, [meta], names] = answer;
  return {
    database: null,
    migrations: migrationFlaw(new Set(applied.map(({ name }) => name))),
    keys: meta ? keyFlaw(base, meta) : 'the base does not know whose it is',
    names: names && `names are being opened: ${percent(names)} %`,
  };
}

function migrationFlaw(applied: ReadonlySet<string>): string | null {
  const missing = migrations.find(({ name }) => !applied.has(name));
  if (missing) return `migration ${missing.name} is not applied`;
  return applied.size > migrations.length ? 'the base was taken up by a newer version of this program' : null;
}

function keyFlaw(
  { keys }: BaseContext,
  meta: { network_key: string; seal_key: string; card_keys: Record<string, string> },
): string | null {
  if (meta.network_key !== keys.network.publicKey || meta.seal_key !== keys.seal.publicKey) {
    return 'the keys of this process are not those of the base';
  }
  const ours = cardKeyMarks(keys.card);
  const same = Object.keys(meta.card_keys).length === Object.keys(ours).length;
  if (same && Object.entries(ours).every(([version, mark]) => meta.card_keys[version] === mark)) return null;
  return 'the card keys of this process are not those of the base: start it again with the key file of the others';
}

function percent({ opened, of }: { readonly opened: number; readonly of: number }): number {
  return of === 0 ? 0 : Math.min(99, Math.floor((100 * opened) / of));
}

function exhausted(pools: readonly PoolState[]): string | null {
  const full = pools.find(({ size, open, idle, waiting }) => open >= size && idle === 0 && waiting >= size);
  return full ? `all ${full.size} connections for ${full.use} are taken, and ${full.waiting} wait` : null;
}
