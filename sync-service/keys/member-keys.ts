import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { Database, sqlState } from '../postgres/database.ts';

/**
 * What a key closes: `person` the particulars and the photo, `archive` the documents that the law may keep after the person was
 * erased (contract, mandate).
 */
export const keyParts = ['person', 'archive'] as const;
export type KeyPart = (typeof keyParts)[number];

export interface DestroyedKey {
  readonly memberId: string;
  readonly orderId: string;
  readonly destroyedAt: string;
  /** Rows of the base whose words named the member; ids alone. */
  readonly words: readonly { readonly table: string; readonly column: string; readonly key: string }[];
}

const cipher = 'aes-256-gcm';
const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;
/** The first byte of what a key closed, so that another form can follow. */
const form = 1;

/** The check value, as bytes that are bound in and as what it says. */
const checked = 'key file';
/** So many keys are tried where the check value does not say which file they were made with. */
const triedAtMost = 100;

const tables = `
create table if not exists key_store (only_row boolean primary key default true check (only_row), network_id uuid not null);
-- Closed by the key file that wraps the keys: opened by another file it says so at once.
alter table key_store add column if not exists check_value bytea;
create table if not exists member_keys (
  member_id uuid not null,
  part text not null check (part in ('person', 'archive')),
  -- Wrapped by a key that only the key file of the base gives; null once destroyed.
  wrapped bytea,
  made_at timestamptz not null,
  destroyed_at timestamptz,
  order_id uuid,
  primary key (member_id, part),
  check ((wrapped is null) = (destroyed_at is not null))
);
create index if not exists member_keys_destroyed on member_keys (member_id) where wrapped is null;
alter table member_keys add column if not exists words jsonb not null default '[]';
`;

/** Its database did not answer, or refused. Whoever wanted a key may come again. */
export class KeysNotReached extends Error {
  constructor(cause: unknown) {
    super(`the store of the keys of members does not answer: ${(cause as Error).message}`, { cause });
  }
}

/** It is there and not destroyed, and could not be unwrapped. */
export class KeyDamaged extends Error {
  constructor(memberId: string) {
    super(`the key of member ${memberId} is damaged: bring its row of member_keys back from a backup`);
  }
}

/**
 * A key for each member, in a database of its own: backups of the member base hold none of them, so that destroying a key
 * erases what it closed in every backup too (docs/decisions/0029-key-per-member.md). Its rows say also whose key was destroyed, by
 * which order: a base that comes back from a backup learns from it whom to forget again.
 */
export class MemberKeys {
  readonly #database: Database;
  readonly #wrapKey: Buffer;
  /** `not known` where there is no check value yet, and no key that says so. */
  #keyFile: 'right' | 'wrong' | 'not known' = 'not known';
  #leftRemains = false;

  private constructor(database: Database, wrapKey: Buffer) {
    this.#database = database;
    this.#wrapKey = wrapKey;
  }

  /** Makes the database and its tables where they are not there yet. Rejects with what to do when it cannot, or is another network's. */
  static async open(
    url: string,
    base: { readonly networkId: string; readonly sealPrivateKey: string; readonly log: Log },
  ): Promise<MemberKeys> {
    await makeDatabase(url, base.log);
    const database = new Database(url, base.log, 'keys');
    try {
      await database.transaction(async (sql) => {
        await sql.query('select pg_advisory_xact_lock(7041726554)');
        await sql.query(tables);
        await sql.query('insert into key_store (network_id) values ($1) on conflict do nothing', [
          base.networkId,
        ]);
      });
      const [store] = await database.query<{ network_id: string }>('select network_id from key_store');
      if (store?.network_id !== base.networkId) {
        throw new Error('the keys of members are those of another network: see MEMBER_KEYS_URL');
      }
    } catch (error) {
      await database.close();
      throw error;
    }
    const wrapKey = hkdfSync(
      'sha256',
      fromBase64url(base.sealPrivateKey),
      base.networkId,
      'portillon-member-keys-1',
      keyLength,
    );
    const keys = new MemberKeys(database, Buffer.from(wrapKey));
    try {
      await keys.#checkKeyFile();
    } catch (error) {
      await database.close();
      throw error;
    }
    return keys;
  }

