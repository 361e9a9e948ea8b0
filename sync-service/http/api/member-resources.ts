import { z } from 'zod';
import { type ApiCall, ApiRefusal, type ApiRoute, apiRoute } from './api-route.ts';
import { exampleIds, idField, timeField } from './api-shapes.ts';
import { type ListAsked, listClause, listValues, nextField, pageOf, pageQuery, timeQuery } from './paging.ts';

export const membershipSchema = z.object({
  id: idField,
  memberId: idField,
  planId: idField,
  clubId: idField.describe('Where it was sold.'),
  validFrom: timeField,
  validTo: timeField.nullable().describe('Null: without end.'),
  status: z.enum(['active', 'cancelled']),
});

export const memberSchema = z.object({
  id: idField,
  homeClubId: idField,
  givenName: z.string().nullable().describe('Null until the kiosk has sent what it sealed.'),
  familyName: z.string().nullable(),
  birthDate: z.iso.date().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  language: z.string(),
  memberSince: timeField,
});

export const memberPageSchema = memberSchema.extend({
  mergedInto: idField
    .nullable()
    .describe(
      'Of two records of one person that were merged, the one that counts; null where it is this one, or another legal entity’s.',
    ),
  memberships: z.array(membershipSchema),
  credentials: z
    .array(
      z.object({
        id: idField,
        kind: z.enum(['card', 'pass', 'ticket']),
        validFrom: timeField,
        validTo: timeField.nullable(),
        status: z.enum(['active', 'blocked', 'spent']),
      }),
    )
    .describe('Without what is on them: neither the number of a chip nor a key.'),
});

type MemberRow = z.input<typeof memberSchema> & { readonly at: string } & Record<string, unknown>;
type MembershipRow = z.input<typeof membershipSchema> & Record<string, unknown>;

const memberColumns = `members.id, members.home_club_id as "homeClubId", given_name as "givenName",
  family_name as "familyName", birth_date as "birthDate", email, phone, language,
  members.created_at as "memberSince", members.created_at as at`;
const membershipColumns = `memberships.id, memberships.member_id as "memberId", memberships.plan_id as "planId",
  memberships.club_id as "clubId", memberships.valid_from as "validFrom", memberships.valid_to as "validTo",
  memberships.status`;

const exampleMembership = {
  id: exampleIds.membership,
  memberId: exampleIds.member,
  planId: exampleIds.plan,
  clubId: exampleIds.club,
  validFrom: '2026-11-26T17:58:00.000Z',
  validTo: null,
  status: 'active',
};
const exampleMember = {
  id: exampleIds.member,
  homeClubId: exampleIds.club,
  givenName: 'Inès',
  familyName: 'Moreau-Exemple',
  birthDate: '1991-04-12',
  email: 'ines@example.com',
  phone: null,
  language: 'fr',
  memberSince: '2026-11-26T17:58:00.000Z',
};

/** A member belongs to the business of the club that they joined in (AP4). */
const ofEntity = '($6::uuid is null or clubs.legal_entity_id = $6)';

/** What a member holds from another legal entity is that entity's to know (AP4). */
const soldBy = '($2::uuid is null or clubs.legal_entity_id = $2)';

