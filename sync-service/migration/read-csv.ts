import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';

export interface CsvForm {
  readonly encoding: string;
  readonly separator: string;
  readonly quote: string;
}

/** Fields of one line (or of several, where a field holds line feeds); null when the line cannot be read. */
export interface CsvRecord {
  /** From 1, as an editor shows it. */
  readonly line: number;
  readonly fields: readonly string[] | null;
  /** As it stands in the file. */
  readonly text: string;
}

/** The file as a whole is no good. */
export class CsvFault extends Error {}

const linesAtOnce = 500;
/** A field with more line feeds than this is a quote that was forgotten. */
const linesOfAField = 30;
const longestLine = 1_000_000;

/**
 * Reads a file of any size, some hundred lines at a time (MI2). A line that cannot be read costs that line alone: its
 * neighbours are read. Rejects with a CsvFault when there is no such file or it is no text.
 */
export async function* readCsv(
  path: string,
  form: CsvForm,
  progress?: (part: number) => void,
): AsyncGenerator<CsvRecord> {
  if (!iconv.encodingExists(form.encoding)) throw new CsvFault(`${form.encoding}: no known encoding`);
  const size = (await stat(path).catch(() => null))?.size;
  if (size === undefined) throw new CsvFault(`${path}: there is no such file`);
  let waiting: string[] = [];
  let first = 1;
  let quotes = 0;
  let readBytes = 0;
  for await (const line of linesOf(path, form.encoding, (bytes) => {
    readBytes = bytes;
  })) {
    waiting.push(line);
    quotes += line.split(form.quote).length - 1;
    const whole = quotes % 2 === 0 && waiting.length >= linesAtOnce;
    if (!whole && waiting.length < linesAtOnce + linesOfAField) continue;
    const { records, rest } = recordsOf(waiting, first, form, false);
    yield* records;
    first += waiting.length - rest.length;
    waiting = rest;
    quotes = rest.join('').split(form.quote).length - 1;
    progress?.(size === 0 ? 1 : readBytes / size);
  }
  yield* recordsOf(waiting, first, form, true).records;
  progress?.(1);
}

function recordsOf(
  lines: readonly string[],
  first: number,
  form: CsvForm,
  last: boolean,
): { readonly records: readonly CsvRecord[]; readonly rest: string[] } {
  const together = parsed(lines.join('\n'), form);
  if (Array.isArray(together)) {
    let from = first;
    const records = together.map(({ fields, lines: through }): CsvRecord => {
      const to = first + through;
      // Empty lines before it are counted and passed over.
      let line = from;
      while (line < to - 1 && lines[line - first]?.trim() === '') line++;
      from = to;
      return { line, fields, text: lines.slice(line - first, to - first).join('\n') };
    });
    return { records, rest: [] };
  }
  // Somewhere a quote is wrong: record by record, each as short as it can be read.
  const records: CsvRecord[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = first + at;
    if (lines[at]?.trim() === '') {
      at++;
      continue;
    }
    const found = shortest(lines, at, form);
    if (found === 'open' && !last && lines.length - at <= linesOfAField) {
      return { records, rest: lines.slice(at) };
    }
    const taken = typeof found === 'string' ? null : found;
    const count = taken?.count ?? 1;
    records.push({ line, fields: taken?.fields ?? null, text: lines.slice(at, at + count).join('\n') });
    at += count;
  }
  return { records, rest: [] };
}

function shortest(
  lines: readonly string[],
  at: number,
  form: CsvForm,
): { readonly fields: readonly string[]; readonly count: number } | 'open' | 'wrong' {
  for (let count = 1; count <= linesOfAField && at + count <= lines.length; count++) {
    const found = parsed(lines.slice(at, at + count).join('\n'), form);
    if (Array.isArray(found)) {
      const [record] = found;
      return record && found.length === 1 ? { fields: record.fields, count } : 'wrong';
    }
    if (found !== 'open') return 'wrong';
  }
  return 'open';
}

/** `open` where a quote is open at the end, `wrong` where one stands in the wrong place. */
function parsed(
  text: string,
  { separator, quote }: CsvForm,
): { readonly fields: readonly string[]; readonly lines: number }[] | 'open' | 'wrong' {
  try {
    const found = parse(text, {
      delimiter: separator,
      quote,
      escape: quote,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n'],
    }) as unknown as { record: string[]; info: { lines: number } }[];
    const over = text.endsWith('\n') ? 1 : 0;
    return found.map(({ record, info }, index) => ({
      fields: record,
      lines: index === found.length - 1 ? Math.max(info.lines - over, 1) : info.lines,
    }));
  } catch (error) {
    return (error as { code?: string }).code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'wrong';
  }
}

/** Lines without their ends. */
async function* linesOf(
  path: string,
  encoding: string,
  read: (bytes: number) => void,
): AsyncGenerator<string> {
  const file = createReadStream(path);
  const text = new PassThrough({ objectMode: true });
  // The mark of the byte order is passed over by the decoder.
  const flow = pipeline(file, iconv.decodeStream(encoding), text);
  flow.catch(() => undefined);
  let rest = '';
  try {
    for await (const chunk of text) {
      read(file.bytesRead);
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > longestLine) throw new CsvFault(`${path}: a line of over a million characters`);
      for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
    }
    await flow;
    if (rest !== '') yield rest.endsWith('\r') ? rest.slice(0, -1) : rest;
  } finally {
    file.destroy();
  }
}
