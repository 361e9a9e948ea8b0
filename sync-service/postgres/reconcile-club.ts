import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { localDate } from '@portillon/core/journal/fiscal-time.ts';
import { CsvFault } from '../migration/read-csv.ts';
import type { Difference, Reconciliation } from '../migration/reconciliation.ts';
import type { SourceFiles } from '../migration/source-files.ts';
import type { SourceRows } from '../migration/source-rows.ts';
import type { Database, Sql } from './database.ts';
import { momentsOf } from './import-people.ts';
import { recordsThatStay } from './records-of-person.ts';

type Compared = 'members' | 'memberships' | 'badges' | 'debts';

interface BaseRow {
  readonly sourceId: string;
  /** Number of who has it in the base; '' for nobody who came over. */
  readonly member: string;
  /** All numbers of that person: more than one where records were merged. */
  readonly holders: readonly string[];
}
interface BaseMembership {
  readonly plan: string;
  readonly status: string;
  readonly validFrom: string;
  readonly validTo: string | null;
}
interface BaseDebt {
  readonly amountCents: number;
  readonly settled: boolean;
}

/** Reads the files of a club again and compares them with what the base holds now (MI11). The report is kept. */
export async function reconcileClub(
  tables: Database,
  options: {
    readonly files: SourceFiles;
    readonly club: string;
    readonly clock: Clock;
    readonly random: Random;
  },
): Promise<Reconciliation> {
  const { files, clock } = options;
  await files.check();
  const database = tables.for('job');
  const [club] = await database.query<{ id: string; timeZone: string }>(
    'select id, time_zone as "timeZone" from clubs where name = $1',
    [options.club],
  );
  if (!club) throw new CsvFault(`no club is called ${options.club}`);
  const nowMs = clock.wallMs();
  const today = localDate(nowMs, club.timeZone);
  const { mapping } = files;
  const of = [club.id, mapping.system] as const;
  const differences: Difference[] = [];
  const notCompared: Record<string, number> = {};
  const leave = (reason: string) => {
    notCompared[reason] = (notCompared[reason] ?? 0) + 1;
  };

  async function* understood<Kind extends Compared>(kind: Kind): AsyncGenerator<SourceRows[Kind]> {
    if (!mapping[kind]) return;
    for await (const { read } of files.lines(kind, today)) {
      if (read.ok) yield read.value;
      else leave(`${kind}, rejected: ${read.error.code}`);
    }
  }
  const absent = (kind: Compared, rows: ReadonlyMap<string, unknown>) => {
    for (const sourceId of rows.keys()) {
      differences.push({ kind, sourceId, what: 'not-in-source', source: null, base: sourceId });
    }
  };

  const members = await baseLines(database, of, 'members');
  const memberCount = members.size;
  const inSource = new Set<string>();
  for await (const { sourceId } of understood('members')) {
    inSource.add(sourceId);
    if (!members.has(sourceId)) {
      differences.push({ kind: 'members', sourceId, what: 'not-in-base', source: sourceId, base: null });
    }
  }
  absent('members', new Map([...members].filter(([sourceId]) => !inSource.has(sourceId))));

  const memberships = await baseLines<BaseMembership>(
    database,
    of,
    'memberships',
    `, record->'names'->>'fr' as plan, status, valid_from as "validFrom", valid_to as "validTo"`,
    'join memberships on memberships.id = line.row_id join plans on plans.id = plan_id',
  );
  const baseCounts = counted([...memberships.values()].map(({ plan, status }) => `${plan}\n${status}`));
  const planNames = new Map(
    (
      await database.query<{ id: string; fr: string; en: string }>(
        "select id, record->'names'->>'fr' as fr, record->'names'->>'en' as en from plans",
      )
    ).flatMap(({ id, fr, en }) => [
      [id, fr],
      [fr, fr],
      [en, fr],
    ]),
  );
  const sourcePlans: string[] = [];
  for await (const row of understood('memberships')) {
    if (!members.has(row.member)) {
      leave('memberships, rejected: unknown-member');
      continue;
    }
    const plan = planNames.get(row.plan) ?? row.plan;
    sourcePlans.push(`${plan}\n${row.status}`);
    const base = memberships.get(row.sourceId);
    memberships.delete(row.sourceId);
    const differs = (what: Difference['what'], source: string | null, held: string | null) => {
      if (source !== held)
        differences.push({ kind: 'memberships', sourceId: row.sourceId, what, source, base: held });
    };
    if (!base) {
      differs('not-in-base', row.sourceId, null);
      continue;
    }
    const { validFrom, validTo } = momentsOf(row, club.timeZone);
    differs('holder', row.member, base.holders.includes(row.member) ? row.member : base.member);
    differs('plan', plan, base.plan);
    differs('status', row.status, base.status);
    differs('from', validFrom, base.validFrom);
    differs('to', validTo, base.validTo);
  }
  absent('memberships', memberships);
  const sourceCounts = counted(sourcePlans);

  const badges = await baseLines(database, of, 'badges');
  const badgeCount = badges.size;
  const running = await runningMembers(database, club.id, nowMs);
  const badgesWithoutMember: string[] = [];
  let sourceBadges = 0;
  for await (const { sourceId, member } of understood('badges')) {
    const base = badges.get(sourceId);
    badges.delete(sourceId);
    if (!members.has(member)) badgesWithoutMember.push(sourceId);
    else if (!base && !running.has(member)) leave('badges, left out: membership-over');
    else {
      sourceBadges++;
      if (base?.holders.includes(member)) continue;
      differences.push({
        kind: 'badges',
        sourceId,
        what: base ? 'holder' : 'not-in-base',
        source: member,
        base: base?.member ?? null,
      });
    }
  }
  absent('badges', badges);

  const debts = await baseLines<BaseDebt>(
    database,
    of,
    'debts',
    ', amount_cents as "amountCents", settled_at is not null as settled',
    'join debts on debts.id = line.row_id',
  );
  const owed = { source: 0, base: 0, settledHere: 0 };
  for (const { amountCents, settled } of debts.values()) {
    owed.base += amountCents;
    if (settled) owed.settledHere += amountCents;
  }
  for await (const { sourceId, member, amountCents } of understood('debts')) {
    if (!members.has(member)) {
      leave('debts, rejected: unknown-member');
      continue;
    }
    owed.source += amountCents;
    const base = debts.get(sourceId);
    debts.delete(sourceId);
    if ((base?.amountCents ?? 0) === amountCents) continue;
    differences.push({
      kind: 'debts',
      sourceId,
      what: base ? 'amount' : 'not-in-base',
      source: String(amountCents),
      base: base ? String(base.amountCents) : null,
    });
  }
  absent('debts', debts);

  const report: Reconciliation = {
    club: options.club,
    system: mapping.system,
    at: isoTime(nowMs),
    members: { source: inSource.size, base: memberCount },
    memberships: [...new Set([...sourceCounts.keys(), ...baseCounts.keys()])].sort().map((key) => {
      const [plan = '', status = ''] = key.split('\n');
      return { plan, status, source: sourceCounts.get(key) ?? 0, base: baseCounts.get(key) ?? 0 };
    }),
    badges: { source: sourceBadges, base: badgeCount },
    owedCents: owed,
    membersWithoutBadge: [...running].filter(([, opens]) => !opens).map(([sourceId]) => sourceId),
    badgesWithoutMember,
    notCompared,
    differences,
  };
  await database.query(
    'insert into reconciliations (id, club_id, at, differences, report) values ($1, $2, $3, $4, $5)',
    [
      newId<'reconciliation'>(clock, options.random),
      club.id,
      report.at,
      differences.length,
      JSON.stringify({ ...report, differences: differences.slice(0, differencesKept) }),
    ],
  );
  return report;
}

