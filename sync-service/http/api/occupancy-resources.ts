import { z } from 'zod';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { exampleIds, idField, timeField } from './api-shapes.ts';

export const occupancySchema = z.object({
  clubId: idField,
  inside: z.int().nullable().describe('Null where no box of the club has told yet.'),
  low: z.int().nullable(),
  high: z.int().nullable().describe('The truth lies between `low` and `high` in nine of ten moments.'),
  capacity: z.int(),
  at: timeField.nullable().describe('Of the oldest count in the sum.'),
  ageSeconds: z
    .number()
    .nullable()
    .describe(
      'How old that count is. A club that is cut off from the network keeps counting, and tells later.',
    ),
});

interface CountRow {
  readonly clubId: string;
  readonly inside: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly capacity: number;
  readonly at: string | null;
}

/** How many are inside, as the boxes of each club count (AP11). */
export const occupancyResources: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/occupancy',
    tag: 'Occupancy',
    summary: 'How many are inside each club, with bounds and the age of the count',
    scope: 'occupancy:read',
    status: 200,
    answer: z.object({ data: z.array(occupancySchema) }),
    example: {
      answer: {
        data: [
          {
            clubId: exampleIds.club,
            inside: 41,
            low: 39,
            high: 42,
            capacity: 200,
            at: '2026-11-26T18:00:00.000Z',
            ageSeconds: 3.2,
          },
        ],
      },
    },
    refusals: [],
    async handle({ sql, entityId, nowMs }) {
      const rows = await sql.query<CountRow & Record<string, unknown>>(
        `select clubs.id as "clubId", clubs.capacity, sum(occupancy.inside)::int as inside,
                sum(coalesce(occupancy.low, occupancy.inside))::int as low,
                sum(coalesce(occupancy.high, occupancy.inside))::int as high, min(occupancy.at) as at
           from clubs
           left join edges on edges.club_id = clubs.id and edges.status = 'active'
           left join occupancy on occupancy.edge_id = edges.id
          where $1::uuid is null or clubs.legal_entity_id = $1
          group by clubs.id order by clubs.name, clubs.id`,
        [entityId],
      );
      return {
        data: rows.map((row) => ({
          ...row,
          ageSeconds: row.at === null ? null : Math.max(0, nowMs - Date.parse(row.at)) / 1_000,
        })),
      };
    },
  }),
];
