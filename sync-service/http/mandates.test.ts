import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Log } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { FeedChange } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runBaseCommand } from '../commands/run-base-command.ts';
import { Database } from '../postgres/database.ts';
import { newEnrolmentCode } from '../postgres/enrolment.ts';
import { changeSeller } from '../postgres/sellers.ts';
import { expectRebuiltTheSame } from '../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { saleEvent, signedMandate as signed, TestEdge, testIban } from '../test/test-edge.ts';

const logged: string[] = [];
const note = (...words: unknown[]) => void logged.push(JSON.stringify(words));
const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let edge: TestEdge;
let legalEntityId: string;
let planId: string;

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder, log });
  sql = new Database(base.databaseUrl, log);
  legalEntityId = (await sql.query<{ id: string }>('select id from legal_entities'))[0]?.id ?? '';
  planId = (await sql.query<{ id: string }>('select id from plans limit 1'))[0]?.id ?? '';
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

beforeEach(async () => {
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  edge = await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
});

const newReference = () => `T${randomBytes(12).toString('hex').toUpperCase()}`;

/** A sale that names these sealed bytes as its mandate, pushed. */
async function soldWith(reference: string, sealed: Uint8Array): Promise<EventOf<'sale.completed'>> {
  const mandate = { digest: sha256Hex(sealed), reference };
  const sold = { ...saleEvent({ legalEntityId, planId }), mandate };
  edge.append(sold);
  await edge.pushed();
  return sold;
}

const mandatesOf = (sold: EventOf<'sale.completed'>) =>
  sql.query(
    `select status, reference, creditor_id, iban_masked, signed_at is not null as is_signed
       from mandates where sale_id = $1 and member_id = $2`,
    [sold.saleId, sold.member.memberId],
  );

