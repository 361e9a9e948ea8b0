import { eventPayloadSchema, type FiscalEventDetail } from '@portillon/core/journal/fiscal-event.ts';
import type { Reader } from './connection.ts';

/** What was last told of taxpayer and software. */
export async function lastTold(reader: Reader): Promise<FiscalEventDetail> {
  const rows = await reader.all<{ payload: string }>(
    `SELECT payload FROM fiscal_record WHERE chain = 'J' AND type IN ('initialisation', 'taxpayer-change', 'software-change')
     ORDER BY no`,
  );
  const details = rows.map(({ payload }) => eventPayloadSchema.parse(JSON.parse(payload)).detail);
  return Object.assign({}, ...details);
}
