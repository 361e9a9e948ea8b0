import { parseArgs } from 'node:util';
import { newId } from '@portillon/core/base/ids.ts';
import { type ApiScope, apiScopeNames, apiScopes } from '../http/api/api-scopes.ts';
import { listApiKeys, makeApiKey, revokeApiKey } from '../postgres/api-keys.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const dayMs = 24 * 3_600_000;
const nameLimit = 80;
const dayLimit = 3_650;
const callLimit = 100_000;

const usage = `  api-key make --name NAME --scopes SCOPE[,SCOPE] (--entity SIRET | --network) [--days 365] [--calls-per-minute 600]
                     a key for another system, shown once; the base keeps what stands for it
${Object.entries(apiScopes)
  .map(([scope, words]) => `                       ${scope.padEnd(16)} ${words}`)
  .join('\n')}
  api-key list       every key without its secret: scopes, whose rows, until when, last use
  api-key revoke ID  from now on it is refused`;

/** Keys of other systems: made, listed, revoked (AP1). */
export const apiKeyCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [act, ...rest] = args;
  if (act === 'make') return make(rest, context);
  if (act === 'list' && rest.length === 0) return list(context);
  if (act === 'revoke' && rest.length === 1) return revoke(rest[0] ?? '', context);
  context.tell(usage);
  return 2;
}

async function make(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { database, clock, random, say, tell } = context;
  const { values } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string' },
      scopes: { type: 'string' },
      entity: { type: 'string' },
      network: { type: 'boolean', default: false },
      days: { type: 'string', default: '365' },
      'calls-per-minute': { type: 'string', default: '600' },
    },
  });
  const asked = (values.scopes ?? '').split(',').filter((each) => each !== '');
  const unknown = asked.find((each) => !apiScopeNames.includes(each as ApiScope));
  const days = wholeNumber(values.days, dayLimit);
  const callsPerMinute = wholeNumber(values['calls-per-minute'], callLimit);
  const { name, entity } = values;
  const isNamed = name !== undefined && name !== '' && name.length <= nameLimit;
  if (!isNamed || asked.length === 0 || (entity !== undefined) === values.network) {
    tell(usage);
    return 2;
  }
  if (unknown !== undefined || days === null || callsPerMinute === null) {
    tell(
      unknown === undefined
        ? `Days are 1 to ${dayLimit}, calls a minute 1 to ${callLimit}.`
        : `There is no scope ${unknown}. There are: ${apiScopeNames.join(', ')}.`,
    );
    return 2;
  }
  let legalEntityId: string | null = null;
  if (entity !== undefined) {
    const [found] = await database.query<{ id: string }>('select id from legal_entities where siret = $1', [
      entity,
    ]);
    if (!found) {
      tell(`No legal entity has the SIRET ${entity}.`);
      return 1;
    }
    legalEntityId = found.id;
  }
  const id = newId<'api-key'>(clock, random);
  const nowMs = clock.wallMs();
  const scopes = apiScopeNames.filter((scope) => asked.includes(scope));
  const expiresAtMs = nowMs + days * dayMs;
  const key = await makeApiKey(
    database,
    { id, name, scopes, legalEntityId, callsPerMinute, expiresAtMs },
    nowMs,
  );
  tell(
    `Key ${id}, good for ${days} days. It is shown this once: put it where the other system keeps secrets.`,
  );
  say(key);
  return 0;
}

async function list({ database, say }: CommandContext): Promise<ExitCode> {
  for (const key of await listApiKeys(database)) {
    const end = key.revokedAt === null ? `until ${key.expiresAt}` : `revoked ${key.revokedAt}`;
    const whose = key.entity ?? 'the network';
    say(
      `${key.id}  ${key.name}  ${key.scopes.join(',')}  ${whose}  ${key.callsPerMinute}/min  ${end}  last use ${key.lastUsedAt ?? 'none'}`,
    );
  }
  return 0;
}

async function revoke(keyId: string, { database, clock, say, tell }: CommandContext): Promise<ExitCode> {
  if (await revokeApiKey(database, keyId, clock.wallMs())) {
    say(`Key ${keyId} is refused from now on.`);
    return 0;
  }
  tell('There is no such key in use: see api-key list.');
  return 1;
}

/** 1 to the limit, or null. */
function wholeNumber(text: string, limit: number): number | null {
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 && number <= limit ? number : null;
}
