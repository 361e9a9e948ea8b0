import { accessPolicySchema } from '@portillon/core/access/access-policy.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { isCreditorIdentifier } from '@portillon/core/sale/creditor-identifier.ts';
import { termsMonths } from '@portillon/core/sale/membership-term.ts';
import { isFree } from '@portillon/core/sale/plan-price.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import { sellerModules } from '@portillon/core/sale/seller-modules.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import { vatByCountrySchema } from '@portillon/core/wire/messages.ts';
import { z } from 'zod';
import type { BaseContext } from '../http/base-context.ts';
import type { Sql } from '../postgres/database.ts';
import { writeFeed } from '../postgres/feed.ts';
import { terminalContractSchema } from '../postgres/sellers.ts';

const words = z.object({ fr: z.string().min(1), en: z.string().min(1) });
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'not a time like 06:30');
const hours = z.partialRecord(
  z.enum(['1', '2', '3', '4', '5', '6', '7']),
  z.array(z.tuple([timeOfDay, timeOfDay])).max(4),
);

/** What a plan costs in one club from a day on (core/sale/SPEC.md, SA90). */
const clubPrice = z.strictObject({
  /** The plan, by its French or English name. */
  plan: z.string().min(1),
  from: z.iso.date(),
  priceCents: z.int().min(0).max(1_000_000),
  joiningFeeCents: z.int().min(0).max(1_000_000),
});

const timeZone = z.string().refine((zone) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}, 'not a time zone like Europe/Paris');

