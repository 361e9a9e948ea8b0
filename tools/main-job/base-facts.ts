import { Client } from 'pg';

export interface SaleFacts {
  readonly id: string;
  readonly totalCents: number;
  readonly memberId: string;
}

export interface BaseCounts {
  readonly members: number;
  readonly memberships: number;
  readonly sales: number;
  readonly passages: number;
}

/** What stands in the member base, read from PostgreSQL itself. */
export class BaseFacts {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async connect(databaseUrl: string): Promise<BaseFacts> {
    const client = new Client({ connectionString: databaseUrl });
    // The base may be killed under us: the next query says so.
    client.on('error', () => undefined);
    await client.connect();
    return new BaseFacts(client);
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  async counts(): Promise<BaseCounts> {
    return (
      (await this.#row<BaseCounts>(`select
        (select count(*)::int from named_members as members where family_name is not null) as members,
        (select count(*)::int from memberships where status = 'active') as memberships,
        (select count(*)::int from sales where cancelled_at is null) as sales,
        (select count(*)::int from passages) as passages`)) ?? {
        members: 0,
        memberships: 0,
        sales: 0,
        passages: 0,
      }
    );
  }

  sale(): Promise<SaleFacts | null> {
    return this.#row<SaleFacts>(
      'select id, total_cents as "totalCents", member_id as "memberId" from sales where cancelled_at is null and member_id is not null',
    );
  }

  /** Mandates with their sales, oldest first. */
  async mandates(): Promise<
    readonly {
      readonly status: string;
      readonly reference: string;
      readonly creditorId: string | null;
      readonly maskedIban: string | null;
      readonly sale: string;
    }[]
  > {
    const answer = await this.#client.query(
      `select mandates.status, mandates.reference, creditor_id as "creditorId", iban_masked as "maskedIban",
              sales.reference as sale
         from mandates join sales on sales.id = sale_id order by sales.at`,
    );
    return answer.rows;
  }

  /** What counts now of what a member said yes or no to: `news given`. */
  async consentsOf(memberId: string): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ said: string }>(
      `select distinct purpose || ' ' || consent_now(member_id, purpose) as said from consents
        where member_id = $1 order by said`,
      [memberId],
    );
    return rows.map(({ said }) => said);
  }

  /** What stands at the privacy desk, in the order in which it was asked for: `erasure kiosk open Kiosk 1`. */
  async dataRequestsOf(memberId: string): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ request: string }>(
      `select concat_ws(' ', asks, way, state, made_by_name) as request from erasure_requests
        where member_id = $1 order by made_at`,
      [memberId],
    );
    return rows.map(({ request }) => request);
  }

  async hasPhoto(memberId: string): Promise<boolean> {
    const row = await this.#row<{ bytes: number }>(
      `select octet_length(sealed) as bytes from attachments
       where member_id = $1 and purpose = 'photo' and received_at is not null and problem is null`,
      [memberId],
    );
    return (row?.bytes ?? 0) > 1_000;
  }

  /** Decisions in the order they were taken. */
  async decisions(): Promise<
    readonly { readonly presented: string; readonly outcome: string; readonly reason: string | null }[]
  > {
    const answer = await this.#client.query('select presented, outcome, reason from decisions order by at');
    return answer.rows;
  }

  lastPassage(): Promise<{ readonly direction: string; readonly decided: boolean } | null> {
    return this.#row(
      'select direction, decision_id is not null as decided from passages order by at desc limit 1',
    );
  }

  /** Every edge's numbers run from one without a gap, as far as the base says it has applied them. */
  async eventsWithoutGap(): Promise<boolean> {
    const row = await this.#row<{
      whole: boolean;
    }>(`select bool_and(counted = highest and highest = applied_through) as whole
      from (select edge_id, count(*) as counted, max(seq) as highest from edge_events group by edge_id) as events
      join edges on edges.id = edge_id`);
    return row?.whole === true;
  }

  async inside(): Promise<number | null> {
    return (await this.#row<{ inside: number }>('select inside from occupancy'))?.inside ?? null;
  }

  /** The public key of the only box of the club. */
  async edgeKey(edgeId: string): Promise<string | null> {
    return (
      (await this.#row<{ key: string }>('select public_key as key from edges where id = $1', [edgeId]))
        ?.key ?? null
    );
  }

  /** A plan on sale with so many guest tickets. */
  async planWithGuestTickets(count: number): Promise<string | null> {
    const row = await this.#row<{ id: string }>(
      "select id from plans where (record->>'guestTickets')::int = $1 and (record->>'soldAtKiosk')::boolean",
      [count],
    );
    return row?.id ?? null;
  }

  /** A plan that is sold by the day. */
  async dayEntryPlan(): Promise<string | null> {
    const row = await this.#row<{ id: string }>(
      "select id from plans where record->'dayEntry' is not null limit 1",
    );
    return row?.id ?? null;
  }

  /** What the first payment of a plan comes to. */
  async todayCents(planId: string): Promise<number | null> {
    const row = await this.#row<{ cents: number }>(
      `select (record->>'monthlyCents')::int + (record->>'joiningFeeCents')::int as cents from plans where id = $1`,
      [planId],
    );
    return row?.cents ?? null;
  }

  /** What was given back of the sale with this reference, in cents, in order. */
  async refundsOf(saleReference: string): Promise<readonly number[]> {
    const answer = await this.#client.query<{ totalCents: number }>(
      `select refunds.total_cents as "totalCents" from refunds join sales on sales.id = refunds.sale_id
        where sales.reference = $1 order by refunds.at`,
      [saleReference],
    );
    return answer.rows.map(({ totalCents }) => totalCents);
  }

  /** Sales of one product, oldest first. */
  async salesOf(
    product: string,
  ): Promise<
    readonly { readonly totalCents: number; readonly memberId: string | null; readonly cancelled: boolean }[]
  > {
    const answer = await this.#client.query(
      `select total_cents as "totalCents", member_id as "memberId", cancelled_at is not null as cancelled
         from sales where product = $1 order by at`,
      [product],
    );
    return answer.rows;
  }

  /** Whose card this is. */
  async memberOfCard(cardUid: string): Promise<string | null> {
    const row = await this.#row<{ id: string }>(
      'select member_id as id from credentials where card_uid = $1',
      [cardUid],
    );
    return row?.id ?? null;
  }

  /** Paid periods of a member in their order, and until when the cards are good. */
  async periodsOf(memberId: string): Promise<{
    readonly periods: readonly { readonly from: Date; readonly to: Date | null }[];
    readonly cardsUntil: readonly (Date | null)[];
  }> {
    const periods = await this.#client.query(
      `select valid_from as "from", valid_to as "to" from memberships
        where member_id = $1 and status = 'active' order by valid_from`,
      [memberId],
    );
    const cards = await this.#client.query(
      `select valid_to as until from credentials where member_id = $1 and kind = 'card'`,
      [memberId],
    );
    return { periods: periods.rows, cardsUntil: cards.rows.map(({ until }) => until as Date | null) };
  }

  async debtsOf(
    memberId: string,
  ): Promise<readonly { readonly amountCents: number; readonly settled: boolean }[]> {
    const answer = await this.#client.query(
      `select amount_cents as "amountCents", settled_at is not null as settled
         from debts where member_id = $1 order by since`,
      [memberId],
    );
    return answer.rows;
  }

  async cancelledSales(): Promise<number> {
    const row = await this.#row<{ count: number }>(
      'select count(*)::int as count from sales where cancelled_at is not null',
    );
    return row?.count ?? 0;
  }

  /** Kinds of the cases, oldest first. */
  async cases(): Promise<readonly string[]> {
    const answer = await this.#client.query('select kind from cases order by at');
    return answer.rows.map(({ kind }) => String(kind));
  }

  async #row<Row>(sql: string, values: readonly unknown[] = []): Promise<Row | null> {
    const answer = await this.#client.query(sql, [...values]);
    return (answer.rows[0] as Row | undefined) ?? null;
  }
}
