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
/** In the order in which the manifest lists them. */
export const tableNames = Object.keys(tableColumns) as readonly TableName[];

export const registrationColumns = 'no;taking_no;kind;text;previous;digest';

type Cell = string | number;

/** A registration in the form of the tax authority, with the text that its digest covers (FJ29). */
export function registrationRow({
  no,
  takingNo,
  kind,
  text,
  previousDigest,
  digest,
}: StoredRegistration): string {
  return line([no, takingNo, kind, text, previousDigest, digest]);
}

/** The rows that a record is in each table, each with its line end. Records of archives are in none. */
export function tableRows(
  record: FiscalRecord,
): readonly (readonly [name: TableName, rows: readonly string[]])[] {
  switch (record.chain) {
    case 'T':
      return takingRows(readTaking(record));
    case 'X':
      return takingRows(readTraining(record));
    case 'D':
      return [['duplicates.csv', [line(duplicateRow(record))]]];
    case 'C':
      return [['closings.csv', [line(closingRow(record))]]];
    case 'J':
      return [['events.csv', [line(eventRow(record))]]];
    case 'A':
      return [];
  }
}

type ReadTaking = ReturnType<typeof readTaking> | ReturnType<typeof readTraining>;

function takingRows(taking: ReadTaking): readonly (readonly [TableName, readonly string[]])[] {
  const { kind, payload } = taking;
  const lines = payload.lines.map((each, index) => [
    kind,
    payload.no,
    index + 1,
    each.code,
    each.label,
    each.qty,
    each.unit,
    each.rate,
    each.ht,
    each.vat,
    each.ttc,
    each.discount,
    each.period,
  ]);
  const payments = payload.pay.map((pay, index) => [
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
  ]);
  const vat = payload.vat.map((row) => [kind, payload.no, row.rate, row.ht, row.vat, row.ttc]);
  return [
    ['tickets.csv', [line(ticketRow(taking))]],
    ['lines.csv', lines.map(line)],
    ['payments.csv', payments.map(line)],
    ['vat.csv', vat.map(line)],
  ];
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

function ticketRow({ kind, payload, totals, marks, end }: ReadTaking): Cell[] {
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

function line(row: readonly Cell[]): string {
  return `${row.map(quoted).join(';')}\n`;
}

/** RFC 4180: quoted where a separator, a quote or a line end stands inside. */
function quoted(cell: Cell): string {
  const text = String(cell);
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
