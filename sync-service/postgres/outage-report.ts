import { isoTime } from '@portillon/core/base/clock.ts';
import type { OutageReport, ShownFinding } from '../http/staff/outage-view.ts';
import { outageAgeMs } from '../members/late-decision.ts';
import type { Reach } from '../members/may-do.ts';
import { announce } from './announcements.ts';
import type { Database } from './database.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';

const daysShown = 45;
const findingsShown = 500;

interface FindingRow extends Omit<ShownFinding, 'who' | 'case'>, MemberRow {
  readonly guest: boolean | null;
  readonly caseId: string | null;
  readonly settled: boolean;
}

/** Of one club and day, in the club's own time; `reach` is that of who asks. Null when there is no such club. */
export async function readOutageReport(
  database: Database,
  { clubId, reach }: { readonly clubId: string; readonly reach: Reach },
  asked: string | null,
): Promise<OutageReport | null> {
  const [club] = await database.query<{ timeZone: string }>(
    'select time_zone as "timeZone" from clubs where id = $1',
    [clubId],
  );
  if (!club) return null;
  const days = await database.query<OutageReport['days'][number]>(
    `select to_char(at at time zone $2, 'YYYY-MM-DD') as day,
            count(*) filter (where would = 'refuse')::int as refuse,
            count(*) filter (where would = 'let-in')::int as "letIn"
       from outage_findings where club_id = $1 group by 1 order by 1 desc limit $3`,
    [clubId, club.timeZone, daysShown],
  );
  const day = asked ?? days[0]?.day ?? null;
  if (day === null) return { days, day, late: 0, findings: [], notShown: 0 };
  const within = `at >= $2::date::timestamp at time zone $3 and at < ($2::date + 1)::timestamp at time zone $3`;
  const ofDay = [clubId, day, club.timeZone];
  const rows = await database.query<FindingRow>(
    `select found.decision_id as "decisionId", found.at, found.would, found.reason, found.told_at as "toldAt",
            decisions.gate_id as "gateId", decisions.presented, decisions.data_age_ms as "dataAgeMs",
            exists (select 1 from passages where passages.decision_id = decisions.id) as "wentIn",
            ${memberColumns('$5')}, credentials.single_use as guest, decision_cases.case_id as "caseId",
            exists (select 1 from case_settlements where case_settlements.case_id = decision_cases.case_id) as settled
       from (select * from outage_findings where club_id = $1 and ${within}) as found
       join decisions on decisions.id = found.decision_id
       left join decision_cases on decision_cases.decision_id = found.decision_id
       left join credentials on credentials.id = decisions.credential_id
       left join named_members as members on members.id = credentials.member_id
      order by found.at, found.decision_id limit $4`,
    [...ofDay, findingsShown, reach],
  );
  const [counted] = await database.query<{ late: number }>(
    `select count(*)::int as late from decisions
      where club_id = $1 and direction = 'entry' and ${within} and (data_age_ms is null or data_age_ms > $4)`,
    [...ofDay, outageAgeMs],
  );
  const inAll = days.find((one) => one.day === day);
  return {
    days,
    day,
    late: counted?.late ?? 0,
    findings: rows.map(
      ({ member_id, given_name, family_name, has_photo, guest, caseId, settled, ...row }) => ({
        ...row,
        who: personShown({ member_id, given_name, family_name, has_photo }, guest === true),
        case: caseId === null ? null : { caseId, settled },
      }),
    ),
    notShown: Math.max(0, (inAll ? inAll.refuse + inAll.letIn : 0) - rows.length),
  };
}

/** W-OUTAGE-5. `open` when there is one already, null when nothing was found of that decision. */
export async function openDecisionCase(
  database: Database,
  decisionId: string,
  by: { readonly caseId: string; readonly userId: string; readonly words: string; readonly nowMs: number },
): Promise<'opened' | 'open' | null> {
  return database.transaction(async (sql) => {
    const [found] = await sql.query<{
      clubId: string;
      edgeId: string;
      at: string;
      gateId: string;
      would: string;
      reason: string;
    }>(
      `select found.club_id as "clubId", found.edge_id as "edgeId", found.at, found.would, found.reason,
              decisions.gate_id as "gateId"
         from outage_findings as found join decisions on decisions.id = found.decision_id
        where found.decision_id = $1 for update of decisions`,
      [decisionId],
    );
    if (!found) return null;
    const before = await sql.query('select 1 from decision_cases where decision_id = $1', [decisionId]);
    if (before.length > 0) return 'open';
    const tried =
      found.would === 'refuse'
        ? `let in at ${found.at} by gate ${found.gateId}; the base would have refused: ${found.reason}`
        : `refused at ${found.at} by gate ${found.gateId}: ${found.reason}; the base would have let in`;
    await sql.query(
      `insert into cases (id, club_id, edge_id, at, kind, sale_id, sale_reference, amount_cents, detail, tried)
       values ($1, $2, $3, $4, 'decided-in-outage', null, null, 0, $5, $6)`,
      [by.caseId, found.clubId, found.edgeId, isoTime(by.nowMs), by.words, JSON.stringify([tried])],
    );
    await sql.query('insert into decision_cases (decision_id, case_id, user_id) values ($1, $2, $3)', [
      decisionId,
      by.caseId,
      by.userId,
    ]);
    await announce(sql, 'live');
    return 'opened';
  });
}
