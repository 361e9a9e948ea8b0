import { personLanguages } from '@portillon/core/access/person-language.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { isVisible } from '@portillon/core/base/text.ts';
import { adultAgeYears, ageOn, mayBeBornOn } from '@portillon/core/sale/answers.ts';
import { mostCents } from '@portillon/core/wire/event.ts';
import { z } from 'zod';
import { cancelWebOrder, makeWebOrder, type WebOrderProblem } from '../../postgres/web-orders.ts';
import type { RefusalWords } from '../refusal.ts';
import { ApiRefusal, type ApiRoute, apiRoute } from './api-route.ts';
import { centsField, exampleIds, idField, timeField } from './api-shapes.ts';
import { listClause, listValues, nextField, pageOf, pageQuery, timeQuery } from './paging.ts';

const dayMs = 24 * 3_600_000;
const startsWithinMs = 90 * dayMs;
const longestAgoMs = 366 * dayMs;

const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'holds control characters, or half of one');
const name = text(80).refine(isVisible, 'holds nothing that can be seen');

export const newOrderSchema = z.object({
  reference: text(60).describe('The shop’s own number of the order; each once.'),
  clubId: idField.describe('The home club: who sells, and where the membership belongs.'),
  planId: idField.describe('A plan of the club, day entries left out.'),
  collectAtClubId: idField
    .nullable()
    .default(null)
    .describe(
      'Null: at any kiosk of the network, which asks the base once when the code is typed. A club: at its kiosk, which also works without a network, and nowhere else.',
    ),
  startsAt: timeField.optional().describe('When the membership begins, within 90 days; without it, at once.'),
  member: z.strictObject({
    givenName: name,
    familyName: name,
    birthDate: z.iso.date().describe('Who is under eighteen signs up at a club, with a guardian.'),
    email: z.email().max(254).nullable(),
    phone: text(30).nullable(),
    language: z.enum(personLanguages),
  }),
  paid: z.strictObject({
    amountCents: centsField
      .max(mostCents)
      .describe('In hundredths of a euro, tax included; a million euros at most.'),
    at: timeField,
    reference: text(80).describe('Of the payment, at whoever took it.'),
  }),
  contract: z
    .strictObject({ wordingVersion: text(40), acceptedAt: timeField })
    .describe('What was accepted in the shop: nothing is signed a second time.'),
});

export const madeOrderSchema = z.object({
  id: idField,
  reference: z.string(),
  memberId: idField,
  membershipId: idField,
  code: z
    .string()
    .regex(/^\d{8}$/)
    .describe('For the customer to type at the kiosk. Told here and nowhere else.'),
  expiresAt: timeField,
});

const orderStatuses = ['waiting', 'collected', 'cancelled', 'expired'] as const;
export const orderSchema = z.object({
  id: idField,
  reference: z.string(),
  status: z
    .enum(orderStatuses)
    .describe('`expired`: nobody came in time. The membership is there all the same.'),
  memberId: idField,
  clubId: idField.describe('The home club.'),
  collectAtClubId: idField
    .nullable()
    .describe('The club whose kiosk has the order; null while any may take it.'),
  madeAt: timeField,
  expiresAt: timeField,
  closedAt: timeField.nullable(),
});

const refusalOf: Readonly<Record<WebOrderProblem, RefusalWords>> = {
  'unknown-club': { code: 'api.unknown', message: 'there is no such club', path: 'clubId' },
  'unknown-plan': {
    code: 'api.unknown',
    message: 'there is no such plan that is a membership',
    path: 'planId',
  },
  'no-kiosk': {
    code: 'order.unknown-kiosk',
    message: 'no kiosk that issues cards is in use in this club',
    path: 'collectAtClubId',
  },
  'reference-used': {
    code: 'order.reference-used',
    message: 'this key gave an order with this reference before; read it with GET /orders?reference=',
    path: 'reference',
  },
};

