import { isoTime } from '@portillon/core/base/clock.ts';
import type { DeviceTold } from '@portillon/core/wire/messages.ts';
import type { Sql } from './database.ts';

/**
 * W-DEVICE-2: all devices of a box. Since when one stands so is counted by the base's clock. A push that the box gave up, and that was
 * taken in after the next one, says nothing any more.
 */
export async function noteDevices(
  sql: Sql,
  { edgeId, counter }: { readonly edgeId: string; readonly counter: number },
  devices: readonly DeviceTold[],
  nowMs: number,
): Promise<void> {
  const newer = await sql.query(
    'update edges set devices_counter = $2 where id = $1 and devices_counter < $2 returning 1',
    [edgeId, counter],
  );
  if (newer.length === 0) return;
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
