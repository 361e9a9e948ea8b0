import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Database } from './database.ts';
import { memberBase } from './migrations/001-member-base.ts';
import { blockedBeforeSold } from './migrations/002-blocked-before-sold.ts';
import { casesAndFiscalHeads } from './migrations/003-cases-and-fiscal-heads.ts';
import { fiscalRecordOfASale } from './migrations/004-fiscal-record-of-a-sale.ts';
import { mandates } from './migrations/005-mandates.ts';
import { renewalsAndDebts } from './migrations/006-renewals-and-debts.ts';
import { orders } from './migrations/007-orders.ts';
import { salesOfOtherProducts } from './migrations/008-sales-of-other-products.ts';
import { closings } from './migrations/009-closings.ts';
import { whoIssuesCards } from './migrations/010-who-issues-cards.ts';
import { accessStanding } from './migrations/011-access-standing.ts';
import { occupancyBounds } from './migrations/012-occupancy-bounds.ts';
import { oldBadges } from './migrations/013-old-badges.ts';
import { passes } from './migrations/014-passes.ts';
import { toldRecords } from './migrations/015-told-records.ts';
import { keysOfPasses } from './migrations/016-keys-of-passes.ts';
import { gates } from './migrations/017-gates.ts';
import { passagesOfOrders } from './migrations/018-passages-of-orders.ts';
import { oldCodes } from './migrations/019-old-codes.ts';
import { interventions } from './migrations/020-interventions.ts';
import { exitsReleased } from './migrations/021-exits-released.ts';
import { zones } from './migrations/022-zones.ts';
import { apiKeys } from './migrations/023-api-keys.ts';
import { operatedService } from './migrations/024-operated-service.ts';
import { apiAnswers } from './migrations/025-api-answers.ts';
import { feedSnapshots } from './migrations/026-feed-snapshots.ts';
import { legacyClubs } from './migrations/027-legacy-clubs.ts';
import { staffRights } from './migrations/028-staff-rights.ts';
import { attachmentPieces } from './migrations/029-attachment-pieces.ts';
import { webOrders } from './migrations/030-web-orders.ts';
import { linkedPasses } from './migrations/031-linked-passes.ts';
import { samePerson } from './migrations/032-same-person.ts';
import { webhooks } from './migrations/033-webhooks.ts';
import { eventsManyAtATime } from './migrations/034-events-many-at-a-time.ts';
import { erasure } from './migrations/035-erasure.ts';
import { consents } from './migrations/036-consents.ts';
import { clocksOfEdges } from './migrations/037-clocks-of-edges.ts';
import { adapters } from './migrations/038-adapters.ts';
import { mergedMembers } from './migrations/039-merged-members.ts';
import { webhooksApart } from './migrations/040-webhooks-apart.ts';
import { reducedEvents } from './migrations/041-reduced-events.ts';
import { clubPeople } from './migrations/042-club-people.ts';
import { sellers } from './migrations/043-sellers.ts';
import { webhooksOfMembers } from './migrations/044-webhooks-of-members.ts';
import { planPrices } from './migrations/045-plan-prices.ts';
import { devices } from './migrations/046-devices.ts';
import { adapterIntake } from './migrations/047-adapter-intake.ts';
import { askedAtKiosks } from './migrations/048-asked-at-kiosks.ts';
import { adapterParkedCases } from './migrations/049-adapter-parked-cases.ts';
import { formerPrices } from './migrations/050-former-prices.ts';
import { wholeNames } from './migrations/051-whole-names.ts';
import { saidByAdapters } from './migrations/052-said-by-adapters.ts';
import { devicesInOrder } from './migrations/053-devices-in-order.ts';
import { terminals } from './migrations/054-terminals.ts';
import { searchedByIndex } from './migrations/055-searched-by-index.ts';
import { recordsOfPerson } from './migrations/056-records-of-person.ts';
import { deviceStock } from './migrations/057-device-stock.ts';
import { forgottenElsewhere } from './migrations/058-forgotten-elsewhere.ts';
import { pricesOfAdapters } from './migrations/059-prices-of-adapters.ts';
import { namesUnderKeys } from './migrations/060-names-under-keys.ts';
import { noInDoubt } from './migrations/061-no-in-doubt.ts';
import { pairsOfMerges } from './migrations/062-pairs-of-merges.ts';
import { comingPricesOfAdapters } from './migrations/063-coming-prices-of-adapters.ts';
import { boxRevocations } from './migrations/064-box-revocations.ts';

