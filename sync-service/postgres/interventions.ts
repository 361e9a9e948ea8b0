import type { InterventionList, ShownIntervention } from '../http/staff/intervention-view.ts';
import type { Reach } from '../members/may-do.ts';
import type { Database } from './database.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';
import { inReach } from './reach.ts';

const shown = 100;

/** What staff did to devices of the clubs in reach, the newest first. */
export async function readInterventions(database: Database, reach: Reach): Promise<InterventionList> {
  const rows = await database.query<Omit<ShownIntervention, 'who'> & MemberRow>(
    `select interventions.id, interventions.club_id as "clubId", interventions.at,
            fault_before as "faultBefore", fault_after as "faultAfter", outcome, filled, emptied,
            taken_by_hand as "takenByHand", bin_difference as "binDifference",
            path_difference as "pathDifference", ${memberColumns('$2')}
       from interventions
       left join credentials on credentials.id = interventions.credential_id
       left join named_members as members on members.id = credentials.member_id
      where ${inReach('interventions.club_id', '$2')}
      order by interventions.at desc, interventions.id desc limit $1`,
    [shown, reach],
  );
  return {
    interventions: rows.map(({ member_id, given_name, family_name, has_photo, ...row }) => ({
      ...row,
      who: personShown({ member_id, given_name, family_name, has_photo }, false),
    })),
  };
}
