import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { ReadEventOf } from '@portillon/core/wire/event.ts';
import type { Facts } from './event-facts.ts';
import { insert, placeOf, type RowChange, update } from './row-change.ts';

/** W-GATE-1: the row of a gate is what its edge told of it last. */
export function gateStands(event: ReadEventOf<'gate.stands'>, { reporter }: Facts): RowChange[] {
  const key = { edge_id: reporter.edgeId, gate_id: event.gateId };
  const told = {
    name: event.name,
    standing: event.standing,
    since: event.at,
    order_id: event.orderId,
    can_hold_open: event.canHoldOpen,
    releases_exit: event.releasesExit,
  };
  return [
    { do: 'insert', table: 'gates', unlessThere: true, row: { ...key, club_id: reporter.clubId, ...told } },
    update('gates', told, key),
  ];
}

/** W-GATE-6. One that nobody had answered in time may be answered late. */
export function gateOrderSettled(
  event: ReadEventOf<'gate.order-settled'>,
  { gateOrder, reporter }: Facts,
): Result<RowChange[], string> {
  if (gateOrder === null) return err('the base knows no such order to a gate');
  if (gateOrder.edgeId !== reporter.edgeId) return err('the order is for another box');
  if (gateOrder.isSettled) return err('the order was settled before');
  return ok([
    update(
      'gate_orders',
      { status: event.outcome, fault: event.fault, settled_at: event.at },
      { id: event.orderId },
    ),
  ]);
}

export function gateAlarmRaised(event: ReadEventOf<'gate.alarm-raised'>, { reporter }: Facts): RowChange[] {
  return [
    insert('gate_alarms', {
      id: event.alarmId,
      ...placeOf(reporter),
      gate_id: event.gateId,
      kind: event.kind,
      began_at: event.at,
    }),
  ];
}

export function gateAlarmEnded(event: ReadEventOf<'gate.alarm-ended'>, { reporter }: Facts): RowChange[] {
  return [
    update(
      'gate_alarms',
      { ended_at: event.at, times: event.times },
      { id: event.alarmId, edge_id: reporter.edgeId },
      'the base knows no such alarm',
    ),
  ];
}
