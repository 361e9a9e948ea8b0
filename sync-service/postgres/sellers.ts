import { isDeepStrictEqual } from 'node:util';
import { isCreditorIdentifier } from '@portillon/core/sale/creditor-identifier.ts';
import type { SellerModule } from '@portillon/core/sale/seller-modules.ts';
import { z } from 'zod';
import { clubRecords } from './club-feed.ts';
import type { Database } from './database.ts';
import { writeFeed } from './feed.ts';

/** Number of a contract with a bank for payments by card, as terminals print and answer it. */
export const terminalContractSchema = z
  .string()
  .regex(/^[0-9A-Za-z]{1,40}$/, 'a contract of a terminal has letters and digits, 40 at most');

/** What stands on a payment terminal: its serial number, or its number at the acquirer. */
export const terminalNumberSchema = z
  .string()
  .regex(/^[0-9A-Za-z-]{1,40}$/, 'a number of a terminal has letters, digits and hyphens, 40 at most');

/** A legal entity as the operator looks at it. */
export interface Seller {
  readonly siret: string;
  readonly name: string;
  readonly creditorId: string | null;
  /** Null for all of them. */
  readonly modules: string[] | null;
  readonly terminalContracts: string[];
  /** Numbers of its payment terminals, as far as the operator has told them. */
  readonly terminals: string[];
  readonly clubs: number;
}

/** What is changed of a seller; what is left out stays. */
export interface SellerChange {
  readonly creditorId?: string;
  readonly modules?: readonly SellerModule[] | 'all';
  readonly addedContracts?: readonly string[];
  readonly removedContracts?: readonly string[];
  readonly addedTerminals?: readonly string[];
  readonly removedTerminals?: readonly string[];
}

export function listSellers(database: Database): Promise<Seller[]> {
  return database.query<Seller>(
    `select siret, legal_entities.name, creditor_id as "creditorId", modules, terminal_contracts as "terminalContracts", terminals,
            count(clubs.id)::int as clubs
       from legal_entities left join clubs on clubs.legal_entity_id = legal_entities.id
      group by legal_entities.id order by legal_entities.name, siret`,
  );
}

/** Every club of the seller hears of it with the feed (W-MAND-5, W-SELLER-1). Safe to repeat. Rejects where it names nobody. */
export async function changeSeller(
  database: Database,
  siret: string,
  change: SellerChange,
  nowMs: number,
): Promise<void> {
  const { creditorId, modules, addedContracts = [], removedContracts = [] } = change;
  const { addedTerminals = [], removedTerminals = [] } = change;
  if (creditorId !== undefined && !isCreditorIdentifier(creditorId)) {
    throw new Error(`${creditorId} is not a creditor identifier`);
  }
  await database.transaction(async (sql) => {
    const [entity] = await sql.query<{ id: string }>(
      `update legal_entities
          set creditor_id = coalesce($2, creditor_id),
              modules = case when $3 then $4::text[] else modules end,
              terminal_contracts = array(
                select distinct contract from unnest(terminal_contracts || $5::text[]) as contract
                 where contract <> all($6::text[]) order by contract),
              terminals = array(
                select distinct number from unnest(terminals || $7::text[]) as number
                 where number <> all($8::text[]) order by number)
        where siret = $1 returning id`,
      [
        siret,
        creditorId ?? null,
        modules !== undefined,
        modules === 'all' ? null : (modules ?? null),
        addedContracts,
        removedContracts,
        addedTerminals,
        removedTerminals,
      ],
    );
    if (!entity) throw new Error(`no legal entity has the SIRET ${siret}`);
    const clubs = await sql.query<{ id: string }>('select id from clubs where legal_entity_id = $1', [
      entity.id,
    ]);
    const records = await clubRecords(
      sql,
      clubs.map(({ id }) => id),
    );
    const told = await sql.query<{ id: string; record: unknown }>(
      `select id, record from feed_changes where kind = 'club' and id = any($1::uuid[])`,
      [clubs.map(({ id }) => id)],
    );
    const known = new Map(told.map(({ id, record }) => [id, record]));
    await writeFeed(
      sql,
      records.filter(({ id, record }) => !isDeepStrictEqual(known.get(id), record)),
      nowMs,
    );
  });
}