type OrderRow = z.input<typeof orderSchema> & { readonly at: string } & Record<string, unknown>;

/** As they are at the moment that is the parameter `now`. */
const orderColumns = (now: string) => `orders.id, shop_reference as reference,
  case when orders.status = 'open' and orders.expires_at <= ${now}::timestamptz then 'expired'
       when orders.status = 'open' then 'waiting' when orders.status = 'in-doubt' then 'waiting'
       else orders.status end as status,
  orders.member_id as "memberId", home.id as "clubId",
  case when orders.edge_id is null then null else orders.club_id end as "collectAtClubId",
  orders.made_at as "madeAt", orders.made_at as at, orders.expires_at as "expiresAt", orders.closed_at as "closedAt"`;
const orderTables = `orders join credentials on credentials.id = orders.credential_id
  join clubs as home on home.id = credentials.home_club_id`;
/** Of the entity that is the parameter `entity`, or of all. */
const ofShop = (entity: string) =>
  `orders.kind = 'collection' and (${entity}::uuid is null or home.legal_entity_id = ${entity})`;

const exampleNewOrder = {
  reference: 'SHOP-1007',
  clubId: exampleIds.club,
  planId: exampleIds.plan,
  collectAtClubId: null,
  member: {
    givenName: 'Inès',
    familyName: 'Moreau-Exemple',
    birthDate: '1991-04-12',
    email: 'ines@example.com',
    phone: null,
    language: 'fr',
  },
  paid: { amountCents: 5490, at: '2026-11-26T17:58:00.000Z', reference: 'pi_1007' },
  contract: { wordingVersion: 'web-3', acceptedAt: '2026-11-26T17:57:00.000Z' },
};
const exampleOrder = {
  id: exampleIds.order,
  reference: 'SHOP-1007',
  status: 'waiting',
  memberId: exampleIds.member,
  clubId: exampleIds.club,
  collectAtClubId: null,
  madeAt: '2026-11-26T17:58:01.000Z',
  expiresAt: '2027-05-25T17:58:01.000Z',
  closedAt: null,
} as const;

