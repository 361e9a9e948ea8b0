/** Conditions of SQL that keep a query to the clubs of an account; `place` is the parameter that holds its reach, as `$2`. */

export function inReach(club: string, place: string): string {
  return `(${place}::uuid[] is null or ${club} = any(${place}::uuid[]))`;
}

/** The row of `members` is of one's own: their home is a club in reach, or one of these sold to them. */
export function ownMember(place: string): string {
  return `(${inReach('members.home_club_id', place)}
    or exists (select 1 from sales as own where own.member_id = members.id and own.club_id = any(${place}::uuid[])))`;
}
