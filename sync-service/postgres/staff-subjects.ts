import type { Subject } from '../members/may-do.ts';
import type { Sql } from './database.ts';

/** Of which club each kind of thing is, by its id. */
const clubOf = {
  club: 'select id as "clubId" from clubs where id = $1',
  case: 'select club_id as "clubId" from cases where id = $1',
  order: 'select club_id as "clubId" from orders where id = $1',
  sale: 'select club_id as "clubId" from sales where id = $1',
  edge: 'select club_id as "clubId" from edges where id = $1',
  alarm: 'select club_id as "clubId" from gate_alarms where id = $1',
  decision: 'select club_id as "clubId" from decisions where id = $1',
  merge: `select home_club_id as "homeClubId", '{}'::text[] as "soldAt"
            from member_merges join members on members.id = stays_id where member_merges.id = $1`,
  credential: 'select home_club_id as "clubId" from credentials where id = $1',
  member: `select home_club_id as "homeClubId",
                  array(select distinct club_id::text from sales where member_id = members.id) as "soldAt"
             from members where id = $1`,
} as const;

export type SubjectKind = keyof typeof clubOf;

/** Whose it is; null where the base knows nothing of it. */
export async function staffSubject(sql: Sql, kind: SubjectKind, id: string): Promise<Subject | null> {
  const [found] = await sql.query<Subject & object>(clubOf[kind], [id]);
  return found ?? null;
}
