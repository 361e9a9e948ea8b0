import { isoTime } from '@portillon/core/base/clock.ts';
import { type DeviceTold, paymentTerminal } from '@portillon/core/wire/messages.ts';
import type { Reporter } from '../members/row-change.ts';
import type { Sql } from './database.ts';
import { noteTerminal } from './terminals.ts';

/**
 * W-DEVICE-2: all devices of a box. Since when one stands so is counted by the base's clock. A push that the box gave up, and that was
 * taken in after the next one, says nothing any more. What a device is stays known where the box does not say it (W-DEVICE-3).
 */
export async function noteDevices(
  sql: Sql,
  reporter: Reporter & { readonly counter: number },
  devices: readonly DeviceTold[],
  nowMs: number,
): Promise<void> {
  const { edgeId, counter } = reporter;
  const newer = await sql.query(
    'update edges set devices_counter = $2 where id = $1 and devices_counter < $2 returning 1',
    [edgeId, counter],
  );
  if (newer.length === 0) return;
  const terminal = devices.find(({ name }) => name === paymentTerminal);
  const about =
    terminal?.about && (await noteTerminal(sql, reporter, paymentTerminal, terminal.about, nowMs));
  const told = devices.map((device) => (device === terminal && about ? { ...device, about } : device));
  await sql.query(
    `with told as (
       select distinct on (name) name, status, fault, about, warning, cards
         from jsonb_to_recordset($2::jsonb) as device (name text, status text, fault text, about jsonb,
                                                  warning text, cards integer)
        order by name
     ), gone as (
       delete from devices where edge_id = $1 and name not in (select name from told)
     )
     insert into devices (edge_id, name, status, fault, about, warning, cards, since)
     select $1, name, status, fault, about, warning, cards, $3 from told
     on conflict (edge_id, name) do update
       set status = excluded.status, fault = excluded.fault, about = coalesce(excluded.about, devices.about),
           warning = excluded.warning, cards = excluded.cards,
           since = case when (devices.status, devices.fault) is distinct from (excluded.status, excluded.fault)
                        then excluded.since else devices.since end
     where (devices.status, devices.fault, devices.about, devices.warning, devices.cards)
             is distinct from (excluded.status, excluded.fault, coalesce(excluded.about, devices.about),
                               excluded.warning, excluded.cards)`,
    [edgeId, JSON.stringify(told), isoTime(nowMs)],
  );
}
