import { z } from 'zod';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { exampleIds, idField, timeField } from './api-shapes.ts';
import { listClause, listValues, nextField, pageOf, pageQuery, timeQuery } from './paging.ts';

export const passageSchema = z.object({
  id: idField,
  clubId: idField,
  gateId: z.string(),
  direction: z.string().describe('`entry` or `exit`.'),
  at: timeField,
  memberId: idField
    .nullable()
    .describe(
      'Null for nobody in particular, and for a member of another legal entity than that of the key.',
    ),
  credentialId: idField.nullable(),
});

type PassageRow = z.input<typeof passageSchema> & Record<string, unknown>;

/** Who went through which gate, by ids. */
export const passageResources: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/passages',
    tag: 'Passages',
    summary: 'Passages that were sensed, by their time',
    description:
      'A club that was cut off tells of its passages later: they then stand among those of their time.',
    scope: 'passages:read',
    status: 200,
    query: z.object({ ...pageQuery, ...timeQuery, clubId: idField.optional() }),
    answer: z.object({ data: z.array(passageSchema), next: nextField }),
    example: {
      query: { from: '2026-11-26T00:00:00.000Z', clubId: exampleIds.club },
      answer: {
        data: [
          {
            id: exampleIds.passage,
            clubId: exampleIds.club,
            gateId: 'gate-1',
            direction: 'entry',
            at: '2026-11-26T18:01:07.000Z',
            memberId: exampleIds.member,
            credentialId: exampleIds.credential,
          },
        ],
        next: null,
      },
    },
    refusals: [],
    async handle({ sql, query, entityId }) {
      const rows = await sql.query<PassageRow>(
        `select passages.id, passages.club_id as "clubId", passages.gate_id as "gateId", passages.direction, passages.at,
                case when $6::uuid is null or home.legal_entity_id = $6 then credentials.member_id end as "memberId",
                case when $6::uuid is null or home.legal_entity_id = $6 then passages.credential_id end as "credentialId"
           from passages
           join clubs on clubs.id = passages.club_id
           left join credentials on credentials.id = passages.credential_id
           left join clubs as home on home.id = credentials.home_club_id
          where ${listClause('passages', 'passages.at')} and ($6::uuid is null or clubs.legal_entity_id = $6)
            and ($7::uuid is null or passages.club_id = $7)
          order by passages.at, passages.id limit $5`,
        [...listValues(query), entityId, query.clubId ?? null],
      );
      const page = pageOf(rows, query.limit);
      return { data: [...page.rows], next: page.next };
    },
  }),
];