/** In this order, never edited once landed: what was applied is kept with its digest and compared at every start. */
export const migrations: readonly Migration[] = [
  { name: '001-member-base', sql: memberBase },
  { name: '002-blocked-before-sold', sql: blockedBeforeSold },
  { name: '003-cases-and-fiscal-heads', sql: casesAndFiscalHeads },
  { name: '004-fiscal-record-of-a-sale', sql: fiscalRecordOfASale },
  { name: '005-mandates', sql: mandates },
  { name: '006-renewals-and-debts', sql: renewalsAndDebts },
  { name: '007-orders', sql: orders },
  { name: '008-sales-of-other-products', sql: salesOfOtherProducts },
  { name: '009-closings', sql: closings },
  { name: '010-who-issues-cards', sql: whoIssuesCards },
  { name: '011-access-standing', sql: accessStanding },
  { name: '012-occupancy-bounds', sql: occupancyBounds },
  { name: '013-old-badges', sql: oldBadges },
  { name: '014-passes', sql: passes },
  { name: '015-told-records', sql: toldRecords },
  { name: '016-keys-of-passes', sql: keysOfPasses },
  { name: '017-gates', sql: gates },
  { name: '018-passages-of-orders', sql: passagesOfOrders },
  { name: '019-old-codes', sql: oldCodes },
  { name: '020-interventions', sql: interventions },
  { name: '021-exits-released', sql: exitsReleased },
  { name: '022-zones', sql: zones },
  { name: '023-api-keys', sql: apiKeys },
  { name: '024-operated-service', sql: operatedService },
  { name: '025-api-answers', sql: apiAnswers },
  { name: '026-feed-snapshots', sql: feedSnapshots },
  { name: '027-legacy-clubs', sql: legacyClubs },
  { name: '028-staff-rights', sql: staffRights },
  { name: '029-attachment-pieces', sql: attachmentPieces },
  { name: '030-web-orders', sql: webOrders },
  { name: '031-linked-passes', sql: linkedPasses },
  { name: '032-same-person', sql: samePerson },
  { name: '033-webhooks', sql: webhooks },
  { name: '034-events-many-at-a-time', sql: eventsManyAtATime },
  { name: '035-erasure', sql: erasure },
  { name: '036-consents', sql: consents },
  { name: '037-clocks-of-edges', sql: clocksOfEdges },
  { name: '038-adapters', sql: adapters },
  { name: '039-merged-members', sql: mergedMembers },
  { name: '040-webhooks-apart', sql: webhooksApart },
  { name: '041-reduced-events', sql: reducedEvents },
  { name: '042-club-people', sql: clubPeople },
  { name: '043-sellers', sql: sellers },
  { name: '044-webhooks-of-members', sql: webhooksOfMembers },
  { name: '045-plan-prices', sql: planPrices },
  { name: '046-devices', sql: devices },
  { name: '047-adapter-intake', sql: adapterIntake },
  { name: '048-asked-at-kiosks', sql: askedAtKiosks },
  { name: '049-adapter-parked-cases', sql: adapterParkedCases },
  { name: '050-former-prices', sql: formerPrices },
  { name: '051-whole-names', sql: wholeNames },
  { name: '052-said-by-adapters', sql: saidByAdapters },
  { name: '053-devices-in-order', sql: devicesInOrder },
  { name: '054-terminals', sql: terminals },
  { name: '055-searched-by-index', sql: searchedByIndex },
  { name: '056-records-of-person', sql: recordsOfPerson },
  { name: '057-device-stock', sql: deviceStock },
  { name: '058-forgotten-elsewhere', sql: forgottenElsewhere },
  { name: '059-prices-of-adapters', sql: pricesOfAdapters },
  { name: '060-names-under-keys', sql: namesUnderKeys },
  { name: '061-no-in-doubt', sql: noInDoubt },
  { name: '062-pairs-of-merges', sql: pairsOfMerges },
  { name: '063-coming-prices-of-adapters', sql: comingPricesOfAdapters },
  { name: '064-box-revocations', sql: boxRevocations },
];

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** Any number that nobody else uses on this base. */
const migrationLock = 7_041_726_553;

/** Brings the tables up to date. Several programs starting at once do it once. Returns the names newly applied. */
export async function migrate(
  database: Database,
  list: readonly Migration[] = migrations,
): Promise<string[]> {
  return database.for('job').transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await sql.query(
      `create table if not exists schema_migrations
         (name text primary key, digest text not null, applied_at timestamptz not null default now())`,
    );
    const rows = await sql.query<{ name: string; digest: string }>(
      'select name, digest from schema_migrations',
    );
    const applied = new Map(rows.map((row) => [row.name, row.digest]));
    const known = new Set(list.map(({ name }) => name));
    const newer = rows.find(({ name }) => !known.has(name));
    if (newer) {
      throw new Error(`the base was written by a newer version of this program (migration ${newer.name})`);
    }
    const names: string[] = [];
    for (const { name, sql: text } of list) {
      const digest = sha256Hex(text);
      const before = applied.get(name);
      if (before === digest) continue;
      if (before !== undefined) throw new Error(`migration ${name} was changed after it had been applied`);
      await sql.query(text);
      await sql.query('insert into schema_migrations (name, digest) values ($1, $2)', [name, digest]);
      names.push(name);
    }
    return names;
  });
}
