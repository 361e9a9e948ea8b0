import { isOpen } from '@portillon/core/access/opening-hours.ts';
import { priceOf } from '@portillon/core/sale/plan-price.ts';
import { countryOfSeller, type Plan } from '@portillon/core/sale/pricing.ts';
import { z } from 'zod';
import { planInClub } from '../../members/plan-in-club.ts';
import type { Sql } from '../../postgres/database.ts';
import {
  notWithdrawn,
  type SetPriceRows,
  setPrices,
  setPricesOf,
} from '../../postgres/prices/club-prices.ts';
import { ApiRefusal, type ApiRoute, apiRoute } from './api-route.ts';
import { centsField, exampleIds, idField, timeField, wordsField } from './api-shapes.ts';

const hoursField = z
  .record(z.string().regex(/^[1-7]$/), z.array(z.tuple([z.string(), z.string()])))
  .describe(
    'By ISO weekday 1 to 7, `HH:MM` on the wall of the club, `24:00` for midnight; a day that is absent is closed.',
  );

export const clubSchema = z.object({
  id: idField,
  name: z.string(),
  timeZone: z.string().describe('IANA name.'),
  hours: hoursField,
  closures: z
    .array(z.object({ from: timeField, to: timeField }))
    .describe('Times out of the ordinary at which nobody comes in, whatever the hours say.'),
  openNow: z.boolean().describe('By hours and closures, at the moment of the answer.'),
});

const vatField = z.int().describe('Hundredths of a percent.');
export const planSchema = z.object({
  id: idField,
  names: wordsField,
  descriptions: wordsField,
  commitments: wordsField,
  scope: z.enum(['network', 'home']).describe('`home`: the club it was sold in, and no other.'),
  kind: z.enum(['monthly', 'prepaid', 'day-entry']),
  priceCents: centsField.describe(
    'Of a month, of the whole term, or of a day, as it is valid in this club today; tax included, in hundredths of a euro.',
  ),
  joiningFeeCents: centsField,
  termMonths: z.int().nullable().describe('Of a prepaid plan.'),
  vatRate: vatField,
  joiningFeeVatRate: vatField,
  hours: hoursField.nullable().describe('Null: whenever the club is open.'),
  soldAtKiosk: z.boolean(),
});

const setPriceFields = { priceCents: centsField, joiningFeeCents: centsField };
export const clubPriceSchema = z.object({
  planId: idField,
  ...setPriceFields,
  coming: z
    .array(z.object({ from: z.iso.date(), ...setPriceFields }))
    .describe('Each from midnight of its first day on, by the calendar of the club; in this order.'),
});

const exampleClub = {
  id: exampleIds.club,
  name: 'Lyon Part-Dieu',
  timeZone: 'Europe/Paris',
  hours: { '1': [['06:00', '23:00']], '6': [['08:00', '20:00']] },
  closures: [{ from: '2026-12-24T17:00:00.000Z', to: '2026-12-26T05:00:00.000Z' }],
  openNow: true,
};
const clubParams = z.object({ clubId: idField });

interface ClubRow {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly hours: z.output<typeof hoursField>;
  readonly closures: readonly { from: string; to: string }[];
}

const clubColumns = 'id, name, time_zone as "timeZone", hours, closures';

function shownClub(row: ClubRow, nowMs: number): z.input<typeof clubSchema> {
  const isClosed = row.closures.some(({ from, to }) => Date.parse(from) <= nowMs && nowMs < Date.parse(to));
  return {
    ...row,
    closures: [...row.closures],
    openNow: !isClosed && isOpen(row.hours, row.timeZone, nowMs),
  };
}

const unknownClub = () => new ApiRefusal('api.unknown', 'there is no such club');

