import { isoTime } from '@portillon/core/base/clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { MappingFile, RowKind } from '../migration/mapping-file.ts';
import type { LeftOutReason, Rejection, RejectionCode } from '../migration/rejections.ts';
import { announce } from './announcements.ts';
import { lockedPeople } from './club-people.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Sql } from './database.ts';
import { writeFeed } from './feed.ts';
import type { KeysOfNames } from './member-names.ts';
import { lockRecordsOf, recordsThatStay } from './records-of-person.ts';

/** What an import of one club works with. */
export interface ImportContext {
  readonly clubId: string;
  readonly legalEntityId: string;
  readonly timeZone: string;
  readonly mapping: MappingFile;
  /** Ids of plans by the names that the mapping file uses. */
  readonly planIds: ReadonlyMap<string, string>;
  /** Key that photos are sealed to. */
  readonly sealKey: string;
  /** Old badges open at once (MI14); else they wait in the base. */
  readonly live: boolean;
  /** Nothing is told to anybody, and nothing stays (MI5). */
  readonly dryRun: boolean;
  /** Under which names are sealed. */
  readonly keys: KeysOfNames;
  readonly nowMs: number;
  readonly newId: () => string;
}

/** What became of one line. */
export type RowOutcome =
  | 'written'
  | 'updated'
  | 'unchanged'
  | { readonly rejected: Rejection }
  | { readonly leftOut: LeftOutReason };

export function rejected(code: RejectionCode, column: string | null): RowOutcome {
  return { rejected: { code, column } };
}

export interface KnownRow {
  readonly memberId: string;
  readonly rowId: string | null;
  readonly digest: string;
  readonly ended: boolean;
}

export const digestOf = (row: object): string => sha256Hex(JSON.stringify(row));

/** Lines that were brought over before, by their number in the source (MI8). */
export async function knownRows(
  sql: Sql,
  { clubId, mapping, dryRun }: ImportContext,
  kind: RowKind,
  sourceIds: readonly string[],
): Promise<ReadonlyMap<string, KnownRow>> {
  const rows = await sql.query<KnownRow & { sourceId: string }>(
    `select source_id as "sourceId", member_id as "memberId", row_id as "rowId", digest, ended_at is not null as ended
       from imported_rows where club_id = $1 and system = $2 and kind = $3 and source_id = any($4::text[])`,
    [clubId, mapping.system, kind, sourceIds],
  );
  // Before any row of theirs is written, as whoever else changes them does.
  if (kind === 'members' && !dryRun && rows.length > 0)
    await lockRecordsOf(
      sql,
      rows.map(({ memberId }) => memberId),
    );
  return new Map(rows.map((row) => [row.sourceId, row]));
}

/** A member whom a line names: with the record that stays, where theirs was merged into it (DU13). */
export interface NamedMember extends KnownRow {
  readonly merged: boolean;
}

/** For lines that each belong to a member: what was brought over of both before. */
export async function knownWithMembers(
  sql: Sql,
  context: ImportContext,
  kind: RowKind,
  rows: readonly { readonly member: string; readonly sourceId: string }[],
): Promise<{ members: ReadonlyMap<string, NamedMember>; known: ReadonlyMap<string, KnownRow> }> {
  const named = await knownRows(
    sql,
    context,
    'members',
    rows.map(({ member }) => member),
  );
  const stays = await recordsThatStay(
    sql,
    [...named.values()].map(({ memberId }) => memberId),
  );
  const members = new Map(
    [...named].map(([sourceId, row]) => {
      const memberId = stays.get(row.memberId);
      return [sourceId, { ...row, memberId: memberId ?? row.memberId, merged: memberId !== undefined }];
    }),
  );
  const known = await knownRows(
    sql,
    context,
    kind,
    rows.map(({ sourceId }) => sourceId),
  );
  return { members, known };
}

export interface KeptRow {
  readonly sourceId: string;
  readonly memberId: string;
  readonly rowId: string | null;
  readonly digest: string;
  readonly held?: boolean;
}

/** Remembers lines with the rows that they became. */
export async function keepRows(
  sql: Sql,
  { clubId, mapping, nowMs }: ImportContext,
  kind: RowKind,
  rows: readonly KeptRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(
    `insert into imported_rows (club_id, system, kind, source_id, member_id, row_id, digest, imported_at, held)
     select $1, $2, $3, source_id, member_id::uuid, row_id::uuid, digest, $4, held
       from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[])
              as line (source_id, member_id, row_id, digest, held)
     on conflict (club_id, system, kind, source_id) do update
       set member_id = excluded.member_id, row_id = excluded.row_id, digest = excluded.digest,
           imported_at = excluded.imported_at, held = excluded.held, ended_at = null`,
    [
      clubId,
      mapping.system,
      kind,
      isoTime(nowMs),
      rows.map(({ sourceId }) => sourceId),
      rows.map(({ memberId }) => memberId),
      rows.map(({ rowId }) => rowId),
      rows.map(({ digest }) => digest),
      rows.map(({ held }) => held ?? false),
    ],
  );
}

/** Tells every edge what members come in with, save for badges that wait, and their clubs who they are. The last thing of a transaction. */
export async function tellMembers(
  sql: Sql,
  memberIds: readonly string[],
  { nowMs, dryRun }: Pick<ImportContext, 'nowMs' | 'dryRun'>,
): Promise<void> {
  if (dryRun || memberIds.length === 0) return;
  const rows = await sql.query<{ id: string }>(
    `select id from credentials
      where member_id = any($1::uuid[]) and not single_use
        and not exists (select 1 from imported_rows
                         where imported_rows.member_id = credentials.member_id and row_id = credentials.id and held)`,
    [memberIds],
  );
  await announce(sql, 'live');
  const credentials = await credentialRecords(
    sql,
    rows.map(({ id }) => id),
  );
  await writeFeed(sql, [...credentials, ...(await lockedPeople(sql, memberIds, nowMs))], nowMs);
}

/** Tells their clubs who these are: a name may be another one, a photo may have come. The last thing of a transaction. */
export async function tellClubs(
  sql: Sql,
  memberIds: readonly string[],
  { nowMs, dryRun }: Pick<ImportContext, 'nowMs' | 'dryRun'>,
  which: { readonly renamed?: boolean } = {},
): Promise<void> {
  if (!dryRun) await writeFeed(sql, await lockedPeople(sql, memberIds, nowMs, which), nowMs);
}
