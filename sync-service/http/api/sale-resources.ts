import { saleLineSchema } from '@portillon/core/wire/event.ts';
import { z } from 'zod';
import { ApiRefusal, type ApiRoute, apiRoute } from './api-route.ts';
import { centsField, exampleIds, idField, timeField } from './api-shapes.ts';
import { listClause, listValues, nextField, pageOf, pageQuery, timeQuery } from './paging.ts';

export const saleSchema = z.object({
  id: idField,
  reference: z.string().describe('As it stands on the receipt.'),
  product: z
    .string()
    .describe('`membership`, `renewal`, `debt`, `day-entry`, `card-replacement`; there may be more.'),
  clubId: idField,
  legalEntityId: idField.describe('Who sold.'),
  memberId: idField.nullable().describe('Null where it is nobody’s in particular.'),
  at: timeField,
  totalCents: centsField,
  lines: z.array(saleLineSchema),
  fiscalRecordNo: z
    .int()
    .nullable()
    .describe('In the fiscal journal of the box; null where nothing was paid.'),
  cancelledAt: timeField.nullable().describe('It was undone then.'),
});

type SaleRow = z.input<typeof saleSchema> & Record<string, unknown>;
const saleColumns = `sales.id, reference, product, club_id as "clubId", legal_entity_id as "legalEntityId",
  member_id as "memberId", at, total_cents as "totalCents", lines, fiscal_record_no as "fiscalRecordNo",
  cancelled_at as "cancelledAt"`;

const exampleSale = {
  id: exampleIds.sale,
  reference: 'M7QK-2F9C',
  product: 'membership',
  clubId: exampleIds.club,
  legalEntityId: '01988c5e-0c00-7a10-8a00-0000000e4717',
  memberId: exampleIds.member,
  at: '2026-11-26T17:58:00.000Z',
  totalCents: 2990,
  lines: [
    {
      label: 'Tous les jours, premier mois',
      productId: exampleIds.plan,
      quantity: 1,
      unitCents: 2990,
      grossCents: 2990,
      netCents: 2492,
      vatRate: 2000,
    },
  ],
  fiscalRecordNo: 41,
  cancelledAt: null,
};

/** Sales as the boxes made them. */
export const saleResources: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/sales',
    tag: 'Sales',
    summary: 'Sales, by their time',
    description:
      'A club that was cut off tells of its sales later: they then stand among those of their time. Whoever keeps a copy asks again from some days before, or has webhooks sent.',
    scope: 'sales:read',
    status: 200,
    query: z.object({ ...pageQuery, ...timeQuery, clubId: idField.optional() }),
    answer: z.object({ data: z.array(saleSchema), next: nextField }),
    example: {
      query: { from: '2026-11-26T00:00:00.000Z', limit: '100' },
      answer: { data: [exampleSale], next: null },
    },
    refusals: [],
    async handle({ sql, query, entityId }) {
      const rows = await sql.query<SaleRow>(
        `select ${saleColumns} from sales
          where ${listClause('sales', 'sales.at')} and ($6::uuid is null or legal_entity_id = $6)
            and ($7::uuid is null or club_id = $7)
          order by sales.at, sales.id limit $5`,
        [...listValues(query), entityId, query.clubId ?? null],
      );
      const page = pageOf(rows, query.limit);
      return { data: [...page.rows], next: page.next };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/sales/{saleId}',
    tag: 'Sales',
    summary: 'One sale',
    scope: 'sales:read',
    status: 200,
    params: z.object({ saleId: idField }),
    answer: saleSchema,
    example: { params: { saleId: exampleIds.sale }, answer: exampleSale },
    refusals: ['api.unknown'],
    async handle({ sql, params, entityId }) {
      const [sale] = await sql.query<SaleRow>(
        `select ${saleColumns} from sales where id = $1 and ($2::uuid is null or legal_entity_id = $2)`,
        [params.saleId, entityId],
      );
      if (!sale) throw new ApiRefusal('api.unknown', 'there is no such sale');
      return sale;
    },
  }),
];
