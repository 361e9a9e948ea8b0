import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { OutboxEvent } from '@portillon/core/wire/event.ts';
import pg from 'pg';

const table = `create table bare_events (
  edge_id uuid not null, seq bigint not null, event_id uuid not null, body bytea not null, prev_hash text not null,
  hash text not null, received_at timestamptz not null default now(), primary key (edge_id, seq))`;
const keyedTable = 'create table keyed_events (key uuid primary key, body jsonb not null)';

/**
 * The least that anybody could do with events: into one table of the same PostgreSQL, in a loop, one batch a transaction; no
 * HTTP, no signature, no chain, no rows of what they say. Events a second.
 */
export async function bareInsertLoop(
  clock: Clock,
  databaseUrl: string,
  edgeId: string,
  batches: readonly (readonly OutboxEvent[])[],
): Promise<number> {
  const sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
  try {
    await sql.query(table);
    const fromMs = clock.monotonicMs();
    let events = 0;
    for (const batch of batches) {
      await sql.query('begin');
      for (const { seq, eventId, body, prevHash, hash } of batch) {
        await sql.query({
          name: 'bare',
          text: `insert into bare_events (edge_id, seq, event_id, body, prev_hash, hash) values ($1, $2, $3, $4, $5, $6)`,
          values: [edgeId, seq, eventId, Buffer.from(body), prevHash, hash],
        });
        events += 1;
      }
      await sql.query('commit');
    }
    return (events / (clock.monotonicMs() - fromMs)) * 1_000;
  } finally {
    await sql.query('drop table if exists bare_events');
    await sql.end();
  }
}

/**
 * What is usual: each event a request of its own with an idempotency key, one after the other since their order counts, the
 * row durable before the answer. Into the same PostgreSQL. Events a second.
 */
export async function onePostAnItem(
  clock: Clock,
  databaseUrl: string,
  events: readonly OutboxEvent[],
): Promise<number> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await pool.query({
      name: 'keyed',
      text: 'insert into keyed_events (key, body) values ($1, $2) on conflict do nothing',
      values: [request.headers['idempotency-key'], Buffer.concat(chunks).toString()],
    });
    response.writeHead(204).end();
  });
  try {
    await pool.query(keyedTable);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/events`;
    const fromMs = clock.monotonicMs();
    for (const { eventId, body } of events) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': eventId },
        body,
      });
      await answer.arrayBuffer();
      if (answer.status !== 204) throw new Error(`the baseline answered ${answer.status}`);
    }
    return (events.length / (clock.monotonicMs() - fromMs)) * 1_000;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await pool.query('drop table if exists keyed_events');
    await pool.end();
  }
}
