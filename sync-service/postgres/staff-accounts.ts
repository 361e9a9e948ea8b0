import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { isoTime } from '@portillon/core/base/clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Database } from './database.ts';

/** scrypt with N 2^15, r 8, p 1: about 32 MiB and a tenth of a second for each guess. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const keyLength = 32;
const sessionLifeMs = 12 * 3_600_000;

export interface StaffUser {
  readonly id: string;
  readonly name: string;
}

export async function addStaffUser(
  database: Database,
  user: StaffUser,
  password: string,
  nowMs: number,
): Promise<void> {
  await database.query(
    'insert into staff_users (id, name, password_hash, created_at) values ($1, $2, $3, $4)',
    [user.id, user.name, await passwordHash(password), isoTime(nowMs)],
  );
}

/** A session's token, for the cookie, or null when name or password is wrong; both take as long. */
export async function signIn(
  database: Database,
  name: string,
  password: string,
  nowMs: number,
): Promise<string | null> {
  const [user] = await database.query<{ id: string; password_hash: string }>(
    'select id, password_hash from staff_users where name = $1',
    [name],
  );
  const holds = await passwordHolds(password, user?.password_hash ?? nobodysHash);
  if (!user || !holds) return null;
  const token = randomBytes(32).toString('base64url');
  await database.query('delete from staff_sessions where expires_at <= $1', [isoTime(nowMs)]);
  await database.query(
    'insert into staff_sessions (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)',
    [sha256Hex(token), user.id, isoTime(nowMs), isoTime(nowMs + sessionLifeMs)],
  );
  return token;
}

export async function sessionUser(
  database: Database,
  token: string,
  nowMs: number,
): Promise<StaffUser | null> {
  const [user] = await database.query<{ id: string; name: string }>(
    `select staff_users.id, staff_users.name
       from staff_sessions join staff_users on staff_users.id = staff_sessions.user_id
      where token_hash = $1 and expires_at > $2`,
    [sha256Hex(token), isoTime(nowMs)],
  );
  return user ?? null;
}

export async function signOut(database: Database, token: string): Promise<void> {
  await database.query('delete from staff_sessions where token_hash = $1', [sha256Hex(token)]);
}

async function passwordHash(password: string): Promise<string> {
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
