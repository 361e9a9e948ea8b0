import { openPolicy } from '@portillon/core/access/access-policy.ts';
import {
  type FeedChange,
  type FeedRecord,
  type LaterFeedKind,
  laterFeedKinds,
} from '@portillon/core/wire/messages.ts';
import { asToldTo } from '../members/feed-scope.ts';
import { planInClub } from '../members/plan-in-club.ts';
import { announce } from './announcements.ts';
import { changedPeople, type PersonEntry } from './club-people.ts';
import type { Database, Sql } from './database.ts';
import { notWithdrawn, type SetPriceRows, setPrices, setPricesOf } from './prices/club-prices.ts';
import { keepTold } from './told-records.ts';

/** A record for the feed; with a club, it is told whole in that club only (W-ORDER-3). */
export type FeedEntry = (FeedRecord & { readonly clubId?: string }) | PersonEntry;

/**
 * Writes records into the feed, as the last thing of a transaction. The row of the head is locked from here to the
 * commit, so versions are taken in the order of commits: nobody who has read version V can later find a smaller one new
 * (W-FEED-1). A sequence would not give that.
 */
export async function writeFeed(sql: Sql, records: readonly FeedEntry[], nowMs: number): Promise<void> {
  // Whose credentials are told anew may have become somebody of a club, or ceased to be (W-PERSON-2); their locks are held.
  const people = await changedPeople(sql, membersOf(records), nowMs);
  const last = new Map([...records, ...people].map((change) => [`${change.kind} ${change.id}`, change]));
  if (last.size === 0) return;
  const changes = [...last.values()];
  const [head] = await sql.query<{ version: number }>(
    'update feed_head set version = version + $1 returning version',
    [changes.length],
  );
  const before = (head?.version ?? 0) - changes.length;
  await sql.query(
    `insert into feed_changes (kind, id, version, record, club_id)
     select kind, id::uuid, version, record::jsonb, club_id::uuid
       from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
              as change (kind, id, version, record, club_id)
     on conflict (kind, id) do update
       set version = excluded.version, record = excluded.record, club_id = excluded.club_id`,
    [
      changes.map(({ kind }) => kind),
      changes.map(({ id }) => id),
      changes.map((_, index) => before + index + 1),
      changes.map(({ record }) => (record === null ? null : JSON.stringify(record))),
      changes.map(({ clubId }) => clubId ?? null),
    ],
  );
  // What is erased stays in no full start (W-SNAP-8); edges that are at one begin anew.
  if (changes.some(({ kind, record }) => kind === 'credential' && record === null)) {
    await sql.query('delete from feed_snapshots');
  }
  await keepTold(sql, changes, before, nowMs);
  await announce(sql, 'feed');
}

function membersOf(records: readonly FeedEntry[]): string[] {
  return records.flatMap((each) =>
    each.kind === 'credential' && each.record?.memberId && !each.record.singleUse
      ? [each.record.memberId]
      : [],
  );
}

export interface FeedPage {
  readonly changes: FeedChange[];
  readonly cursor: number;
  readonly more: boolean;
  /** The base's last version. */
  readonly head: number;
  /** Of each box of the reader's club that may push: through which number its events were taken in (W-OWN-3). */
  readonly includes: Record<string, number>;
}

const pageLength = 1_000;

/** Who reads the feed. */
export interface FeedReader {
  readonly clubId: string;
  /** Of the later kinds of records, those it understands (W-FEED-8). */
  readonly kinds: readonly LaterFeedKind[];
  /** Now: what plans cost today. */
  readonly nowMs: number;
}

/** What is not told to every edge alike, and is in no chunk of a snapshot (W-SNAP-5), save people. An index holds it. */
export const ownPart = `kind not in ('edge-key', 'person')
  and (kind <> 'credential' or record #> '{account,debts,0}' is not null)`;

/**
 * What changed after a version, oldest first. `ahead` when the base has never reached that version. Of an order for another
 * club there is no more to see than that it is elsewhere (W-ORDER-3).
 */
export async function readFeed(
  database: Database,
  after: number,
  reader: FeedReader,
): Promise<FeedPage | 'ahead'> {
  const page = await readPage(database, after, reader, ['true', 'true'], []);
  if (after > page.head) return 'ahead';
  // What lies between is of other clubs, or of kinds that were not asked for: it is not looked through again.
  return page.more ? page : { ...page, cursor: page.head };
}

/**
 * The same while names are not open (W-FEED-10). All else is told; the cursor stays before the first of the people, and who asks
 * from there is told it again. Null for somebody so far behind that not all which follows them fits.
 */