/** What a new network begins with, for trials and for the virtual club. */
export const seedFileSchema = z.strictObject({
  network: z.strictObject({
    name: z.string().min(1),
    /** Price of a card that stands in for a lost one, tax included; free without it. */
    cardFee: z
      .strictObject({
        cents: z.int().min(0).max(100_000),
        vatRate: z.int().min(0).max(10_000),
        vatByCountry: z.record(z.string().regex(/^[A-Z]{2}$/), z.int().min(0).max(10_000)).optional(),
      })
      .default({ cents: 0, vatRate: 2_000 }),
  }),
  legalEntities: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        address: z.string().min(1),
        /** Number of the establishment: SIRET in France, NIF in Spain. */
        siret: z
          .string()
          .regex(/^(\d{14}|[A-Z0-9]\d{7}[A-Z0-9])$/, 'a SIRET has 14 digits, a NIF nine characters'),
        vatNumber: z
          .string()
          .regex(
            /^(FR\d{11}|ES[A-Z0-9]\d{7}[A-Z0-9])$/,
            'a French VAT number is FR and 11 digits, a Spanish one ES and the NIF',
          ),
        /** Creditor of direct debits (ICS); left out where the entity collects none. */
        creditorId: z
          .string()
          .refine(isCreditorIdentifier, 'not a creditor identifier like FR72ZZZ123456')
          .optional(),
        /** Optional parts of the product that it takes; all of them where it is left out. */
        modules: z.array(z.enum(sellerModules)).optional(),
        /** Contracts with its bank by which its payment terminals are paid; nothing is compared where none is known. */
        terminalContracts: z.array(terminalContractSchema).default([]),
        clubs: z
          .array(
            z.strictObject({
              name: z.string().min(1),
              timeZone,
              capacity: z.int().min(1),
              hours,
              staffPhone: z.string().nullable(),
              mediator: z.string().min(1),
              /** What the operator decides of access; left out, nothing is decided. */
              policy: accessPolicySchema.optional(),
              /** Where a plan costs here something else than it says itself. */
              prices: z.array(clubPrice).max(200).optional(),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
  plans: z
    .array(
      z.strictObject({
        names: words,
        descriptions: words,
        commitments: words,
        monthlyCents: z.int().min(0),
        joiningFeeCents: z.int().min(0),
        vatRate: z.int().min(0).max(10_000),
        vatByCountry: vatByCountrySchema.optional(),
        scope: z.enum(['network', 'home']),
        hours: hours.nullable(),
        guestTickets: z.int().min(0).max(5),
        soldAtKiosk: z.boolean(),
        /** Paid at once for a term, and not by the month: `monthlyCents` is 0 then. */
        prepaid: z
          .strictObject({ termMonths: z.literal(termsMonths), priceCents: z.int().min(0) })
          .optional(),
        dayEntry: z.strictObject({ priceCents: z.int().min(1) }).optional(),
      }),
    )
    .min(1),
});
export type SeedFile = z.infer<typeof seedFileSchema>;

/** Fills an empty base, clubs and plans into the feed too. A base that holds a club already is left as it is. */
export async function applySeed(
  base: Pick<BaseContext, 'database' | 'networkId' | 'clock' | 'random' | 'log'>,
  seed: SeedFile,
): Promise<boolean> {
  const { database, networkId, clock, random } = base;
  return database.transaction(async (sql) => {
    await sql.query('select 1 from meta for update');
    if ((await sql.query('select 1 from clubs limit 1')).length > 0) return false;
    await sql.query('update networks set name = $2, card_fee = $3 where id = $1', [
      networkId,
      seed.network.name,
      JSON.stringify(seed.network.cardFee),
    ]);
    const records: FeedRecord[] = [];
    const clubPrices: ClubPrice[] = [];
    for (const { clubs, terminalContracts, ...entity } of seed.legalEntities) {
      const entityId = newId<'legal-entity'>(clock, random);
      await sql.query(
        `insert into legal_entities (id, network_id, name, address, siret, vat_number, creditor_id, modules, terminal_contracts)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          entityId,
          networkId,
          entity.name,
          entity.address,
          entity.siret,
          entity.vatNumber,
          entity.creditorId ?? null,
          entity.modules ?? null,
          terminalContracts,
        ],
      );
      for (const { prices, ...club } of clubs) {
        const id = newId<'club'>(clock, random);
        await sql.query(
          `insert into clubs (id, legal_entity_id, name, time_zone, capacity, hours, staff_phone, mediator, policy)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          [
            id,
            entityId,
            club.name,
            club.timeZone,
            club.capacity,
            JSON.stringify(club.hours),
            club.staffPhone,
            club.mediator,
            club.policy ? JSON.stringify(club.policy) : null,
          ],
        );
        for (const price of prices ?? []) clubPrices.push({ clubId: id, ...price });
        records.push({ kind: 'club', id, record: { ...club, legalEntity: { id: entityId, ...entity } } });
      }
    }
    const plans = new Map<string, SeededPlan>();
    for (const [index, plan] of seed.plans.entries()) {
      const id = newId<'plan'>(clock, random);
      const record = planRecord(plan, index + 1);
      await sql.query('insert into plans (id, network_id, record, prices_told_at) values ($1, $2, $3, $4)', [
        id,
        networkId,
        JSON.stringify(record),
        isoTime(clock.wallMs()),
      ]);
      records.push({ kind: 'plan', id, record });
      for (const name of Object.values(plan.names)) plans.set(name, { id, record });
    }
    await seedPrices(sql, clubPrices, plans, base);
    await writeFeed(sql, records, clock.wallMs());
    base.log.info('seed.applied', { records: records.length, at: isoTime(clock.wallMs()) });
    return true;
  });
}

type ClubPrice = z.infer<typeof clubPrice> & { readonly clubId: string };
interface SeededPlan {
  readonly id: string;
  readonly record: Plan;
}

async function seedPrices(
  sql: Sql,
  prices: readonly ClubPrice[],
  plans: ReadonlyMap<string, SeededPlan>,
  { clock, random }: Pick<BaseContext, 'clock' | 'random'>,
): Promise<void> {
  for (const { clubId, plan, from, priceCents, joiningFeeCents } of prices) {
    const named = plans.get(plan);
    if (!named) throw new Error(`the seed names a price of ${plan}, and no plan is called so`);
    if (isFree(named.record, { priceCents, joiningFeeCents })) {
      throw new Error(`the seed names a price of ${plan} at which nothing is paid`);
    }
    await sql.query(
      `insert into plan_prices (id, plan_id, club_id, valid_from, price_cents, joining_fee_cents, set_at, reason)
       values ($1, $2, $3, $4, $5, $6, $7, 'as the base began')`,
      [
        newId<'price'>(clock, random),
        named.id,
        clubId,
        from,
        priceCents,
        joiningFeeCents,
        isoTime(clock.wallMs()),
      ],
    );
  }
}

/** W-PLAN-1: whoever knows plans paid by the month only must not sell a prepaid one. */
export function planRecord(plan: SeedFile['plans'][number], position: number) {
  const { prepaid, soldAtKiosk, ...rest } = plan;
  return prepaid
    ? { ...rest, position, soldAtKiosk: false, prepaid: { ...prepaid, soldAtKiosk } }
    : { ...rest, position, soldAtKiosk };
}
