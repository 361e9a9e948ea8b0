import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { isoTime } from '@portillon/core/base/clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Reach, StaffRole } from '../members/may-do.ts';
import type { Database, Sql } from './database.ts';
import { dropOldReads } from './person-reads.ts';

/** scrypt with N 2^15, r 8, p 1: about 32 MiB and a tenth of a second for each guess. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const keyLength = 32;
const sessionLifeMs = 12 * 3_600_000;

/** An account, and what it may do (may-do.ts). */
export interface StaffUser {
  readonly id: string;
  readonly name: string;
  readonly role: StaffRole;
  /** Of an account of a legal entity, the clubs that this owns now. */
  readonly reach: Reach;
}

/** What a session is looked up with: whom the account is of, and which clubs that is. */
const userColumns = `staff_users.id, staff_users.name, staff_users.role,
  case staff_users.reach
    when 'network' then null
    when 'entity' then array(select clubs.id::text from clubs
                              where clubs.legal_entity_id = staff_users.legal_entity_id order by 1)
    else array(select staff_user_clubs.club_id::text from staff_user_clubs where user_id = staff_users.id order by 1)
  end as reach`;

/** The first account of a base: one of the network. Others are opened by it, or by a command (staff-desk.ts). */
export async function addStaffUser(
  sql: Sql,
  user: { readonly id: string; readonly name: string },
  password: string,
  nowMs: number,
): Promise<void> {
  await sql.query('insert into staff_users (id, name, password_hash, created_at) values ($1, $2, $3, $4)', [
    user.id,
    user.name,
    await passwordHash(password),
    isoTime(nowMs),
  ]);
}

/** A session's token, for the cookie, or null when name or password is wrong; both take as long. */
export async function signIn(
  database: Database,
  name: string,
  password: string,
  nowMs: number,
): Promise<string | null> {
  const [user] = await database.query<{ id: string; password_hash: string }>(
    'select id, password_hash from staff_users where name = $1 and ended_at is null and password_hash is not null',
    [name],
  );
  const holds = await passwordHolds(password, user?.password_hash ?? nobodysHash);
  if (!user || !holds) return null;
  await dropOldReads(database, nowMs);
  return newSession(database, user.id, null, nowMs);
}

/** A session's token, for the cookie. `idToken` is kept of who came from a provider, to sign out there, too. */
export async function newSession(
  sql: Sql,
  userId: string,
  idToken: string | null,
  nowMs: number,
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await sql.query('delete from staff_sessions where expires_at <= $1', [isoTime(nowMs)]);
  await sql.query(
    'insert into staff_sessions (token_hash, user_id, created_at, expires_at, id_token) values ($1, $2, $3, $4, $5)',
    [sha256Hex(token), userId, isoTime(nowMs), isoTime(nowMs + sessionLifeMs), idToken],
  );
  return token;
}

export async function sessionUser(
  database: Database,
  token: string,
  nowMs: number,
): Promise<StaffUser | null> {
  const [user] = await database.query<StaffUser>(
    `select ${userColumns}
       from staff_sessions join staff_users on staff_users.id = staff_sessions.user_id
      where token_hash = $1 and expires_at > $2 and ended_at is null`,
    [sha256Hex(token), isoTime(nowMs)],
  );
  return user ?? null;
}

/** Ends the session. Returns what the provider knows it by, where one was signed in with. */
export async function signOut(database: Database, token: string): Promise<string | null> {
  const [ended] = await database.query<{ idToken: string | null }>(
    'delete from staff_sessions where token_hash = $1 returning id_token as "idToken"',
    [sha256Hex(token)],
  );
  return ended?.idToken ?? null;
}

export async function passwordHash(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt);
  return `scrypt$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Of no password at all: makes an unknown name take as long as a wrong password. */
const nobodysHash = `scrypt$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(keyLength).toString('base64url')}`;

async function passwordHolds(password: string, hash: string): Promise<boolean> {
  const [, salt = '', key = ''] = hash.split('$');
  const derived = await derive(password, Buffer.from(salt, 'base64url'));
  const kept = Buffer.from(key, 'base64url');
  return kept.length === derived.length && timingSafeEqual(kept, derived);
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyLength, cost, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
