import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type CredentialId, idBytes, type NetworkId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import type { CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import { ModbusGate } from '@portillon/drivers/gate/modbus-board/modbus-gate.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { ModbusGateSim } from '@portillon/hardware-sims/gate/modbus-board/modbus-gate-sim.ts';
import { NetworkCable } from '@portillon/hardware-sims/network/network-cable.ts';
import { SyncAgent } from '@portillon/sync-service/agent/sync-agent.ts';
import { outageReportSchema } from '@portillon/sync-service/http/staff/outage-view.ts';
import { Database } from '@portillon/sync-service/postgres/database.ts';
import { type StartedBase, startBase, temporaryState } from '@portillon/sync-service/test/start-base.ts';
import { saleEvent } from '@portillon/sync-service/test/test-edge.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GateControl } from '../edge/gate/gate-control.ts';
import { InFlight } from '../edge/gate/in-flight.ts';
import { atKiosk, channelTo } from '../edge/gate/test/gate-card-rig.ts';
import { EdgeStore } from '../store/edge-store.ts';

/**
 * A club and its base in one process, with what goes between them as it is: the agent and HTTP over a cable that can be
 * pulled, a gate on a pty, a card that proves itself. The clock of both can be put forward, so that nobody waits for an
 * outage to be long.
 */
let forwardMs = 0;
const clock: Clock = { ...systemClock, wallMs: () => systemClock.wallMs() + forwardMs };
const around = { clock, random: systemRandom, log: silentLog };
const uid = '04A1B2C3D4E5F6';
const cards = new Listeners<[CardChannel, number]>();
const closing: (() => Promise<unknown>)[] = [];

let base: StartedBase;
let sql: Database;
let store: EdgeStore;
let agent: SyncAgent;
let cable: NetworkCable;
let board: ModbusGateSim;
let card: DesfireSimCard;
let cardId: CredentialId;
let clubId: string;
let staff = '';

const ask = (method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown) =>
  fetch(base.url + path, {
    method,
    headers: { 'content-type': 'application/json', cookie: staff },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = 300; left > 0; left--) {
    if (await holds()) return;
    await delay(systemClock, 50);
  }
  throw new Error(`it did not come to this: ${what}`);
}

beforeAll(async () => {
  const stateFolder = await temporaryState();
  closing.push(() => rm(stateFolder, { recursive: true, force: true }));
  base = await startBase({ stateFolder, clock });
  closing.push(() => base.stop());
  sql = new Database(base.databaseUrl, silentLog);
  closing.push(() => sql.close());
  cable = new NetworkCable({
    name: 'network',
    clock,
    listenPort: 0,
    targetPort: Number(new URL(base.url).port),
  });
  await cable.start();
  closing.push(() => cable.stop());

  const folder = mkdtempSync(join(tmpdir(), 'portillon outage '));
  closing.push(async () => rmSync(folder, { recursive: true, force: true }));
  const opened = await EdgeStore.open({ folder: join(folder, 'edge'), ...around });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  closing.push(() => store.close());
  agent = new SyncAgent({
    ...around,
    store,
    baseUrl: `http://127.0.0.1:${cable.port}`,
    enrolmentCode: base.enrolmentCodes['Lyon Part-Dieu'] ?? '',
    software: 'test',
  });
  agent.start();
  closing.push(() => agent.stop());
  clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  await until('the club is in the book', () => store.book.dayEntries().length > 0);
  const identity = await store.identity();
  if (!identity) throw new Error('enrolled, and nobody');

  board = new ModbusGateSim({ name: 'gate', clock, path: join(folder, 'board') });
  await board.start();
  closing.push(() => board.stop());
  const transport = transportFor(board.address, { clock });
  if (!transport.ok) throw new Error(transport.error.detail);
  const gate = new ModbusGate({ ...around, transport: transport.value, pulseMs: 3_000, pollMs: 25 });
  gate.start();
  closing.push(() => gate.stop());
  await until('the gate is ready', () => gate.state.status === 'ready');
  const reader: CardReader = {
    state: { status: 'ready' },
    onState: () => () => undefined,
    start: () => undefined,
    stop: async () => undefined,
    onCard: (listener) => cards.add(listener),
  };
  const control = new GateControl({
    ...around,
    config: {
      id: 'entrance',
      name: 'Entrance',
      board: {
        model: 'modbus-board',
        address: board.address,
        unit: 1,
        entryRelay: 0,
        pulseMs: 3_000,
        entryInput: 0,
        exitInput: 1,
      },
    },
    gate,
    reader,
    badgeReaders: [],
    exit: null,
    scanner: null,
    store,
    identity: () => identity,
    onEvent: () => agent.notify(),
    inFlight: new InFlight(),
  });
  closing.push(() => control.stop());

  const [places] = await sql.query<{ legalEntityId: string; planId: string }>(
    `select legal_entity_id as "legalEntityId",
            (select id from plans where record->>'hours' is null order by id limit 1) as "planId"
       from clubs where id = $1`,
    [clubId],
  );
  if (!places) throw new Error('the seed was not applied');
  const sale = saleEvent(places);
  cardId = sale.credentials[0]?.credentialId as CredentialId;
  await store.write((tx) => store.outbox.appendEvent(tx, sale));
  agent.notify();
  await until('the card is in the book', () => store.book.credential(cardId) !== null);
  card = new DesfireSimCard({ uid, random: systemRandom, generation: 'ev2' });
  const keys = identity.cardKeys;
  const grant = encodeGrant(
    {
      networkId: identity.networkId as NetworkId,
      issuerEdgeId: identity.edgeId,
      credentialId: cardId,
      planId: sale.membership.planId,
      homeClubId: clubId,
      scope: 'network',
      validFromMs: clock.wallMs(),
      validToMs: null,
      cardUid: bytesOfHex(uid),
    } as Parameters<typeof encodeGrant>[0],
    identity.privateKey,
  );
  for (const step of [
    () => atKiosk(channelTo(card), keys).stage(idBytes(cardId)),
    () => atKiosk(channelTo(card), keys).writeGrant(idBytes(cardId), grant),
  ]) {
    const done = await step();
    if (!done.ok) throw new Error(done.error.detail);
  }
  const signedIn = await ask('POST', '/staff/api/sign-in', { user: 'staff', password: base.staff?.password });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** Holds the card up; resolves when it was decided and written. */
async function tap(): Promise<void> {
  const before = await store.outbox.count();
  cards.notify(channelTo(card), clock.monotonicMs());
  await until(
    'it was decided',
    async () => (await store.outbox.count()) > before || (await decided()) > told,
  );
}

let told = 0;
const decided = async () => {
  const [row] = await sql.query<{ count: number }>('select count(*) as count from decisions');
  return row?.count ?? 0;
};
const report = async () =>
  outageReportSchema.parse(await (await ask('GET', `/staff/api/outages?clubId=${clubId}`)).json());

it('[I5] [I13] [W-OUTAGE-2] [W-OUTAGE-3] tells once of a card that was blocked while its club was cut off, and came in', async () => {
  await cable.act('fault', { name: 'cut', on: true });
  const blocked = await ask('PUT', `/staff/api/credentials/${cardId}/status`, {
    status: 'blocked',
    reason: 'Lost in the street',
  });
  expect(blocked.status).toBe(204);
  forwardMs += 10 * 60_000;
  await tap();
  await until('the gate is released', () => board.view().entryReleased === true);
  await board.act('push', { direction: 'entry' });
  await until('the passage is written', () => store.passages.inside.inside === 1);
  expect((await report()).findings).toEqual([]);

  await cable.act('fault', { name: 'cut', on: false });
  await until('the base has heard of it', async () => (await report()).findings.length > 0);
  const { findings, late } = await report();
  expect(findings).toMatchObject([
    { would: 'refuse', reason: 'blocked', gateId: 'entrance', presented: 'card', wentIn: true },
  ]);
  expect(findings[0]?.dataAgeMs).toBeGreaterThan(9 * 60_000);
  expect(findings[0]?.toldAt).not.toBeNull();
  expect(late).toBe(1);

  // With a network again: refused at the gate, and nothing more to find.
  await until('the block is in the book', () => store.book.credential(cardId)?.status === 'blocked');
  told = await decided();
  await tap();
  await until('the base has heard of that too', async () => (await decided()) === 2);
  expect(await report()).toMatchObject({ late: 1, findings: [{ reason: 'blocked' }] });
  expect(store.passages.inside.inside).toBe(1);
});