/** Members and what they hold. Who reads a person's particulars is kept (AP6). */
export const memberResources: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/members',
    tag: 'Members',
    summary: 'Members, by when they joined',
    description: 'Each reading is kept with the ids of those who were read.',
    scope: 'members:read',
    status: 200,
    query: z.object({
      ...pageQuery,
      ...timeQuery,
      clubId: idField.optional().describe('Of this home club.'),
    }),
    answer: z.object({ data: z.array(memberSchema), next: nextField }),
    example: { query: { limit: '50' }, answer: { data: [exampleMember], next: null } },
    refusals: [],
    async handle(call) {
      const { sql, query, entityId } = call;
      const rows = await sql.query<MemberRow>(
        `select ${memberColumns} from named_members as members join clubs on clubs.id = members.home_club_id
          where ${listClause('members', 'members.created_at')} and ${ofEntity}
            and ($7::uuid is null or members.home_club_id = $7)
          order by members.created_at, members.id limit $5`,
        [...listValues(query), entityId, query.clubId ?? null],
      );
      const page = pageOf(rows, query.limit);
      call.noteRead(page.rows.map(({ id }) => id));
      return { data: [...page.rows], next: page.next };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/members/{memberId}',
    tag: 'Members',
    summary: 'One member with memberships and credentials',
    description: 'Each reading is kept. A member of another legal entity than that of the key is unknown.',
    scope: 'members:read',
    status: 200,
    params: z.object({ memberId: idField }),
    answer: memberPageSchema,
    example: {
      params: { memberId: exampleIds.member },
      answer: {
        ...exampleMember,
        mergedInto: null,
        memberships: [exampleMembership],
        credentials: [
          {
            id: exampleIds.credential,
            kind: 'card',
            validFrom: '2026-11-26T17:58:00.000Z',
            validTo: null,
            status: 'active',
          },
        ],
      },
    },
    refusals: ['api.unknown'],
    async handle(call) {
      const { sql, params, entityId } = call;
      const [member] = await sql.query<MemberRow & { readonly mergedInto: string | null }>(
        `select ${memberColumns},
                (select stays.id from members as stays join clubs as other on other.id = stays.home_club_id
                  where stays.id = members.merged_into and ($2::uuid is null or other.legal_entity_id = $2)) as "mergedInto"
           from named_members as members join clubs on clubs.id = members.home_club_id
          where members.id = $1 and ($2::uuid is null or clubs.legal_entity_id = $2)`,
        [params.memberId, entityId],
      );
      if (!member) throw new ApiRefusal('api.unknown', 'there is no such member');
      const memberships = await sql.query<MembershipRow>(
        `select ${membershipColumns} from memberships join clubs on clubs.id = club_id
          where member_id = $1 and ${soldBy} order by valid_from, memberships.id`,
        [params.memberId, entityId],
      );
      const credentials = await sql.query<
        z.input<typeof memberPageSchema>['credentials'][number] & Record<string, unknown>
      >(
        `select credentials.id, kind, valid_from as "validFrom", valid_to as "validTo", status
           from credentials join clubs on clubs.id = home_club_id
          where member_id = $1 and not single_use and kind <> 'voucher' and ${soldBy}
          order by valid_from, credentials.id`,
        [params.memberId, entityId],
      );
      call.noteRead([params.memberId]);
      return { ...member, memberships, credentials };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/memberships',
    tag: 'Members',
    summary: 'Memberships by ids, by when they begin',
    scope: 'members:read',
    status: 200,
    query: z.object({
      ...pageQuery,
      ...timeQuery,
      status: z.enum(['active', 'cancelled']).optional(),
      clubId: idField.optional(),
    }),
    answer: z.object({ data: z.array(membershipSchema), next: nextField }),
    example: { query: { status: 'active' }, answer: { data: [exampleMembership], next: null } },
    refusals: [],
    handle: listMemberships,
  }),
];

async function listMemberships({
  sql,
  query,
  entityId,
}: ApiCall<null, ListAsked & { status?: string | undefined; clubId?: string | undefined }, null>) {
  const rows = await sql.query<MembershipRow & { readonly at: string }>(
    `select ${membershipColumns}, memberships.valid_from as at
       from memberships join clubs on clubs.id = memberships.club_id
      where ${listClause('memberships', 'memberships.valid_from')} and ${ofEntity}
        and ($7::text is null or memberships.status = $7) and ($8::uuid is null or memberships.club_id = $8)
      order by memberships.valid_from, memberships.id limit $5`,
    [...listValues(query), entityId, query.status ?? null, query.clubId ?? null],
  );
  const page = pageOf(rows, query.limit);
  return { data: [...page.rows], next: page.next };
}
