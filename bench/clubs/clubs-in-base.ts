import pg from 'pg';
import type { HeldByBase, HeldEvent } from './clubs-check.ts';

/** What the base holds, read from its tables: the interface under test has no part in it. */
export class ClubsInBase {
  readonly #sql: pg.Pool;

  constructor(databaseUrl: string) {
    this.#sql = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    // The server may be started again under it; the next question connects anew.
    this.#sql.on('error', () => undefined);
  }

  async place(): Promise<{ readonly legalEntityId: string; readonly planId: string }> {
    const { rows } = await this.#sql.query<{ legalEntityId: string; planId: string }>(
      `select (select id from legal_entities limit 1) as "legalEntityId",
              (select id from plans where record->>'scope' = 'network' limit 1) as "planId"`,
    );
    const [place] = rows;
    if (!place) throw new Error('the base has nothing to sell');
    return place;
  }

  /** The version of the newest change that every edge is told. */
  async newestCredentialVersion(): Promise<number> {
    const { rows } = await this.#sql.query<{ version: string }>(
      "select coalesce(max(version), 0) as version from feed_changes where kind = 'credential'",
    );
    return Number(rows[0]?.version ?? 0);
  }

  async held(): Promise<HeldByBase> {
    const events = new Map<string, HeldEvent[]>();
    const taken = await this.#sql.query<{ edge: string; seq: string; id: string; hash: string; at: Date }>(
      'select edge_id as edge, seq, event_id as id, hash, received_at as at from edge_events order by edge_id, seq',
    );
    for (const { edge, seq, id, hash, at } of taken.rows) {
      const ofEdge = events.get(edge) ?? [];
      ofEdge.push({ seq: Number(seq), eventId: id, hash, receivedAtMs: at.getTime() });
      events.set(edge, ofEdge);
    }
    const parked = await this.#sql.query<{ edge: string; seq: string; id: string; reason: string }>(
      `select edge_id as edge, seq, event_id as id, reason
         from parked_events join edge_events using (edge_id, seq) order by edge_id, seq`,
    );
    const rows = await this.#sql.query<{ row: string }>(
      `select 'sales ' || id as row from sales union all select 'decisions ' || id from decisions
        union all select 'passages ' || id from passages`,
    );
    const credentials = await this.#sql.query<{ id: string; status: string }>(
      'select id, status from credentials',
    );
    const attachments = await this.#sql.query<{ missing: number; unreadable: number }>(
      `select count(*) filter (where received_at is null)::int as missing,
              count(*) filter (where problem is not null)::int as unreadable from attachments`,
    );
    return {
      events,
      parked: parked.rows.map(({ edge, seq, id, reason }) => ({
        edgeId: edge,
        seq: Number(seq),
        eventId: id,
        reason,
      })),
      rows: rows.rows.map(({ row }) => row),
      credentials: new Map(credentials.rows.map(({ id, status }) => [id, status])),
      attachmentsMissing: attachments.rows[0]?.missing ?? 0,
      attachmentsUnreadable: attachments.rows[0]?.unreadable ?? 0,
    };
  }

  async close(): Promise<void> {
    await this.#sql.end();
  }
}
