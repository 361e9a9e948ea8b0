import type { PersonShown } from '../http/staff/live-view.ts';
import { ownMember } from './reach.ts';

/** The digest of the photo of a row of `members`: its own, or that of another record of the same person (DU15); null without one. */
export function photoOf(row: string): string {
  const newest = (of: string) => `select digest from attachments
    where ${of} and purpose = 'photo' and sealed is not null and problem is null order by received_at desc, digest limit 1`;
  const isMerged = `(${row}.merged_into is not null or exists (select 1 from members as gone where gone.merged_into = ${row}.id))`;
  return `coalesce((${newest(`attachments.member_id = ${row}.id`)}), case when ${isMerged} then
    (${newest(`attachments.member_id = any(array(select records_of(array[${row}.id])))`)}) end)`;
}

/**
 * Columns that tell who a member is; the query joins `members`. Who is of other clubs alone has no photo for an account that does
 * not see these; its reach stands at `reach`, as `$2`.
 */
export function memberColumns(reach: string): string {
  return `members.id as member_id, members.given_name, members.family_name,
  (${ownMember(reach)} and ${photoOf('members')} is not null) as has_photo`;
}

export interface MemberRow {
  readonly member_id: string | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly has_photo: boolean;
}

/** Who stands behind a row, as staff are shown; null for nobody the base knows. */
export function personShown(row: MemberRow, guest: boolean): PersonShown | null {
  if (row.member_id === null) return null;
  const name = [row.given_name, row.family_name].filter(Boolean).join(' ');
  return { memberId: row.member_id, name: name === '' ? null : name, hasPhoto: row.has_photo, guest };
}
