import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { ChainHead } from '@portillon/core/journal/anchor.ts';
import type { ChainStanding, LastClosed, ListedTaking, TakingDossier } from '../../store/fiscal-books.ts';

/** What the desk answers, as a person reads it. */
const chainWords = {
  T: 'takings',
  X: 'practice',
  D: 'duplicates',
  C: 'closings',
  J: 'events',
  A: 'archives',
} as const;
const levelWords = { J: 'day', M: 'month', A: 'year' } as const;

const euros = (amountCents: number) => (amountCents / 100).toFixed(2);
const percent = (rate: number) => `${rate / 100} %`;

export function ticketText(dossier: TakingDossier, accessEvent: number | null): string {
  const { taking, undoneBy, duplicates, signature } = dossier;
  const more = (word: string, text: string) => (text === '' ? [] : [`${word} ${text}`]);
  return [
    `Taking ${dossier.no}  ${taking.type}${taking.ref === '' ? '' : ` of taking ${taking.ref}`}`,
    `  time           ${taking.dt}`,
    `  establishment  ${taking.est}   till ${taking.till}`,
    `  customer       ${taking.customer || 'none'}`,
    '  lines',
    ...taking.lines.map((line) =>
      [
        `    ${line.qty} x ${euros(line.unit)}  ${line.code}  ${line.label}`,
        `net ${euros(line.ht)}  VAT ${percent(line.rate)} ${euros(line.vat)}  gross ${euros(line.ttc)}`,
        ...(line.discount > 0 ? [`discount ${euros(line.discount)}`] : []),
        ...more('period', line.period),
      ].join('  '),
    ),
    '  VAT',
    ...taking.vat.map(
      ({ rate, ht, vat, ttc }) =>
        `    ${percent(rate)}  net ${euros(ht)}  VAT ${euros(vat)}  gross ${euros(ttc)}`,
    ),
    `  total          ${euros(taking.total)}`,
    '  payment',
    ...taking.pay.map((pay) =>
      [
        `    ${pay.means} ${euros(pay.amount)}`,
        ...more('terminal', pay.terminal),
        ...more('acquirer', pay.acquirer),
        ...more('card', pay.pan),
        ...more('authorisation', pay.auth),
        ...more('mandate', pay.umr),
      ].join('  '),
    ),
    `  undone by      ${undoneBy.map(({ no, type, dt, total }) => `${type} ${no} of ${dt}, ${euros(total)}`).join('; ') || 'nothing'}`,
    `  duplicates     ${duplicates.map(({ copyNo, no, channel, operator, time }) => `${copyNo} (D1 number ${no}, ${channel}, ${operator}, ${time})`).join('; ') || 'none'}`,
    `  software       ${taking.software.version}   perimeter ${taking.software.perimeter || 'not stamped'}`,
    `  on the receipt ${dossier.receiptCharacters}`,
    `  key            ${dossier.keyId}`,
    `  signature      ${signature}`,
    `  ${dossier.signatureHolds ? 'Digest and signature hold.' : 'DIGEST OR SIGNATURE DO NOT HOLD.'}`,
    '  string',
    `    ${dossier.string}`,
    '  payload',
    `    ${dossier.payload}`,
    accessLine(accessEvent),
  ].join('\n');
}

export function listText(
  takings: readonly ListedTaking[],
  { from, to }: { readonly from: string; readonly to: string },
  purged: { readonly no: number; readonly archiveNo: number } | null,
  accessEvent: number | null,
): string {
  const total = takings.reduce((sum, taking) => sum + taking.total, 0);
  return [
    `Takings from ${from} to ${to} (the last day is outside)`,
    ...takings.map(
      ({ no, dt, type, total: amount, ref }) =>
        `${String(no).padStart(8)}  ${dt}  ${type}  ${euros(amount).padStart(10)}${ref === '' ? '' : `  of taking ${ref}`}`,
    ),
    `${takings.length} takings, total ${euros(total)}`,
    ...(purged
      ? [
          `Takings through ${purged.no} were purged: they are in the archives through number ${purged.archiveNo}.`,
        ]
      : []),
    accessLine(accessEvent),
  ].join('\n');
}

function accessLine(accessEvent: number | null): string {
  return accessEvent === null
    ? 'The journal is not open: this access could not be recorded in it.'
    : `This access is event ${accessEvent} of the journal.`;
}

export function statusText(status: {
  readonly establishment: string | null;
  readonly timeZone: string | null;
  readonly software: string;
  readonly perimeter: string;
  readonly keyId: string | null;
  readonly fault: Pick<Fault, 'code' | 'detail'> | null;
  readonly practice: { readonly operator: string; readonly eventNo: number } | null;
  readonly chains: readonly ChainStanding[];
  readonly closed: readonly LastClosed[];
}): string {
  return [
    `Establishment ${status.establishment ?? 'not known yet'}, ${status.timeZone ?? 'no time zone yet'}`,
    `Software ${status.software}, perimeter ${status.perimeter || 'not stamped'}`,
    `Key ${status.keyId ?? 'none yet'}`,
    ...status.chains.map(
      ({ chain, count, lastNo, purgedThrough }) =>
        `${chain}1 ${chainWords[chain].padEnd(10)} ${String(count).padStart(8)} records, last number ${lastNo}${purgedThrough > 0 ? `, purged through ${purgedThrough}` : ''}`,
    ),
    `Closed last: ${status.closed.map(({ level, period }) => `${levelWords[level]} ${period}`).join(', ') || 'nothing yet'}`,
    ...(status.practice
      ? [
          `IN PRACTICE since event ${status.practice.eventNo}, begun by ${status.practice.operator}: nothing is sold.`,
        ]
      : []),
    status.fault ? `Fault: ${status.fault.code}: ${status.fault.detail}` : 'No fault.',
  ].join('\n');
}

export function archiveText(archive: {
  readonly no: number;
  readonly folder: string;
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly anchor: readonly ChainHead[];
  readonly keyFile: string;
  readonly anchorFile: string;
}): string {
  return [
    `Archive ${archive.no}, ${archive.from} to ${archive.to} (the last day is outside), total ${euros(archive.total)}`,
    `lies in ${archive.folder}`,
    'Keep it outside of this box. Give the public key and the anchor to somebody else than the keeper of the archive:',
    `  ${archive.keyFile}`,
    `  ${archive.anchorFile}`,
    `  anchor: ${JSON.stringify(archive.anchor)}`,
    'Verify it, on any machine with Node.js:',
    `  node tools/verify-journal/verify-journal.mjs ${quoted(archive.folder)} --key ${quoted(archive.keyFile)} --anchor ${quoted(archive.anchorFile)}`,
  ].join('\n');
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
