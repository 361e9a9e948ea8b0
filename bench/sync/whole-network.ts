import type { Sql } from '@portillon/sync-service/postgres/database.ts';
import { fillFeed } from '@portillon/sync-service/test/feed-of-a-network.ts';
import pg from 'pg';
import type { BaseProcess } from './base-process.ts';

/** The base behind its HTTP, as an operator's statements reach it. */
export class BaseTables implements Sql {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async of(base: BaseProcess): Promise<BaseTables> {
    const client = new pg.Client({
      connectionString: base.ready.databaseUrl,
      types: {
        getTypeParser: (type, format) =>
          type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
      },
    });
    await client.connect();
    return new BaseTables(client);
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<Row>(text, [...values])).rows;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

/** As many cards of members in the feed, of every club; the version they end at. */
export async function fillNetwork(tables: BaseTables, base: BaseProcess, count: number): Promise<number> {
  const [plan] = await tables.query<{ id: string }>(
    "select id from plans where record->>'scope' = 'network' limit 1",
  );
  if (!plan) throw new Error('the base has a plan');
  return fillFeed(tables, { planId: plan.id, clubIds: Object.values(base.ready.clubs) }, count);
}

/** One credential in a hundred, wherever it lies, is blocked. How many those are. */
export async function changeOneInHundred(tables: BaseTables): Promise<number> {
  const [changed] = await tables.query<{ count: number }>(
    `with chosen as (
       select id, row_number() over () as n from feed_changes
        where kind = 'credential' and get_byte(decode(md5(id::text), 'hex'), 0) * 256
              + get_byte(decode(md5(id::text), 'hex'), 1) < 655
     ), head as (
       update feed_head set version = version + (select count(*) from chosen)
       returning version - (select count(*) from chosen) as before
     ), written as (
       update feed_changes set version = head.before + n, record = jsonb_set(record, '{status}', '"blocked"')
         from chosen, head where feed_changes.kind = 'credential' and feed_changes.id = chosen.id returning 1
     )
     select count(*) as count from written`,
  );
  return changed?.count ?? 0;
}
