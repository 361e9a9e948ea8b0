import type { CredentialStatusRequest } from '../http/staff/member-view.ts';
import { type ChangedBy, keepChange } from './access-changes.ts';
import { announce } from './announcements.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Database, Sql } from './database.ts';
import { writeFeed } from './feed.ts';

interface CredentialRow {
  readonly status: 'active' | 'blocked' | 'spent';
  readonly memberId: string | null;
  readonly homeClubId: string;
}

/**
 * Blocks a credential, or takes a block by hand back, keeps who did it and why, and tells every edge. `as-before` when it is
 * so already, `not-possible` for one that is spent, or that something else than a block by hand has ended.
 */
export async function setCredentialStatus(
  database: Database,
  credentialId: string,
  { status, reason }: CredentialStatusRequest,
  by: ChangedBy,
): Promise<'done' | 'as-before' | 'not-possible' | 'unknown'> {
  return database.transaction(async (sql) => {
    const [row] = await sql.query<CredentialRow>(
      `select status, member_id as "memberId", home_club_id as "homeClubId" from credentials where id = $1 for update`,
      [credentialId],
    );
    if (!row) return 'unknown';
    if (row.status === status) return 'as-before';
    if (row.status === 'spent') return 'not-possible';
    if (status === 'active' && !(await mayOpenAgain(sql, credentialId))) return 'not-possible';
    await sql.query('update credentials set status = $2 where id = $1', [credentialId, status]);
    const change = { credentialId, status };
    const { memberId, homeClubId } = row;
    await keepChange(sql, { memberId, clubId: memberId === null ? homeClubId : null, change, reason }, by);
    await announce(sql, 'live');
    await writeFeed(sql, await credentialRecords(sql, [credentialId]), by.nowMs);
    return 'done';
  });
}

/** Nothing but staff's own block has ended it. */
async function mayOpenAgain(sql: Sql, credentialId: string): Promise<boolean> {
  const byHand = await sql.query(
    `select 1 from credentials where credentials.id = $1 and ${blockedByHand('credentials')} is not null`,
    [credentialId],
  );
  return byHand.length > 0 && (await nothingElseEnded(sql, credentialId));
}

/** No refund, replacement or newer pass has ended it, which nobody undoes by taking a block back. */
export async function nothingElseEnded(sql: Sql, credentialId: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from credentials where credentials.id = $1
        and not exists (select 1 from orders where orders.credential_id = credentials.id and status in ('open', 'collected', 'in-doubt'))
        and exists (select 1 from memberships where memberships.member_id = credentials.member_id and memberships.status = 'active')
        and not (kind = 'pass' and exists (
          select 1 from credentials as other where other.member_id = credentials.member_id and other.kind = 'pass'
             and other.status = 'active' and other.id <> credentials.id))`,
    [credentialId],
  );
  return rows.length > 0;
}

/** The last change by hand of a credential, where it was a block: `{at, by, reason}`; null otherwise. */
export function blockedByHand(credentials: string): string {
  return `(select case when last.change->>'status' = 'blocked'
                       then jsonb_build_object('at', last.at, 'by', coalesce(staff_users.name, last.adapter), 'reason', last.reason) end
             from access_changes as last left join staff_users on staff_users.id = last.user_id
            where (last.member_id = ${credentials}.member_id
                   or (${credentials}.member_id is null and last.club_id = ${credentials}.home_club_id))
              and last.change->>'credentialId' = ${credentials}.id::text
            order by last.at desc, last.id desc limit 1)`;
}
