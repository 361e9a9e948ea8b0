import { isoTime } from '@portillon/core/base/clock.ts';
import {
  type CaseList,
  type CaseOutcome,
  casePage,
  type OpenCase,
  outcomesOf,
  type SettledCase,
  type Settlement,
} from '../http/staff/case-view.ts';
import type { Reach } from '../members/may-do.ts';
import { announce } from './announcements.ts';
import type { Database, Sql } from './database.ts';
import { twoPersons } from './open-pairs.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';
import { inReach } from './reach.ts';
import type { StaffUser } from './staff-accounts.ts';

const caseColumns = `cases.id, cases.at, cases.club_id as "clubId", cases.kind,
  coalesce(cases.amount_cents, 0) as "amountCents", coalesce(cases.reference, cases.sale_reference) as reference,
  sales.reference as "saleReference", sales.fiscal_record_no as "fiscalRecordNo",
  exists (select 1 from orders where case_id = cases.id and status = 'open' and expires_at > $3) as "orderOpen",
  cases.tried, cases.detail`;
/** A sale of another club is not the edge's to tell of. */
const withSale = 'left join sales on sales.id = cases.sale_id and sales.club_id = cases.club_id';
const ofClub = `($1::uuid is null or cases.club_id = $1) and ${inReach('cases.club_id', '$2')}`;

/**
 * The cases of one club, or of all in reach with null; of the open ones the oldest, of the settled ones the newest, as many as
 * asked.
 */
export async function readCaseList(
  database: Database,
  { clubId, reach }: { readonly clubId: string | null; readonly reach: Reach },
  nowMs: number,
  shown: { readonly open: number; readonly settled: number } = casePage,
): Promise<CaseList> {
  const now = isoTime(nowMs);
  const [counts, open, settled] = await Promise.all([
    database.query<{ open: number; settled: number }>(
      `select count(*) filter (where case_id is null) as open, count(case_id) as settled
         from cases left join case_settlements on case_id = cases.id where ${ofClub}`,
      [clubId, reach],
    ),
    database.query<Omit<OpenCase, 'who'> & MemberRow>(
      `select ${caseColumns}, ${memberColumns('$2')}
         from cases ${withSale}
         left join decision_cases on decision_cases.case_id = cases.id
         left join decisions on decisions.id = decision_cases.decision_id
         left join credentials on credentials.id = decisions.credential_id
         left join named_members as members on members.id = coalesce(sales.member_id, credentials.member_id,
           case when cases.kind like 'other-base-%' then substring(cases.detail from 'member ([0-9a-f-]{36})')::uuid end)
        where ${ofClub} and not exists (select 1 from case_settlements where case_id = cases.id)
        order by cases.at, cases.id limit $4`,
      [clubId, reach, now, shown.open],
    ),
    database.query<Omit<SettledCase, 'settlement'> & SettlementRow>(
      `select ${caseColumns}, ${settlementColumns},
              (select stays_id from member_merges
                where undone_at is null and (member_merges.case_id = cases.id
                      or id in (select closed_by from possible_duplicates where possible_duplicates.case_id = cases.id))
                limit 1) as "mergedInto"
         from case_settlements join cases on cases.id = case_settlements.case_id ${withSale}
        where ${ofClub}
        order by settled_at desc, cases.id limit $4`,
      [clubId, reach, now, shown.settled],
    ),
  ]);
  return {
    openCount: counts[0]?.open ?? 0,
    settledCount: counts[0]?.settled ?? 0,
    open: open.map(({ member_id, given_name, family_name, has_photo, ...shown }) => ({
      ...withoutOthers(shown, reach),
      who: personShown({ member_id, given_name, family_name, has_photo }, false),
    })),
    settled: settled.map(({ settled_at, user_name, outcome, words, ...shown }) => ({
      ...withoutOthers(shown, reach),
      settlement: { at: settled_at, by: user_name, outcome, words },
    })),
  };
}

/** The case of a badge that was at two clubs at once names the other one: not to who does not see all clubs. */
function withoutOthers<Shown extends { readonly kind: string; readonly detail: string }>(
  shown: Shown,
  reach: Reach,
): Shown {
  if (reach === null || shown.kind !== 'badge-copied') return shown;
  return { ...shown, detail: shown.detail.replace(/, also at .*$/su, ', also at another club') };
}

/** How many there are in reach. */
export async function countCases(sql: Sql, reach: Reach): Promise<{ open: number; settled: number }> {
  const [counts] = await sql.query<{ opened: number; settled: number }>(
    reach === null
      ? 'select (select count(*) from cases) as opened, (select count(*) from case_settlements) as settled'
      : `select count(*) as opened, count(case_id) as settled
           from cases left join case_settlements on case_id = cases.id where club_id = any($1::uuid[])`,
    reach === null ? [] : [reach],
  );
  const { opened = 0, settled = 0 } = counts ?? {};
  return { open: opened - settled, settled };
}

export interface Settling {
  /** False when somebody else had settled it. */
  readonly done: boolean;
  /** What is written now. */
  readonly settlement: Settlement;
}

/** Settles a case unless it is settled; of several at once one does. Null when there is no such case. */
export async function settleCase(
  database: Database,
  caseId: string,
  by: {
    readonly user: StaffUser;
    readonly outcome: CaseOutcome;
    readonly words: string;
    readonly nowMs: number;
  },
): Promise<Settling | 'not-of-this-kind' | null> {
  const { user, outcome, words, nowMs } = by;
  return database.transaction(async (sql) => {
    const [settled] = await sql.query<{ kind: string }>('select kind from cases where id = $1', [caseId]);
    if (settled && !outcomesOf(settled.kind).includes(outcome)) return 'not-of-this-kind';
    const written = await sql.query(
      `insert into case_settlements (case_id, settled_at, user_id, user_name, outcome, words)
       select id, $2, $3, $4, $5, $6 from cases where id = $1
       on conflict do nothing returning 1`,
      [caseId, isoTime(nowMs), user.id, user.name, outcome, words],
    );
    if (written.length > 0) {
      await twoPersons(sql, caseId, nowMs);
      await announce(sql, 'live');
    }
    const [row] = await sql.query<SettlementRow>(
      `select ${settlementColumns} from case_settlements where case_id = $1`,
      [caseId],
    );
    if (!row) return null;
    const settlement = { at: row.settled_at, by: row.user_name, outcome: row.outcome, words: row.words };
    return { done: written.length > 0, settlement };
  });
}

interface SettlementRow {
  readonly settled_at: string;
  readonly user_name: string;
  readonly outcome: CaseOutcome;
  readonly words: string;
}
const settlementColumns = 'settled_at, user_name, outcome, words';
