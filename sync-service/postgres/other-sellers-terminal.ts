import { otherSellersTerminalCaseId } from '../members/event-case-id.ts';
import type { Reporter } from '../members/row-change.ts';
import type { Sql } from './database.ts';

interface OtherSellersTerminal {
  readonly saleId: string;
  readonly reference: string;
  readonly at: string;
  readonly totalCents: number;
  readonly detail: string;
}

/**
 * W-SELLER-4: a case for each contract of a terminal by which these sales were paid and which is none of their seller's. One
 * that is open speaks for the sales that follow it.
 */
export async function findOtherSellersTerminal(
  sql: Sql,
  { edgeId, clubId }: Reporter,
  saleIds: readonly string[],
): Promise<void> {
  if (saleIds.length === 0) return;
  const found = await sql.query<OtherSellersTerminal>(
    `select distinct on (detail) sales.id as "saleId", reference, at, total_cents as "totalCents", detail
       from sales
       join legal_entities on legal_entities.id = sales.legal_entity_id,
            lateral (select payment->>'terminalContract' as contract) as paid,
            lateral (select 'terminal contract ' || contract || ' is none of ' || legal_entities.name as detail) as words
      where sales.club_id = $1 and sales.id = any($2::uuid[])
        and cardinality(terminal_contracts) > 0 and contract <> all(terminal_contracts)
        and not exists (
          select 1 from cases
           where cases.club_id = $1 and cases.edge_id = $3 and kind = 'other-sellers-terminal' and cases.detail = words.detail
             and not exists (select 1 from case_settlements where case_id = cases.id))
      order by detail, at`,
    [clubId, saleIds, edgeId],
  );
  for (const { saleId, reference, at, totalCents, detail } of found) {
    await sql.query(
      `insert into cases (id, club_id, edge_id, at, kind, sale_id, sale_reference, amount_cents, detail)
       values ($1, $2, $3, $4, 'other-sellers-terminal', $5, $6, $7, $8) on conflict (id) do nothing`,
      [otherSellersTerminalCaseId(saleId), clubId, edgeId, at, saleId, reference, totalCents, detail],
    );
  }
}
