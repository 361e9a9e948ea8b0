import { resolve } from 'node:path';
import type { Result } from '@portillon/core/base/result.ts';
import { type MappingFile, type RowKind, rowKinds } from './mapping-file.ts';
import { CsvFault, readCsv } from './read-csv.ts';
import { type Rejection, type RejectionCode, rejectionAdvice } from './rejections.ts';
import { type SourceRows, sourceRow } from './source-rows.ts';

/** A line of one of the files: what it means, or why it is not brought over. */
export interface SourceLine<Kind extends RowKind = RowKind> {
  readonly line: number;
  readonly text: string;
  readonly read: Result<SourceRows[Kind], Rejection>;
}

/** The files of a legacy system, as a mapping file names them (MI1). */
export class SourceFiles {
  readonly mapping: MappingFile;
  readonly #folder: string;

  /** `folder`: where the mapping file lies. */
  constructor(mapping: MappingFile, folder: string) {
    this.mapping = mapping;
    this.#folder = folder;
  }

  /** The kinds that the mapping names, in their order. */
  get kinds(): readonly RowKind[] {
    return rowKinds.filter((kind) => this.mapping[kind] !== undefined);
  }

  /** Looks at the head of every file. Rejects with a CsvFault that says which column is missing where. */
  async check(): Promise<void> {
    for (const kind of this.kinds) {
      for await (const record of readCsv(this.#pathOf(kind), this.#fileOf(kind))) {
        this.#columnsOf(kind, record.fields);
        break;
      }
    }
  }

  photoPath(file: string): string {
    return resolve(this.#folder, this.mapping.photos?.folder ?? '', file);
  }

  nameOf(kind: RowKind): string {
    return this.#fileOf(kind).path;
  }

  /** Every line after the head, in their order; a number that was there before is rejected. `today` is a calendar day. */
  async *lines<Kind extends RowKind>(
    kind: Kind,
    today: string,
    progress?: (part: number) => void,
  ): AsyncGenerator<SourceLine<Kind>> {
    let columns: ReadonlyMap<string, number> | null = null;
    let width = 0;
    const seen = new Set<string>();
    for await (const { line, text, fields } of readCsv(this.#pathOf(kind), this.#fileOf(kind), progress)) {
      if (!columns) {
        columns = this.#columnsOf(kind, fields);
        width = fields?.length ?? 0;
        continue;
      }
      if (fields === null) yield { line, text, read: notRead('unreadable') };
      else if (fields.length !== width) yield { line, text, read: notRead('field-count') };
      else {
        const at = columns;
        const field = (column: string | undefined) => fields[at.get(column ?? '') ?? -1] ?? '';
        const read = sourceRow(kind, this.mapping, field, today);
        if (read.ok && seen.has(read.value.sourceId)) yield { line, text, read: notRead('duplicate-row') };
        else {
          if (read.ok) seen.add(read.value.sourceId);
          yield { line, text, read };
        }
      }
    }
  }

  #fileOf(kind: RowKind) {
    const file = this.mapping[kind];
    if (!file) throw new CsvFault(`the mapping file names no ${kind}`);
    return file;
  }

  #pathOf(kind: RowKind): string {
    return resolve(this.#folder, this.#fileOf(kind).path);
  }

  #columnsOf(kind: RowKind, head: readonly string[] | null): ReadonlyMap<string, number> {
    const { path, columns } = this.#fileOf(kind);
    const names = (head ?? []).map((name) => name.trim());
    for (const name of Object.values(columns)) {
      const times = names.filter((one) => one === name).length;
      if (times === 1) continue;
      throw new CsvFault(
        times === 0
          ? `${path}: its head has no column ${name}; it has ${names.slice(0, 40).join(', ')}`
          : `${path}: its head has the column ${name} ${times} times`,
      );
    }
    return new Map(names.map((name, index) => [name, index]));
  }
}

function notRead(code: RejectionCode): { readonly ok: false; readonly error: Rejection } {
  return { ok: false, error: { code, column: null } };
}

export interface RejectedLine extends Rejection {
  readonly kind: RowKind;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export const rejectedHead = 'file,line,code,column,what to do,the line\n';

/** A line of the file of rejected lines (MI4): no spreadsheet takes any of it for a formula. */
export function rejectedCsv({ file, line, code, column, text }: RejectedLine): string {
  const fields = [file, String(line), code, column ?? '', rejectionAdvice[code], text];
  return `${fields.map((field) => `"${harmless(field).replaceAll('"', '""')}"`).join(',')}\n`;
}

function harmless(field: string): string {
  return /^[=+\-@\t\r]/.test(field) ? `'${field}` : field;
}