  /**
   * PV63: whether this is the key file that the keys were made with. Where the check value is missing, or is damaged itself, a key
   * that opens says so, and the value is written.
   */
  async #checkKeyFile(): Promise<void> {
    const [store] = await this.#query<{ value: Buffer | null }>('select check_value as value from key_store');
    const before = store?.value ?? null;
    if (before !== null && this.#isOpened(checked, before)) {
      this.#keyFile = 'right';
      return;
    }
    const some = await this.#query<{ memberId: string; part: KeyPart; wrapped: Buffer }>(
      `select member_id as "memberId", part, wrapped from member_keys where wrapped is not null
        order by member_id, part limit ${triedAtMost}`,
    );
    const isRight =
      (before === null && some.length === 0) ||
      some.some(({ memberId, part, wrapped }) => this.#isOpened(`${memberId} ${part}`, wrapped));
    if (!isRight) {
      this.#keyFile = before === null ? 'not known' : 'wrong';
      return;
    }
    await this.#query('update key_store set check_value = $1 where check_value is not distinct from $2', [
      closed(this.#wrapKey, checked, Buffer.from(checked)),
      before,
    ]);
    // Of two that open a new store at once, with other files, one was the first.
    const [now] = await this.#query<{ value: Buffer }>('select check_value as value from key_store');
    this.#keyFile = now && this.#isOpened(checked, now.value) ? 'right' : 'wrong';
  }

  #isOpened(about: string, bytes: Uint8Array): boolean {
    try {
      opened(this.#wrapKey, about, bytes);
      return true;
    } catch {
      return false;
    }
  }

  async #query<Row extends Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    try {
      return await this.#database.query<Row>(text, values);
    } catch (error) {
      throw new KeysNotReached(error);
    }
  }

  /** Closes bytes under a key of the member, which is made for it if need be. Null when that key was destroyed. */
  async close(memberId: string, part: KeyPart, name: string, plain: Uint8Array, nowMs: number) {
    return (await this.ringFor([memberId], part, nowMs)).close(memberId, name, plain);
  }

  /** Null when the key was destroyed, or never made. Rejects when the bytes are not what was closed under that name. */
  async open(memberId: string, part: KeyPart, name: string, bytes: Uint8Array): Promise<Uint8Array | null> {
    return (await this.ringOf([memberId], part)).open(memberId, name, bytes);
  }

  /**
   * The keys of many members, each made if need be, in one or two round trips. They are committed when it resolves: a row that was
   * closed under one never waits for it.
   */
  async ringFor(memberIds: readonly string[], part: KeyPart, nowMs: number): Promise<KeyRing> {
    // Always in one order: of two that make the same keys at once none waits for the other in a circle.
    const ids = [...new Set(memberIds)].sort();
    if (this.#keyFile === 'wrong') throw new Error(anotherKeyFile);
    const fresh = new Map(ids.map((id) => [id, randomBytes(keyLength)]));
    const made = await this.#query<{ memberId: string }>(
      `insert into member_keys (member_id, part, wrapped, made_at)
       select member_id, $2, wrapped, $4 from unnest($1::uuid[], $3::bytea[]) as made (member_id, wrapped)
       on conflict do nothing returning member_id as "memberId"`,
      [ids, part, [...fresh].map(([id, key]) => closed(this.#wrapKey, `${id} ${part}`, key)), isoTime(nowMs)],
    );
    const isMade = new Set(made.map(({ memberId }) => memberId));
    const others = ids.filter((id) => !isMade.has(id));
    const known = others.length === 0 ? [] : (await this.ringOf(others, part)).keys;
    return new KeyRing(
      part,
      new Map<string, MemberKey>([...[...fresh].filter(([id]) => isMade.has(id)), ...known]),
    );
  }

  /**
   * The keys of many members that are there; none is made. One that is damaged spoils only what lies under it; rejects where the key
   * file is not the one they were made with.
   */
  async ringOf(memberIds: readonly string[], part: KeyPart): Promise<KeyRing> {
    if (this.#keyFile === 'wrong') throw new Error(anotherKeyFile);
    const rows = await this.#query<{ memberId: string; wrapped: Buffer }>(
      `select member_id as "memberId", wrapped from member_keys
        where member_id = any($1::uuid[]) and part = $2 and wrapped is not null`,
      [memberIds, part],
    );
    const keys = new Map(
      rows.map(({ memberId, wrapped }) => [memberId, this.#unwrapped(memberId, part, wrapped)]),
    );
    const isNoneOpened = keys.size > 1 && [...keys.values()].every((key) => key === 'damaged');
    if (this.#keyFile === 'not known' && isNoneOpened) throw new Error(anotherKeyFile);
    return new KeyRing(part, keys);
  }

  #unwrapped(memberId: string, part: KeyPart, wrapped: Buffer): MemberKey {
    try {
      return opened(this.#wrapKey, `${memberId} ${part}`, wrapped);
    } catch {
      return 'damaged';
    }
  }

  /** Gone when it resolves; one that was never made is never made any more. Safe to repeat. */
  async destroy(
    memberId: string,
    part: KeyPart,
    orderId: string,
    nowMs: number,
    words: DestroyedKey['words'] = [],
  ): Promise<void> {
    await this.#query(
      `insert into member_keys (member_id, part, made_at, destroyed_at, order_id, words) values ($1, $2, $3, $3, $4, $5)
       on conflict (member_id, part) do update set wrapped = null, destroyed_at = excluded.destroyed_at,
         order_id = excluded.order_id, words = excluded.words where member_keys.wrapped is not null`,
      [memberId, part, isoTime(nowMs), orderId, JSON.stringify(words)],
    );
    this.#leftRemains = true;
  }

  /** Writes the table anew, so that nothing of a destroyed key is left in its files; some seconds for a million members. */
  async removeRemains(): Promise<void> {
    if (!this.#leftRemains) return;
    await this.#database.for('job').query('vacuum full member_keys');
    this.#leftRemains = false;
  }

  /** Whether documents of the member are kept still. */
  async keepsArchive(memberId: string): Promise<boolean> {
    const kept = await this.#query(
      `select 1 from member_keys where member_id = $1 and part = 'archive' and wrapped is not null`,
      [memberId],
    );
    return kept.length > 0;
  }

  /** Members whose particulars can be read no more, with the order that said so. */
  destroyed(): Promise<DestroyedKey[]> {
    return this.#query<DestroyedKey & Record<string, unknown>>(
      `select member_id as "memberId", order_id as "orderId", destroyed_at as "destroyedAt", words
         from member_keys where part = 'person' and wrapped is null order by member_id`,
    );
  }

  /** True while no key was ever made or destroyed in it. */
  async isNew(): Promise<boolean> {
    const [row] = await this.#query<{ isNew: boolean }>(
      'select not exists (select 1 from member_keys) as "isNew"',
    );
    return row?.isNew ?? true;
  }

  async end(): Promise<void> {
    await this.#database.close();
  }
}

const anotherKeyFile =
  'no key of a member can be unwrapped: the key file of the base is not the one they were made with';

/** `damaged`: it is there and not destroyed, and could not be unwrapped. */
type MemberKey = Buffer | 'damaged';

/** Keys of some members, of one part, for as long as one piece of work goes on. */
export class KeyRing {
  readonly #part: KeyPart;
  readonly keys: ReadonlyMap<string, MemberKey>;

  constructor(part: KeyPart, keys: ReadonlyMap<string, MemberKey>) {
    this.#part = part;
    this.keys = keys;
  }

  /** Keys that are good for one piece of work and are kept nowhere: what a dry run writes is undone. */
  static passing(memberIds: readonly string[], part: KeyPart): KeyRing {
    return new KeyRing(part, new Map(memberIds.map((id) => [id, randomBytes(keyLength)])));
  }

  /** Null where the member has none: it was destroyed, or is not among them. Throws when it is damaged. */
  close(memberId: string, name: string, plain: Uint8Array): Buffer | null {
    const key = this.#keyOf(memberId);
    return key ? closed(key, `${memberId} ${this.#part} ${name}`, plain) : null;
  }

  /** Null as above. Throws when the bytes are not what was closed under that name. */
  open(memberId: string, name: string, bytes: Uint8Array): Buffer | null {
    const key = this.#keyOf(memberId);
    return key ? opened(key, `${memberId} ${this.#part} ${name}`, bytes) : null;
  }

  #keyOf(memberId: string): Buffer | undefined {
    const key = this.keys.get(memberId);
    if (key === 'damaged') throw new KeyDamaged(memberId);
    return key;
  }
}

/** Form, nonce, ciphertext, tag. `about` is bound in: bytes of one member or document do not open as another's. */
function closed(key: Buffer, about: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(nonceLength);
  const encrypter = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(about));
  return Buffer.concat([
    Buffer.of(form),
    nonce,
    encrypter.update(plain),
    encrypter.final(),
    encrypter.getAuthTag(),
  ]);
}

