import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { signatureHolds } from '@portillon/core/crypto/signing-key.ts';
import {
  type ClockTold,
  clockOrderToSign,
  type DeviceAboutTold,
  wireVersion,
} from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BaseCommand } from '../../commands/base-command.ts';
import { deviceCommand } from '../../commands/device-command.ts';
import { sellerCommand } from '../../commands/seller-command.ts';
import { readFigures } from '../../postgres/base-figures.ts';
import { Database } from '../../postgres/database.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, saleEvent, TestEdge, testPerson, testPhoto } from '../../test/test-edge.ts';
import { boxListSchema, type ShownBox } from './box-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let edge: TestEdge;
let staff: string;

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  edge = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  const signedIn = await fetch(`${base.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(base.staff),
  });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true });
});

const ask = (path: string, init: RequestInit = {}) =>
  fetch(base.url + path, { ...init, headers: { cookie: staff, ...init.headers } });
async function box(): Promise<ShownBox> {
  const { boxes } = boxListSchema.parse(await (await ask('/staff/api/boxes')).json());
  const found = boxes.find(({ edgeId }) => edgeId === edge.identity.edgeId);
  if (!found) throw new Error('the box is not shown');
  return found;
}

it('[W-ATT-12] counts for staff the sales whose photos or documents have not come, until all have', async () => {
  const [place] = await sql.query<{ legalEntityId: string; planId: string }>(
    `select legal_entity_id as "legalEntityId",
            (select id from plans where record->'names'->>'fr' = 'Tous les jours') as "planId"
       from clubs where id = $1`,
    [base.clubs['Lyon Part-Dieu']],
  );
  if (!place) throw new Error('the seed was not applied');
  const person = await edge.sealed('person', testPerson);
  const photo = await edge.sealed('photo', testPhoto);
  const contract = await edge.sealed('contract', { nothing: 'of a contract' });
  const digests = { person: sha256Hex(person), photo: sha256Hex(photo), contract: sha256Hex(contract) };
  expect(await box()).toMatchObject({ incomplete: 0, oldestIncompleteAt: null, online: true });
  const sold = saleEvent({ ...place, digests });
  edge.append(sold);
  edge.append(saleEvent(place));
  await edge.pushed();
  expect(await box()).toMatchObject({ incomplete: 2, oldestIncompleteAt: sold.at });
  await edge.put(digests.person, person);
  await edge.put(digests.photo, photo);
  expect(await box()).toMatchObject({ incomplete: 2 });
  // What cannot be opened has come all the same (W-ATT-6).
  await edge.put(digests.contract, contract);
  expect(await box()).toMatchObject({ incomplete: 1 });
});

it('[W-DEVICE-2] shows the devices of a box as it told last, and since when one stands so', async () => {
  expect((await box()).devices).toEqual([]);
  const [ready, empty] = [
    { name: 'dispenser', status: 'ready', fault: null },
    { name: 'dispenser', status: 'faulted', fault: 'dispenser.stacker-empty' },
  ];
  const gate = { name: 'gate-1.board', status: 'disconnected', fault: 'transport.pulled' };
  await edge.pushed([], { devices: [gate, ready] });
  const first = (await box()).devices;
  expect(first).toMatchObject([ready, gate]);
  await edge.pushed([], { devices: [gate, empty] });
  await edge.pushed([]);
  const then = (await box()).devices;
  expect(then).toMatchObject([empty, gate]);
  expect(then[1]?.since).toBe(first[1]?.since);
  expect(Date.parse(then[0]?.since ?? '')).toBeGreaterThan(Date.parse(first[0]?.since ?? ''));
  const { devices } = await readFigures(sql, systemClock.wallMs());
  expect(devices).toMatchObject({ ready: 0, faulted: 1, disconnected: 1 });
  await edge.pushed([], { devices: [ready] });
  expect((await box()).devices).toMatchObject([ready]);
  // The box gave that one up, and it was taken in after all.
  const occupancy = { inside: 0, at: isoTime(systemClock.wallMs()) };
  const late = { wireVersion, epoch: 1, events: [], devices: [empty], occupancy };
  const before = edge.counter;
  edge.counter += 1;
  await edge.pushed([], { devices: [gate] });
  const answer = await edge.signed('POST', '/v1/push', { body: JSON.stringify(late), counter: before + 1 });
  expect(answer.status).toBe(200);
  expect((await box()).devices).toMatchObject([gate]);
  edge.counter = before + 2;
});

it('[W-DEVICE-3] keeps what devices are, as far as somebody says so, and counts nothing that nobody sees', async () => {
  const stands = { status: 'ready', fault: null };
  const about = { model: '001122 1.1', serial: '1000', software: '1.2.3' };
  const camera = { model: 'C920', configured: ['model'] };
  const reader = { name: 'gate-1.reader', ...stands };
  await edge.pushed([], { devices: [{ name: 'camera', status: 'unwatched', fault: null, about: camera }] });
  await edge.pushed([], { devices: [{ ...reader, about }] });
  // Silent of it after a start, and as it does not stand any more.
  await edge.pushed([], { devices: [{ ...reader, status: 'starting' }] });
  expect((await box()).devices).toMatchObject([{ ...reader, status: 'starting', about }]);
  const seen = { name: 'camera', status: 'unwatched', fault: null, about: camera };
  await edge.pushed([], { devices: [seen, { ...reader, about: { ...about, software: '1.2.4' } }] });
  expect((await box()).devices).toMatchObject([seen, { about: { software: '1.2.4' } }]);
  expect((await readFigures(sql, systemClock.wallMs())).devices).toMatchObject({ ready: 1, other: 0 });
});

it('[W-DEVICE-5] shows and counts what will stop a device soon, and how many cards its box counts', async () => {
  const dispenser = { name: 'dispenser', status: 'ready', fault: null };
  const printer = { name: 'printer', status: 'ready', fault: null };
  const few = { ...dispenser, cards: 12, warning: 'dispenser.stacker-low' };
  await edge.pushed([], { devices: [few, { ...printer, warning: 'printer.ribbon-low' }] });
  expect((await box()).devices).toMatchObject([few, { warning: 'printer.ribbon-low', cards: null }]);
  const figures = await readFigures(sql, systemClock.wallMs());
  expect(figures.warnings).toEqual({ 'dispenser.stacker-low': 1, 'printer.paper-low': 0, other: 1 });
  expect(figures.devices).toMatchObject({ ready: 2 });
  const since = (await box()).devices[0]?.since;
  await edge.pushed([], { devices: [{ ...dispenser, cards: 11 }, printer] });
  expect((await box()).devices).toMatchObject([
    { warning: null, cards: 11, since },
    { warning: null, cards: null },
  ]);
});

it('[W-DEVICE-4] opens a case of a payment terminal that nobody expects at its box', async () => {
  const other = await TestEdge.enrolled(base.url, base.enrolmentCodes['Villeurbanne Gratte-Ciel'] ?? '');
  const tell = (at: TestEdge, about: DeviceAboutTold) =>
    at.pushed([], { devices: [{ name: 'terminal', status: 'ready', fault: null, about }] });
  const casesNow = async () => {
    const rows = await sql.query<{ detail: string }>(
      "select detail from cases where kind = 'terminal-not-expected' order by at, detail",
    );
    return rows.map(({ detail }) => detail);
  };
  const said: string[] = [];
  const run = (command: BaseCommand, ...args: string[]) =>
    command.run(args, {
      database: sql,
      stateFolder,
      environment: {},
      clock: systemClock,
      random: systemRandom,
      say: (text) => said.push(text),
      tell: (text) => said.push(text),
    });
  // The first one of a box; what is told of it later belongs to it, and what the configuration says gives way.
  await tell(edge, { serial: 'plate', configured: ['serial'] });
  await tell(edge, { terminalId: '28004869', serial: 'plate', configured: ['serial'] });
  expect(await casesNow()).toEqual([]);
  await tell(edge, { serial: 'S-1', terminalId: '28004869', contract: '1234567' });
  const plate = 'serial S-1, terminal 28004869 stands in place of serial plate, terminal 28004869';
  expect(await casesNow()).toEqual([plate]);
  // After a start of the box: it says less, or what its configuration says.
  await tell(edge, { serial: 'plate', terminalId: '28004869', configured: ['serial'] });
  expect((await box()).devices).toMatchObject([{ about: { serial: 'S-1', contract: '1234567' } }]);
  await tell(edge, { serial: 'S-2', terminalId: '28004869' });
  const swapped = 'serial S-2, terminal 28004869 stands in place of serial S-1, terminal 28004869';
  expect(await casesNow()).toEqual([plate, swapped]);
  await tell(other, { serial: 'S-2' });
  const moved = 'serial S-2 was at Lyon Part-Dieu before';
  expect(await casesNow()).toEqual([plate, swapped, moved]);
  // Nobody knows the terminals of the seller yet: nothing is compared with them.
  const [entity] = await sql.query<{ siret: string; name: string }>(
    'select siret, legal_entities.name from clubs join legal_entities on legal_entities.id = legal_entity_id where clubs.id = $1',
    [base.clubs['Lyon Part-Dieu']],
  );
  if (!entity) throw new Error('the seed was not applied');
  expect(await run(sellerCommand, 'set', entity.siret, '--add-terminal', 'S-3')).toBe(0);
  await tell(edge, { serial: 'S-3' });
  await tell(edge, { serial: 'S-4', contract: '7', configured: ['contract'] });
  expect((await casesNow()).slice(3)).toEqual([
    'serial S-3 stands in place of serial S-2, terminal 28004869',
    `serial S-4 stands in place of serial S-3; serial S-4 is none of the terminals of ${entity.name}`,
  ]);
  said.length = 0;
  expect(await run(deviceCommand, 'terminals')).toBe(0);
  const ofLyon = said.map((line) => line.split('\t')).filter((cells) => cells[2] === 'Lyon Part-Dieu');
  expect(ofLyon.map((cells) => [cells[1], cells[5], cells.at(-1)])).toEqual([
    [entity.siret, 'plate', 'past'],
    [entity.siret, 'S-1', 'past'],
    [entity.siret, 'S-2', 'past'],
    [entity.siret, 'S-3', 'past'],
    [entity.siret, 'S-4', 'there'],
  ]);
  expect(await run(deviceCommand, 'list')).toBe(0);
  expect(said.some((line) => /^Lyon Part-Dieu\t.*\tterminal\tready\t\t\tS-4\t/.test(line))).toBe(true);
});

it('[W-CLOCK-3] shows how the clock of a box stands, and nothing of one that does not tell', async () => {
  expect((await box()).clock).toBeNull();
  const clock: ClockTold = { standing: 'set-back', offsetMs: 86_400_000, driftPpm: null };
  await edge.pushed([], { clock });
  await edge.pushed([]);
  expect((await box()).clock).toEqual(clock);
});

it('[W-CLOCK-7] tells a box for ten minutes, signed, that an administrator vouches for its clock', async () => {
  const clock: ClockTold = { standing: 'unlike-base', offsetMs: 86_400_000, driftPpm: null };
  const vouch = (edgeId: string, words: string, headers = {}) =>
    ask(`/staff/api/boxes/${edgeId}/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ words }),
    });
  const { edgeId, networkKey } = edge.identity;
  expect((await edge.pushed([], { clock })).clockOrder).toBeUndefined();
  expect((await vouch(edgeId, ' ')).status).toBe(400);
  expect((await vouch(newTestId(), 'checked')).status).toBe(404);
  expect((await vouch(edgeId, 'checked', { cookie: '' })).status).toBe(401);
  expect((await vouch(edgeId, 'checked', { origin: 'https://elsewhere.example' })).status).toBe(403);
  expect((await vouch(edgeId, 'checked against the radio clock')).status).toBe(204);
  const { clockOrder, serverTime } = await edge.pushed([], { clock });
  if (!clockOrder) throw new Error('no order was told');
  const signed = clockOrderToSign(edgeId, clockOrder.madeAt);
  expect(signatureHolds(networkKey, signed, fromBase64url(clockOrder.signature))).toBe(true);
  expect(Math.abs(Date.parse(serverTime) - Date.parse(clockOrder.madeAt))).toBeLessThan(60_000);
  // An edge of the version before is told nothing.
  expect((await edge.pushed([])).clockOrder).toBeUndefined();
  await sql.query("update edges set clock_order_at = clock_order_at - interval '10 minutes' where id = $1", [
    edgeId,
  ]);
  expect((await edge.pushed([], { clock })).clockOrder).toBeUndefined();
  expect(await sql.query('select words, made_by_name as name from clock_orders')).toEqual([
    { words: 'checked against the radio clock', name: base.staff?.user },
  ]);
});
