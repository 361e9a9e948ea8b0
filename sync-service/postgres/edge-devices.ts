import { isoTime } from '@portillon/core/base/clock.ts';
import type { DeviceTold } from '@portillon/core/wire/messages.ts';
import type { Sql } from './database.ts';

/** W-DEVICE-2: all devices of a box. Since when one stands so is counted by the base's clock. */
export async function noteDevices(
  sql: Sql,
  edgeId: string,
  devices: readonly DeviceTold[],
  nowMs: number,
): Promise<void> {
  await sql.query(
    `with told as (
       select distinct on (name) name, status, fault
         from jsonb_to_recordset($2::jsonb) as device (name text, status text, fault text) order by name
     ), gone as (
       delete from devices where edge_id = $1 and name not in (select name from told)
     )
     insert into devices (edge_id, name, status, fault, since)
     select $1, name, status, fault, $3 from told
     on conflict (edge_id, name) do update
       set status = excluded.status, fault = excluded.fault, since = excluded.since
     where (devices.status, devices.fault) is distinct from (excluded.status, excluded.fault)`,
    [edgeId, JSON.stringify(devices), isoTime(nowMs)],
  );
}
