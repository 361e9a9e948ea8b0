import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { openDocumentKeys } from '../commands/document-keys.ts';
import type { MemberKeys } from '../keys/member-keys.ts';
import type { Database } from '../postgres/database.ts';
import { insertMembers, type NewMember, type Particulars, renameMembers } from '../postgres/member-names.ts';

const nobody: Particulars = { givenName: null, familyName: null, birthDate: null, email: null, phone: null };

/** The keys of members of a base that runs on this folder; end them. */
export async function keysOf(database: Database, stateFolder: string): Promise<MemberKeys> {
  const context = {
    database,
    stateFolder,
    environment: { DATABASE_URL: database.url },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  };
  return (await openDocumentKeys({ ...context, say: () => undefined, tell: () => undefined }, null))
    .memberKeys;
}

/** Gives members other particulars, as whatever writes some does. */
export async function changeNames(
  database: Database,
  keys: MemberKeys,
  memberIds: readonly string[],
  changed: Partial<Particulars>,
): Promise<void> {
  const known = await database.query<Particulars & { memberId: string } & Record<string, unknown>>(
    `select id as "memberId", given_name as "givenName", family_name as "familyName", birth_date as "birthDate", email, phone
       from named_members where id = any($1::uuid[])`,
    [memberIds],
  );
  const people = known.map((one) => ({ ...one, ...changed }));
  await database.transaction((sql) => renameMembers(sql, keys, people, systemClock.wallMs()));
}

export async function addMembers(
  database: Database,
  keys: MemberKeys,
  members: readonly (Pick<NewMember, 'memberId' | 'homeClubId'> & Partial<NewMember>)[],
): Promise<void> {
  const all = members.map((member) => ({ ...nobody, language: 'fr', ...member }));
  await database.transaction((sql) => insertMembers(sql, keys, all, systemClock.wallMs()));
}