function opened(key: Buffer, about: string, bytes: Uint8Array): Buffer {
  if (bytes[0] !== form) throw new Error('not of a known form');
  const decrypter = createDecipheriv(cipher, key, bytes.subarray(1, 1 + nonceLength)).setAAD(
    Buffer.from(about),
  );
  decrypter.setAuthTag(bytes.subarray(-tagLength));
  return Buffer.concat([decrypter.update(bytes.subarray(1 + nonceLength, -tagLength)), decrypter.final()]);
}

/** The database beside the member base, on the same server, that is taken where no other is named. */
export function memberKeysBeside(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `${url.pathname === '/' || url.pathname === '' ? '/postgres' : url.pathname}_member_keys`;
  return url.href;
}

async function makeDatabase(url: string, log: Log): Promise<void> {
  const target = new URL(url);
  const name = decodeURIComponent(target.pathname.slice(1));
  const probe = new Database(url, log, 'keys');
  try {
    await probe.query('select 1');
    return;
  } catch (error) {
    // 3D000: there is no such database. Everything else is not ours to mend.
    if (sqlState(error) !== '3D000') throw error;
  } finally {
    await probe.close();
  }
  target.pathname = '/postgres';
  const server = new Database(target.href, log, 'job');
  try {
    await server.query(`create database "${name.replaceAll('"', '""')}"`);
  } catch (error) {
    // 42P04, 23505: another process has made it in this moment.
    const state = sqlState(error);
    if (state !== '42P04' && state !== '23505') {
      throw new Error(
        `the database for the keys of members is not there and cannot be made (${state ?? 'no answer'}): name one in MEMBER_KEYS_URL`,
      );
    }
  } finally {
    await server.close();
  }
}
