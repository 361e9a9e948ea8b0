import { isoTime } from '@portillon/core/base/clock.ts';
import { announce } from './announcements.ts';
import type { Database } from './database.ts';
import { edgeKeyRecord } from './edge-key-record.ts';
import { writeFeed } from './feed.ts';

/** Who revoked a box, when and why: as it was written down the first time. */
export interface Revocation {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
}

/**
 * W-REVOKE-1: out of use for good, and told to every edge. The same again changes nothing; where the feed does not tell it yet, as of
 * a box that was revoked by hand, it does then. Null for a box that was never enrolled.
 */
export async function revokeBox(
  database: Database,
  edgeId: string,
  { at, by, reason }: Omit<Revocation, 'at'> & { readonly at: number },
  networkPrivateKey: string,
): Promise<{ readonly isNew: boolean; readonly revocation: Revocation } | null> {
  return database.transaction(async (sql) => {
    const [edge] = await sql.query<{ clubId: string; publicKey: string; status: string }>(
      'select club_id as "clubId", public_key as "publicKey", status from edges where id = $1 for update',
      [edgeId],
    );
    if (!edge) return null;
    await sql.query("update edges set status = 'revoked' where id = $1 and status <> 'revoked'", [edgeId]);
    await sql.query(
      `insert into box_revocations (edge_id, at, by_name, reason) values ($1, $2, $3, $4)
       on conflict (edge_id) do nothing`,
      [edgeId, isoTime(at), by, reason],
    );
    const [revocation] = await sql.query<Revocation & Record<string, unknown>>(
      'select at, by_name as by, reason from box_revocations where edge_id = $1',
      [edgeId],
    );
    const [told] = await sql.query<{ status: string | null }>(
      "select record->>'status' as status from feed_changes where kind = 'edge-key' and id = $1",
      [edgeId],
    );
    const isNew = edge.status !== 'revoked' || told?.status !== 'revoked';
    if (isNew) {
      await announce(sql, 'live');
      const box = { edgeId, clubId: edge.clubId, publicKey: edge.publicKey };
      await writeFeed(sql, [edgeKeyRecord(box, 'revoked', networkPrivateKey)], at);
    }
    return { isNew, revocation: revocation ?? { at: isoTime(at), by, reason } };
  });
}

/** A box, in use or revoked. */
export interface BoxLine {
  readonly edgeId: string;
  readonly club: string;
  readonly status: string;
  readonly issuesCards: boolean;
  readonly software: string;
  readonly enrolledAt: string;
  readonly lastContactAt: string;
  readonly revokedAt: string | null;
  readonly by: string | null;
  readonly reason: string | null;
}

/** All that were ever enrolled, club by club. */
export function listBoxes(database: Database): Promise<BoxLine[]> {
  return database.query<BoxLine & Record<string, unknown>>(
    `select edges.id as "edgeId", clubs.name as club, status, issues_cards as "issuesCards", software,
            enrolled_at as "enrolledAt", last_contact_at as "lastContactAt", box_revocations.at as "revokedAt",
            by_name as by, reason
       from edges join clubs on clubs.id = edges.club_id
       left join box_revocations on edge_id = edges.id
      order by clubs.name, enrolled_at, edges.id`,
  );
}
