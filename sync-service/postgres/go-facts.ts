import { isoTime } from '@portillon/core/base/clock.ts';
import { type GoFacts, onlineMs } from '../migration/go-list.ts';
import type { Sql } from './database.ts';

interface Counted {
  readonly activeMembers: number;
  readonly withoutOpening: number;
  readonly withOldOnly: number;
  readonly kiosks: number;
  readonly kiosksOnline: number;
  readonly oldestContact: string | null;
  readonly openCases: number;
  readonly parkedEvents: number;
  readonly possibleDuplicates: number;
  readonly importEnded: string | null;
  readonly importLines: number | null;
  readonly importRejected: number | null;
  readonly reconciledAt: string | null;
  readonly differences: number | null;
}

/** Counts what the list of go or no-go asks (MI15). A badge that waits for `both` counts as one that opens. */
export async function readGoFacts(sql: Sql, clubId: string, nowMs: number): Promise<GoFacts> {
  const [row] = await sql.query<Counted>(
    `with active as (
       select distinct memberships.member_id as id
         from memberships join members on members.id = memberships.member_id
        where members.home_club_id = $1 and memberships.status = 'active'
          and memberships.valid_from <= $2 and (memberships.valid_to is null or memberships.valid_to > $2)
     ), opening as (
       select credentials.member_id as id, bool_and(uid_only or code_hash is not null) as old_only
         from credentials
         left join imported_rows
           on imported_rows.member_id = credentials.member_id and imported_rows.row_id = credentials.id and held
        where credentials.member_id in (select id from active) and not single_use
          and (status = 'active' or imported_rows.held) and (valid_to is null or valid_to > $2)
        group by credentials.member_id
     ), boxes as (
       select last_contact_at, issues_cards from edges where club_id = $1 and status = 'active'
     ), last_import as (
       select ended_at, report from import_runs where club_id = $1 and ended_at is not null
        order by ended_at desc limit 1
     ), last_reconciliation as (
       select at, differences from reconciliations where club_id = $1 order by at desc limit 1
     )
     select (select count(*) from active)::int as "activeMembers",
            (select count(*) from active left join opening using (id) where old_only is null)::int as "withoutOpening",
            (select count(*) from opening where old_only)::int as "withOldOnly",
            (select count(*) from boxes where issues_cards)::int as kiosks,
            (select count(*) from boxes where issues_cards and last_contact_at > $3)::int as "kiosksOnline",
            (select min(last_contact_at) from boxes) as "oldestContact",
            (select count(*) from cases where club_id = $1 and kind <> 'same-person'
                and not exists (select 1 from case_settlements where case_id = cases.id))::int as "openCases",
            (select count(*) from parked_events join edges on edges.id = parked_events.edge_id
              where edges.club_id = $1 and settled_at is null)::int as "parkedEvents",
            (select count(*) from possible_duplicates
               join members as one on one.id = member_id join members as other on other.id = other_member_id
              where settled_at is null and (one.home_club_id = $1 or other.home_club_id = $1))::int as "possibleDuplicates",
            (select ended_at from last_import) as "importEnded",
            (select sum((kind.counts->>'lines')::int)::int
               from last_import, jsonb_each(report->'kinds') as kind (name, counts)) as "importLines",
            (select sum((kind.counts->>'rejected')::int)::int
               from last_import, jsonb_each(report->'kinds') as kind (name, counts)) as "importRejected",
            (select at from last_reconciliation) as "reconciledAt",
            (select differences from last_reconciliation) as differences`,
    [clubId, isoTime(nowMs), isoTime(nowMs - onlineMs)],
  );
  const { importEnded, importLines, importRejected, reconciledAt, differences, oldestContact, ...counts } =
    row as Counted;
  return {
    ...counts,
    nowMs,
    lastImport:
      importEnded === null
        ? null
        : { endedAtMs: Date.parse(importEnded), lines: importLines ?? 0, rejected: importRejected ?? 0 },
    reconciliation:
      reconciledAt === null ? null : { atMs: Date.parse(reconciledAt), differences: differences ?? 0 },
    dataAgeMs: oldestContact === null ? null : nowMs - Date.parse(oldestContact),
  };
}
