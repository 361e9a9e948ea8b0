import type { ClubMigration } from '../http/staff/migration-view.ts';
import { asksGoList, statesAfter } from '../migration/club-state.ts';
import { goList } from '../migration/go-list.ts';
import type { Sql } from './database.ts';
import { readGoFacts } from './go-facts.ts';

interface Head extends Pick<ClubMigration, 'name' | 'timeZone' | 'state' | 'since' | 'badges'> {
  readonly lastImport: ClubMigration['lastImport'];
  readonly reconciliation: ClubMigration['reconciliation'];
}

const historyShown = 30;

/** How far a club is, what the next step asks, and how it got here. Null when there is no such club. */
export async function readClubMigration(
  sql: Sql,
  clubId: string,
  nowMs: number,
): Promise<ClubMigration | null> {
  const [head] = await sql.query<Head>(
    `select clubs.name, time_zone as "timeZone", state, since,
            (select jsonb_build_object(
                      'system', system, 'endedAt', to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                      'lines', (select coalesce(sum((counts->>'lines')::int), 0) from jsonb_each(report->'kinds') as kind (name, counts)),
                      'rejected', (select coalesce(sum((counts->>'rejected')::int), 0) from jsonb_each(report->'kinds') as kind (name, counts)),
                      'possibleDuplicates', report->'possibleDuplicates')
               from import_runs where club_id = clubs.id and ended_at is not null
              order by ended_at desc limit 1) as "lastImport",
            (select jsonb_build_object(
                      'at', report->'at', 'differences', differences, 'members', report->'members', 'badges', report->'badges',
                      'owedCents', report->'owedCents',
                      'membersWithoutBadge', jsonb_array_length(report->'membersWithoutBadge'),
                      'badgesWithoutMember', jsonb_array_length(report->'badgesWithoutMember'))
               from reconciliations where club_id = clubs.id order by at desc limit 1) as reconciliation,
            (select jsonb_build_object(
                      'open', count(*) filter (where (uid_only or code_hash is not null) and status = 'active'),
                      'waiting', (select count(*) from imported_rows where club_id = clubs.id and held),
                      'cards', count(*) filter (where not uid_only and code_hash is null and status = 'active' and not single_use))
               from credentials where home_club_id = clubs.id) as badges
       from clubs left join club_migrations on club_id = clubs.id where clubs.id = $1`,
    [clubId],
  );
  if (!head) return null;
  const history = await sql.query<ClubMigration['history'][number]>(
    `select id, at, from_state as "from", to_state as "to", by_name as by, reason, despite
       from club_migration_changes where club_id = $1 order by at desc, id desc limit $2`,
    [clubId, historyShown],
  );
  const facts = await readGoFacts(sql, clubId, nowMs);
  const next = statesAfter(head.state).map((state) => ({
    state,
    list: asksGoList(head.state, state) ? [...goList(facts, state)] : null,
  }));
  return { clubId, ...head, next, history };
}

export interface SaleSince {
  readonly sourceId: string;
  readonly reference: string;
  readonly at: string;
  readonly product: string;
  readonly totalCents: number;
}

/** What was sold here to members who were brought over: what the old system knows nothing of (MI16). */
export async function readSalesSince(sql: Sql, clubId: string): Promise<SaleSince[]> {
  return sql.query<SaleSince>(
    `select source_id as "sourceId", reference, at, product, total_cents as "totalCents"
       from imported_rows join sales on sales.member_id = imported_rows.member_id
      where imported_rows.club_id = $1 and kind = 'members' and cancelled_at is null
      order by at, sales.id`,
    [clubId],
  );
}