describe('a mandate', () => {
  it('[W-MAND-1] [W-MAND-2] [W-MAND-3] is awaited, then in force, under a key of its member and masked beside it', async () => {
    const reference = newReference();
    const sealed = await edge.sealed('mandate', signed(reference));
    const sold = await soldWith(reference, sealed);
    expect(await mandatesOf(sold)).toMatchObject([{ status: 'awaited', reference, iban_masked: null }]);
    expect((await edge.pushed([])).wanted).toContain(sha256Hex(sealed));
    expect((await edge.put(sha256Hex(sealed), sealed)).status).toBe(204);
    expect(await mandatesOf(sold)).toEqual([
      {
        status: 'in-force',
        reference,
        creditor_id: 'FR72ZZZ123456',
        iban_masked: 'FR76 •••• 189',
        is_signed: true,
      },
    ]);
    const [kept] = await sql.query<{ sealed: Buffer; key_part: string }>(
      'select sealed, key_part from attachments where digest = $1',
      [sha256Hex(sealed)],
    );
    expect(kept?.key_part).toBe('archive');
    expect(kept?.sealed.includes(Buffer.from(testIban))).toBe(false);
    expect(kept?.sealed.includes(Buffer.from(sealed.subarray(40, 80)))).toBe(false);
  });

  it('[W-MAND-2] leaves a whole IBAN in no table and no log of the base', async () => {
    const reference = newReference();
    const sealed = await edge.sealed('mandate', signed(reference));
    await soldWith(reference, sealed);
    await edge.put(sha256Hex(sealed), sealed);
    const tables = await sql.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    expect(tables.map(({ name }) => name)).toContain('mandates');
    for (const { name } of tables) {
      const rows = await sql.query(`select 1 from ${name} where ${name}::text ~ '30006000011234567890'`);
      expect(rows, name).toEqual([]);
    }
    const events = await sql.query<{ body: string }>(
      "select convert_from(body, 'UTF8') as body from edge_events",
    );
    expect(events.map(({ body }) => body).join('\n')).not.toContain('30006000011234567890');
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join('\n')).not.toContain('30006000011234567890');
  });

  it('[W-MAND-1] is not there for a sale that named none, as an edge of the version before reports it', async () => {
    const sold = saleEvent({ legalEntityId, planId });
    expect('mandate' in sold).toBe(false);
    edge.append(sold);
    expect((await edge.pushed()).parked).toEqual([]);
    expect(await mandatesOf(sold)).toEqual([]);
  });

  it.each([
    [
      'another reference',
      (reference: string) => signed(`${reference}X`),
      'not the mandate that the sale named',
    ],
    [
      'an IBAN that is not whole',
      (reference: string) =>
        signed(reference, { debtor: { holder: 'Inès', iban: 'FR7630006000011234567890188' } }),
      'its account is not whole',
    ],
    [
      'a creditor that cannot be',
      (reference: string) =>
        signed(reference, { creditor: { creditorId: 'FR00ZZZ123456', name: 'x', address: 'y' } }),
      'not of a known form of creditor',
    ],
    [
      'another text',
      (reference: string) => signed(reference, { textSha256: sha256Hex('other') }),
      'its text is not the one that was read',
    ],
    ['no mandate at all', () => ({ hello: 1 }), 'not a signed mandate'],
  ])(
    '[W-MAND-3] with %s is unreadable and becomes a case, without a word of the account',
    async (_, make, why) => {
      const reference = newReference();
      const sealed = await edge.sealed('mandate', make(reference));
      const sold = await soldWith(reference, sealed);
      expect((await edge.put(sha256Hex(sealed), sealed)).status).toBe(204);
      expect(await mandatesOf(sold)).toMatchObject([{ status: 'unreadable', iban_masked: null }]);
      const cases = await sql.query<{ detail: string }>(
        "select detail from cases where edge_id = $1 and kind = 'unreadable-attachment'",
        [edge.identity.edgeId],
      );
      expect(cases).toEqual([{ detail: `mandate of member ${sold.member.memberId}: ${why}` }]);
    },
  );

  it.each([
    ['before', true],
    ['after', false],
  ])(
    '[W-MAND-3] of a sale that was undone is cancelled, also when that is told %s it comes',
    async (_, first) => {
      const reference = newReference();
      const sealed = await edge.sealed('mandate', signed(reference));
      const sold = await soldWith(reference, sealed);
      const undo = async () => {
        edge.append({
          type: 'sale.cancelled',
          saleId: sold.saleId,
          at: sold.at,
          amountCents: sold.totalCents,
          reversalReference: 'R1',
        });
        await edge.pushed();
      };
      if (first) await undo();
      await edge.put(sha256Hex(sealed), sealed);
      if (!first) await undo();
      expect(await mandatesOf(sold)).toMatchObject([{ status: 'cancelled' }]);
    },
  );

  it('[W-MAND-4] stands alone under its reference: a second sale with it is parked', async () => {
    const reference = newReference();
    await soldWith(reference, await edge.sealed('mandate', signed(reference)));
    const other = await edge.sealed('mandate', signed(reference));
    edge.append({
      ...saleEvent({ legalEntityId, planId }),
      mandate: { digest: sha256Hex(other), reference },
    });
    expect((await edge.pushed()).parked).toMatchObject([
      { reason: expect.stringContaining('already taken (mandates_legal_entity_id_reference_key)') },
    ]);
  });

  it('[W-MAND-1] that is missing is told as a case, which staff settle with a signature', async () => {
    const sold = saleEvent({ legalEntityId, planId });
    edge.append(sold);
    edge.append({
      type: 'case.opened',
      caseId: sold.member.memberId,
      at: sold.at,
      kind: 'mandate-missing',
      saleId: sold.saleId,
      saleReference: sold.saleReference,
      amountCents: 0,
      detail: '',
    });
    expect((await edge.pushed()).parked).toEqual([]);
  });
});

describe('the creditor', () => {
  const creditors = (feed: readonly FeedChange[]) =>
    feed.flatMap(({ change }) =>
      change.kind === 'club' && change.record ? [change.record.legalEntity.creditorId] : [],
    );

  it('[W-MAND-5] reaches every club of the entity with the feed, and a changed one too', async () => {
    const siret = '12345678200028';
    const feed = await edge.wholeFeed();
    expect(creditors(feed)).toEqual(['FR72ZZZ123456', 'FR72ZZZ123456']);
    const setCreditor = (of: string, creditorId: string) =>
      changeSeller(sql, of, { creditorId }, systemClock.wallMs());
    const after = feed.at(-1)?.version ?? 0;
    await setCreditor(siret, 'DE98ZZZ09999999999');
    expect(creditors(await edge.wholeFeed(after))).toEqual(['DE98ZZZ09999999999', 'DE98ZZZ09999999999']);
    await setCreditor(siret, 'DE98ZZZ09999999999');
    expect((await edge.wholeFeed(after)).filter(({ change }) => change.kind === 'club')).toHaveLength(2);
    await expect(setCreditor(siret, 'FR73ZZZ123456')).rejects.toThrow('not a creditor identifier');
    await expect(setCreditor('00000000000000', 'FR72ZZZ123456')).rejects.toThrow('no legal entity');
    await setCreditor(siret, 'FR72ZZZ123456');
  });
});