/** In the base; the file of the command holds all. */
const differencesKept = 200;

type Of = readonly [clubId: string, system: string];

function counted(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Lines that were brought over, by their number, each with the number of its member. Joined here: the planner knows nothing of a table that was just filled. */
async function baseLines<More extends object>(
  sql: Sql,
  of: Of,
  kind: Compared,
  columns = '',
  join = '',
): Promise<Map<string, BaseRow & More>> {
  const owners = await sql.query<{ memberId: string; member: string }>(
    `select member_id as "memberId", source_id as member from imported_rows
      where club_id = $1 and system = $2 and kind = 'members'`,
    of,
  );
  // DU13: what came over of a merged record is of the one that stays, which may have a number of its own.
  const stays = await recordsThatStay(
    sql,
    owners.map(({ memberId }) => memberId),
  );
  const numbers = new Map<string, string[]>();
  for (const { memberId, member } of owners) {
    const id = stays.get(memberId) ?? memberId;
    numbers.set(id, [...(numbers.get(id) ?? []), member]);
  }
  const rows = await sql.query<{ sourceId: string; memberId: string } & More>(
    `select line.source_id as "sourceId", line.member_id as "memberId" ${columns}
       from imported_rows as line ${join}
      where line.club_id = $1 and line.system = $2 and line.kind = '${kind}' and line.ended_at is null`,
    of,
  );
  return new Map(
    rows.map((row) => {
      const holders = numbers.get(row.memberId) ?? [];
      return [row.sourceId, { ...row, holders, member: holders[0] ?? '' }];
    }),
  );
}

/** Members who came over and whose membership runs or will, and whether anything opens for them, or will in `both`. */
async function runningMembers(
  sql: Sql,
  clubId: string,
  nowMs: number,
): Promise<ReadonlyMap<string, boolean>> {
  const rows = await sql.query<{ sourceId: string; opens: boolean }>(
    `select source_id as "sourceId",
            exists (select 1 from credentials
                     where credentials.member_id = owner.member_id and not single_use
                       and (valid_to is null or valid_to > $2)
                       and (status = 'active' or exists (
                         select 1 from imported_rows as badge where badge.member_id = owner.member_id
                            and badge.row_id = credentials.id and badge.held))) as opens
       from imported_rows as owner
      where club_id = $1 and kind = 'members' and ended_at is null
        and exists (select 1 from memberships where memberships.member_id = owner.member_id and status = 'active'
                       and (valid_to is null or valid_to > $2))`,
    [clubId, isoTime(nowMs)],
  );
  return new Map(rows.map(({ sourceId, opens }) => [sourceId, opens]));
}
