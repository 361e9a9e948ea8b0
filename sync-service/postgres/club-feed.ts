import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { Sql } from './database.ts';

type ClubRecord = NonNullable<Extract<FeedRecord, { kind: 'club' }>['record']>;

interface ClubRow extends Omit<ClubRecord, 'legalEntity' | 'policy' | 'closures'> {
  readonly id: string;
  readonly policy: ClubRecord['policy'] | null;
  readonly closures: NonNullable<ClubRecord['closures']>;
  readonly entityId: string;
  readonly entityName: string;
  readonly address: string;
  readonly siret: string;
  readonly vatNumber: string;
  readonly creditorId: string | null;
  readonly modules: string[] | null;
}

/** Clubs as every edge of the network needs them. */
export async function clubRecords(sql: Sql, ids: readonly string[]): Promise<FeedRecord[]> {
  const rows = await sql.query<ClubRow>(
    `select clubs.id, clubs.name, time_zone as "timeZone", capacity, hours, staff_phone as "staffPhone", mediator, policy,
            closures, legal_entities.id as "entityId", legal_entities.name as "entityName", address, siret,
            vat_number as "vatNumber", creditor_id as "creditorId", modules
       from clubs join legal_entities on legal_entities.id = clubs.legal_entity_id
      where clubs.id = any($1::uuid[]) order by clubs.id for update of clubs`,
    [ids],
  );
  return rows.map(
    ({
      id,
      policy,
      closures,
      entityId,
      entityName,
      address,
      siret,
      vatNumber,
      creditorId,
      modules,
      ...club
    }) => ({
      kind: 'club',
      id,
      record: {
        ...club,
        legalEntity: {
          id: entityId,
          name: entityName,
          address,
          siret,
          vatNumber,
          ...(creditorId === null ? {} : { creditorId }),
          ...(modules === null ? {} : { modules }),
        },
        ...(closures.length === 0 ? {} : { closures }),
        ...(policy ? { policy } : {}),
      },
    }),
  );
}
