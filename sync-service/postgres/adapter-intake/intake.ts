import { isoTime } from '@portillon/core/base/clock.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import type { Sql } from '../database.ts';
import type { KeysOfNames } from '../member-names.ts';
import { memberThatStays } from '../records-of-person.ts';

/** What applying changes of one adapter works with, in one transaction. */
export interface Intake {
  readonly sql: Sql;
  readonly adapter: string;
  /** Under which names are sealed. */
  readonly keys: KeysOfNames;
  readonly nowMs: number;
  readonly newId: () => string;
  /** By their id: which of ours somebody new gets, whose key is at hand (intake-keys.ts). */
  readonly newMemberIds: Map<string, string>;
  /** Credentials, plans and clubs that edges have to be told of in the end. */
  readonly credentials: Set<string>;
  readonly plans: Map<string, FeedRecord>;
  readonly clubs: Set<string>;
  /** Who may be known here already under another record. */
  readonly newMembers: Set<string>;
  /** Of whom their club may have to be told something else (W-PERSON-2), and who may have another name. */
  readonly people: Set<string>;
  readonly renamed: Set<string>;
}

export type IntakeBy = Pick<Intake, 'keys' | 'nowMs' | 'newId' | 'newMemberIds'>;

export function newIntake(sql: Sql, adapter: string, by: IntakeBy): Intake {
  return {
    sql,
    adapter,
    ...by,
    credentials: new Set(),
    plans: new Map(),
    clubs: new Set(),
    newMembers: new Set(),
    people: new Set(),
    renamed: new Set(),
  };
}

/** Why a record is not applied; what was written for it is undone, and it is put aside (AD25). */
export class NotApplied extends Error {
  /** What has to be known first, as `member 17`; null where that is no help. */
  readonly waitsFor: string | null;
  readonly memberId: string | null;

  constructor(problem: string, more: { readonly waitsFor?: string; readonly memberId?: string } = {}) {
    super(problem);
    this.waitsFor = more.waitsFor ?? null;
    this.memberId = more.memberId ?? null;
  }
}

/** A row of ours that a record of theirs is about. */
export interface KnownRow {
  readonly ourId: string;
  readonly revision: string | null;
  /** The row was made at their word. */
  readonly made: boolean;
  readonly said: Readonly<Record<string, unknown>> | null;
}

const tables = {
  club: 'clubs',
  plan: 'plans',
  member: 'members',
  membership: 'memberships',
  credential: 'credentials',
} as const;
export type RowKind = keyof typeof tables;

/** AD26: by their id, by ours if they keep it, or by the line of an import under the name of the adapter. */
export async function knownRow(
  { sql, adapter }: Pick<Intake, 'sql' | 'adapter'>,
  kind: RowKind,
  { theirId, ourId }: Pick<IncomingChange, 'theirId' | 'ourId'>,
): Promise<KnownRow | null> {
  const [known] = await sql.query<KnownRow & Record<string, unknown>>(
    `select our_id as "ourId", revision, made, said from adapter_ids
      where adapter = $1 and kind = $2 and (their_id = $3 or our_id = $4) order by (their_id = $3) desc nulls last limit 1`,
    [adapter, kind, theirId, ourId ?? null],
  );
  if (known) return known;
  const rows = await sql.query<{ id: string }>(
    `select id from ${tables[kind]} where id = $1
     union all
     (select row_id from imported_rows where system = $2 and kind = $3 || 's' and source_id = $4 and row_id is not null limit 1)`,
    [ourId ?? null, adapter, kind, theirId],
  );
  const [row] = rows;
  return row ? { ourId: row.id, revision: null, made: false, said: null } : null;
}

/** Keeps what they call the row, and what was applied of it. */
export async function rememberRow(
  { sql, adapter }: Intake,
  kind: RowKind,
  ourId: string,
  { theirId, revision }: Pick<IncomingChange, 'theirId' | 'revision'>,
  { made, said }: { readonly made: boolean; readonly said?: object | null },
): Promise<void> {
  await sql.query(
    `insert into adapter_ids (adapter, kind, our_id, their_id, revision, made, said) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (adapter, kind, our_id) do update
       set their_id = excluded.their_id, revision = excluded.revision, said = excluded.said`,
    [adapter, kind, ourId, theirId, revision, made, said ? JSON.stringify(said) : null],
  );
}

/** Whose it is: the record that stands for that member now. Throws when nobody such is known. */
export async function holderOf(
  intake: Intake,
  { memberId, memberTheirId }: HolderNamed,
): Promise<string | null> {
  if (memberTheirId !== null && memberTheirId !== undefined) {
    const known = await knownRow(intake, 'member', { theirId: memberTheirId });
    if (!known) {
      throw new NotApplied(`its member, ${memberTheirId} at their side, is not known here`, {
        waitsFor: `member ${memberTheirId}`,
      });
    }
    return memberThatStays(intake.sql, known.ourId);
  }
  if (memberId === null || memberId === undefined) return null;
  const rows = await intake.sql.query('select 1 from members where id = $1', [memberId]);
  if (rows.length === 0) throw new NotApplied(`there is no member ${memberId} here`);
  return memberThatStays(intake.sql, memberId);
}
interface HolderNamed {
  readonly memberId?: string | null | undefined;
  readonly memberTheirId?: string | null | undefined;
}

/** Whoever was forgotten here stays so: nothing that they say of them is taken (AD23). */
export async function isForgotten(sql: Sql, memberId: string): Promise<boolean> {
  return (await sql.query('select 1 from erased_members where member_id = $1', [memberId])).length > 0;
}

/** What events tell as well. Nothing of a person: what was changed stays written when its person is gone. */
const toldByEvents: ReadonlySet<string> = new Set([
  'home_club_id',
  'language',
  'member_id',
  'plan_id',
  'club_id',
  'valid_from',
  'valid_to',
  'status',
]);

/**
 * Changes a row at their word, and keeps what was changed for when projections are built again. Names of tables and columns are
 * our own words.
 */
export async function changeRow(
  { sql, adapter, nowMs }: Intake,
  table: 'members' | 'memberships' | 'credentials',
  id: string,
  columns: Readonly<Record<string, string | null>>,
): Promise<void> {
  const names = Object.keys(columns);
  if (names.length === 0) return;
  await sql.query(
    `update ${table} set ${names.map((name, index) => `${name} = $${index + 2}`).join(', ')} where id = $1`,
    [id, ...Object.values(columns)],
  );
  const told = Object.entries(columns).filter(([name]) => toldByEvents.has(name));
  if (told.length === 0) return;
  await sql.query(
    'insert into adapter_acts (adapter, at, in_table, row_id, columns) values ($1, $2, $3, $4, $5)',
    [adapter, isoTime(nowMs), table, id, JSON.stringify(Object.fromEntries(told))],
  );
}

/** As whoever sells to the member does (event-application.ts): what one reads of it is not changed by the other meanwhile. */
export async function lockMember({ sql }: Intake, memberId: string): Promise<void> {
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [memberId]);
}

/** Everything that a member comes in with is told anew. */
export async function touchMember({ sql, credentials }: Intake, memberId: string): Promise<void> {
  const rows = await sql.query<{ id: string }>(
    'select id from credentials where member_id = $1 and not single_use',
    [memberId],
  );
  for (const { id } of rows) credentials.add(id);
}
