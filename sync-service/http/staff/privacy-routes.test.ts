import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { seal } from '@portillon/core/crypto/seal.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SyncAgent } from '../../agent/sync-agent.ts';
import { MemberBase } from '../../member-base.ts';
import { Database } from '../../postgres/database.ts';
import { EmbeddedServer } from '../../postgres/embedded-server.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { namesNotOpen } from '../../postgres/member-names.ts';
import { closeNames } from '../../postgres/names-opening.ts';
import { rebuildProjections } from '../../postgres/rebuild/rebuild-projections.ts';
import { seedFileSchema } from '../../seed/seed-file.ts';
import { loggedRowsWith } from '../../test/logged-rows.ts';
import { untilSeen as untilSeenAlone } from '../../test/poll.ts';
import { temporaryState } from '../../test/start-base.ts';
import { newTestId, saleEvent, TestEdge, testContract, testPhoto } from '../../test/test-edge.ts';
import { keysOf } from '../../test/write-names.ts';
import type { CandidateView, ErasurePlanView, PrivacyDesk } from './privacy-view.ts';

/** A base on a server of its own, so that its database can be put back from a backup, and boxes with stores of their own. */

const logged: string[] = [];
const note = (...words: unknown[]) => void logged.push(JSON.stringify(words));
const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };

/** The time of the base; its hourly round comes when the test says so. */
let laterMs = 0;
const rounds = new Set<() => void>();
const clock: Clock = {
  wallMs: () => systemClock.wallMs() + laterMs,
  monotonicMs: () => systemClock.monotonicMs(),
  setTimer: (delayMs, fire) => {
    if (delayMs !== 3_600_000) return systemClock.setTimer(delayMs, fire);
    rounds.add(fire);
    return () => rounds.delete(fire);
  },
};

let stateFolder: string;
let server: EmbeddedServer;
let base: MemberBase;
let sql: Database;
let staff = '';
let legalEntityId: string;
let planId: string;

const urlOf = (name: string) => {
  const url = new URL(server.url());
  url.pathname = `/${name}`;
  return url.href;
};

async function startBase(): Promise<void> {
  const seedPath = join(import.meta.dirname, '..', '..', 'seed', 'demo-network.json');
  base = await MemberBase.start({
    stateFolder,
    port: 0,
    databaseUrl: urlOf('base'),
    seed: seedFileSchema.parse(JSON.parse(await readFile(seedPath, 'utf8'))),
    staffPage: null,
    clock,
    random: systemRandom,
    log,
  });
  sql = new Database(urlOf('base'), log);
  await signIn();
}

async function stopBase(): Promise<void> {
  await sql.close();
  await base.stop();
}

