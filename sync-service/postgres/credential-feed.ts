import { type PersonLanguage, personLanguages } from '@portillon/core/access/person-language.ts';
import { debtLimit } from '@portillon/core/wire/event.ts';
import type { Account, FeedRecord } from '@portillon/core/wire/messages.ts';
import type { Sql } from './database.ts';

interface CredentialRow {
  readonly id: string;
  /** A voucher stands for a card that is still to be made (W-ORDER-13). */
  readonly kind: 'card' | 'pass' | 'ticket' | 'voucher';
  readonly card_uid: string | null;
  readonly public_key: string | null;
  readonly member_id: string | null;
  readonly plan_id: string;
  readonly home_club_id: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly single_use: boolean;
  readonly uid_only: boolean;
  readonly code_hash: string | null;
  readonly status: 'active' | 'blocked' | 'spent';
}

/** Credentials as every gate of the network needs them: ids, dates, what is held and owed; of the person, the language alone. */
export async function credentialRecords(sql: Sql, ids: readonly string[]): Promise<FeedRecord[]> {
  if (ids.length === 0) return [];
  const rows = await lockedRows(sql, ids);
  const memberIds = rows.flatMap((row) => (row.member_id === null || row.single_use ? [] : [row.member_id]));
  const accounts = await accountsOf(sql, memberIds);
  const standings = await standingsOf(sql, memberIds);
  const languages = await languagesOf(sql, memberIds);
  return rows.map((row) => {
    const account = row.single_use ? undefined : accounts.get(row.member_id ?? '');
    const standing = row.single_use ? undefined : standings.get(row.member_id ?? '');
    const language = row.single_use ? undefined : languages.get(row.member_id ?? '');
    return {
      kind: 'credential',
      id: row.id,
      record: {
        kind: row.kind === 'voucher' ? 'card' : row.kind,
        cardUid: row.card_uid,
        ...(row.uid_only ? { uidOnly: true as const } : {}),
        ...(row.code_hash === null ? {} : { codeHash: row.code_hash }),
        ...(row.public_key === null ? {} : { publicKey: row.public_key }),
        memberId: row.member_id,
        planId: row.plan_id,
        homeClubId: row.home_club_id,
        validFrom: row.valid_from,
        validTo: row.valid_to,
        singleUse: row.single_use,
        status: row.status,
        ...(account ? { account } : {}),
        ...(standing ? { standing } : {}),
        ...(language ? { language } : {}),
      },
    };
  });
}

/** What another transaction changes of their members is seen, or waits: the record written last is the newest. */
async function lockedRows(sql: Sql, ids: readonly string[]): Promise<CredentialRow[]> {
  // A lock on nobody is none: what belongs to no member is counted all the same.
  const holders = await sql.query<{ memberId: string | null; held: number }>(
    `select member_id as "memberId", held, pg_advisory_xact_lock(hashtextextended(member_id::text, 0)) as locked
       from (select member_id, count(*)::int as held from credentials
              where id = any($1::uuid[]) group by member_id order by member_id) as touched`,
    [ids],
  );
  const rows = await sql.query<CredentialRow>(
    'select * from credentials where (member_id = any($1::uuid[]) or member_id is null) and id = any($2::uuid[])',
    [holders.flatMap(({ memberId }) => memberId ?? []), ids],
  );
  // A merge has moved one of them while we waited: gone on with, no gate would hear of it.
  const held = holders.reduce((sum, holder) => sum + holder.held, 0);
  return rows.length === held ? rows : lockedRows(sql, ids);
}

/** What a member comes in with, and no guest: the records carry the member's account. */
export async function memberCredentials(sql: Sql, memberId: string): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    'select id from credentials where member_id = $1 and not single_use',
    [memberId],
  );
  return rows.map(({ id }) => id);
}

interface MembershipRow {
  readonly id: string;
  readonly member_id: string;
  readonly plan_id: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly status: 'active' | 'cancelled';
}

type DebtRow = Account['debts'][number] & { readonly memberId: string };

/** W-ACCOUNT-1, W-ACCOUNT-2. */
async function accountsOf(sql: Sql, memberIds: readonly string[]): Promise<Map<string, Account>> {
  const accounts = new Map<string, Account>();
  if (memberIds.length === 0) return accounts;
  const memberships = await sql.query<MembershipRow>(
    `select id, member_id, plan_id, valid_from, valid_to, status
       from memberships where member_id = any($1::uuid[])
      order by (status = 'active'), valid_from, id`,
    [memberIds],
  );
  const debts = await sql.query<DebtRow>(
    `select member_id as "memberId", id as "debtId", legal_entity_id as "legalEntityId",
            amount_cents as "amountCents", vat_rate as "vatRate", reason, since
       from debts where member_id = any($1::uuid[]) and settled_at is null order by since, id`,
    [memberIds],
  );
  for (const membership of memberships) {
    const before = accounts.get(membership.member_id);
    const goesOn = before?.planId === membership.plan_id && before.status === membership.status;
    // The last one stays: an active period comes after all that were cancelled.
    accounts.set(membership.member_id, {
      membershipId: membership.id,
      planId: membership.plan_id,
      planFrom: goesOn ? before.planFrom : membership.valid_from,
      validTo: membership.valid_to,
      status: membership.status,
      debts: debts
        .filter(({ memberId }) => memberId === membership.member_id)
        .slice(0, debtLimit)
        .map(({ memberId: _member, ...debt }) => debt),
    });
  }
  return accounts;
}

type Standing = NonNullable<NonNullable<Extract<FeedRecord, { kind: 'credential' }>['record']>['standing']>;

/** What bears on access beyond dates (W-STANDING-1); nothing of a member of whom nothing is out of the ordinary. */
async function standingsOf(sql: Sql, memberIds: readonly string[]): Promise<Map<string, Standing>> {
  if (memberIds.length === 0) return new Map();
  const rows = await sql.query<{
    readonly id: string;
    readonly suspendedUntil: string | null;
    readonly staff: boolean;
    readonly company: Standing['company'] | null;
  }>(
    `select id, suspended_until as "suspendedUntil", staff, company from members
      where id = any($1::uuid[]) and (suspended_until is not null or staff or company is not null)`,
    [memberIds],
  );
  return new Map(
    rows.map(({ id, suspendedUntil, staff, company }) => [
      id,
      {
        ...(suspendedUntil === null ? {} : { suspendedUntil }),
        ...(staff ? { staff } : {}),
        ...(company ? { company } : {}),
      },
    ]),
  );
}

/** In which a gate speaks to them (W-STANDING-4); nothing of a member whose language no gate speaks. */
async function languagesOf(sql: Sql, memberIds: readonly string[]): Promise<Map<string, PersonLanguage>> {
  if (memberIds.length === 0) return new Map();
  const rows = await sql.query<{ readonly id: string; readonly language: string }>(
    'select id, language from members where id = any($1::uuid[])',
    [memberIds],
  );
  return new Map(
    rows.flatMap(({ id, language }) => {
      const spoken = personLanguages.find((known) => known === language);
      return spoken ? [[id, spoken] as const] : [];
    }),
  );
}
