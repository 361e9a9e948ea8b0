import { type GateHistory, type GateOrderRequest, gateHistorySchema } from '../http/staff/gate-view.ts';

/** What the page asks of the base about gates. A failure rejects; a refusal is an outcome. */

export async function readGateHistory(signal: AbortSignal): Promise<GateHistory> {
  const response = await fetch('api/gate-history', { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return gateHistorySchema.parse(await response.json());
}

/** `under-way`: another order to this gate is. What becomes of ours is in the live view. */
export async function orderGate(order: GateOrderRequest): Promise<'given' | 'under-way'> {
  const response = await post('api/gate-orders', order);
  if (response.status === 409) return 'under-way';
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return 'given';
}

export async function acknowledge(alarmId: string, words: string): Promise<'done' | 'before'> {
  const response = await post(`api/gate-alarms/${alarmId}/acknowledgement`, { words });
  if (response.status === 409) return 'before';
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return 'done';
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