export async function readFeedBeforeNames(
  database: Database,
  after: number,
  reader: FeedReader,
): Promise<FeedPage | 'ahead' | null> {
  const page = await readPage(database, after, reader, ['true', 'true'], [], 'null::jsonb');
  if (after > page.head) return 'ahead';
  const first = page.changes.find(({ change }) => change.kind === 'person');
  if (!first) return page.more ? page : { ...page, cursor: page.head };
  const cursor = first.version - 1;
  if (page.more && cursor <= after) return null;
  const isTold = ({ version, change }: FeedChange) =>
    change.kind !== 'person' && (!page.more || version <= cursor);
  return { ...page, changes: page.changes.filter(isTold), cursor };
}

/** What a snapshot at `version` leaves out for this reader. What has changed since comes with the feed. */
export function readOwnPart(
  database: Database,
  version: number,
  after: number,
  reader: FeedReader,
): Promise<FeedPage> {
  const there = 'version <= $5 and record is not null';
  return readPage(database, after, reader, [`${there} and ${ownPart}`, there], [version]);
}

/** A name is told as it is now, and to nobody once its member was forgotten. */
const personTold = `(
  select record || jsonb_build_object('givenName', left(coalesce(given_name, ''), 80), 'familyName', left(coalesce(family_name, ''), 80))
    from named_members where named_members.id = (record->>'memberId')::uuid and coalesce(given_name, family_name) is not null)`;

/** Sealed, and its key is missing: a club goes on with the name that it knows. One look into the index for each: no `exists`. */
const nameUnread = `(
  select person is not null and coalesce(given_name, family_name, birth_date::text, email, phone) is null
    from named_members where named_members.id = (record->>'memberId')::uuid)`;

async function readPage(
  database: Database,
  after: number,
  reader: FeedReader,
  [which, whichPeople]: readonly [string, string],
  values: readonly number[],
  person: string = personTold,
): Promise<FeedPage> {
  const notUnderstood = laterFeedKinds.filter((kind) => !reader.kinds.includes(kind));
  const rows = await database.query<{
    head: number;
    includes: Record<string, number> | null;
    legalEntityId: string | null;
    debtFromCents: number | null;
    timeZone: string | null;
    version: number | null;
    change: FeedRecord | null;
    prices: SetPriceRows;
  }>(
    `select head.version as head, page.version, page.change, page.prices, club.legal_entity_id as "legalEntityId",
            club.time_zone as "timeZone", (club.policy #>> '{debt,fromCents}')::int as "debtFromCents",
            -- In the one statement that reads the changes: what these events led to is among them, or before.
            (select jsonb_object_agg(id, applied_through) from edges
              where club_id = $3 and status = 'active') as includes
       from feed_head as head left join clubs as club on club.id = $3
       left join lateral (
         select version, case when kind = 'person' and ${person === personTold ? nameUnread : 'false'} then null
                else jsonb_build_object('kind', kind, 'id', id, 'record',
                  case when kind = 'person' then ${person}
                       when record is null or club_id is null or club_id = $3 then record
                       -- W-GATE-2: orders to the gates of a club are nobody else's.
                       when kind = 'gate-order' then null
                       else jsonb_build_object('place', 'elsewhere', 'codeHash', record->'codeHash',
                                               'expiresAt', record->'expiresAt') end) end as change,
                case when kind = 'plan' then ${setPricesOf('found.id', '$3', 'club.legal_entity_id', notWithdrawn)}
                end as prices
           from (
             (select * from feed_changes
               where version > $1 and kind <> 'person' and kind <> all($4::text[]) and ${which}
               order by version limit $2)
             union all
             -- W-PERSON-1: nobody of another club, and nothing that says that there is anybody.
             (select * from feed_changes
               where kind = 'person' and club_id = $3 and version > $1 and kind <> all($4::text[]) and ${whichPeople}
               order by version limit $2)
           ) as found order by version limit $2
       ) as page on true
      order by page.version`,
    [after, pageLength + 1, reader.clubId, notUnderstood, ...values],
  );
  const toldTo = {
    legalEntityId: rows[0]?.legalEntityId ?? '',
    debtFromCents: rows[0]?.debtFromCents ?? openPolicy.debt.fromCents,
  };
  const changes: FeedChange[] = [];
  const place = { timeZone: rows[0]?.timeZone ?? 'UTC', nowMs: reader.nowMs };
  const page = rows.slice(0, pageLength);
  for (const { version, change, prices } of page) {
    if (version === null || change === null) continue;
    changes.push({ version, change: asToldTo(toldTo, atPrices(change, prices, place)) });
  }
  const { head = 0, includes = null } = rows[0] ?? {};
  const cursor = page.at(-1)?.version ?? after;
  return { changes, cursor, more: rows.length > pageLength, head, includes: includes ?? {} };
}

/** W-PLAN-2. */
function atPrices(
  change: FeedRecord,
  prices: SetPriceRows,
  place: { readonly timeZone: string; readonly nowMs: number },
): FeedRecord {
  if (change.kind !== 'plan' || change.record === null) return change;
  return { ...change, record: planInClub(change.record, setPrices(prices), place) };
}
