import type { Sql } from '../database.ts';

/** Rows about a member who was forgotten, among those that were built; in an order in which each can still be told by the ones after it. */
const aboutForgotten: readonly (readonly [table: string, key: string, where: string])[] = [
  [
    'decisions',
    'id',
    'credential_id in (select id from credentials where member_id in (select member_id from erased_members))',
  ],
  [
    'passages',
    'id',
    'credential_id in (select id from credentials where member_id in (select member_id from erased_members))',
  ],
  [
    'cases',
    'id',
    'sale_id in (select id from sales where member_id in (select member_id from erased_members))',
  ],
  [
    'refunds',
    'id',
    'sale_id in (select id from sales where member_id in (select member_id from erased_members))',
  ],
  ...['mandates', 'attachments', 'credentials', 'memberships', 'sales'].map(
    (table) =>
      [
        table,
        table === 'mandates' ? 'attachment_digest' : table === 'attachments' ? 'digest' : 'id',
        'member_id in (select member_id from erased_members)',
      ] as const,
  ),
  ['members', 'id', 'id in (select member_id from erased_members)'],
];

/** What events say of a member who was forgotten is not brought back: rows about them stay as they are in use. */
export async function keepForgotten(sql: Sql, home: string): Promise<void> {
  for (const [table, key, where] of aboutForgotten) {
    const gone = await sql.query<{ key: string }>(
      `delete from ${table} where ${where} returning ${key} as key`,
    );
    if (gone.length === 0) continue;
    await sql.query(
      `insert into ${table} select * from ${home}.${table} where ${key}::text = any($1::text[])`,
      [gone.map((row) => row.key)],
    );
  }
}
