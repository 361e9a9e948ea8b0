import { randomBytes } from 'node:crypto';
import { isoTime } from '@portillon/core/base/clock.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { RefusalWords } from '../http/refusal.ts';
import type {
  AccountList,
  AccountReach,
  AccountRights,
  MadeAccount,
  NewAccount,
  ShownAccount,
} from '../http/staff/account-view.ts';
import { type Database, type Sql, sqlState } from './database.ts';
import { passwordHash } from './staff-accounts.ts';

/** Who does it: an account, or what stands for the command or the provider that did. */
export interface DoneBy {
  readonly changeId: string;
  readonly userId: string | null;
  readonly name: string;
  readonly nowMs: number;
}

const changesShown = 50;
const uniqueViolation = '23505';
const foreignKeyViolation = '23503';

/** Opens an account with a password drawn by lot, which is told once. */
export async function openAccount(
  database: Database,
  accountId: string,
  asked: NewAccount,
  by: DoneBy,
): Promise<Result<MadeAccount, RefusalWords>> {
  const password = randomBytes(12).toString('base64url');
  const hash = await passwordHash(password);
  const done = await withoutClashes(() =>
    database.transaction(async (sql) => {
      await sql.query(
        `insert into staff_users (id, name, password_hash, created_at, role, reach, legal_entity_id)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [accountId, asked.name, hash, isoTime(by.nowMs), asked.role, ...reachColumns(asked.reach)],
      );
      await writeClubs(sql, accountId, asked.reach);
      await keepAccountChange(sql, accountId, { what: 'opened', role: asked.role, reach: asked.reach }, by);
      return ok(undefined);
    }),
  );
  return done.ok ? ok({ accountId, password }) : done;
}

/** From now on the account may do this; what it shows already changes with its next request (ST5). */
export async function changeAccount(
  database: Database,
  accountId: string,
  rights: AccountRights,
  by: DoneBy,
): Promise<Result<undefined, RefusalWords>> {
  return withoutClashes(() =>
    database.transaction(async (sql) => {
      const refusal = await whyNot(sql, accountId, rights.role === 'network-administrator');
      if (refusal) return err(refusal);
      await writeRights(sql, accountId, rights);
      await keepAccountChange(sql, accountId, { what: 'changed', ...rights }, by);
      return ok(undefined);
    }),
  );
}

/** Ends an account and its sessions. Its name stays taken: what it did is told by it. */
export async function endAccount(
  database: Database,
  accountId: string,
  by: DoneBy,
): Promise<Result<undefined, RefusalWords>> {
  return database.transaction(async (sql) => {
    const refusal = await whyNot(sql, accountId, false);
    if (refusal) return err(refusal);
    await sql.query('update staff_users set ended_at = $2 where id = $1', [accountId, isoTime(by.nowMs)]);
    await sql.query('delete from staff_sessions where user_id = $1', [accountId]);
    await keepAccountChange(sql, accountId, { what: 'ended' }, by);
    return ok(undefined);
  });
}

export async function writeRights(
  sql: Sql,
  accountId: string,
  { role, reach }: AccountRights,
): Promise<void> {
  await sql.query('update staff_users set role = $2, reach = $3, legal_entity_id = $4 where id = $1', [
    accountId,
    role,
    ...reachColumns(reach),
  ]);
  await writeClubs(sql, accountId, reach);
}

export async function writeClubs(sql: Sql, accountId: string, reach: AccountReach): Promise<void> {
  await sql.query('delete from staff_user_clubs where user_id = $1', [accountId]);
  if (reach.kind !== 'clubs') return;
  await sql.query('insert into staff_user_clubs (user_id, club_id) select $1, unnest($2::uuid[])', [
    accountId,
    [...new Set(reach.clubIds)],
  ]);
}

export function reachColumns(reach: AccountReach): [string, string | null] {
  return [reach.kind, reach.kind === 'entity' ? reach.legalEntityId : null];
}

export async function keepAccountChange(
  sql: Sql,
  accountId: string,
  change: { readonly what: 'opened' | 'changed' | 'ended' } & Partial<AccountRights>,
  by: DoneBy,
): Promise<void> {
  await sql.query(
    `insert into staff_account_changes (id, at, account_id, by_user_id, by_name, change)
     values ($1, $2, $3, $4, $5, $6)`,
    [by.changeId, isoTime(by.nowMs), accountId, by.userId, by.name, JSON.stringify(change)],
  );
}

/** Somebody must be left who can open accounts. Administrators are locked, so that two at once do not end each other. */
async function whyNot(
  sql: Sql,
  accountId: string,
  staysAdministrator: boolean,
): Promise<RefusalWords | null> {
  const administrators = await sql.query<{ id: string }>(
    `select id from staff_users where role = 'network-administrator' and ended_at is null order by id for update`,
  );
  const [known] = await sql.query('select 1 from staff_users where id = $1 and ended_at is null', [
    accountId,
  ]);
  if (!known) return { code: 'account.unknown', message: 'there is no such account in use' };
  const isLast = administrators.length === 1 && administrators[0]?.id === accountId;
  return isLast && !staysAdministrator
    ? { code: 'account.last-administrator', message: 'this is the last administrator of the network' }
    : null;
}

async function withoutClashes<T>(
  work: () => Promise<Result<T, RefusalWords>>,
): Promise<Result<T, RefusalWords>> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) === uniqueViolation) {
      return err({ code: 'account.name-taken', message: 'an account of this name is there, or was' });
    }
    if (sqlState(error) === foreignKeyViolation) {
      const message = 'there is no such club or legal entity';
      return err({ code: 'account.malformed', message, path: 'reach' });
    }
    throw error;
  }
}

interface AccountRow extends Omit<ShownAccount, 'reach'> {
  readonly reach: AccountReach['kind'];
  readonly legalEntityId: string;
  readonly clubIds: string[];
}

/** All accounts there ever were, and who did what to them. */
export async function readAccounts(sql: Sql): Promise<AccountList> {
  const rows = await sql.query<AccountRow>(
    `select id, name, role, reach, legal_entity_id as "legalEntityId",
            array(select club_id::text from staff_user_clubs where user_id = staff_users.id order by 1) as "clubIds",
            case when issuer is null then 'password' else 'provider' end as "signsInBy",
            created_at as "createdAt", ended_at as "endedAt"
       from staff_users order by ended_at is not null, lower(name), id`,
  );
  return {
    accounts: rows.map(({ reach: kind, legalEntityId, clubIds, ...account }) => ({
      ...account,
      reach: kind === 'network' ? { kind } : kind === 'entity' ? { kind, legalEntityId } : { kind, clubIds },
    })),
    legalEntities: await sql.query<AccountList['legalEntities'][number]>(
      'select id, name from legal_entities order by name, id',
    ),
    changes: await sql.query<AccountList['changes'][number]>(
      `select staff_account_changes.id, at, by_name as by, staff_users.name as account, change->>'what' as what
         from staff_account_changes join staff_users on staff_users.id = account_id
        order by at desc, staff_account_changes.id desc limit ${changesShown}`,
    ),
  };
}
