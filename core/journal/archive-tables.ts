import { invariant } from '../base/invariant.ts';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { closingPayloadSchema } from './closing.ts';
import { eventPayloadSchema } from './fiscal-event.ts';
import { type FieldsOf, type FiscalRecord, type RecordKind, readFields } from './record-layout.ts';
import type { StoredRegistration } from './spain/registration-problem.ts';
import { takingPayloadSchema, trainingPayloadSchema } from './taking.ts';
import { vatText } from './vat-row.ts';

/** The records as tables (FJ21): `;`, UTF-8, one header line, amounts in cents, rates in hundredths of a percent. */
export const tableColumns = {
  'tickets.csv':
    'kind;no;dt;type;ref;total;total_ht;perp;perp_abs;perp_ht;customer;version;perimeter;mark;operator;kid;signature',
  'lines.csv': 'kind;no;line;code;label;qty;unit;rate;ht;vat;ttc;discount;period',
  'payments.csv': 'kind;no;payment;means;amount;terminal;acquirer;pan;auth;umr',
  'vat.csv': 'kind;no;rate;ht;vat;ttc',
  'duplicates.csv': 'no;dt;tz;orig_type;orig_no;copy_no;channel;operator;kid;signature',
  'closings.csv':
    'no;dt;level;period;from;to;first;last;sales;refunds;cancelled;copies;training;vat;pay;total;total_ht;perp;perp_abs;perp_ht;last_signature;closings;kid;signature',
  'events.csv': 'no;dt;code;label;operator;detail;kid;signature',
} as const;
export type TableName = keyof typeof tableColumns;

export const registrationColumns = 'no;taking_no;kind;text;previous;digest';

type Cell = string | number;
export type Records = Readonly<Record<'T' | 'X' | 'D' | 'C' | 'J', readonly FiscalRecord[]>>;

/** Each table as text, with its number of rows. */
export function archiveTables(
  records: Records,
): Readonly<Record<TableName, { readonly text: string; readonly rows: number }>> {
  const takings = [...records.T.map(readTaking), ...records.X.map(readTraining)];
  return {
    'tickets.csv': table('tickets.csv', takings.map(ticketRow)),
    'lines.csv': table(
      'lines.csv',
      takings.flatMap(({ kind, payload }) =>
        payload.lines.map((line, index) => [
          kind,
          payload.no,
          index + 1,
          line.code,
          line.label,
          line.qty,
          line.unit,
          line.rate,
          line.ht,
          line.vat,
          line.ttc,
          line.discount,
          line.period,
        ]),
      ),
    ),
    'payments.csv': table(
      'payments.csv',
      takings.flatMap(({ kind, payload }) =>
        payload.pay.map((pay, index) => [
          kind,
          payload.no,
          index + 1,
          pay.means,
          pay.amount,
          pay.terminal,
          pay.acquirer,
          pay.pan,
          pay.auth,
          pay.umr,
        ]),
      ),
    ),
    'vat.csv': table(
      'vat.csv',
      takings.flatMap(({ kind, payload }) =>
        payload.vat.map((row) => [kind, payload.no, row.rate, row.ht, row.vat, row.ttc]),
      ),
    ),
    'duplicates.csv': table('duplicates.csv', records.D.map(duplicateRow)),
    'closings.csv': table('closings.csv', records.C.map(closingRow)),
    'events.csv': table('events.csv', records.J.map(eventRow)),
  };
}

function readTaking(record: FiscalRecord) {
  const { perp, perpAbs, kid } = fieldsOf('T1', record);
  const payload = takingPayloadSchema.parse(jsonOf(record));
  return {
    kind: 'T1',
    payload,
    totals: [perp, perpAbs, payload.perpHt],
    marks: ['', ''],
    end: [kid, record.signature],
  };
}

function readTraining(record: FiscalRecord) {
  const { kid } = fieldsOf('X1', record);
  const payload = trainingPayloadSchema.parse(jsonOf(record));
  return {
    kind: 'X1',
    payload,
    totals: ['', '', ''],
    marks: [payload.mark, payload.operator],
    end: [kid, record.signature],
  };
}

function ticketRow({
  kind,
  payload,
  totals,
  marks,
  end,
}: ReturnType<typeof readTaking> | ReturnType<typeof readTraining>): Cell[] {
  const { no, dt, type, ref, total, vat, customer, software } = payload;
  const totalHt = vat.reduce((sum, row) => sum + row.ht, 0);
  return [
    kind,
    no,
    dt,
    type,
    ref,
    total,
    totalHt,
    ...totals,
    customer,
    software.version,
    software.perimeter,
    ...marks,
    ...end,
  ];
}

function duplicateRow(record: FiscalRecord): Cell[] {
  const fields = fieldsOf('D1', record);
  const { no, dt, tz, origType, origNo, copyNo, channel, operator, kid } = fields;
  return [no, dt, tz, origType, origNo, copyNo, channel, operator, kid, record.signature];
}

function closingRow(record: FiscalRecord): Cell[] {
  const { kid } = fieldsOf('C1', record);
  const closing = closingPayloadSchema.parse(jsonOf(record));
  const { tickets } = closing;
  return [
    closing.no,
    closing.dt,
    closing.level,
    closing.period,
    closing.from,
    closing.to,
    tickets.first,
    tickets.last,
    tickets.sales,
    tickets.refunds,
    tickets.cancelled,
    closing.copies,
    closing.training,
    vatText(closing.vat),
    closing.pay.map(({ means, amount }) => `${means}:${amount}`).join('|'),
    closing.total,
    closing.totalHt,
    closing.perpSigned,
    closing.perpAbs,
    closing.perpHt,
    closing.lastSig,
    closing.closings.join('|'),
    kid,
    record.signature,
  ];
}

function eventRow(record: FiscalRecord): Cell[] {
  const { kid, label } = fieldsOf('J1', record);
  const event = eventPayloadSchema.parse(jsonOf(record));
  return [
    event.no,
    event.dt,
    event.code,
    label,
    event.operator,
    canonicalJson(event.detail),
    kid,
    record.signature,
  ];
}

function fieldsOf<K extends RecordKind>(kind: K, record: FiscalRecord): FieldsOf<K> {
  const fields = readFields(kind, record.text);
  invariant(fields, `a record of chain ${record.chain} is a ${kind}`);
  return fields;
}

function jsonOf(record: FiscalRecord): unknown {
  return JSON.parse(record.payload ?? 'null');
}

/** Registrations in the form of the tax authority, with the text that each digest covers (FJ29). */
export function registrationsTable(registrations: readonly StoredRegistration[]): string {
  const rows = registrations.map(({ no, takingNo, kind, text, previousDigest, digest }) => [
    no,
    takingNo,
    kind,
    text,
    previousDigest,
    digest,
  ]);
  return csv(registrationColumns, rows);
}

function table(name: TableName, rows: readonly (readonly Cell[])[]) {
  return { text: csv(tableColumns[name], rows), rows: rows.length };
}

function csv(header: string, rows: readonly (readonly Cell[])[]): string {
  return `${[header, ...rows.map((row) => row.map(quoted).join(';'))].join('\n')}\n`;
}

/** RFC 4180: quoted where a separator, a quote or a line end stands inside. */
function quoted(cell: Cell): string {
  const text = String(cell);
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
