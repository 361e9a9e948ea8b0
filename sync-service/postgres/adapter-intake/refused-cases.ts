import type { OutgoingKind } from '../../adapters/member-base-adapter.ts';
import type { Sql } from '../database.ts';
import { openOtherBaseCase } from './other-base-cases.ts';

/** What was refused, and why. */
export interface Refused {
  readonly adapter: string;
  readonly kind: OutgoingKind;
  readonly rowId: string;
  readonly problem: string;
}

interface Place {
  readonly memberId: string | null;
  readonly saleId: string | null;
  readonly clubId: string | null;
}

/** Whose the row is. */
const places: Readonly<Record<OutgoingKind, string>> = {
  member: `select id as "memberId", null::uuid as "saleId", home_club_id as "clubId" from members where id = $1`,
  membership: `select member_id as "memberId", sale_id as "saleId", club_id as "clubId" from memberships where id = $1`,
  sale: `select member_id as "memberId", id as "saleId", club_id as "clubId" from sales where id = $1`,
  occupancy: `select null::uuid as "memberId", null::uuid as "saleId", club_id as "clubId" from occupancy where edge_id = $1`,
  passage: `select null::uuid as "memberId", null::uuid as "saleId", club_id as "clubId" from passages where id = $1`,
};

/** AD27: a person settles what they will never take. Of counts and passages of a club, one case says so for all. */
export async function openRefusedCase(
  sql: Sql,
  { adapter, kind, rowId, problem }: Refused,
  caseId: string,
  nowMs: number,
): Promise<void> {
  const [place] = await sql.query<Place & Record<string, unknown>>(places[kind], [rowId]);
  if (!place) return;
  const isOfClub = kind === 'occupancy' || kind === 'passage';
  const about = isOfClub ? `${kind} of club ${place.clubId}` : `${kind} ${rowId}`;
  const words = `refused: ${problem}`;
  await openOtherBaseCase(
    sql,
    { kind: 'other-base-refused', adapter, about, ...place, words },
    caseId,
    nowMs,
  );
}
