import { isoTime } from '@portillon/core/base/clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { seal } from '@portillon/core/crypto/seal.ts';
import { startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import type { SourceDebt, SourcePhoto } from '../migration/source-rows.ts';
import type { Sql } from './database.ts';
import type { ChunkResult } from './import-people.ts';
import {
  digestOf,
  type ImportContext,
  type KeptRow,
  keepRows,
  knownWithMembers,
  type RowOutcome,
  rejected,
  tellClubs,
  tellMembers,
} from './imported-rows.ts';

/** Brings a chunk of debts over (MI6, MI7, MI8). They are owed to the company of the club. */
export async function importDebts(
  sql: Sql,
  context: ImportContext,
  rows: readonly SourceDebt[],
): Promise<ChunkResult> {
  const { mapping, clubId, legalEntityId, timeZone, nowMs } = context;
  const { members, known } = await knownWithMembers(sql, context, 'debts', rows);
  const settled = new Set(
    (
      await sql.query<{ id: string }>(
        'select id from debts where id = any($1::uuid[]) and settled_at is not null',
        [[...known.values()].map(({ rowId }) => rowId)],
      )
    ).map(({ id }) => id),
  );
  const write: (KeptRow & { readonly id: string; readonly row: SourceDebt })[] = [];
  const paid: string[] = [];
  const outcomes = rows.map((row): RowOutcome => {
    const member = members.get(row.member);
    if (!member || member.ended) return rejected('unknown-member', mapping.debts?.columns.member ?? null);
    const before = known.get(row.sourceId);
    const digest = digestOf(row);
    if (before?.digest === digest && !before.ended) return 'unchanged';
    if (before?.rowId && settled.has(before.rowId)) return { leftOut: 'settled-since' };
    if (row.amountCents === 0) {
      if (before?.rowId) paid.push(before.rowId);
      return { leftOut: 'nothing-owed' };
    }
    const id = before?.rowId ?? context.newId();
    write.push({ id, row, sourceId: row.sourceId, memberId: member.memberId, rowId: id, digest });
    return before ? 'updated' : 'written';
  });
  const cleared = await takeOutDebts(sql, paid);
  if (write.length > 0) {
    await sql.query(
      `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since)
       select id::uuid, member_id::uuid, $1, $2, amount_cents, $3, $4, $5, since::timestamptz
         from unnest($6::text[], $7::text[], $8::integer[], $9::text[])
                as line (id, member_id, amount_cents, since)
       on conflict (id) do update set member_id = excluded.member_id, amount_cents = excluded.amount_cents,
         since = excluded.since`,
      [
        legalEntityId,
        clubId,
        mapping.debts?.vatRate,
        mapping.debts?.reason,
        mapping.system,
        write.map(({ id }) => id),
        write.map(({ memberId }) => memberId),
        write.map(({ row }) => row.amountCents),
        write.map(({ row }) => isoTime(row.since === null ? nowMs : startOfDayMs(row.since, timeZone))),
      ],
    );
    await keepRows(sql, context, 'debts', write);
  }
  await tellMembers(sql, [...write.map(({ memberId }) => memberId), ...cleared], context);
  return { outcomes };
}

/** Takes out debts that were brought over and that nobody settled here. Returns whose they were. */
export async function takeOutDebts(sql: Sql, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const gone = await sql.query<{ id: string; memberId: string }>(
    'delete from debts where id = any($1::uuid[]) and settled_at is null returning id, member_id as "memberId"',
    [ids],
  );
  await sql.query("delete from imported_rows where kind = 'debts' and row_id = any($1::uuid[])", [
    gone.map(({ id }) => id),
  ]);
  return gone.map(({ memberId }) => memberId);
}

/** A photo with its bytes, read before the transaction. */
export type ReadPhoto = SourcePhoto & { readonly plain: Uint8Array };

/** Brings a chunk of photos over, sealed as those of a kiosk are (MI10). One taken here is not replaced. */
export async function importPhotos(
  sql: Sql,
  context: ImportContext,
  rows: readonly ReadPhoto[],
): Promise<ChunkResult> {
  const { members, known } = await knownWithMembers(sql, context, 'photos', rows);
  const memberIds = [...members.values()].map(({ memberId }) => memberId);
  const takenHere = new Set(
    (
      await sql.query<{ id: string }>(
        `select member_id as id from attachments
          where member_id = any($1::uuid[]) and purpose = 'photo' and edge_id is not null`,
        [memberIds],
      )
    ).map(({ id }) => id),
  );
  const write: (KeptRow & { readonly plain: Uint8Array })[] = [];
  const outcomes = rows.map(({ sourceId, member, plain }): RowOutcome => {
    const of = members.get(member);
    if (!of || of.ended) return rejected('unknown-member', context.mapping.photos?.columns.member ?? null);
    const before = known.get(sourceId);
    const digest = digestOf({ sourceId, photo: sha256Hex(plain) });
    if (before?.digest === digest) return 'unchanged';
    if (of.merged) return { leftOut: 'merged' };
    if (takenHere.has(of.memberId)) return { leftOut: 'sold-since' };
    write.push({ sourceId, memberId: of.memberId, rowId: null, digest, plain });
    return before ? 'updated' : 'written';
  });
  if (write.length === 0) return { outcomes };
  const sealed = await Promise.all(write.map(({ plain }) => seal(context.sealKey, 'photo', plain)));
  await sql.query(
    "delete from attachments where member_id = any($1::uuid[]) and purpose = 'photo' and edge_id is null",
    [write.map(({ memberId }) => memberId)],
  );
  await sql.query(
    `insert into attachments (digest, purpose, member_id, edge_id, sealed, received_at)
     select digest, 'photo', member_id::uuid, null, sealed, $1
       from unnest($2::text[], $3::text[], $4::bytea[]) as line (digest, member_id, sealed)`,
    [
      isoTime(context.nowMs),
      sealed.map((bytes) => sha256Hex(bytes)),
      write.map(({ memberId }) => memberId),
      sealed.map((bytes) => Buffer.from(bytes)),
    ],
  );
  await keepRows(sql, context, 'photos', write);
  await tellClubs(
    sql,
    write.map(({ memberId }) => memberId),
    context,
  );
  return { outcomes };
}
