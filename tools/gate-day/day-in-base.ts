import { isoTime } from '@portillon/core/base/clock.ts';
import type { AccessReason } from '@portillon/core/wire/event.ts';
import { Client } from 'pg';

export interface DecisionInBase {
  readonly id: string;
  readonly atMs: number;
  readonly presented: string;
  readonly outcome: string;
  readonly reason: AccessReason | null;
  readonly dataAgeMs: number | null;
  readonly byGrant: boolean;
}

export interface PassageInBase {
  readonly id: string;
  readonly direction: 'entry' | 'exit';
  readonly decisionId: string | null;
}

/** What the member base holds of a day, read from PostgreSQL itself. */
export interface BaseAtEnd {
  readonly decisions: readonly DecisionInBase[];
  readonly passages: readonly PassageInBase[];
  /** Passages of the days before. */
  readonly passagesBefore: number;
  /** Every edge's events are numbered from 1 without a gap, as far as they are applied. */
  readonly withoutGap: boolean;
  readonly parked: number;
}

export class DayInBase {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async connect(databaseUrl: string): Promise<DayInBase> {
    const client = new Client({ connectionString: databaseUrl });
    // A base that has ended is told of by the next query.
    client.on('error', () => undefined);
    await client.connect();
    return new DayInBase(client);
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  /** What is shown of the box of the gates; null before it has told. */
  async published(
    edgeId: string,
  ): Promise<{ readonly inside: number; readonly low: number; readonly high: number } | null> {
    const { rows } = await this.#client.query(
      'select inside, coalesce(low, inside) as low, coalesce(high, inside) as high from occupancy where edge_id = $1',
      [edgeId],
    );
    return rows[0] ?? null;
  }

  async edgeOf(kioskId: string): Promise<string> {
    const { rows } = await this.#client.query('select id from edges where id <> $1', [kioskId]);
    if (rows.length !== 1) throw new Error('the box of the gates is not the only one beside the kiosk');
    return rows[0].id;
  }

  async atEnd(edgeId: string, midnight: number): Promise<BaseAtEnd> {
    const day = [edgeId, isoTime(midnight)];
    const decisions = await this.#client.query(
      `select id, (extract(epoch from at) * 1000)::float8 as "atMs", presented, outcome, reason,
              data_age_ms::float8 as "dataAgeMs", by_grant as "byGrant"
         from decisions where edge_id = $1 and at >= $2 order by at`,
      day,
    );
    const passages = await this.#client.query(
      `select id, direction, decision_id as "decisionId" from passages where edge_id = $1 and at >= $2`,
      day,
    );
    const before = await this.#client.query(
      'select count(*)::int as count from passages where edge_id = $1 and at < $2',
      day,
    );
    const whole = await this.#client.query(
      `select bool_and(counted = highest and highest = applied_through) as whole
         from (select edge_id, count(*) as counted, max(seq) as highest from edge_events group by edge_id) as events
         join edges on edges.id = edge_id`,
    );
    const parked = await this.#client.query('select count(*)::int as count from parked_events');
    return {
      decisions: decisions.rows,
      passages: passages.rows,
      passagesBefore: before.rows[0]?.count ?? 0,
      withoutGap: whole.rows[0]?.whole === true,
      parked: parked.rows[0]?.count ?? 0,
    };
  }
}
