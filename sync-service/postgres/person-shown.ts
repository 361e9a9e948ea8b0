import type { PersonShown } from '../http/staff/live-view.ts';

/** Columns that tell who a member is; the query joins `members`. */
export const memberColumns = `members.id as member_id, members.given_name, members.family_name,
  exists (select 1 from attachments where attachments.member_id = members.id and purpose = 'photo'
          and received_at is not null and problem is null) as has_photo`;

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
