import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileBaseKeyStore } from './keys/file-base-key-store.ts';
import { MemberKeys, memberKeysBeside } from './keys/member-keys.ts';
import { MemberBase } from './member-base.ts';
import { readCaseList } from './postgres/cases.ts';
import { Database } from './postgres/database.ts';
import { newEnrolmentCode } from './postgres/enrolment.ts';
import { migrate, migrations } from './postgres/migrations.ts';
import { closeNames, openNames } from './postgres/names-opening.ts';
import { sealClearNames } from './postgres/names-sealing.ts';
import { applySeed, type SeedFile, seedFileSchema } from './seed/seed-file.ts';
import { loggedRowsWith } from './test/logged-rows.ts';
import { untilSeen } from './test/poll.ts';
import { type StartedBase, startBase, temporaryState } from './test/start-base.ts';
import { newTestId, send, TestEdge } from './test/test-edge.ts';

let stateFolder: string;
let first: StartedBase;
let second: MemberBase;
let sql: Database;

/** Another process of the same base would be started just so. */
async function another(name: string, databaseUrl: string, withKeys: boolean): Promise<MemberBase> {
  const folder = join(stateFolder, name);
  await mkdir(folder);
  if (withKeys) await copyFile(join(stateFolder, 'base-keys.json'), join(folder, 'base-keys.json'));
  return MemberBase.start({
    stateFolder: folder,
    port: 0,
    databaseUrl,
    staffPage: null,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
}

/** Name and address of an empty database on the same server. */
async function newDatabase(): Promise<[string, string]> {
  const name = `trial_${newTestId().slice(-12)}`;
  await sql.query(`create database ${name}`);
  const url = new URL(first.databaseUrl);
  url.pathname = `/${name}`;
  return [name, url.href];
}

beforeAll(async () => {
  stateFolder = await temporaryState();
  first = await startBase({ stateFolder });
  second = await another('second', first.databaseUrl, true);
  sql = new Database(first.databaseUrl, silentLog);
});

afterAll(async () => {
  await sql.close();
  await second.stop();
  await first.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

describe('several sync-services on one base', () => {
  it('know the same edges, and a counter used at one is used at all', async () => {
    const edge = await TestEdge.enrolled(first.url, first.enrolmentCodes['Lyon Part-Dieu'] ?? '');
    const signed = new Headers();
    const bend = (headers: Headers) => {
      for (const [name, value] of headers) signed.set(name, value);
    };
    expect((await edge.signed('GET', '/v1/feed', { bend })).status).toBe(200);
    const replayed = await send(second.ready.url, 'GET', '/v1/feed', {}, signed);
    expect(refusalSchema.parse(replayed.body).error.code).toBe('request.replayed');
  });

  it('tell each other what is new, also after the connection they listen on was lost', async () => {
    const code = second.ready.enrolmentCodes['Villeurbanne Gratte-Ciel'] ?? '';
    const edge = await TestEdge.enrolled(second.ready.url, code);
    const { cursor } = await edge.feed();
    const listeners = () =>
      sql.query<{ pid: number }>("select pid from pg_stat_activity where query like 'listen portillon%'");
    const before = await listeners();
    expect(before).toHaveLength(2);
    for (const { pid } of before) await sql.query('select pg_terminate_backend($1)', [pid]);
    await untilSeen('both listen again', async () => {
      const now = await listeners();
      return now.length === 2 && now.every(({ pid }) => !before.some((old) => old.pid === pid)) ? true : null;
    });
    const waiting = edge.feed(cursor, 25);
    const clubId = first.clubs['Lyon Part-Dieu'] ?? '';
    const newcomer = await TestEdge.enrolled(
      first.url,
      await newEnrolmentCode(sql, clubId, systemClock.wallMs()),
    );
    expect((await waiting).changes).toMatchObject([{ change: { id: newcomer.identity.edgeId } }]);
  });

  it('refuse to serve a base with the keys of another', async () => {
    await expect(another('stranger', first.databaseUrl, false)).rejects.toThrow(
      /not those of this member base/,
    );
    const keys = new FileBaseKeyStore(stateFolder);
    const kept = await keys.load();
    if (!kept) throw new Error('no keys');
    await expect(keys.save(kept)).rejects.toThrow(/there already/);
  });

  it('[W-ERR-2] say that the base cannot work while PostgreSQL is out of reach, and nothing more', async () => {
    const [name, url] = await newDatabase();
    const lone = await another('lone', url, true);
    expect((await send(lone.ready.url, 'GET', '/v1/health')).status).toBe(200);
    await sql.query(`alter database ${name} allow_connections false`);
    await sql.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    const answer = await untilSeen('the connections are gone', async () => {
      const health = await send(lone.ready.url, 'GET', '/v1/health');
      return health.status === 200 ? null : health;
    });
    expect(answer).toEqual({
      status: 503,
      body: { error: { code: 'base.unavailable', message: 'the base cannot work now; try again' } },
    });
    await lone.stop();
  });
});

it('[SA90] begins with the prices of clubs that its file names, and with nothing where it names no plan by one', async () => {
  const [, url] = await newDatabase();
  const database = new Database(url, silentLog);
  try {
    await migrate(database);
    const networkId = newId<'network'>(systemClock, systemRandom);
    await database.query("insert into networks (id, name) values ($1, '')", [networkId]);
    const demo = JSON.parse(
      await readFile(join(import.meta.dirname, 'seed', 'demo-network.json'), 'utf8'),
    ) as SeedFile;
    const withPrice = (plan: string) => {
      const price = { plan, from: '2026-01-01', priceCents: 1_990, joiningFeeCents: 0 };
      const [entity, ...others] = demo.legalEntities;
      const [club, ...clubs] = entity?.clubs ?? [];
      return seedFileSchema.parse({
        ...demo,
        legalEntities: [{ ...entity, clubs: [{ ...club, prices: [price] }, ...clubs] }, ...others],
      });
    };
    const base = { database, networkId, clock: systemClock, random: systemRandom, log: silentLog };
    await expect(applySeed(base, withPrice('Gold'))).rejects.toThrow('no plan is called so');
    expect(await database.query('select 1 from clubs')).toEqual([]);
    expect(await applySeed(base, withPrice('Every day'))).toBe(true);
    const set = await database.query(
      `select clubs.name as club, record->'names'->>'en' as plan, valid_from::text as "from", price_cents as cents, set_by as by
         from plan_prices join plans on plans.id = plan_id join clubs on clubs.id = club_id`,
    );
    const club = demo.legalEntities[0]?.clubs[0]?.name;
    expect(set).toEqual([{ club, plan: 'Every day', from: '2026-01-01', cents: 1_990, by: null }]);
    const told = await database.query("select record from feed_changes where kind = 'club'");
    // Ids are random: such digits may stand within them, and nowhere alone.
    expect(JSON.stringify(told)).not.toMatch(/\b1990\b/);
  } finally {
    await database.close();
  }
});

describe('migrations', () => {
  const trial = { name: '900-trial', sql: 'create table trial (n int); insert into trial values (1)' };
  let fresh: Database;

  beforeAll(async () => {
    const [, url] = await newDatabase();
    fresh = new Database(url, silentLog);
  });
  afterAll(() => fresh.close());

  it('are applied once, by however many programs start at the same moment', async () => {
    const list = [...migrations, trial];
    const done = await Promise.all([migrate(fresh, list), migrate(fresh, list), migrate(fresh, list)]);
    expect(done.flat()).toEqual(list.map(({ name }) => name));
    expect(await fresh.query('select n from trial')).toEqual([{ n: 1 }]);
  });

  it('keep the cases that a base of the version before has, and show them', async () => {
    const [, url] = await newDatabase();
    const older = new Database(url, silentLog);
    await migrate(older, migrations.slice(0, 1));
    const [network, entity, club, edge, opened] = Array.from({ length: 5 }, newTestId);
    await older.query(`
      insert into networks values ('${network}', 'network');
      insert into legal_entities values ('${entity}', '${network}', 'Entity', '', '', '');
      insert into clubs values ('${club}', '${entity}', 'Club', 'Europe/Paris', 10, '{}', null, '');
      insert into edges values ('${edge}', '${club}', 'key', 'active', '', now(), now(), 0, '');
      insert into cases (id, club_id, edge_id, at, kind, sale_id, sale_reference, amount_cents, detail)
        values ('${opened}', '${club}', '${edge}', now(), 'refund-failed', null, 'M7QK-2F9C', 5490, 'jam')`);
    expect(await migrate(older)).toContain('003-cases-and-fiscal-heads');
    expect(
      (await readCaseList(older, { clubId: null, reach: null }, systemClock.wallMs())).open,
    ).toMatchObject([
      { id: opened, kind: 'refund-failed', reference: 'M7QK-2F9C', amountCents: 5_490, tried: [], who: null },
    ]);
    await older.close();
  });

  it('give the sales of the version before the number of their fiscal record, from the events as received', async () => {
    const [, url] = await newDatabase();
    const older = new Database(url, silentLog);
    await migrate(older, migrations.slice(0, 3));
    const [network, entity, club, edge, member, told, untold] = Array.from({ length: 7 }, newTestId);
    const bodyOf = (saleId: string | undefined, fiscal: object | null) =>
      JSON.stringify({ fiscal, saleId, type: 'sale.completed' });
    await older.query(`
      insert into networks values ('${network}', 'network');
      insert into legal_entities values ('${entity}', '${network}', 'Entity', '', '', '');
      insert into clubs values ('${club}', '${entity}', 'Club', 'Europe/Paris', 10, '{}', null, '');
      insert into edges values ('${edge}', '${club}', 'key', 'active', '', now(), now(), 3, '');
      insert into members (id, home_club_id, language, created_at) values ('${member}', '${club}', 'fr', now())`);
    for (const id of [told, untold]) {
      await older.query(
        `insert into sales (id, reference, club_id, edge_id, legal_entity_id, member_id, at, language, total_cents,
           lines, payment, consents)
         values ($1, 'M7QK-2F9C', $2, $3, $4, $5, now(), 'fr', 0, '[]', '{}', '[]')`,
        [id, club, edge, entity, member],
      );
    }
    const bodies = [
      bodyOf(told, { recordNo: 1_204, characters: 'FUCC' }),
      bodyOf(untold, null),
      // Kept aside, since no base could read it.
      `${bodyOf(untold, { recordNo: 7, characters: 'AAAA' })}}`,
    ];
    for (const [index, body] of bodies.entries()) {
      await older.query(`insert into edge_events values ($1, $2, $3, $4, '', '', now())`, [
        edge,
        index + 1,
        newTestId(),
        Buffer.from(body),
      ]);
    }
    await older.query(`insert into parked_events values ($1, 3, 'not JSON', now())`, [edge]);
    expect(await migrate(older, migrations.slice(0, 4))).toEqual(['004-fiscal-record-of-a-sale']);
    const rows = await older.query<{ id: string }>(
      'select id, fiscal_record_no as no, fiscal_characters as characters from sales',
    );
    expect(new Map(rows.map(({ id, ...kept }) => [id, kept]))).toEqual(
      new Map([
        [told, { no: 1_204, characters: 'FUCC' }],
        [untold, { no: null, characters: null }],
      ]),
    );
    await older.close();
  });

  it('[PV66] seal the names that the version before kept in clear, tell nobody that they changed, and leave nothing of them', async () => {
    const [name, url] = await newDatabase();
    const older = new Database(url, silentLog);
    const last = migrations.findIndex((each) => each.name.endsWith('names-under-keys'));
    await migrate(older, migrations.slice(0, last));
    const [network, entity, club, nobody] = Array.from({ length: 4 }, newTestId);
    await older.query(`
      insert into networks values ('${network}', 'network');
      insert into legal_entities values ('${entity}', '${network}', 'Entity', '', '', '');
      insert into clubs values ('${club}', '${entity}', 'Club', 'Europe/Paris', 10, '{}', null, '');
      insert into adapters (name, kinds) values ('other', '{member}');
      insert into members (id, home_club_id, language, created_at) values ('${nobody}', '${club}', 'fr', now());
      insert into members (id, home_club_id, given_name, family_name, birth_date, email, phone, language, created_at)
      select gen_random_uuid(), '${club}', 'Ørjan', 'Clearwater-' || n, '1990-01-01', n || '@clear.example', null, 'fr', now()
        from generate_series(1, 2500) as n;
      delete from adapter_outbox;
      analyze`);
    expect(await loggedRowsWith(older, ['clearwater'])).toEqual(['members', 'pg_statistic']);
    await migrate(older);
    await older.query('analyze members_in_clear');
    const keys = await MemberKeys.open(memberKeysBeside(url), {
      networkId: network ?? '',
      sealPrivateKey: Buffer.alloc(32, 7).toString('base64url'),
      log: silentLog,
    });
    const context = { database: older, memberKeys: keys, clock: systemClock, log: silentLog };
    await sealClearNames(context);
    await sealClearNames(context);
    const fileHas = async (word: string, table = 'members') => {
      const [{ path } = { path: '' }] = await older.query<{ path: string }>(
        `select current_setting('data_directory') || '/' || pg_relation_filepath($1) as path`,
        [table],
      );
      await older.query('checkpoint');
      return (await readFile(path)).includes(word);
    };
    expect(await fileHas('Clearwater')).toBe(false);
    expect(await fileHas('Ørjan', 'pg_statistic')).toBe(false);
    expect(await loggedRowsWith(older, ['clearwater', '@clear.example'])).toEqual([]);
    expect(await older.query('select 1 from adapter_outbox')).toEqual([]);
    expect(await older.query("select to_regclass('members_in_clear') as left")).toEqual([{ left: null }]);
    await closeNames(older);
    expect(await openNames(context)).toBe(true);
    expect(
      await older.query(
        `select count(*) as all, count(person) as sealed, count(birth_date) as born,
                count(*) filter (where email = '77@clear.example' and family_name = 'Clearwater-77') as one from named_members`,
      ),
    ).toEqual([{ all: 2_501, sealed: 2_500, born: 2_500, one: 1 }]);
    await keys.end();
    await older.close();
    await sql.query(`drop database ${name}_member_keys`);
  });

  it('[W-MAND-1] want the mandates that newer edges had named to the version before', async () => {
    const [, url] = await newDatabase();
    const older = new Database(url, silentLog);
    await migrate(older, migrations.slice(0, 4));
    const [network, entity, club, edge, member, named, undone, unnamed] = Array.from(
      { length: 8 },
      newTestId,
    );
    await older.query(`
      insert into networks values ('${network}', 'network');
      insert into legal_entities values ('${entity}', '${network}', 'Entity', '', '', '');
      insert into clubs values ('${club}', '${entity}', 'Club', 'Europe/Paris', 10, '{}', null, '');
      insert into edges values ('${edge}', '${club}', 'key', 'active', '', now(), now(), 3, '');
      insert into members (id, home_club_id, language, created_at) values ('${member}', '${club}', 'fr', now())`);
    const mandates = new Map([
      [named, { digest: 'a'.repeat(64), reference: 'REFERENCE1' }],
      [undone, { digest: 'b'.repeat(64), reference: 'REFERENCE2' }],
      [unnamed, null],
    ]);
    for (const [index, [saleId, mandate]] of [...mandates].entries()) {
      await older.query(
        `insert into sales (id, reference, club_id, edge_id, legal_entity_id, member_id, at, language, total_cents,
           lines, payment, consents, cancelled_at)
         values ($1, 'M7QK-2F9C', $2, $3, $4, $5, now(), 'fr', 0, '[]', '{}', '[]', $6)`,
        [saleId, club, edge, entity, member, saleId === undone ? '2026-11-22T09:00:00Z' : null],
      );
      await older.query(`insert into edge_events values ($1, $2, $3, $4, '', '', now())`, [
        edge,
        index + 1,
        newTestId(),
        Buffer.from(JSON.stringify({ mandate, saleId, type: 'sale.completed' })),
      ]);
    }
    expect(await migrate(older)).toContain('005-mandates');
    expect(
      await older.query(
        `select purpose, sale_id, mandates.member_id, legal_entity_id, reference, status, edge_id
           from mandates join attachments on digest = attachment_digest order by reference`,
      ),
    ).toEqual(
      [
        { sale_id: named, reference: 'REFERENCE1', status: 'awaited' },
        { sale_id: undone, reference: 'REFERENCE2', status: 'cancelled' },
      ].map((row) => ({
        ...row,
        purpose: 'mandate',
        member_id: member,
        legal_entity_id: entity,
        edge_id: edge,
      })),
    );
    await older.close();
  });

  it('refuse one that was changed after it landed, and a base that is newer than the program', async () => {
    const changed = { ...trial, sql: 'select 1' };
    await expect(migrate(fresh, [...migrations, changed])).rejects.toThrow(/900-trial was changed/);
    await expect(migrate(fresh)).rejects.toThrow(/newer version/);
  });

  it('leave nothing behind when one fails half-way', async () => {
    const broken = { name: '901-broken', sql: 'create table half (n int); create table half (n int)' };
    await expect(migrate(fresh, [...migrations, trial, broken])).rejects.toThrow(/already exists/);
    expect(await fresh.query("select to_regclass('half') as half")).toEqual([{ half: null }]);
  });
});
