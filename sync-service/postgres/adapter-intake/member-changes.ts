import { isoTime } from '@portillon/core/base/clock.ts';
import { mayBeBornOn } from '@portillon/core/sale/answers.ts';
import type { IncomingRecords } from '../../adapters/incoming-records.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import { withdrawConsent } from '../consents.ts';
import type { Sql } from '../database.ts';
import { insertMembers, type Particulars, renameMembers } from '../member-names.ts';
import { liftBlock } from './blocks.ts';
import { type Difference, differs, untold } from './differences.ts';
import { goneThere } from './gone-there.ts';
import {
  changeRow,
  type Intake,
  isForgotten,
  type KnownRow,
  NotApplied,
  rememberRow,
  touchMember,
} from './intake.ts';

const dayMs = 24 * 3_600_000;

const names = ['givenName', 'familyName', 'birthDate', 'email', 'phone'] as const;
const fields = ['homeClubId', ...names, 'language'] as const;
type Field = (typeof fields)[number];
/** There is always one. */
const neverEmpty = new Set<Field>(['homeClubId', 'language']);

/** Who somebody is, as they say (AD21, AD23). */
export async function applyMember(
  intake: Intake,
  change: IncomingChange,
  record: IncomingRecords['member'] | null,
  known: KnownRow | null,
): Promise<void> {
  const isGone = record === null || record.erased === true;
  if (!known) {
    if (!isGone) await newMember(intake, change, record);
    return;
  }
  const { sql } = intake;
  const memberId = known.ourId;
  if (await isForgotten(sql, memberId)) return;
  if (isGone) return goneThere(intake, change, known, record?.erased === true);
  await liftBlock(intake, `member ${change.theirId}`);
  await changeMember(intake, memberId, record);
  await strictest(intake, memberId, record);
  await rememberRow(intake, 'member', memberId, change, { made: known.made });
}

async function newMember(
  intake: Intake,
  change: IncomingChange,
  record: IncomingRecords['member'],
): Promise<void> {
  const { sql, keys, nowMs, newId, newMemberIds } = intake;
  checkBirthDate(record, nowMs);
  const clubs = await sql.query('select 1 from clubs where id = $1', [record.homeClubId ?? null]);
  if (clubs.length === 0) throw new NotApplied('homeClubId: names no club that is known here');
  // Another id than the one that was thought of has no key at hand.
  const id = newMemberIds.get(change.theirId) ?? newId();
  const member = {
    memberId: id,
    homeClubId: record.homeClubId ?? '',
    givenName: record.givenName ?? null,
    familyName: record.familyName ?? null,
    birthDate: record.birthDate ?? null,
    email: record.email ?? null,
    phone: record.phone ?? null,
    language: record.language ?? 'und',
  };
  await insertMembers(sql, keys, [member], nowMs);
  await rememberRow(intake, 'member', id, change, { made: true });
  intake.newMembers.add(id);
}

/** Whether the member would have another name than now (`changeMember`). */
export async function saysOtherNames(
  sql: Sql,
  memberId: string,
  record: IncomingRecords['member'],
): Promise<boolean> {
  const [ours] = await sql.query<Particulars & Record<string, unknown>>(
    `select given_name as "givenName", family_name as "familyName", birth_date as "birthDate", email, phone
       from named_members where id = $1`,
    [memberId],
  );
  return (
    ours !== undefined && names.some((name) => record[name] !== undefined && record[name] !== ours[name])
  );
}

async function changeMember(
  intake: Intake,
  memberId: string,
  record: IncomingRecords['member'],
): Promise<void> {
  const { sql, adapter, keys, nowMs } = intake;
  await sql.query('select 1 from members where id = $1 for update', [memberId]);
  const [ours] = await sql.query<Record<Field, string | null>>(
    `select home_club_id as "homeClubId", given_name as "givenName", family_name as "familyName", birth_date as "birthDate",
            email, phone, language from named_members where id = $1`,
    [memberId],
  );
  if (!ours) throw new NotApplied('the member is not there any more');
  const now = { ...ours };
  const found: (Difference & { readonly field: Field })[] = [];
  for (const field of fields) {
    const theirs = record[field];
    if (theirs === undefined || theirs === ours[field] || (theirs === null && neverEmpty.has(field)))
      continue;
    now[field] = theirs;
    found.push({ field, theirs, ours: ours[field] });
  }
  if (found.length === 0) return;
  const isChanged = (...some: readonly Field[]) => found.some(({ field }) => some.includes(field));
  if (isChanged('birthDate')) checkBirthDate(record, nowMs);
  const { homeClubId, language, ...theirNames } = now;
  if (isChanged('homeClubId')) {
    const clubs = await sql.query('select 1 from clubs where id = $1', [homeClubId]);
    if (clubs.length === 0) throw new NotApplied('homeClubId: names no club that is known here');
  }
  await changeRow(intake, 'members', memberId, {
    ...(isChanged('homeClubId') ? { home_club_id: homeClubId } : {}),
    ...(isChanged('language') ? { language } : {}),
  });
  if (isChanged(...names)) await renameMembers(sql, keys, [{ memberId, ...theirNames }], nowMs);
  intake.renamed.add(memberId);
  if (isChanged('language')) await touchMember(intake, memberId);
  if ((await untold(sql, adapter, 'member', memberId)) !== null) {
    await differs(intake, { about: `member ${memberId}`, memberId, saleId: null, clubId: null }, found);
  }
}

function checkBirthDate({ birthDate }: IncomingRecords['member'], nowMs: number): void {
  // Where their club is, it may be tomorrow already.
  if (birthDate && !mayBeBornOn(birthDate, isoTime(nowMs + dayMs).slice(0, 10)))
    throw new NotApplied('birthDate: nobody who lives was born on that day');
}

/** Of two answers to a question of consent, no. */
async function strictest(
  { sql, adapter, nowMs }: Intake,
  memberId: string,
  { newsConsent }: IncomingRecords['member'],
): Promise<void> {
  if (newsConsent !== false) return;
  await withdrawConsent(sql, memberId, 'news', { channel: 'other-base', adapter }, nowMs);
}
