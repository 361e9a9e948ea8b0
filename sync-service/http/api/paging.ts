import { isoTime } from '@portillon/core/base/clock.ts';
import { isId } from '@portillon/core/base/ids.ts';
import { z } from 'zod';
import { ApiRefusal } from './api-route.ts';

const pageLimit = 500;

/** What every list takes (AP7). */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(pageLimit)
    .default(100)
    .describe('How many rows of the list a page holds.'),
  cursor: z
    .string()
    .max(200)
    .optional()
    .describe('`next` of the page before. Without it, the list begins at its first row.'),
};

export const timeQuery = {
  from: z.iso.datetime().optional().describe('Rows of this moment and later.'),
  to: z.iso.datetime().optional().describe('Rows before this moment.'),
};

/** `next` is null on the last page. */
export const nextField = z
  .string()
  .nullable()
  .describe('`cursor` of the next page; null when there is no more.');

/** Where a page ends: lists go by time, then id, so that a row that is added does not move the others. */
export interface PlaceInList {
  readonly at: string;
  readonly id: string;
}

export function cursorOf({ at, id }: PlaceInList): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

/** Null at the beginning. */
export function placeOfCursor(cursor: string | undefined): PlaceInList | null {
  if (cursor === undefined) return null;
  const [at = '', id = '', ...more] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const atMs = Date.parse(at);
  // Of years of four digits, as they are told: PostgreSQL reads no others.
  if (!isId(id) || more.length > 0 || !/^\d{4}-/.test(at) || Number.isNaN(atMs)) {
    throw new ApiRefusal('api.malformed', 'a cursor is what `next` said; begin without one', 'cursor');
  }
  return { at: isoTime(atMs), id };
}

/** Rows are read one more than a page holds, to know whether there is another page. */
export function pageOf<Row extends PlaceInList>(
  rows: readonly Row[],
  limit: number,
): { readonly rows: readonly Row[]; readonly next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? cursorOf(last) : null };
}

export interface ListAsked {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Values of a list: its place, its bounds and one row more than a page. */
export function listValues({ limit, cursor, from, to }: ListAsked): readonly (string | number | null)[] {
  const place = placeOfCursor(cursor);
  return [place?.at ?? null, place?.id ?? null, from ?? null, to ?? null, limit + 1];
}

/** The condition and order for `listValues` as $1 to $5, over a column of time and the id of `table`. */
export function listClause(table: string, at: string): string {
  return `($1::timestamptz is null or (${at}, ${table}.id) > ($1::timestamptz, $2::uuid))
      and ($3::timestamptz is null or ${at} >= $3::timestamptz)
      and ($4::timestamptz is null or ${at} < $4::timestamptz)`;
}
