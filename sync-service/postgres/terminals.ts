import { isoTime } from '@portillon/core/base/clock.ts';
import type { DeviceAboutTold } from '@portillon/core/wire/messages.ts';
import { terminalCaseId } from '../members/event-case-id.ts';
import type { Reporter } from '../members/row-change.ts';
import { terminalAtPlace, terminalFindings } from '../members/terminal-at-place.ts';
import type { Database, Sql } from './database.ts';

/**
 * W-DEVICE-4: keeps which payment terminal stands at a place of a box, and opens a case where nobody expects it there. Returns
 * what is known of it now.
 */
export async function noteTerminal(
  sql: Sql,
  reporter: Reporter,
  name: string,
  told: DeviceAboutTold,
  nowMs: number,
): Promise<DeviceAboutTold> {
  const { edgeId, clubId } = reporter;
  const [last] = await sql.query<{ about: DeviceAboutTold; since: string }>(
    'select about, since from terminals where edge_id = $1 and name = $2 order by terminals.since desc limit 1',
    [edgeId, name],
  );
  const before = last?.about ?? null;
  const now = terminalAtPlace(before, told);
  const at = isoTime(nowMs);
  if (now.isNews) await judge(sql, reporter, { name, before, now, at });
  const since = last && !now.replaced ? last.since : at;
  await sql.query(
    `insert into terminals (edge_id, name, since, club_id, about, told_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (edge_id, name, since) do update set about = excluded.about, told_at = excluded.told_at`,
    [edgeId, name, since, clubId, JSON.stringify(now.about), at],
  );
  return now.about;
}

async function judge(
  sql: Sql,
  { edgeId, clubId, legalEntityId }: Reporter,
  {
    name,
    before,
    now,
    at,
  }: {
    readonly name: string;
    readonly before: DeviceAboutTold | null;
    readonly now: ReturnType<typeof terminalAtPlace>;
    readonly at: string;
  },
): Promise<void> {
  const [place] = await sql.query<{ seller: string; known: string[]; contracts: string[] }>(
    'select name as seller, terminals as known, terminal_contracts as contracts from legal_entities where id = $1',
    [legalEntityId],
  );
  if (!place) throw new Error(`legal entity ${legalEntityId} has gone`);
  const { serial = null, terminalId = null } = now.about;
  // By its serial number; one that tells none, by its number at the acquirer.
  const [seen] = await sql.query<{ clubId: string; clubName: string }>(
    `select club_id as "clubId", clubs.name as "clubName" from terminals join clubs on clubs.id = club_id
      where about->>'serial' = $1 or ($1::text is null and about->>'terminalId' = $2)
      order by told_at desc limit 1`,
    [serial, terminalId],
  );
  const otherClub = seen && seen.clubId !== clubId ? seen.clubName : null;
  const findings = terminalFindings({ before, now, ...place, otherClub });
  if (findings.length === 0) return;
  await sql.query(
    `insert into cases (id, club_id, edge_id, at, kind, amount_cents, detail)
     values ($1, $2, $3, $4, 'terminal-not-expected', 0, $5) on conflict (id) do nothing`,
    [terminalCaseId(edgeId, name, at), clubId, edgeId, at, findings.join('; ')],
  );
}

/** A payment terminal and where it stands or stood. */
export interface TerminalLine {
  readonly club: string;
  readonly seller: string;
  readonly siret: string;
  readonly edgeId: string;
  readonly about: DeviceAboutTold;
  readonly since: string;
  readonly toldAt: string;
  /** Another one took its place, or its box is in use no more. */
  readonly isPast: boolean;
}

/** All that were ever told, club by club: what an inspection asks for. */
export function listTerminals(database: Database): Promise<TerminalLine[]> {
  return database.query<TerminalLine>(
    `select clubs.name as club, legal_entities.name as seller, siret, edge_id as "edgeId", about, since,
            told_at as "toldAt",
            edges.status <> 'active' or lead(since) over (partition by edge_id, terminals.name order by since) is not null
              as "isPast"
       from terminals join edges on edges.id = edge_id join clubs on clubs.id = terminals.club_id
       join legal_entities on legal_entities.id = clubs.legal_entity_id
      order by clubs.name, edge_id, since`,
  );
}

/** A device of a box in use. */
export interface DeviceLine {
  readonly club: string;
  readonly edgeId: string;
  readonly name: string;
  readonly status: string;
  readonly fault: string | null;
  readonly about: DeviceAboutTold | null;
}

export function listDevices(database: Database): Promise<DeviceLine[]> {
  return database.query<DeviceLine>(
    `select clubs.name as club, edge_id as "edgeId", devices.name, devices.status, fault, about
       from devices join edges on edges.id = edge_id join clubs on clubs.id = edges.club_id
      where edges.status = 'active' order by clubs.name, edge_id, devices.name`,
  );
}