/** Orders of a web shop: paid there, collected at a kiosk (J2). */
export const orderResources: readonly ApiRoute[] = [
  apiRoute({
    method: 'POST',
    path: '/orders',
    tag: 'Orders',
    summary: 'A membership that was sold in a web shop, its card to be collected at a kiosk',
    description:
      'Makes the member, the membership and a code. At the kiosk the customer types the code and gets a card, or a ticket where the club has no cards: nothing is paid, typed or signed again.',
    scope: 'orders:write',
    status: 201,
    body: newOrderSchema,
    answer: madeOrderSchema,
    example: {
      body: exampleNewOrder,
      answer: {
        id: exampleIds.order,
        reference: 'SHOP-1007',
        memberId: exampleIds.member,
        membershipId: exampleIds.membership,
        code: '40718253',
        expiresAt: '2027-05-25T17:58:01.000Z',
      },
    },
    refusals: [
      'api.unknown',
      'order.unknown-kiosk',
      'order.reference-used',
      'order.not-possible',
      'base.keys-not-reached',
    ],
    async handle({ sql, base, key, body, nowMs, newMember }) {
      if (!key) throw new Error('an order is given with a key');
      const { reference, clubId, planId, collectAtClubId, startsAt, member, paid, contract } = body;
      const startsAtMs = startsAt === undefined ? nowMs : Date.parse(startsAt);
      if (startsAtMs < nowMs - dayMs || startsAtMs > nowMs + startsWithinMs) {
        throw new ApiRefusal('api.malformed', 'a membership begins within 90 days', 'startsAt');
      }
      for (const [path, at] of [
        ['paid.at', paid.at],
        ['contract.acceptedAt', contract.acceptedAt],
      ] as const) {
        const atMs = Date.parse(at);
        if (atMs > nowMs + dayMs || atMs < nowMs - longestAgoMs)
          throw new ApiRefusal('api.malformed', 'an order tells what was done within the last year', path);
      }
      const today = isoTime(nowMs).slice(0, 10);
      if (!mayBeBornOn(member.birthDate, isoTime(nowMs + dayMs).slice(0, 10))) {
        throw new ApiRefusal('api.malformed', 'nobody who lives was born on that day', 'member.birthDate');
      }
      if (ageOn(member.birthDate, today) < adultAgeYears) {
        throw new ApiRefusal(
          'order.not-possible',
          'who is under eighteen signs up at a club, with a guardian',
          'member.birthDate',
        );
      }
      const record = { paid, contract };
      const order = { reference, clubId, planId, collectAtClubId, startsAtMs, member, record };
      const made = await makeWebOrder(sql, base, key, order, newMember);
      if ('problem' in made) {
        const { code, message, path } = refusalOf[made.problem];
        throw new ApiRefusal(code, message, path);
      }
      const { orderId, ...told } = made;
      return { id: orderId, reference, ...told };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/orders',
    tag: 'Orders',
    summary: 'Orders of web shops, by when they were given',
    scope: 'orders:read',
    status: 200,
    query: z.object({
      ...pageQuery,
      ...timeQuery,
      reference: text(60).optional().describe('The shop’s own number.'),
      status: z.enum(orderStatuses).optional(),
    }),
    answer: z.object({ data: z.array(orderSchema), next: nextField }),
    example: { query: { reference: 'SHOP-1007' }, answer: { data: [exampleOrder], next: null } },
    refusals: [],
    async handle({ sql, query, entityId, nowMs }) {
      const rows = await sql.query<OrderRow>(
        `select * from (select ${orderColumns('$7')} from ${orderTables}
            where ${ofShop('$6')} and ${listClause('orders', 'orders.made_at')}
              and ($8::text is null or orders.shop_reference = $8)) as shown
          where $9::text is null or status = $9 order by at, id limit $5`,
        [...listValues(query), entityId, isoTime(nowMs), query.reference ?? null, query.status ?? null],
      );
      const page = pageOf(rows, query.limit);
      return { data: [...page.rows], next: page.next };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/orders/{orderId}',
    tag: 'Orders',
    summary: 'One order',
    scope: 'orders:read',
    status: 200,
    params: z.object({ orderId: idField }),
    answer: orderSchema,
    example: { params: { orderId: exampleIds.order }, answer: exampleOrder },
    refusals: ['api.unknown'],
    async handle({ sql, params, entityId, nowMs }) {
      const [order] = await sql.query<OrderRow>(
        `select ${orderColumns('$3')} from ${orderTables} where ${ofShop('$2')} and orders.id = $1`,
        [params.orderId, entityId, isoTime(nowMs)],
      );
      if (!order) throw new ApiRefusal('api.unknown', 'there is no such order');
      return order;
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/orders/{orderId}/cancel',
    tag: 'Orders',
    summary: 'Cancels an order that was not collected, and its membership',
    description: 'Only by the key that gave it. What the shop gives back is the shop’s affair.',
    scope: 'orders:write',
    status: 200,
    params: z.object({ orderId: idField }),
    answer: z.object({ id: idField, status: z.literal('cancelled') }),
    example: {
      params: { orderId: exampleIds.order },
      answer: { id: exampleIds.order, status: 'cancelled' },
    },
    refusals: ['api.unknown', 'order.not-open'],
    async handle({ sql, key, params, nowMs }) {
      if (!key) throw new Error('an order is cancelled with a key');
      const cancelled = await cancelWebOrder(sql, key, params.orderId, nowMs);
      if (cancelled === null) throw new ApiRefusal('api.unknown', 'this key gave no such order');
      if (!cancelled) {
        throw new ApiRefusal('order.not-open', 'it was collected or cancelled before');
      }
      return { id: params.orderId, status: 'cancelled' as const };
    },
  }),
];
