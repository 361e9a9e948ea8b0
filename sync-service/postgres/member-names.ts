import { isoTime } from '@portillon/core/base/clock.ts';
import { KeyRing, type MemberKeys } from '../keys/member-keys.ts';
import type { Sql } from './database.ts';

/** Who somebody is. */
export interface Particulars {
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly birthDate: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}

export interface Named extends Particulars {
  readonly memberId: string;
}

export interface NewMember extends Named {
  readonly homeClubId: string;
  readonly language: string;
}

/** A name that takes the place of another one; the language too where it is said. */
export interface Renamed extends Named {
  readonly language?: string;
}

/** SQLSTATE of a view that is asked for names before they were opened (migrations/…-names-under-keys.ts). */
export const namesNotOpen = 'PN001';

/** Taken by who opens names, and shared by who takes some away: nobody is put back who goes in this moment. */
export const batchLock = `hashtextextended('portillon names', 1)`;
export const whileTakingAway = `select pg_advisory_xact_lock_shared(${batchLock})`;

/** What a key of the member closes them under. */
const name = 'particulars';
const part = 'person';

const columns = 'id, given_name, family_name, birth_date, email, phone';
/** Rows of names, as they come with `valuesOf`. */
const lines = `unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::text[])
  as line (id, given_name, family_name, birth_date, email, phone, person, language)`;

/** Where keys come from: the store, or for a dry run nowhere. */
export type KeysOfNames = Pick<MemberKeys, 'ringFor'>;
export const passingKeys: KeysOfNames = {
  ringFor: async (memberIds, keyPart) => KeyRing.passing(memberIds, keyPart),
};

/** A key that was not fetched before the transaction began: it is to begin again with it. */
export class KeyNotAtHand extends Error {
  constructor() {
    super('the key of a member was not fetched before');
  }
}

/**
 * Keys of these members for work inside a transaction, each made if need be, before it begins: while the store of the keys is
 * waited for, nobody's connection is held.
 */
export async function keysAtHand(
  keys: KeysOfNames,
  memberIds: readonly string[],
  nowMs: number,
): Promise<KeysOfNames> {
  const ring =
    memberIds.length === 0 ? KeyRing.passing([], part) : await keys.ringFor(memberIds, part, nowMs);
  const fetched = new Set(memberIds);
  return {
    ringFor: async (wanted) => {
      if (wanted.some((id) => !fetched.has(id))) throw new KeyNotAtHand();
      return ring;
    },
  };
}

/** Somebody who is to be made in a transaction, and whose key is there. */
export interface MemberAtHand {
  readonly memberId: string;
  readonly keys: KeysOfNames;
}

/** Of work that writes no names. */
export const noKeys: KeysOfNames = {
  ringFor: () => Promise.reject(new Error('no name is written here')),
};

const isNamed = ({ givenName, familyName, birthDate, email, phone }: Particulars) =>
  (givenName ?? familyName ?? birthDate ?? email ?? phone) !== null;

function sealed(ring: KeyRing, { memberId, givenName, familyName, birthDate, email, phone }: Named) {
  const text = JSON.stringify({ givenName, familyName, birthDate, email, phone });
  return ring.close(memberId, name, Buffer.from(text));
}

/** Null where the key was destroyed. Throws when the bytes are not what was closed. */
export function openedNames(ring: KeyRing, memberId: string, person: Uint8Array): Named | null {
  const plain = ring.open(memberId, name, person);
  return plain && { memberId, ...(JSON.parse(plain.toString('utf8')) as Particulars) };
}

/** Always in one order: of two that write the same names at once none waits for the other in a circle. */
function valuesOf(rows: readonly (Renamed & { readonly person: Buffer | null })[]): unknown[] {
  const people = [...rows].sort((one, other) => (one.memberId < other.memberId ? -1 : 1));
  return [
    people.map(({ memberId }) => memberId),
    people.map(({ givenName }) => givenName),
    people.map(({ familyName }) => familyName),
    people.map(({ birthDate }) => birthDate),
    people.map(({ email }) => email),
    people.map(({ phone }) => phone),
    people.map(({ person }) => person),
    people.map(({ language }) => language ?? null),
  ];
}

