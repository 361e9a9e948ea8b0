import { isoTime } from '@portillon/core/base/clock.ts';
import type { LateDecision } from '../members/late-decision.ts';
import type { Sql } from './database.ts';

interface Deed {
  readonly atMs: number;
  /** Of a sale: when the base heard of it. */
  readonly receivedMs: number;
}

type Asked = Pick<LateDecision, 'atMs' | 'credentialId' | 'dataAgeMs'>;

/**
 * What an edge itself, or another box of its club, did for the members of some credentials between the age of its book and its
 * decisions (W-OUTAGE-4): it sold to them and the base had not heard of it, or it gave money back.
 */
export class OwnDeeds {
  readonly #sales: ReadonlyMap<string, readonly Deed[]>;
  readonly #refunds: ReadonlyMap<string, readonly Deed[]>;

  private constructor(
    sales: ReadonlyMap<string, readonly Deed[]>,
    refunds: ReadonlyMap<string, readonly Deed[]>,
  ) {
    this.#sales = sales;
    this.#refunds = refunds;
  }

  static async read(sql: Sql, clubId: string, decisions: readonly Asked[]): Promise<OwnDeeds> {
    const span = [
      isoTime(Math.min(...decisions.map(bookMs))),
      isoTime(Math.max(...decisions.map(({ atMs }) => atMs))),
      [...new Set(decisions.map(({ credentialId }) => credentialId))],
    ];
    const sales = await sql.query<DeedRow>(
      `select credentials.id as "credentialId", sales.at, sales.received_at as "receivedAt"
         from sales join credentials on credentials.member_id = sales.member_id
        where sales.club_id = $4 and sales.at between $1 and $2
          and credentials.id = any($3::uuid[])`,
      [...span, clubId],
    );
    const refunds = await sql.query<DeedRow>(
      `select credentials.id as "credentialId", refunds.at, null as "receivedAt"
         from refunds join sales on sales.id = refunds.sale_id
              join credentials on credentials.member_id = sales.member_id
        where refunds.edge_id in (select id from edges where club_id = $4) and refunds.at between $1 and $2
          and credentials.id = any($3::uuid[])`,
      [...span, clubId],
    );
    return new OwnDeeds(byCredential(sales), byCredential(refunds));
  }

  soldTo(decision: Asked): boolean {
    const sales = this.#sales.get(decision.credentialId) ?? [];
    return sales.some((sale) => sale.receivedMs > decision.atMs && isBetween(sale, decision));
  }

  gaveBack(decision: Asked): boolean {
    return (this.#refunds.get(decision.credentialId) ?? []).some((refund) => isBetween(refund, decision));
  }
}

interface DeedRow {
  readonly credentialId: string;
  readonly at: string;
  readonly receivedAt: string | null;
}

function byCredential(rows: readonly DeedRow[]): Map<string, Deed[]> {
  const deeds = new Map<string, Deed[]>();
  for (const { credentialId, at, receivedAt } of rows) {
    const deed = {
      atMs: Date.parse(at),
      receivedMs: receivedAt === null ? Number.NEGATIVE_INFINITY : Date.parse(receivedAt),
    };
    deeds.set(credentialId, [...(deeds.get(credentialId) ?? []), deed]);
  }
  return deeds;
}

function bookMs({ atMs, dataAgeMs }: Asked): number {
  // An age that leads before all times is as good as one that leads to the first.
  return Math.max(0, atMs - (dataAgeMs ?? 0));
}

function isBetween({ atMs }: Deed, decision: Asked): boolean {
  return atMs >= bookMs(decision) && atMs <= decision.atMs;
}
