import { isoTime } from '@portillon/core/base/clock.ts';
import { unwatched } from '@portillon/core/wire/messages.ts';
import type { Sql } from './database.ts';

/** Upper ends, the last without one. */
export const contactAges = ['15s', '1m', '10m', '1h', '1d', 'longer'] as const;
export type ContactAge = (typeof contactAges)[number];

/** How a device may stand (drivers/device.ts), and anything else. */
export const deviceStandings = ['starting', 'ready', 'faulted', 'disconnected', 'stopped', 'other'] as const;
export type DeviceStanding = (typeof deviceStandings)[number];

/** What a device says will stop it soon (W-DEVICE-5), and anything else. */
export const deviceWarnings = ['dispenser.stacker-low', 'printer.paper-low', 'other'] as const;
export type DeviceWarning = (typeof deviceWarnings)[number];

/** The state of the base in numbers. Nobody's data are in it. */
export interface BaseFigures {
  readonly epoch: number;
  readonly feedVersion: number;
  /** Enrolled boxes, each counted once, under the shortest age that holds. */
  readonly edgesByContact: Readonly<Record<ContactAge, number>>;
  /** By kind, which is of a closed list (core/wire/event.ts and the base's own). */
  readonly openCases: Readonly<Record<string, number>>;
  readonly oldestCaseSeconds: number;
  readonly parkedEvents: number;
  readonly oldestParkedSeconds: number;
  readonly attachmentsAwaited: number;
  readonly openOrders: number;
  /** Devices of boxes in use, by how they stand; of a closed list, others as `other`. */
  readonly devices: Readonly<Record<DeviceStanding, number>>;
  /** Devices that work and will not for long, by what they lack; of a closed list, others as `other`. */
  readonly warnings: Readonly<Record<DeviceWarning, number>>;
  /** Member bases of others, by the name of their adapter. */
  readonly adapters: readonly AdapterFigures[];
}

export interface AdapterFigures {
  readonly name: string;
  readonly waiting: number;
  readonly oldestSeconds: number;
  /** Refused, or overruled by theirs. */
  readonly putAside: number;
  readonly dropped: number;
  readonly answers: boolean;
  /** Changes of theirs that were applied, and that were put aside; null where nothing is read. */
  readonly applied: number | null;
  readonly parked: number | null;
  /** Since they last had nothing more to say. */
  readonly readSeconds: number | null;
}

/** Ages are 0 where there is nothing. */
export async function readFigures(sql: Sql, nowMs: number): Promise<BaseFigures> {
  const now = isoTime(nowMs);
  const [one] = await sql.query<
    Omit<
      BaseFigures,
      'edgesByContact' | 'openCases' | 'oldestCaseSeconds' | 'devices' | 'warnings' | 'adapters'
    >
  >(
    `select (select epoch from meta) as epoch, (select version from feed_head) as "feedVersion",
            (select count(*) from parked_events where settled_at is null) as "parkedEvents",
            (select coalesce(extract(epoch from $1::timestamptz - min(parked_at)), 0)::float8
               from parked_events where settled_at is null) as "oldestParkedSeconds",
            (select count(*) from attachments where received_at is null) as "attachmentsAwaited",
            (select count(*) from orders where status = 'open' and expires_at > $1) as "openOrders"`,
    [now],
  );
  const cases = await sql.query<{ kind: string; count: number; oldest: number }>(
    `select kind, count(*) as count, extract(epoch from $1::timestamptz - min(at))::float8 as oldest
       from cases where not exists (select 1 from case_settlements where case_id = cases.id)
      group by kind`,
    [now],
  );
  const edges = await sql.query<{ age: ContactAge; count: number }>(
    `select case when age < interval '15 s' then '15s' when age < interval '1 min' then '1m'
                 when age < interval '10 min' then '10m' when age < interval '1 h' then '1h'
                 when age < interval '1 day' then '1d' else 'longer' end as age, count(*) as count
       from (select $1::timestamptz - last_contact_at as age from edges where status = 'active') as edge
      group by 1`,
    [now],
  );
  const standings = await sql.query<{ status: string; count: number }>(
    `select devices.status, count(*)::int as count from devices join edges on edges.id = devices.edge_id
      where edges.status = 'active' and devices.status <> $1 group by 1`,
    [unwatched],
  );
  const devices = { starting: 0, ready: 0, faulted: 0, disconnected: 0, stopped: 0, other: 0 };
  for (const { status, count } of standings) {
    devices[deviceStandings.find((known) => known === status) ?? 'other'] += count;
  }
  const warned = await sql.query<{ warning: string; count: number }>(
    `select warning, count(*)::int as count from devices join edges on edges.id = devices.edge_id
      where edges.status = 'active' and warning is not null group by 1`,
  );
  const warnings = { 'dispenser.stacker-low': 0, 'printer.paper-low': 0, other: 0 };
  for (const { warning, count } of warned) {
    warnings[deviceWarnings.find((known) => known === warning) ?? 'other'] += count;
  }
  const adapters = await sql.query<AdapterFigures & Record<string, unknown>>(
    `select name, count(row_id) filter (where state = 'waiting')::int as waiting,
            coalesce(extract(epoch from $1::timestamptz - min(created_at) filter (where state = 'waiting')), 0)::float8
              as "oldestSeconds",
            count(row_id) filter (where state <> 'waiting')::int as "putAside", dropped,
            adapters.failures = 0 and coalesce(intake.failures, 0) = 0 as answers, applied,
            case when intake.adapter is not null then
              (select count(*) from adapter_parked where adapter_parked.adapter = name)::int end as parked,
            extract(epoch from $1::timestamptz - coalesce(read_at, started_at))::float8
              * case when intake.adapter is not null then 1 end as "readSeconds"
       from adapters left join adapter_outbox on adapter_outbox.adapter = name
       left join adapter_intake as intake on intake.adapter = name
      where ended_at is null group by name, intake.adapter order by name`,
    [now],
  );
  if (!one) throw new Error('a query without a source has one row');
  const edgesByContact = { '15s': 0, '1m': 0, '10m': 0, '1h': 0, '1d': 0, longer: 0 };
  for (const { age, count } of edges) edgesByContact[age] = count;
  return {
    ...one,
    adapters,
    edgesByContact,
    devices,
    warnings,
    openCases: Object.fromEntries(cases.map(({ kind, count }) => [kind, count])),
    oldestCaseSeconds: Math.max(0, ...cases.map(({ oldest }) => oldest)),
  };
}