async function signIn(): Promise<void> {
  const answer = await fetch(`${base.ready.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'staff', password: base.ready.staff?.password }),
  });
  staff = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** With the server itself, while nobody is in the database that is copied or dropped. */
async function onServer(...statements: string[]): Promise<void> {
  const database = new Database(server.url(), log);
  for (const statement of statements) await database.query(statement);
  await database.close();
}

beforeAll(async () => {
  stateFolder = await temporaryState();
  server = await EmbeddedServer.start({ stateFolder, clock: systemClock, log, settings: { fsync: 'off' } });
  await onServer('create database base');
  await startBase();
  legalEntityId = (await sql.query<{ id: string }>('select id from legal_entities'))[0]?.id ?? '';
  planId = (await sql.query<{ id: string }>('select id from plans limit 1'))[0]?.id ?? '';
});

afterAll(async () => {
  for (const box of boxes) await box.off();
  await stopBase();
  await server.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

/** A box with a real store and a real agent. */
class Box {
  readonly folder: string;
  readonly #code: string;
  #store: EdgeStore | null = null;
  #agent: SyncAgent | null = null;

  constructor(name: string, code: string) {
    this.folder = join(stateFolder, 'boxes', name);
    this.#code = code;
  }

  get store(): EdgeStore {
    if (!this.#store) throw new Error('the box is off');
    return this.#store;
  }

  async on(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const opened = await EdgeStore.open({ folder: this.folder, clock, random: systemRandom, log });
    if (!opened.ok) throw new Error(opened.error.detail);
    this.#store = opened.value;
    this.online();
  }

  online(): void {
    this.#agent = new SyncAgent({
      store: this.store,
      clock,
      random: systemRandom,
      log,
      baseUrl: base.ready.url,
      enrolmentCode: this.#code,
      software: 'test',
    });
    this.#agent.start();
  }

  async offline(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = null;
  }

  async off(): Promise<void> {
    await this.offline();
    await this.#store?.close();
    this.#store = null;
  }

  push(): void {
    this.#agent?.notify();
  }

  /** Everything it knows is told. */
  async told(): Promise<void> {
    await untilSeen('everything told', async () => {
      return (await this.store.outbox.count()) === 0 &&
        (await this.store.unconfirmedAttachments(1)).length === 0
        ? true
        : null;
    });
  }

  async edgeId(): Promise<string> {
    return untilSeen('enrolled', async () => (await this.store.identity())?.edgeId ?? null);
  }
}

const boxes: Box[] = [];

async function newBox(club: string): Promise<Box> {
  const code = await newEnrolmentCode(sql, base.ready.clubs[club] ?? '', clock.wallMs());
  const box = new Box(`${club} ${boxes.length}`, code);
  boxes.push(box);
  await box.on();
  await box.edgeId();
  return box;
}

interface Person {
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: string;
  readonly email: string | null;
  readonly phone: string | null;
}

const ana: Person = {
  givenName: 'Anastazja',
  familyName: 'Wróblewska',
  birthDate: '1988-02-29',
  email: 'ana.wroblewska@example.org',
  phone: '+33 6 45 67 89 01',
};

/** A membership that has ended, sold at a box, with its documents. */
async function sold(
  box: Box,
  person: Person,
  cardUid = '04C0FFEE112233',
): Promise<EventOf<'sale.completed'>> {
  const identity = await box.store.identity();
  const sealed = async (purpose: string, plain: Uint8Array | object) => {
    const bytes = plain instanceof Uint8Array ? plain : Buffer.from(JSON.stringify(plain));
    const closed = await seal(identity?.sealKey ?? '', purpose, bytes);
    return { digest: sha256Hex(closed), bytes: closed };
  };
  const name = `${person.givenName} ${person.familyName}`;
  const documents = {
    person: await sealed('person', person),
    photo: await sealed('photo', testPhoto),
    contract: await sealed('contract', { ...testContract, signature: { kind: 'typed', text: name } }),
  };
  const event = saleEvent({
    legalEntityId,
    planId,
    digests: {
      person: documents.person.digest,
      photo: documents.photo.digest,
      contract: documents.contract.digest,
    },
  });
  const ended = {
    ...event,
    membership: {
      ...event.membership,
      validFrom: '2020-01-01T00:00:00.000Z',
      validTo: '2021-01-01T00:00:00.000Z',
    },
    credentials: event.credentials.map((one) => ({ ...one, cardUid })),
  };
  await box.store.write(async (tx) => {
    const { seq } = await box.store.outbox.appendEvent(tx, ended);
    for (const { digest, bytes } of Object.values(documents)) {
      await box.store.attachments.putAttachment(tx, digest, bytes, seq);
    }
  });
  return ended;
}

async function ask<Answer>(method: 'GET' | 'POST', path: string, body?: unknown) {
  const answer = await fetch(`${base.ready.url}/staff/api/privacy${path}`, {
    method,
    headers: { cookie: staff, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const value = (await answer.json()) as Answer & { error?: { code: string } };
  return { status: answer.status, value, code: value.error?.code ?? null };
}

const desk = async () => (await ask<PrivacyDesk>('GET', '')).value;
const orderOf = async (orderId: string) => {
  const order = (await desk()).orders.find(({ id }) => id === orderId);
  if (!order) throw new Error('no such order');
  const states = Object.fromEntries(order.answers.map(({ store, state }) => [store, state]));
  return { ...order, states };
};

/** Boxes push at once, whoever waits for it. */
function untilSeen<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  return untilSeenAlone(what, () => {
    for (const box of boxes) box.push();
    return look();
  });
}

/** Asked, found, looked at and carried out. */
async function forget(memberId: string): Promise<string> {
  const made = await ask<{ requestId: string }>('POST', '/requests', {
    memberId,
    way: 'in-person',
    matched: ['member-id'],
  });
  expect(made.code).toBeNull();
  const { requestId } = made.value;
  const seen = await ask<ErasurePlanView>('GET', `/requests/${requestId}/plan`);
  expect(seen.code).toBeNull();
  const plan = seen.value;
  expect(plan.holds.blocking).toEqual([]);
  const done = await ask<{ orderId: string }>('POST', `/requests/${requestId}/erasure`, {
    digest: plan.digest,
    reason: 'Asked at the desk, ticket 118',
  });
  expect(done.code).toBeNull();
  return done.value.orderId;
}

/** Rows of any table of the base and of the store of keys in which one of these stands, in text or in bytes. */
async function rowsWith(traces: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of ['base', 'base_member_keys']) {
    const database = new Database(urlOf(name), log);
    const tables = await database.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    expect(tables.length).toBeGreaterThan(1);
    for (const table of tables) {
      for (const trace of traces) {
        const hex = Buffer.from(trace).toString('hex');
        const rows = await database.query(
          `select 1 from ${table.name} as t where position(lower($1) in lower(t::text)) > 0
             or position($2 in t::text) > 0 limit 1`,
          [trace, hex],
        );
        if (rows.length > 0) found.push(`${table.name}: ${trace}`);
      }
    }
    await database.close();
  }
  return found;
}

async function filesWith(folder: string, traces: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    if (traces.some((trace) => bytes.includes(trace))) found.push(entry.name);
  }
  return found;
}

/** The number of the card's chip is not among them: it stands in the event of the sale, which is kept byte for byte (PV35). */
const traces = [ana.givenName, ana.familyName, ana.email ?? '', '645678901', '6 45 67 89 01'];

it('[W-PURGE-1] [W-PURGE-4] [PV30] [PV31] [PV32] [PV35] [PV40] [PV41] forgets a member everywhere, and is done when the last box has answered', {
  timeout: 40_000,
}, async () => {
  const seller = await newBox('Lyon Part-Dieu');
  const other = await newBox('Villeurbanne Gratte-Ciel');
  const sale = await sold(seller, ana);
  const { memberId } = sale.member;
  await seller.told();
  await untilSeen(
    'the particulars',
    async () =>
      (
        await sql.query('select 1 from named_members where id = $1 and family_name is not null', [memberId])
      )[0] ?? null,
  );
  // Staff wrote about her, also where nothing is ever changed.
  const [user] = await sql.query<{ id: string }>('select id from staff_users');
  await sql.query(
    `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since, user_id,
                        settled_at, settled_by_sale)
     select $1, $2, legal_entity_id, club_id, 500, 2000, 'other', 'Owed by Anastazja, says 06 45 67 89 01', at, $4, at, id
       from sales where id = $3`,
    [newTestId(), memberId, sale.saleId, user?.id],
  );
  await sql.query(
    `insert into access_changes (id, at, user_id, member_id, change, reason)
     values ($1, $2, $3, $4, '{}', 'Mme WRÓBLEWSKA came, wrote from ana.wroblewska@example.org')`,
    [newTestId(), isoTime(clock.wallMs()), user?.id, memberId],
  );
  await expect(sql.query(`update access_changes set reason = 'x'`)).rejects.toThrow('never changed');
  expect(await rowsWith(traces)).not.toEqual([]);

  await other.off();
  const orderId = await forget(memberId);
  await untilSeen('the seller', async () =>
    (await orderOf(orderId)).states[await seller.edgeId()] === 'done' ? true : null,
  );
  const order = await orderOf(orderId);
  expect(order.progress).toBe('under-way');
  const baseStores = ['tables', 'words', 'documents', 'keys', 'feed', 'logs'];
  expect(baseStores.map((store) => order.states[store])).toEqual([
    'done',
    'done',
    'done',
    'done',
    'done',
    'nothing-found',
  ]);
  const [member] = await sql.query(
    'select given_name, family_name, birth_date, email, phone from named_members where id = $1',
    [memberId],
  );
  expect(Object.values(member ?? {}).every((value) => value === null)).toBe(true);

  // Ten days later the other box is overdue, told again, and a case; then it comes back.
  laterMs += 10 * 86_400_000;
  for (const round of [...rounds]) round();
  await untilSeen(
    'told again',
    async () =>
      (await sql.query(`select 1 from purge_answers where order_id = $1 and times_told = 2`, [orderId]))[0] ??
      null,
  );
  await signIn();
  const overdue = await orderOf(orderId);
  expect(overdue.progress).toBe('overdue');
  expect(overdue.answers.filter((answer) => answer.overdue).map(({ state }) => state)).toEqual([
    'outstanding',
  ]);
  expect(await sql.query(`select detail from cases where kind = 'purge-overdue'`)).toEqual([
    { detail: `purge order ${orderId}` },
  ]);
  await other.on();
  await untilSeen('all answered', async () => ((await orderOf(orderId)).progress === 'done' ? true : null));
  expect((await orderOf(orderId)).states[await other.edgeId()]).toBe('nothing-found');
  expect((await orderOf(orderId)).doneAt).not.toBeNull();

  expect(await rowsWith(traces)).toEqual([]);
  expect(await rowsWith(['04C0FFEE112233'])).toEqual(['edge_events: 04C0FFEE112233']);
  for (const box of boxes) expect(await filesWith(box.folder, traces)).toEqual([]);
  expect(traces.filter((trace) => logged.join('\n').includes(trace))).toEqual([]);
  // What the law wants stays, by id.
  expect(await sql.query('select total_cents, member_id from sales where id = $1', [sale.saleId])).toEqual([
    { total_cents: 5_490, member_id: memberId },
  ]);
  const [text] = await sql.query<{ reason: string }>(
    'select reason from access_changes where member_id = $1',
    [memberId],
  );
  expect(text?.reason).toBe('Mme […] came, wrote from […]');
  const gate = await other.store.book.credential(sale.credentials[0]?.credentialId as never);
  expect(gate).toMatchObject({ status: 'blocked', cardUid: null });
  expect(gate?.language).toBeUndefined();
});

it('[W-PURGE-5] [PV33] takes in what comes later of somebody who was forgotten, and nobody comes back', {
  timeout: 40_000,
}, async () => {
  const [box] = boxes;
  if (!box) throw new Error('no box');
  const sale = await sold(box, { ...ana, email: null }, '04C0FFEE445566');
  const { memberId } = sale.member;
  const credentialId = sale.credentials[0]?.credentialId ?? '';
  await box.told();
  const orderId = await forget(memberId);
  await untilSeen('answered', async () => ((await orderOf(orderId)).progress === 'done' ? true : null));
  // A renewal of the documents, and an entry, told after it.
  const again = { ...(await sold(box, ana, '04C0FFEE778899')), member: sale.member };
  await box.told();
  const edge = await TestEdge.enrolled(
    base.ready.url,
    await newEnrolmentCode(sql, base.ready.clubs['Lyon Part-Dieu'] ?? '', clock.wallMs()),
  );
  const late = await edge.sealed('person', ana);
  const lateSale = {
    ...again,
    saleId: newTestId(),
    membership: { ...again.membership, membershipId: newTestId() },
    member: {
      memberId: newTestId(),
      personDigest: sha256Hex(late),
      photoDigest: null,
      contractDigest: sha256Hex('no'),
    },
    credentials: again.credentials.map((one) => ({ ...one, credentialId: newTestId() })),
  };
  // As after a restore: the base is told of the member only now, and knows already that they are to be forgotten.
  await sql.query(
    'insert into erased_members select $1, order_id, erased_at, kept from erased_members limit 1',
    [lateSale.member.memberId],
  );
  edge.append(lateSale);
  const decisionId = newTestId();
  edge.append({
    type: 'access.decided',
    decisionId,
    at: isoTime(clock.wallMs()),
    gateId: 'entrance',
    zone: null,
    direction: 'entry',
    credentialId,
    presented: 'card',
    outcome: 'refused',
    reason: 'blocked',
    noted: [],
    dataAgeMs: 0,
    byGrant: false,
    byNumber: false,
  });
  const answer = await edge.pushed();
  expect(answer.parked).toEqual([]);
  expect(answer.wanted).toEqual([]);
  expect((await edge.put(sha256Hex(late), late)).status).toBe(204);
  expect(await sql.query('select credential_id from decisions where id = $1', [decisionId])).toEqual([
    { credential_id: null },
  ]);
  expect(
    await sql.query('select status, card_uid from credentials where member_id = $1', [
      lateSale.member.memberId,
    ]),
  ).toEqual([{ status: 'blocked', card_uid: null }]);
  expect(
    await sql.query('select family_name from named_members where id = $1', [lateSale.member.memberId]),
  ).toEqual([{ family_name: null }]);
  expect(
    await sql.query('select 1 from attachments where digest = $1 and sealed is not null', [sha256Hex(late)]),
  ).toEqual([]);
  const rebuilt = await rebuildProjections(sql, {
    check: true,
    nowMs: clock.wallMs(),
    progress: () => undefined,
  });
  // The debt was settled by the test itself, and by no event.
  expect(rebuilt.differences.filter(({ table }) => table !== 'debts')).toEqual([]);
  expect(rebuilt.stuck).toEqual([]);
});

it('[PV34] [PV64] forgets again, by the same order, whom a backup brings back', {
  timeout: 40_000,
}, async () => {
  const [box, other] = boxes;
  if (!box || !other) throw new Error('no boxes');
  const bea = {
    ...ana,
    givenName: 'Béatrix',
    familyName: 'Kiddo-Moreau',
    email: 'bea@example.org',
    phone: null,
  };
  const { memberId } = (await sold(box, bea, '04BEA0000001')).member;
  await box.told();
  await untilSeen(
    'the particulars',
    async () =>
      (
        await sql.query('select 1 from named_members where id = $1 and family_name is not null', [memberId])
      )[0] ?? null,
  );
  const words = newTestId();
  await sql.query(
    `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since, user_id,
                        settled_at, settled_by_sale)
     select $1, member_id, legal_entity_id, club_id, 500, 2000, 'other', 'Owed by Kiddo-Moreau', at,
            (select id from staff_users limit 1), at, id from sales where member_id = $2`,
    [words, memberId],
  );
  for (const each of boxes) await each.offline();
  await stopBase();
  await onServer('create database backup template base');
  // Of a database as a whole the names are copied too; in a backup made from the log they are not.
  const backup = new Database(urlOf('backup'), log);
  await closeNames(backup);
  await backup.close();
  await startBase();
  const orderId = await forget(memberId);
  await stopBase();
  await onServer('drop database base', 'alter database backup rename to base');
  await startBase();
  expect(await rowsWith([bea.familyName, bea.email])).toEqual([]);
  expect(await sql.query('select words from debts where id = $1', [words])).toEqual([{ words: '[…]' }]);
  expect((await orderOf(orderId)).why).toBe('restored');
  const [entry] = (await desk()).log.filter(({ action }) => action === 'restored');
  expect(entry).toMatchObject({ by: null, memberId, orderId });
  for (const each of boxes) each.online();
  await untilSeen('all answered', async () => {
    const { states } = await orderOf(orderId);
    const asked = await Promise.all(boxes.map((each) => each.edgeId()));
    return asked.every((edgeId) => ['done', 'nothing-found'].includes(states[edgeId] ?? '')) ? true : null;
  });
  expect((await orderOf(orderId)).states[await box.edgeId()]).toBe('done');
});

it('[PV37] [PV40] says of whom it could not read that words were not looked for, until somebody has', {
  timeout: 40_000,
}, async () => {
  const box = await newBox('Lyon Part-Dieu');
  const lea = {
    ...ana,
    givenName: 'Léa',
    familyName: 'Vanbremeersch',
    email: 'lea@example.org',
    phone: null,
  };
  const { memberId } = (await sold(box, lea, '04BEA0000037')).member;
  await box.told();
  const nameOf = async () =>
    (
      await sql.query<{ name: string | null }>(
        'select family_name as name from named_members where id = $1',
        [memberId],
      )
    )[0];
  await untilSeen('the particulars', async () => ((await nameOf())?.name ? true : null));
  const words = newTestId();
  await sql.query(
    `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since, user_id,
                        settled_at, settled_by_sale)
     select $1, member_id, legal_entity_id, club_id, 500, 2000, 'other', 'Owed by Vanbremeersch', at,
            (select id from staff_users limit 1), at, id from sales where member_id = $2`,
    [words, memberId],
  );
  // As after the store of the keys came back without it.
  const store = new Database(urlOf('base_member_keys'), log);
  await store.query("delete from member_keys where member_id = $1 and part = 'person'", [memberId]);
  await store.close();
  await closeNames(sql);
  await untilSeen('names again', async () => {
    await ask('POST', '/candidates', { email: lea.email });
    return (await nameOf().catch(() => null)) ?? null;
  });
  expect(await nameOf()).toEqual({ name: null });

  const orderId = await forget(memberId);
  const { answers, progress } = await orderOf(orderId);
  expect(answers.find((answer) => answer.store === 'words')).toMatchObject({
    state: 'failed',
    fault: 'the name of the member could not be read',
  });
  expect(progress).toBe('under-way');
  const settle = (place: string) =>
    ask('POST', `/orders/${orderId}/stores/${place}/settlement`, { reason: 'Looked for by hand' });
  expect((await settle('tables')).code).toBe('erasure.unknown-store');
  expect((await settle('words')).code).toBeNull();
  expect((await orderOf(orderId)).states.words).toBe('settled-by-hand');
});

it('[PV1] [PV2] lists everybody who agrees in what points at a person, and lets staff choose', async () => {
  const [box] = boxes;
  if (!box) throw new Error('no box');
  const eva = {
    givenName: 'Éva',
    familyName: "N'Diaye",
    birthDate: '1990-05-05',
    email: 'eva@example.org',
    phone: '0611223344',
  };
  const twin = { ...eva, givenName: 'Adam', email: null };
  const first = await sold(box, eva, '04E0000000AA');
  const second = await sold(box, twin, '04E0000000BB');
  await box.told();
  await untilSeen('both', async () =>
    (await sql.query('select 1 from named_members where family_name = $1', [eva.familyName])).length === 2
      ? true
      : null,
  );
  const find = async (said: object) => {
    const { value, code } = await ask<{ candidates: CandidateView[] }>('POST', '/candidates', said);
    return code ?? value.candidates.map(({ memberId, found }) => [memberId, found]);
  };
  expect(await find({ givenName: 'eva', familyName: 'NDIAYE' })).toBe('erasure.too-little');
  expect(await find({ birthDate: '1990-05-05' })).toBe('erasure.too-little');
  expect(await find({ givenName: "n'diaye", familyName: 'EVA', birthDate: '1990-05-05' })).toEqual([
    [first.member.memberId, { name: 'same', 'birth-date': 'same' }],
  ]);
  expect(await find({ phone: '+33 6 11 22 33 44', email: 'EVA@example.org' })).toEqual([
    [first.member.memberId, { email: 'same', phone: 'same' }],
    [second.member.memberId, { email: 'not-known', phone: 'same' }],
  ]);
  expect(await find({ reference: '04e0000000bb' })).toEqual([
    [second.member.memberId, { reference: 'same' }],
  ]);
  expect(await find({ email: 'nobody@example.org' })).toEqual([]);
  expect(await find({ email: 'a'.repeat(300) })).toBe('erasure.malformed');
  // What was typed is kept nowhere.
  expect(await rowsWith(['nobody@example.org'])).toEqual([]);
});

it('[PV10] [PV20] [PV42] [PV43] [PV50] refuses while something stands against it, and says what changed', async () => {
  const [box] = boxes;
  if (!box) throw new Error('no box');
  const carl: Person = {
    givenName: 'Carl',
    familyName: 'Ouédraogo',
    birthDate: '1970-01-01',
    email: null,
    phone: null,
  };
  const { memberId } = (await sold(box, carl, '04CA0000000A')).member;
  await box.told();
  await untilSeen(
    'the particulars',
    async () =>
      (
        await sql.query('select 1 from named_members where id = $1 and family_name is not null', [memberId])
      )[0] ?? null,
  );
  const asked = { memberId, way: 'letter', matched: ['name', 'birth-date'] };
  expect((await ask('POST', '/requests', { ...asked, memberId: newTestId() })).code).toBe(
    'erasure.unknown-member',
  );
  const { requestId } = (await ask<{ requestId: string }>('POST', '/requests', asked)).value;
  expect((await ask('POST', '/requests', asked)).code).toBe('erasure.already-open');
  const plan = (await ask<ErasurePlanView>('GET', `/requests/${requestId}/plan`)).value;
  expect(plan.goes).toMatchObject({ particulars: 1, photos: 1, documents: 1, credentials: 1 });
  expect(plan.holds.kept).toEqual([{ what: 'sales', count: 1, until: null }]);
  const carryOut = (digest: string, reason = 'Asked by letter') =>
    ask<{ orderId: string }>('POST', `/requests/${requestId}/erasure`, { digest, reason });
  await sql.query(
    `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since)
     select $1, $2, legal_entity_id, club_id, 500, 2000, 'other', '', at from sales where member_id = $2`,
    [newTestId(), memberId],
  );
  const held = (await ask<ErasurePlanView>('GET', `/requests/${requestId}/plan`)).value;
  expect(held.holds.blocking).toEqual([{ kind: 'debt', count: 1, amountCents: 500 }]);
  expect((await carryOut(held.digest)).code).toBe('erasure.held');
  await sql.query(
    `update debts set settled_at = since, settled_by_sale = (select id from sales where member_id = $1) where member_id = $1`,
    [memberId],
  );
  expect((await carryOut(held.digest)).code).toBe('erasure.changed');
  expect((await carryOut(plan.digest, 'Letter of Mr ouédraogo')).code).toBe('erasure.names-the-person');
  expect(await sql.query('select 1 from erased_members where member_id = $1', [memberId])).toEqual([]);
  for (const each of boxes) await each.offline();
  const { orderId } = (await carryOut(plan.digest)).value;
  expect((await carryOut(plan.digest)).code).toBe('erasure.not-open');

  // A box that is enrolled meanwhile is asked too; one that is out of use is settled by hand, one in use is not.
  const newcomer = await newBox('Lyon Part-Dieu');
  const newcomerId = await newcomer.edgeId();
  await untilSeen('the newcomer', async () =>
    (await orderOf(orderId)).states[newcomerId] === 'nothing-found' ? true : null,
  );
  const lost = await box.edgeId();
  const settle = (store: string) =>
    ask('POST', `/orders/${orderId}/stores/${store}/settlement`, { reason: 'Disk shredded' });
  expect((await settle(lost)).code).toBe('erasure.box-in-use');
  await sql.query(`update edges set status = 'revoked' where id = $1`, [lost]);
  expect((await settle(newTestId())).code).toBe('erasure.unknown-store');
  expect((await settle(lost)).code).toBeNull();
  expect((await orderOf(orderId)).states[lost]).toBe('settled-by-hand');
  await sql.query(`update edges set status = 'active' where id = $1`, [lost]);

  const { log } = await desk();
  const own = log.filter((entry) => entry.memberId === memberId).map(({ action, by }) => `${action} ${by}`);
  expect(own.reverse()).toEqual([
    'request-made staff',
    'dry-run staff',
    'dry-run staff',
    'carried-out staff',
    'store-settled-by-hand staff',
  ]);
  await expect(sql.query('delete from privacy_log')).rejects.toThrow('never changed');
  const signedOut = await fetch(`${base.ready.url}/staff/api/privacy`);
  expect(signedOut.status).toBe(401);
});

/** As the power fails: nothing is written, and every connection is cut. */
async function serverFails(): Promise<void> {
  const { pid } = server;
  if (pid === undefined) throw new Error('no server');
  process.kill(pid, 'SIGQUIT');
  await server.ended;
  server = await EmbeddedServer.start({ stateFolder, clock: systemClock, log, settings: { fsync: 'off' } });
}

it('[PV60] [PV61] [PV62] [PV63] keeps names in clear in nothing that is logged, and opens them again after a crash, but of nobody whose key is gone', {
  timeout: 40_000,
}, async () => {
  const box = await newBox('Lyon Part-Dieu');
  const dana = {
    ...ana,
    givenName: 'Dànaé',
    familyName: 'Quiroga-Ibsen',
    email: 'dana@example.org',
    phone: null,
  };
  const emil = { ...dana, givenName: 'Emil', email: 'emil@example.org' };
  const ids: string[] = [];
  for (const [index, person] of [dana, emil].entries()) {
    ids.push((await sold(box, person, `04DA0000000${index}`)).member.memberId);
  }
  await box.told();
  const named = async () =>
    (
      await sql.query<{ name: string }>(
        'select given_name as name from named_members where id = any($1::uuid[]) order by 1 nulls last',
        [ids],
      )
    ).map(({ name }) => name);
  await untilSeen('both', async () => ((await named()).every(Boolean) ? true : null));
  const theirs = [dana.familyName, dana.givenName, dana.email, emil.email];
  expect(await loggedRowsWith(sql, theirs)).toEqual([]);
  expect(await filesWith(join(server.home, 'data', 'pg_wal'), theirs)).toEqual([]);
  expect(
    await sql.query('select 1 from member_names where family_name = $1', [dana.familyName]),
  ).toHaveLength(2);

  // While another process is at it, who asks is told so, and no name looks as if it were forgotten.
  const alone = await sql.alone('names');
  await closeNames(sql);
  const refused = await ask('POST', '/candidates', { email: dana.email });
  expect(refused).toMatchObject({ status: 503, code: 'base.names-not-open' });
  const ready = await (await fetch(`${base.ready.url}/v1/ready`)).json();
  expect(ready).toMatchObject({ ready: true });
  expect(JSON.stringify(ready)).toContain('names are being opened: 0 %');
  await alone.release();
  await untilSeen('names again', async () => named().catch(() => null));
  expect(await named()).toEqual(['Dànaé', 'Emil']);

  // After a crash they are gone, and what was closed under a key that is gone does not come back.
  const keys = await keysOf(sql, stateFolder);
  await stopBase();
  await keys.destroy(ids[1] ?? '', 'person', newTestId(), clock.wallMs());
  await keys.end();
  await serverFails();
  sql = new Database(urlOf('base'), log);
  expect(await sql.query('select 1 from member_names')).toEqual([]);
  await expect(named()).rejects.toMatchObject({ code: namesNotOpen });
  await sql.close();
  await startBase();
  expect(await named()).toEqual(['Dànaé', null]);
  const found = await ask<{ candidates: CandidateView[] }>('POST', '/candidates', { email: dana.email });
  expect(found.value.candidates).toHaveLength(1);
});
