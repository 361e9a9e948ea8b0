import type { ClubRecord, CredentialRecord, PlanRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { Sql } from './database.ts';

const keptKinds = new Set<FeedRecord['kind']>(['club', 'plan', 'credential']);
/** An edge works alone for 30 days; what it decided then is told soon after. */
const keptMs = 45 * 24 * 3_600_000;

/** W-OUTAGE-1: from when until when each record was told. In the transaction of the feed, with the head locked. */
export async function keepTold(
  sql: Sql,
  changes: readonly (Pick<FeedRecord, 'kind' | 'id'> & { readonly record: object | null })[],
  /** Versions of the changes are those that follow. */
  before: number,
  nowMs: number,
): Promise<void> {
  const kept = changes.flatMap((change, index) =>
    keptKinds.has(change.kind) ? [{ ...change, version: before + index + 1 }] : [],
  );
  if (kept.length === 0) return;
  const keys = [kept.map(({ kind }) => kind), kept.map(({ id }) => id)];
  await sql.query(
    `update told_records set to_at = $3
       from unnest($1::text[], $2::uuid[]) as change (kind, id)
      where told_records.kind = change.kind and told_records.id = change.id and to_at is null`,
    [...keys, isoTime(nowMs)],
  );
  await sql.query(
    `delete from told_records using unnest($1::text[], $2::uuid[]) as change (kind, id)
      where told_records.kind = change.kind and told_records.id = change.id and to_at < $3`,
    [...keys, isoTime(nowMs - keptMs)],
  );
  await sql.query(
    `insert into told_records (kind, id, version, from_at, record)
     select kind, id, version, $5, record::jsonb
       from unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[]) as change (kind, id, version, record)`,
    [
      ...keys,
      kept.map(({ version }) => version),
      kept.map(({ record }) => (record === null ? null : JSON.stringify(record))),
      isoTime(nowMs),
    ],
  );
}

interface Told<Record> {
  readonly record: Record | null;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** What the base told of some credentials, a club and all plans, in a stretch of time. */
export class ToldRecords {
  readonly #told = new Map<string, Told<unknown>[]>();

  static async read(
    sql: Sql,
    asked: { readonly credentialIds: readonly string[]; readonly clubIds: readonly string[] },
    fromMs: number,
  ): Promise<ToldRecords> {
    const told = new ToldRecords();
    const rows = await sql.query<{
      kind: string;
      id: string;
      record: unknown;
      fromAt: string;
      toAt: string | null;
    }>(
      `select kind, id, record, from_at as "fromAt", to_at as "toAt" from told_records
        where (to_at is null or to_at > $3)
          and (kind = 'plan' or (kind = 'club' and id = any($1::uuid[])) or (kind = 'credential' and id = any($2::uuid[])))
        order by version`,
      [asked.clubIds, asked.credentialIds, isoTime(fromMs)],
    );
    for (const { kind, id, record, fromAt, toAt } of rows) {
      const key = `${kind} ${id}`;
      const row = { record, fromMs: Date.parse(fromAt), toMs: toAt === null ? null : Date.parse(toAt) };
      told.#told.set(key, [...(told.#told.get(key) ?? []), row]);
    }
    return told;
  }

  credential(id: string, atMs: number): Told<CredentialRecord> | null {
    return this.#at('credential', id, atMs);
  }

  club(id: string, atMs: number): Told<ClubRecord> | null {
    return this.#at('club', id, atMs);
  }

  plan(id: string, atMs: number): Told<PlanRecord> | null {
    return this.#at('plan', id, atMs);
  }

  /** The last one that was told by then: nothing was told twice at a moment. */
  #at<Record>(kind: string, id: string, atMs: number): Told<Record> | null {
    const rows = this.#told.get(`${kind} ${id}`) ?? [];
    const found = rows.filter(({ fromMs, toMs }) => fromMs <= atMs && (toMs === null || toMs > atMs)).at(-1);
    // What is in the table was checked when it was written.
    return (found as Told<Record> | undefined) ?? null;
  }
}
