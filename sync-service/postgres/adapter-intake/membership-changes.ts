import { isoTime } from '@portillon/core/base/clock.ts';
import { addDays, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import type { IncomingRecords } from '../../adapters/incoming-records.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import { accessFollows } from './access-follows.ts';
import { type Difference, differs, untold } from './differences.ts';
import {
  changeRow,
  holderOf,
  type Intake,
  isForgotten,
  type KnownRow,
  knownRow,
  lockMember,
  NotApplied,
  rememberRow,
} from './intake.ts';

/** What they can say of a membership, under the names of our columns. */
interface Said {
  readonly member_id?: string;
  readonly plan_id?: string;
  readonly club_id?: string;
  readonly valid_from?: string;
  readonly valid_to?: string | null;
  readonly status?: 'active' | 'cancelled';
}
type Ours = Required<Said> & { readonly sale_id: string | null };

/** What somebody holds, as they say; the cards and passes of the member follow (AD21, AD22). */
export async function applyMembership(
  intake: Intake,
  change: IncomingChange,
  record: IncomingRecords['membership'] | null,
  known: KnownRow | null,
): Promise<void> {
  const { sql } = intake;
  const [holder] = await sql.query<{ memberId: string }>(
    'select member_id as "memberId" from memberships where id = $1',
    [known?.ourId ?? null],
  );
  if (holder) await lockMember(intake, holder.memberId);
  const [ours] = await sql.query<Ours & Record<string, unknown>>(
    `select member_id, plan_id, club_id, sale_id, valid_from, valid_to, status from memberships where id = $1 for update`,
    [known?.ourId ?? null],
  );
  if (known && !ours) throw new NotApplied('the membership is not there any more');
  if (record === null && !ours) return;
  const said = record === null ? { status: 'cancelled' as const } : await saidOf(intake, record, ours);
  const memberId = said.member_id ?? ours?.member_id;
  if (memberId !== undefined && (await isForgotten(sql, memberId))) return;
  const [from, to] = [
    said.valid_from ?? ours?.valid_from,
    said.valid_to === undefined ? ours?.valid_to : said.valid_to,
  ];
  if (from && to && Date.parse(to) <= Date.parse(from))
    throw new NotApplied('validTo: ends before it begins', memberId === undefined ? {} : { memberId });
  if (!ours || !known) {
    const id = await newMembership(intake, said);
    await rememberRow(intake, 'membership', id, change, { made: true, said });
    await accessFollows(intake, said.member_id ?? '');
    return;
  }
  await changeMembership(intake, known, ours, said);
  await rememberRow(intake, 'membership', known.ourId, change, { made: known.made, said });
  for (const id of new Set([ours.member_id, said.member_id ?? ours.member_id]))
    await accessFollows(intake, id);
}

async function newMembership({ sql, newId }: Intake, said: Said): Promise<string> {
  const needed = ['member_id', 'plan_id', 'club_id', 'valid_from'] as const;
  const missing = needed.find((column) => said[column] === undefined);
  if (missing !== undefined) throw new NotApplied(`${missing.replace('_id', '')}: is not said`);
  const id = newId();
  await sql.query(
    `insert into memberships (id, member_id, plan_id, club_id, sale_id, valid_from, valid_to, status)
     values ($1, $2, $3, $4, null, $5, $6, $7)`,
    [
      id,
      said.member_id,
      said.plan_id,
      said.club_id,
      said.valid_from,
      said.valid_to ?? null,
      said.status ?? 'active',
    ],
  );
  return id;
}

/**
 * Theirs stands. While a change made here is on its way to them, what they have not changed since they last spoke is no word
 * against it; what both have changed is a case.
 */
async function changeMembership(intake: Intake, known: KnownRow, ours: Ours, said: Said): Promise<void> {
  const state = await untold(intake.sql, intake.adapter, 'membership', known.ourId);
  const changed: Record<string, string | null> = {};
  const found: Difference[] = [];
  for (const [column, theirs] of Object.entries(said) as [keyof Said, string | null][]) {
    if (theirs === ours[column]) continue;
    const last = known.said?.[column];
    if (state === 'waiting' && last === theirs) continue;
    changed[column] = theirs;
    // As they said it last: it was not changed here.
    if (last !== ours[column]) found.push({ field: column, theirs, ours: ours[column] });
  }
  await changeRow(intake, 'memberships', known.ourId, changed);
  if (state === null || found.length === 0) return;
  const { member_id: memberId, sale_id: saleId, club_id: clubId } = ours;
  await differs(intake, { about: `membership ${known.ourId}`, memberId, saleId, clubId }, found);
}

/** What the record says, in words of ours. */
export async function saidOf(
  intake: Intake,
  record: IncomingRecords['membership'],
  ours: Pick<Ours, 'club_id'> | undefined,
): Promise<Said> {
  const { sql } = intake;
  const memberId = await holderOf(intake, record);
  const planId = await planOf(intake, record);
  const clubId = record.clubId ?? null;
  const [club] = await sql.query<{ timeZone: string }>(
    'select time_zone as "timeZone" from clubs where id = $1',
    [clubId ?? ours?.club_id ?? null],
  );
  const of = memberId === null ? {} : { memberId };
  if (clubId !== null && !club) throw new NotApplied(`clubId: there is no club ${clubId} here`, of);
  const at = (when: string, isLastDay: boolean) =>
    when.length > 10
      ? when
      : isoTime(startOfDayMs(isLastDay ? addDays(when, 1) : when, club?.timeZone ?? 'UTC'));
  const { validFrom, validTo, status } = record;
  return {
    ...(memberId === null ? {} : { member_id: memberId }),
    ...(planId === null ? {} : { plan_id: planId }),
    ...(clubId === null ? {} : { club_id: clubId }),
    ...(validFrom ? { valid_from: at(validFrom, false) } : {}),
    ...(validTo === undefined ? {} : { valid_to: validTo === null ? null : at(validTo, true) }),
    ...(status ? { status } : {}),
  };
}

async function planOf(
  intake: Intake,
  { planId, planTheirId }: IncomingRecords['membership'],
): Promise<string | null> {
  if (planTheirId !== null && planTheirId !== undefined) {
    const known = await knownRow(intake, 'plan', { theirId: planTheirId });
    if (known) return known.ourId;
    const waitsFor = `plan ${planTheirId}`;
    throw new NotApplied(`its plan, ${planTheirId} at their side, is not known here`, { waitsFor });
  }
  if (planId === null || planId === undefined) return null;
  const plans = await intake.sql.query('select 1 from plans where id = $1', [planId]);
  if (plans.length === 0) throw new NotApplied(`planId: there is no plan ${planId} here`);
  return planId;
}