/**
 * PV60: makes members with their names, sealed in the table of members and in clear in that of the names, in the caller's
 * transaction.
 */
export async function insertMembers(
  sql: Sql,
  keys: KeysOfNames,
  members: readonly NewMember[],
  nowMs: number,
): Promise<void> {
  if (members.length === 0) return;
  const named = members.filter(isNamed);
  const ring = await keys.ringFor(
    named.map(({ memberId }) => memberId),
    part,
    nowMs,
  );
  const rows = members.map((member) => ({
    ...member,
    person: isNamed(member) ? sealed(ring, member) : null,
  }));
  await sql.query(
    `insert into members (id, home_club_id, person, language, created_at)
     select id, home_club_id, person, language, $5
       from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[]) as line (id, home_club_id, person, language)`,
    [
      rows.map(({ memberId }) => memberId),
      rows.map(({ homeClubId }) => homeClubId),
      rows.map(({ person }) => person),
      rows.map(({ language }) => language),
      isoTime(nowMs),
    ],
  );
  await keepNames(sql, valuesOf(rows.filter(({ person }) => person !== null)), 'do nothing');
}

/**
 * PV60: names of members who are there, as above. Who was forgotten stays so, and with `onlyNamed` whoever has no name stays
 * without one. Resolves with those who have the name now, also where it was theirs before.
 */
export async function renameMembers(
  sql: Sql,
  keys: KeysOfNames,
  people: readonly Renamed[],
  nowMs: number,
  { onlyNamed = false } = {},
): Promise<string[]> {
  if (people.length === 0) return [];
  const ring = await keys.ringFor(
    people.filter(isNamed).map(({ memberId }) => memberId),
    part,
    nowMs,
  );
  const rows = people.map((one) => ({ ...one, person: isNamed(one) ? sealed(ring, one) : null }));
  const values = valuesOf(rows);
  if (rows.some(({ person }) => person === null)) await sql.query(whileTakingAway);
  const kept = await sql.query<{ id: string; kept: boolean }>(
    // Sealed once more, the same name is other bytes: whoever listens to changes would hear of one.
    `update members set person = case when same.id is null then line.person else members.person end,
            language = coalesce(line.language, members.language)
       from ${lines} left join member_names as same
         on same.id = line.id and row(same.given_name, same.family_name, same.birth_date, same.email, same.phone)
              is not distinct from row(line.given_name, line.family_name, line.birth_date::date, line.email, line.phone)
      where members.id = line.id and (members.person is not null or not $9)
     returning members.id, members.person is not null as kept`,
    [...values, onlyNamed],
  );
  const ids = new Set(kept.flatMap((row) => (row.kept ? [row.id] : [])));
  const gone = rows.flatMap(({ memberId, person }) => (person === null ? [memberId] : []));
  if (gone.length > 0) await sql.query('delete from member_names where id = any($1::uuid[])', [gone]);
  await keepNames(
    sql,
    valuesOf(rows.filter(({ memberId, person }) => person !== null && ids.has(memberId))),
    `do update set given_name = excluded.given_name, family_name = excluded.family_name,
       birth_date = excluded.birth_date, email = excluded.email, phone = excluded.phone`,
  );
  return [...ids];
}

/** The names in clear, which are in no log of changes and in no backup of the base. */
async function keepNames(sql: Sql, values: readonly unknown[], onConflict: string): Promise<void> {
  await sql.query(
    `insert into member_names (${columns})
     select id, given_name, family_name, birth_date::date, email, phone from ${lines}
      where person is not null on conflict (id) ${onConflict}`,
    values,
  );
}

/** Of members opened elsewhere: in clear alone. One that was written meanwhile knows better. */
export async function keepOpened(sql: Sql, people: readonly Named[]): Promise<void> {
  if (people.length === 0) return;
  await keepNames(sql, valuesOf(people.map((one) => ({ ...one, person: Buffer.of(1) }))), 'do nothing');
}
