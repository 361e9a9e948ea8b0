import { type Traits, withoutNames } from '../../privacy/names-in-words.ts';
import type { Sql } from '../database.ts';

const ofSales = 'select id from sales where member_id = $1::uuid';
const ofCases = `select id from cases where sale_id in (${ofSales}) or position($1::text in detail) > 0`;

/** Rows that are about no member; it names `$1` all the same, since PostgreSQL wants its type. */
const nobodys = '$1::uuid is null';

/** Where staff and boxes write in words of their own; `theirs` says which rows are about the member `$1`. */
export const placesOfWords = [
  { table: 'debts', key: 'id', column: 'words', theirs: 'member_id = $1::uuid' },
  {
    table: 'orders',
    key: 'id',
    column: 'reason',
    theirs: `member_id = $1::uuid or sale_id in (${ofSales})`,
  },
  // What a web shop said of payment and contract.
  {
    table: 'orders',
    key: 'id',
    column: 'shop_record',
    theirs: `member_id = $1::uuid or sale_id in (${ofSales})`,
  },
  { table: 'access_changes', key: 'id', column: 'reason', theirs: 'member_id = $1::uuid' },
  { table: 'cases', key: 'id', column: 'detail', theirs: `id in (${ofCases})` },
  { table: 'cases', key: 'id', column: 'tried', theirs: `id in (${ofCases})` },
  { table: 'case_settlements', key: 'case_id', column: 'words', theirs: `case_id in (${ofCases})` },
  {
    table: 'member_merges',
    key: 'id',
    column: 'reason',
    theirs: '$1::uuid in (gone_id, stays_id)',
  },
  {
    table: 'member_merges',
    key: 'id',
    column: 'undone_reason',
    theirs: '$1::uuid in (gone_id, stays_id)',
  },
  { table: 'gate_orders', key: 'id', column: 'words', theirs: nobodys },
  { table: 'gate_orders', key: 'id', column: 'reason', theirs: nobodys },
  { table: 'clock_orders', key: 'id', column: 'words', theirs: nobodys },
  { table: 'gate_alarms', key: 'id', column: 'acknowledged_words', theirs: nobodys },
] as const;

interface Found {
  readonly place: (typeof placesOfWords)[number];
  readonly key: string;
  readonly without: string;
}

/** A row whose words named somebody: which one, and nothing of what it said. */
export interface WordsPlace {
  readonly table: string;
  readonly column: string;
  readonly key: string;
}

/** As words of that form stand when nothing of them is kept. */
const nothingKept: Readonly<Record<string, string>> = { tried: '["[…]"]', shop_record: '{}' };

/** PV32: words that name the member, as they would stand without. */
export async function wordsAbout(sql: Sql, memberId: string, traits: Traits): Promise<Found[]> {
  const hints = [traits.familyName, traits.givenName, traits.email, ...traits.cardNumbers]
    .map((hint) => hint?.trim() ?? '')
    .filter((hint) => hint !== '');
  if (hints.length === 0 && !traits.phone) return [];
  const likely = hints.map((hint) => `%${hint.replace(/[\\%_]/g, '\\$&')}%`);
  const found: Found[] = [];
  for (const place of placesOfWords) {
    const rows = await sql.query<{ key: string; words: string; theirs: boolean }>(
      `select ${place.key} as key, ${place.column}::text as words, (${place.theirs}) as theirs from ${place.table}
        where ${place.column}::text ilike any($2::text[])
           or ($3::text <> '' and position($3 in regexp_replace(${place.column}::text, '\\D', '', 'g')) > 0)`,
      [memberId, likely, traits.phone?.replace(/\D/g, '').slice(-9) ?? ''],
    );
    for (const { key, words, theirs } of rows) {
      const without = withoutNames(words, traits, theirs);
      if (without !== words) found.push({ place, key, without });
    }
  }
  return found;
}

/**
 * Writes them so. In the transaction of the erasure: what else is never changed may lose a name there. `before` are rows of which
 * the same member was taken out in a later state of this base (PV64): of these all words go, as nobody can say any more which
 * were the name. Resolves with the rows that were changed.
 */
export async function forgetInWords(
  sql: Sql,
  memberId: string,
  traits: Traits,
  before: readonly WordsPlace[] = [],
): Promise<WordsPlace[]> {
  const found = await wordsAbout(sql, memberId, traits);
  for (const { table, column, key } of before) {
    const place = placesOfWords.find((each) => each.table === table && each.column === column);
    if (place) found.push({ place, key, without: nothingKept[column] ?? '[…]' });
  }
  await sql.query(`select set_config('portillon.erasing', 'on', true)`);
  for (const { place, key, without } of found) {
    const type = place.column === 'tried' || place.column === 'shop_record' ? 'jsonb' : 'text';
    await sql.query(
      `update ${place.table} set ${place.column} = $2::text::${type} where ${place.key} = $1::uuid`,
      [key, without],
    );
  }
  // What stood here before theirs took its place is in no other row: all that is quoted goes, also where it was cut.
  await sql.query(
    `update cases set detail = regexp_replace(detail, '“[^”]*(”|$)', '…', 'g')
      where kind = 'other-base-differs' and position($1::text in detail) > 0`,
    [memberId],
  );
  await sql.query(`select set_config('portillon.erasing', '', true)`);
  return found.map(({ place: { table, column }, key }) => ({ table, column, key }));
}