/** Clubs, their public hours, and what they sell: for anybody (AP10). */
export const clubResources: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/clubs',
    tag: 'Clubs',
    summary: 'Every club with its public hours',
    scope: null,
    status: 200,
    answer: z.object({ data: z.array(clubSchema) }),
    example: { answer: { data: [exampleClub] } },
    refusals: [],
    async handle({ sql, nowMs }) {
      const rows = await sql.query<ClubRow & Record<string, unknown>>(
        `select ${clubColumns} from clubs order by name, id`,
      );
      return { data: rows.map((row) => shownClub(row, nowMs)) };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/clubs/{clubId}',
    tag: 'Clubs',
    summary: 'One club with its public hours',
    scope: null,
    status: 200,
    params: clubParams,
    answer: clubSchema,
    example: { params: { clubId: exampleIds.club }, answer: exampleClub },
    refusals: ['api.unknown'],
    async handle({ sql, params, nowMs }) {
      const [row] = await sql.query<ClubRow & Record<string, unknown>>(
        `select ${clubColumns} from clubs where id = $1`,
        [params.clubId],
      );
      if (!row) throw unknownClub();
      return shownClub(row, nowMs);
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/clubs/{clubId}/plans',
    tag: 'Clubs',
    summary: 'What a club sells, at its prices and with the VAT of its seller',
    scope: null,
    status: 200,
    params: clubParams,
    answer: z.object({ data: z.array(planSchema) }),
    example: {
      params: { clubId: exampleIds.club },
      answer: {
        data: [
          {
            id: exampleIds.plan,
            names: { fr: 'Tous les jours', en: 'Every day' },
            descriptions: { fr: 'Tous les clubs.', en: 'All clubs.' },
            commitments: { fr: 'Sans engagement.', en: 'No minimum term.' },
            scope: 'network',
            kind: 'monthly',
            priceCents: 2990,
            joiningFeeCents: 2500,
            termMonths: null,
            vatRate: 2000,
            joiningFeeVatRate: 2000,
            hours: null,
            soldAtKiosk: true,
          },
        ],
      },
    },
    refusals: ['api.unknown'],
    async handle({ sql, params, nowMs }) {
      const { country, plans } = await plansIn(sql, params.clubId, null, nowMs);
      return { data: plans.map(({ id, plan }) => shownPlan(id, plan, country)) };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/clubs/{clubId}/prices',
    tag: 'Clubs',
    summary: 'What plans cost in a club today, and what they will cost',
    description:
      'Of clubs of the legal entity of the key. A price to come may be withdrawn until its day begins.',
    scope: 'prices:read',
    status: 200,
    params: clubParams,
    answer: z.object({ data: z.array(clubPriceSchema) }),
    example: {
      params: { clubId: exampleIds.club },
      answer: {
        data: [
          {
            planId: exampleIds.plan,
            priceCents: 2990,
            joiningFeeCents: 2500,
            coming: [{ from: '2027-01-01', priceCents: 3190, joiningFeeCents: 2500 }],
          },
        ],
      },
    },
    refusals: ['api.unknown'],
    async handle({ sql, params, entityId, nowMs }) {
      const { plans } = await plansIn(sql, params.clubId, entityId, nowMs);
      return {
        data: plans.map(({ id, plan }) => ({
          planId: id,
          ...priceOf(plan),
          coming: [...(plan.comingPrices ?? [])],
        })),
      };
    },
  }),
];

/** Every plan as the club has it. `entityId` null: of any club; else a club of another is as unknown as none (AP4). */
async function plansIn(sql: Sql, clubId: string, entityId: string | null, nowMs: number) {
  const [seller] = await sql.query<{
    networkId: string;
    legalEntityId: string;
    vatNumber: string;
    timeZone: string;
  }>(
    `select network_id as "networkId", legal_entity_id as "legalEntityId", vat_number as "vatNumber",
            time_zone as "timeZone"
       from clubs join legal_entities on legal_entities.id = clubs.legal_entity_id
      where clubs.id = $1 and legal_entity_id = coalesce($2, legal_entity_id)`,
    [clubId, entityId],
  );
  if (!seller) throw unknownClub();
  const rows = await sql.query<{ id: string; record: Plan; prices: SetPriceRows }>(
    `select id, record, ${setPricesOf('plans.id', '$2', '$3', notWithdrawn)} as prices
       from plans where network_id = $1 order by (record->>'position')::int, id`,
    [seller.networkId, clubId, seller.legalEntityId],
  );
  const { timeZone } = seller;
  const plans = rows.map(({ id, record, prices }) => ({
    id,
    plan: planInClub(record, setPrices(prices), { timeZone, nowMs }),
  }));
  return { country: countryOfSeller(seller), plans };
}

function shownPlan(id: string, plan: Plan, country: string): z.input<typeof planSchema> {
  const vat = plan.vatByCountry?.[country] ?? { plan: plan.vatRate, joiningFee: plan.vatRate };
  return {
    id,
    names: plan.names,
    descriptions: plan.descriptions,
    commitments: plan.commitments,
    scope: plan.scope,
    kind: plan.dayEntry ? 'day-entry' : plan.prepaid ? 'prepaid' : 'monthly',
    ...priceOf(plan),
    termMonths: plan.prepaid?.termMonths ?? null,
    vatRate: vat.plan,
    joiningFeeVatRate: vat.joiningFee,
    hours: plan.hours,
    soldAtKiosk: plan.dayEntry !== undefined || (plan.prepaid?.soldAtKiosk ?? plan.soldAtKiosk),
  };
}
