import { type ClosingPayload, totalsOfClosings, totalsOfTakings } from '@portillon/core/journal/closing.ts';
import { composeClosing, type RecordPlace } from '@portillon/core/journal/compose-record.ts';
import { type ClosingFacts, type DueClosing, dueClosings } from '@portillon/core/journal/due-closings.ts';
import type { FiscalEventDetail, FiscalEventKind } from '@portillon/core/journal/fiscal-event.ts';
import type { FiscalRecord } from '@portillon/core/journal/record-layout.ts';
import type { Tx } from './connection.ts';
import { fiscalRecords } from './fiscal-records.ts';

/** How a closing reaches its chain. */
export interface ClosingWriter {
  place(): Promise<RecordPlace>;
  insert(place: RecordPlace, record: FiscalRecord, level: string, filedMs: number): Promise<unknown>;
  tell(kind: FiscalEventKind, detail: FiscalEventDetail): Promise<unknown>;
}

/** Closes every period that is over, each with the event that says so (FJ11). All of it is in the caller's transaction. */
export async function writeDueClosings(
  tx: Tx,
  facts: ClosingFacts,
  writer: ClosingWriter,
): Promise<readonly ClosingPayload[]> {
  const due = dueClosings(facts);
  if (due.length === 0) return [];
  // What is due is closed before anything else is recorded: the last taking of all is the last one of every such period.
  const lastTaking = await fiscalRecords.last(tx, 'T');
  const perpetual = fiscalRecords.perpetualAfter(lastTaking);
  const written: ClosingPayload[] = [];
  for (const closing of due) {
    const place = await writer.place();
    const { record, payload } = composeClosing(place, {
      ...closing,
      ...(await contentOf(tx, closing)),
      perpetual,
      lastTakingSignature: lastTaking?.signature ?? '',
    });
    await writer.insert(place, record, closing.level, closing.toMs - 1_000);
    await writer.tell(closing.level === 'A' ? 'closing-year' : 'closing-day-or-month', {
      recordNo: record.no,
      reason: closing.period,
    });
    written.push(payload);
  }
  return written;
}

async function contentOf(tx: Tx, { level, fromMs, toMs }: DueClosing) {
  if (level === 'J') {
    const counts = {
      copies: await fiscalRecords.count(tx, 'D', fromMs, toMs),
      training: await fiscalRecords.count(tx, 'X', fromMs, toMs),
    };
    return {
      totals: totalsOfTakings(await fiscalRecords.takings(tx, fromMs, toMs), counts),
      closings: [],
    };
  }
  const parts = await fiscalRecords.closings(tx, level === 'M' ? 'J' : 'M', fromMs, toMs);
  return { totals: totalsOfClosings(parts), closings: parts.map(({ no }) => no) };
}
