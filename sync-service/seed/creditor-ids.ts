import { isCreditorIdentifier } from '@portillon/core/sale/creditor-identifier.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { BaseContext } from '../http/base-context.ts';
import { writeFeed } from '../postgres/feed.ts';

/**
 * Makes a legal entity, named by its SIRET, a creditor of direct debits, or gives it another identifier (ICS); every club of
 * it hears so with the feed (W-MAND-5). Safe to repeat. Rejects where the identifier or the SIRET is not good.
 */
export async function setCreditorId(
  base: Pick<BaseContext, 'database' | 'clock'>,
  siret: string,
  creditorId: string,
): Promise<void> {
  if (!isCreditorIdentifier(creditorId)) throw new Error(`${creditorId} is not a creditor identifier`);
  await base.database.transaction(async (sql) => {
    const [entity] = await sql.query<{ id: string }>(
      'update legal_entities set creditor_id = $2 where siret = $1 returning id',
      [siret, creditorId],
    );
    if (!entity) throw new Error(`no legal entity has the SIRET ${siret}`);
    const clubs = await sql.query<{ id: string; record: ClubRecord }>(
      `select id, record from feed_changes
        where kind = 'club' and record->'legalEntity'->>'id' = $1
          and record->'legalEntity'->>'creditorId' is distinct from $2`,
      [entity.id, creditorId],
    );
    await writeFeed(
      sql,
      clubs.map(({ id, record }) => ({
        kind: 'club',
        id,
        record: { ...record, legalEntity: { ...record.legalEntity, creditorId } },
      })),
      base.clock.wallMs(),
    );
  });
}

type ClubRecord = NonNullable<Extract<FeedRecord, { kind: 'club' }>['record']>;
