import { parseArgs } from 'node:util';
import { newId } from '@portillon/core/base/ids.ts';
import { newAccountSchema } from '../http/staff/account-view.ts';
import { staffRoles } from '../members/may-do.ts';
import { rightsInBase } from '../postgres/provider-accounts.ts';
import { changeAccount, type DoneBy, endAccount, openAccount, readAccounts } from '../postgres/staff-desk.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const usage = `  account list        every account of staff: role, clubs, how it signs in
  account open NAME --role ROLE (--network | --entity SIRET | --club CLUB …)
                      an account with a password, shown once
  account change NAME --role ROLE (--network | --entity SIRET | --club CLUB …)
  account end NAME    no session and no sign-in from now on
                      ROLE: ${staffRoles.join(', ')}`;

/** Accounts of staff from the machine of the base: listed, opened, changed, ended (ST11). */
export const accountCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [act, name, ...rest] = args;
  if (act === 'list' && name === undefined) return list(context);
  if (name !== undefined && act === 'end' && rest.length === 0) return end(name, context);
  if (name !== undefined && (act === 'open' || act === 'change')) return write(act, name, rest, context);
  context.tell(usage);
  return 2;
}

async function list({ database, say }: CommandContext): Promise<ExitCode> {
  const { accounts, legalEntities } = await readAccounts(database);
  const clubs = await database.query<{ id: string; name: string }>('select id, name from clubs');
  for (const { name, role, reach, signsInBy, endedAt } of accounts) {
    const where =
      reach.kind === 'network'
        ? 'network'
        : reach.kind === 'entity'
          ? legalEntities.find(({ id }) => id === reach.legalEntityId)?.name
          : reach.clubIds.map((id) => clubs.find((club) => club.id === id)?.name).join(', ');
    say([name, role, where, signsInBy, ...(endedAt ? [`ended ${endedAt}`] : [])].join('\t'));
  }
  return 0;
}

async function write(
  act: 'open' | 'change',
  name: string,
  args: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  const { database, clock, random, say, tell } = context;
  const { values } = parseArgs({
    args: [...args],
    options: {
      role: { type: 'string' },
      network: { type: 'boolean', default: false },
      entity: { type: 'string' },
      club: { type: 'string', multiple: true },
    },
  });
  const role = staffRoles.find((one) => one === values.role);
  const { network, entity, club } = values;
  if (!role || Number(network) + Number(entity !== undefined) + Number(club !== undefined) !== 1) {
    tell(usage);
    return 2;
  }
  const rights = await rightsInBase(database, {
    claim: '',
    is: '',
    role,
    ...(entity === undefined ? {} : { legalEntity: entity }),
    ...(club === undefined ? {} : { clubs: club }),
  });
  if (!rights) {
    tell('There is no such club or legal entity.');
    return 1;
  }
  const asked = newAccountSchema.safeParse({ name, ...rights });
  if (!asked.success) {
    tell(asked.error.issues[0]?.message ?? 'not understood');
    return 1;
  }
  if (act === 'open') {
    const opened = await openAccount(database, newId<'staff-user'>(clock, random), asked.data, byOf(context));
    if (opened.ok) say(`${asked.data.name}\t${opened.value.password}`);
    else tell(opened.error.message);
    return opened.ok ? 0 : 1;
  }
  const accountId = await idOf(name, context);
  if (accountId === null) return 1;
  const changed = await changeAccount(database, accountId, rights, byOf(context));
  if (!changed.ok) tell(changed.error.message);
  return changed.ok ? 0 : 1;
}

async function end(name: string, context: CommandContext): Promise<ExitCode> {
  const accountId = await idOf(name, context);
  if (accountId === null) return 1;
  const ended = await endAccount(context.database, accountId, byOf(context));
  if (!ended.ok) context.tell(ended.error.message);
  return ended.ok ? 0 : 1;
}

async function idOf(name: string, { database, tell }: CommandContext): Promise<string | null> {
  const [found] = await database.query<{ id: string }>('select id from staff_users where name = $1', [name]);
  if (!found) tell(`No account is called ${name}.`);
  return found?.id ?? null;
}

function byOf({ clock, random }: CommandContext): DoneBy {
  const changeId = newId<'account-change'>(clock, random);
  return { changeId, userId: null, name: 'command', nowMs: clock.wallMs() };
}
