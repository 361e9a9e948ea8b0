import { isDeepStrictEqual } from 'node:util';
import { type AccessPolicy, openPolicy } from '@portillon/core/access/access-policy.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { addDays, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import type { IncomingRecords } from '../../adapters/incoming-records.ts';
import { valueAt } from '../../adapters/mapped-fields.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import { policyOver } from '../../adapters/policy-over.ts';
import { clubAccessRequestSchema } from '../../http/staff/access-view.ts';
import { whereAndWhat } from '../../http/where-and-what.ts';
import { writeClubAccess } from '../access-changes.ts';
import { type Difference, differs } from './differences.ts';
import { type Intake, type KnownRow, NotApplied, rememberRow } from './intake.ts';

interface Closure {
  readonly from: string;
  readonly to: string;
}

interface Ours {
  readonly timeZone: string;
  readonly hours: Readonly<Record<string, unknown>>;
  readonly closures: readonly Closure[];
  readonly capacity: number;
  readonly policy: AccessPolicy | null;
}

/** When a club is open, and who may come in (AD30): as staff change it, with what they have said last in mind. */
export async function applyClub(
  intake: Intake,
  change: IncomingChange,
  record: IncomingRecords['club'] | null,
  known: KnownRow | null,
): Promise<void> {
  const { sql, adapter, nowMs, newId } = intake;
  if (record === null) {
    if (known) throw new NotApplied('a club that is gone there is closed here by people');
    return;
  }
  const clubId = record.clubId ?? known?.ourId ?? null;
  if (known && clubId !== known.ourId) throw new NotApplied('clubId: it was another club before');
  const [ours] = await sql.query<Ours & Record<string, unknown>>(
    `select time_zone as "timeZone", hours, closures, capacity, policy from clubs where id = $1 for update`,
    [clubId],
  );
  if (clubId === null || !ours) throw new NotApplied('clubId: names no club that is known here');
  const last = known?.said ?? {};
  const said: Readonly<Record<string, unknown>> = {
    ...(record.hours ? { hours: record.hours } : {}),
    ...(record.capacity ? { capacity: record.capacity } : {}),
    ...leavesOf(record.policy ?? {}, 'policy'),
  };
  const here = { ...ours, policy: ours.policy ?? openPolicy };
  const found: Difference[] = [];
  const news: Record<string, unknown> = {};
  const ofPolicy: Record<string, unknown> = {};
  for (const [field, theirs] of Object.entries(said)) {
    const stands = valueAt(here, field);
    // What they have said before is no word against what was decided here since.
    if (isDeepStrictEqual(theirs, stands) || isDeepStrictEqual(theirs, last[field])) continue;
    putAt(field.startsWith('policy.') ? ofPolicy : news, field.replace(/^policy\./, ''), theirs);
    if (field in last && !isDeepStrictEqual(last[field], stands)) {
      found.push({ field, theirs: JSON.stringify(theirs), ours: JSON.stringify(stands) });
    }
  }
  if (Object.keys(ofPolicy).length > 0) {
    const policy = policyOver(here.policy, ofPolicy);
    if (!policy.ok) throw new NotApplied(policy.error);
    news.policy = policy.value;
  }
  const closed = record.closures === undefined ? null : spansOf(record.closures ?? [], ours.timeZone);
  if (closed) {
    const closures = besideOurs(ours.closures, (last.closures ?? []) as readonly Closure[], closed);
    if (!isDeepStrictEqual(closures, ours.closures)) news.closures = closures;
  }
  if (Object.keys(news).length > 0) {
    const asked = clubAccessRequestSchema.safeParse({ ...news, reason: 'Decided there' });
    if (!asked.success) {
      const { path, message } = whereAndWhat(asked.error);
      throw new NotApplied(`${path}: ${message}`);
    }
    const by = { changeId: newId(), adapter, nowMs };
    const debtors = await writeClubAccess(sql, clubId, { ...asked.data, reason: '' }, by);
    for (const id of debtors ?? []) intake.credentials.add(id);
    intake.clubs.add(clubId);
  }
  const kept = { ...last, ...said, ...(closed ? { closures: closed } : {}) };
  await rememberRow(intake, 'club', clubId, change, { made: false, said: kept });
  if (found.length === 0) return;
  await differs(intake, { about: `club ${clubId}`, memberId: null, saleId: null, clubId }, found);
}

/** `{ debt: { graceDays: 7 } }` is `policy.debt.graceDays`. */
function leavesOf(value: Readonly<Record<string, unknown>>, at: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.entries(leavesOf(each as Readonly<Record<string, unknown>>, `${at}.${key}`))
        : [[`${at}.${key}`, each]],
    ),
  );
}

/** One level deep, as far as a policy goes. */
function putAt(into: Record<string, unknown>, path: string, value: unknown): void {
  const [field = '', inner] = path.split('.');
  into[field] = inner === undefined ? value : { ...(into[field] as object | undefined), [inner]: value };
}

/** A day is the whole day, where the club is. */
function spansOf(closures: readonly Closure[], timeZone: string): readonly Closure[] {
  return closures.map(({ from, to }) => ({
    from: from.length > 10 ? from : isoTime(startOfDayMs(from, timeZone)),
    to: to.length > 10 ? to : isoTime(startOfDayMs(addDays(to, 1), timeZone)),
  }));
}

/** Theirs take the place of what they said before; what staff have closed stays closed, and what they opened again stays open. */
function besideOurs(
  ours: readonly Closure[],
  last: readonly Closure[],
  theirs: readonly Closure[],
): readonly Closure[] {
  const keyOf = ({ from, to }: Closure) => `${Date.parse(from)} ${Date.parse(to)}`;
  const [before, now] = [new Set(last.map(keyOf)), new Set(theirs.map(keyOf))];
  const kept = ours.filter((closure) => now.has(keyOf(closure)) || !before.has(keyOf(closure)));
  const held = new Set(kept.map(keyOf));
  const news = theirs.filter((closure) => !before.has(keyOf(closure)));
  const added = news.filter((closure) => !held.has(keyOf(closure)) && held.add(keyOf(closure)));
  return added.length === 0
    ? kept
    : [...kept, ...added].toSorted((one, other) => Date.parse(one.from) - Date.parse(other.from));
}
