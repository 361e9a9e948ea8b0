import { isoTime } from '@portillon/core/base/clock.ts';
import { planAt } from '../../members/account-rows.ts';
import { changeRow, type Intake, lockMember, touchMember } from './intake.ts';

interface Period {
  readonly membershipId: string;
  readonly planId: string;
  readonly validFrom: string;
  readonly validTo: string | null;
}

/** Cards and passes of a member go with what the member holds now; where that is nothing, they end now. */
export async function accessFollows(intake: Intake, memberId: string): Promise<void> {
  const { sql, nowMs } = intake;
  const now = isoTime(nowMs);
  await lockMember(intake, memberId);
  const periods = await sql.query<Period & Record<string, unknown>>(
    `select id as "membershipId", plan_id as "planId", valid_from as "validFrom", valid_to as "validTo" from memberships
      where member_id = $1 and status = 'active' order by valid_from, id`,
    [memberId],
  );
  const credentials = await sql.query<{
    id: string;
    validFrom: string;
    validTo: string | null;
    planId: string;
  }>(
    `select id, valid_from as "validFrom", valid_to as "validTo", plan_id as "planId" from credentials
      where member_id = $1 and kind in ('card', 'pass') and not single_use order by id for update`,
    [memberId],
  );
  const [first] = periods;
  const ends = periods.map(({ validTo }) => validTo);
  for (const { id, validFrom, validTo, planId } of credentials) {
    const isOver = validTo !== null && validTo <= now;
    const end = first ? latestOf(ends) : isOver ? validTo : now;
    const begin =
      first && (first.validFrom > now || first.validFrom < validFrom) ? first.validFrom : validFrom;
    const plan = planAt(periods, nowMs) ?? planId;
    await changeRow(intake, 'credentials', id, {
      ...(end === validTo ? {} : { valid_to: end }),
      ...(begin === validFrom ? {} : { valid_from: begin }),
      ...(plan === planId ? {} : { plan_id: plan }),
    });
  }
  intake.people.add(memberId);
  await touchMember(intake, memberId);
}

/** Null is without end. */
function latestOf(ends: readonly (string | null)[]): string | null {
  return ends.includes(null) ? null : (ends.toSorted().at(-1) ?? null);
}
