import { isoTime } from '@portillon/core/base/clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { AccountReach, AccountRights } from '../http/staff/account-view.ts';
import type { RightOfClaim } from '../http/staff/sign-in/provider-settings.ts';
import type { Visit } from '../http/staff/sign-in/staff-provider.ts';
import type { Database, Sql } from './database.ts';
import { type DoneBy, keepAccountChange, reachColumns, writeClubs, writeRights } from './staff-desk.ts';

const visitLifeMs = 10 * 60_000;

/** Keeps what must come back, for the browser that was sent to the provider and for no other. */
export async function keepVisit(sql: Sql, visit: Visit, browser: string, nowMs: number): Promise<void> {
  await sql.query('delete from staff_provider_visits where expires_at <= $1', [isoTime(nowMs)]);
  await sql.query(
    `insert into staff_provider_visits (state_hash, nonce, verifier, browser_hash, expires_at)
     values ($1, $2, $3, $4, $5)`,
    [sha256Hex(visit.state), visit.nonce, visit.verifier, sha256Hex(browser), isoTime(nowMs + visitLifeMs)],
  );
}

/** Takes it away again: it serves once. Null for another browser, after ten minutes, and the second time. */
export async function takeVisit(
  sql: Sql,
  state: string,
  browser: string,
  nowMs: number,
): Promise<Visit | null> {
  const [kept] = await sql.query<Omit<Visit, 'state'>>(
    `delete from staff_provider_visits where state_hash = $1 and browser_hash = $2 and expires_at > $3
     returning nonce, verifier`,
    [sha256Hex(state), sha256Hex(browser), isoTime(nowMs)],
  );
  return kept ? { state, ...kept } : null;
}

/** What the settings say of a claim, with the ids of this base; null where it has no such club or legal entity. */
export async function rightsInBase(sql: Sql, right: RightOfClaim): Promise<AccountRights | null> {
  const reach = await reachInBase(sql, right);
  return reach && { role: right.role, reach };
}

async function reachInBase(sql: Sql, { legalEntity, clubs }: RightOfClaim): Promise<AccountReach | null> {
  if (legalEntity !== undefined) {
    const [entity] = await sql.query<{ id: string }>('select id from legal_entities where siret = $1', [
      legalEntity,
    ]);
    return entity ? { kind: 'entity', legalEntityId: entity.id } : null;
  }
  if (clubs === undefined) return { kind: 'network' };
  const rows = await sql.query<{ id: string }>('select id from clubs where name = any($1) order by id', [
    clubs,
  ]);
  return rows.length === new Set(clubs).size ? { kind: 'clubs', clubIds: rows.map(({ id }) => id) } : null;
}

interface Known {
  readonly id: string;
  readonly role: string;
  readonly reach: string;
  readonly legalEntityId: string | null;
  readonly clubIds: readonly string[];
  readonly ended: boolean;
}

/**
 * The account of somebody the provider knows, opened at the first time, with the rights of today; null where it was ended here.
 * `newId` is for an account that is opened.
 */
export async function providerAccount(
  database: Database,
  who: { readonly issuer: string; readonly subject: string; readonly name: string },
  rights: AccountRights,
  by: DoneBy & { readonly newId: string },
): Promise<string | null> {
  return database.transaction(async (sql) => {
    // Two first sign-ins at once follow each other.
    await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [
      `${who.issuer} ${who.subject}`,
    ]);
    const [known] = await sql.query<Known>(
      `select id, role, reach, legal_entity_id as "legalEntityId", ended_at is not null as ended,
              array(select club_id::text from staff_user_clubs where user_id = staff_users.id order by 1) as "clubIds"
         from staff_users where issuer = $1 and subject = $2`,
      [who.issuer, who.subject],
    );
    if (known?.ended) return null;
    if (!known) {
      await sql.query(
        `insert into staff_users (id, name, created_at, role, reach, legal_entity_id, issuer, subject)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          by.newId,
          (await isTaken(sql, who.name)) ? `${who.name} (${by.newId})` : who.name,
          isoTime(by.nowMs),
          rights.role,
          ...reachColumns(rights.reach),
          who.issuer,
          who.subject,
        ],
      );
      await writeClubs(sql, by.newId, rights.reach);
      await keepAccountChange(sql, by.newId, { what: 'opened', ...rights }, by);
      return by.newId;
    }
    const [reach, legalEntityId] = reachColumns(rights.reach);
    const clubIds = rights.reach.kind === 'clubs' ? rights.reach.clubIds : [];
    const same =
      known.role === rights.role &&
      known.reach === reach &&
      known.legalEntityId === legalEntityId &&
      known.clubIds.join() === [...clubIds].sort().join();
    if (!same) {
      await writeRights(sql, known.id, rights);
      await keepAccountChange(sql, known.id, { what: 'changed', ...rights }, by);
    }
    return known.id;
  });
}

async function isTaken(sql: Sql, name: string): Promise<boolean> {
  return (await sql.query('select 1 from staff_users where name = $1', [name])).length > 0;
}

/** Whom the provider gives no right any more has no session either. */
export async function endProviderSessions(sql: Sql, issuer: string, subject: string): Promise<void> {
  await sql.query(
    `delete from staff_sessions where user_id in (select id from staff_users where issuer = $1 and subject = $2)`,
    [issuer, subject],
  );
}
