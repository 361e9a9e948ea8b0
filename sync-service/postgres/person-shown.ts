import type { PersonShown } from '../http/staff/live-view.ts';
import { ownMember } from './reach.ts';

/**
 * Columns that tell who a member is; the query joins `members`. Who is of other clubs alone has no photo for an account that does
 * not see these; its reach stands at `reach`, as `$2`.
 */
export function memberColumns(reach: string): string {
  return `members.id as member_id, members.given_name, members.family_name,
  (${ownMember(reach)} and exists (select 1 from attachments where attachments.member_id = members.id and purpose = 'photo'
          and received_at is not null and problem is null)) as has_photo`;
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
