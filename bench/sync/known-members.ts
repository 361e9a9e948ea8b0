import { saleEvent, TestEdge } from '@portillon/sync-service/test/test-edge.ts';
import type pg from 'pg';
import type { ClubMembers } from './club-events.ts';

const soldAtOnce = 500;

/** Members that the base knows and has told of, sold to by a box that is not measured. */
export async function knownMembers(
  sql: pg.Client,
  baseUrl: string,
  code: string,
  count: number,
): Promise<ClubMembers> {
  const { rows } = await sql.query<{ legalEntityId: string; planId: string }>(
    `select (select id from legal_entities limit 1) as "legalEntityId",
            (select id from plans where record->>'scope' = 'network' limit 1) as "planId"`,
  );
  const [place] = rows;
  if (!place) throw new Error('the base has a plan');
  const edge = await TestEdge.enrolled(baseUrl, code);
  const sales = Array.from({ length: count }, () => saleEvent(place));
  for (let from = 0; from < count; from += soldAtOnce) {
    await edge.pushed(sales.slice(from, from + soldAtOnce).map((sale) => edge.append(sale)));
  }
  return { credentialIds: sales.map(({ credentials }) => credentials[0]?.credentialId ?? '') };
}