describe('the seller', () => {
  const siret = '12345678200028';
  const change = (what: Parameters<typeof changeSeller>[2]) =>
    changeSeller(sql, siret, what, systemClock.wallMs());
  const told: string[] = [];
  const seller = (...args: string[]) =>
    runBaseCommand(['seller', ...args, '--state', stateFolder], {
      ...{ environment: {}, clock: systemClock, random: systemRandom, log },
      ...{ say: (text) => told.push(text), tell: (text) => told.push(text) },
    });

  it('[W-SELLER-1] tells every club of it which parts of the product it takes, and all again', async () => {
    const modules = async () =>
      (await edge.wholeFeed()).flatMap(({ change: { kind, record } }) =>
        kind === 'club' && record ? [record.legalEntity.modules] : [],
      );
    expect(await modules()).toEqual([undefined, undefined]);
    expect(await seller('set', siret, '--modules', 'passes,web-orders')).toBe(0);
    expect(await modules()).toEqual([
      ['passes', 'web-orders'],
      ['passes', 'web-orders'],
    ]);
    expect(await seller('set', siret, '--modules', 'lockers')).toBe(1);
    expect(await seller('set', '00000000000000', '--modules', 'all')).toBe(1);
    expect(await seller('set', siret, '--add-contract', 'two words')).toBe(1);
    expect(await seller('set', siret)).toBe(2);
    expect(await seller('set', siret, '--modules', 'all', '--add-contract', '1234567')).toBe(0);
    expect(await modules()).toEqual([undefined, undefined]);
    expect(await seller('list')).toBe(0);
    expect(told).toEqual([
      expect.stringContaining('modules passes,web-orders  contracts none known'),
      'lockers is no part of the product; there are day-entries, passes, web-orders',
      'no legal entity has the SIRET 00000000000000',
      'a contract of a terminal has letters and digits, 40 at most',
      expect.stringContaining('seller set SIRET'),
      expect.stringContaining('modules all  contracts 1234567'),
      expect.stringContaining('clubs 2  creditor FR72ZZZ123456  modules all  contracts 1234567'),
    ]);
    await change({ removedContracts: ['1234567'] });
  });

  it('[W-SELLER-4] opens one case for a terminal that pays somebody else, until it is settled', async () => {
    const sell = async (terminalContract: string | null) => {
      const sold = saleEvent({ legalEntityId, planId });
      edge.append({ ...sold, payment: { ...sold.payment, terminalContract } });
      expect((await edge.pushed()).parked).toEqual([]);
      return sold;
    };
    const cases = () =>
      sql.query(
        `select id, sale_id as "saleId", amount_cents as cents, detail from cases
          where kind = 'other-sellers-terminal' and edge_id = $1 order by at, id`,
        [edge.identity.edgeId],
      );
    await sell('7654321');
    // Of a seller whose contracts are not known nothing is said.
    expect(await cases()).toEqual([]);
    await change({ addedContracts: ['1234567', '1234568'] });
    await sell('1234568');
    await sell(null);
    expect(await cases()).toEqual([]);
    const first = await sell('7654321');
    await sell('7654321');
    const [found] = await cases();
    expect(await cases()).toEqual([
      {
        id: expect.any(String),
        saleId: first.saleId,
        cents: first.totalCents,
        detail: 'terminal contract 7654321 is none of Cadence Lyon SAS',
      },
    ]);
    await sql.query(
      `insert into case_settlements (case_id, settled_at, user_id, user_name, outcome, words)
       select $1, now(), id, name, 'other', 'The terminal was replaced.' from staff_users limit 1`,
      [found?.id],
    );
    await sell('7654321');
    expect(await cases()).toHaveLength(2);
    await change({ removedContracts: ['1234567', '1234568'] });
  });
});

it('comes to the same rows when they are built again from the events', async () => {
  await expectRebuiltTheSame(sql);
});
