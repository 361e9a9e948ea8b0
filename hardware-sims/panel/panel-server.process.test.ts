import { request } from 'node:http';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { VirtualClub } from '../club.ts';
import { readClubFile } from '../club-file.ts';
import {
  deviceIn,
  dispenseCard,
  lyonFile,
  newClub,
  newStateFolder,
  removeStateFolder,
} from '../test/test-club.ts';
import { PanelClient } from './panel-client.ts';
import { PanelLive } from './panel-live.ts';
import { PanelServer } from './panel-server.ts';

const stateFolder = newStateFolder();
let club: VirtualClub;
let server: PanelServer;
let panel: PanelClient;

beforeAll(async () => {
  club = newClub(stateFolder, readClubFile(lyonFile));
  server = new PanelServer({
    club,
    clock: systemClock,
    log: silentLog,
    port: 0,
    pageFolder: stateFolder,
  });
  await club.start();
  await server.start();
  panel = new PanelClient(server.url);
});

afterAll(async () => {
  await server.stop();
  await club.stop();
  removeStateFolder(stateFolder);
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request with headers that no browser or `fetch` would send by itself. */
function ask(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const json = { 'content-type': 'application/json' };

it('tells what stands in the club and what may be done with it', async () => {
  const view = await panel.club();
  expect(view).toMatchObject({ name: 'Lyon Part-Dieu', brand: 'cadence', missing: [] });
  expect(view.devices.map((device) => device.kind)).toEqual([
    'terminal',
    'dispenser',
    'printer',
    'kiosk-reader',
    'board',
    'reader',
    'scanner',
    'network',
  ]);
  expect(view.gates).toEqual([
    {
      id: 'gate-1',
      name: 'Tourniquet 1',
      board: 'gate-1-board',
      reader: 'gate-1-reader',
      badgeReader: null,
      scanner: 'gate-1-scanner',
      screenUrl: null,
    },
  ]);
});

it('carries what a person does to the device, and its sentence back when that is not possible', async () => {
  expect(await panel.act('dispenser', 'refill', { count: 5 })).toEqual({ stackerCount: 45 });
  await expect(panel.world('take-card', {})).rejects.toMatchObject({
    status: 409,
    message: 'There is no card at the mouth to take.',
  });
  await expect(panel.world('present-card', { answer: 'approve' })).rejects.toMatchObject({ status: 409 });
  await expect(panel.act('toaster', 'toast')).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('There are: terminal'),
  });
  await expect(panel.paper(3)).rejects.toMatchObject({ status: 404, message: 'There is no paper 3.' });
  await expect(panel.cardMemory('04FFFFFFFFFFFF')).rejects.toMatchObject({ status: 404 });
});

it('cuts the network and puts it back', async () => {
  await panel.world('cut-network', {});
  expect(deviceIn(await panel.club(), 'network').faults).toEqual(['cut']);
  await panel.world('restore-network', {});
  expect(deviceIn(await panel.club(), 'network').faults).toEqual([]);
});

it('shows a change live, to whoever waits for it', async () => {
  const live = new PanelLive(server.url, systemClock);
  const exits = live.until('a person left', (view) => deviceIn(view, 'gate-1-board').exits === 1, 10_000);
  await panel.world('push', { direction: 'exit' });
  expect((await exits).gates).toHaveLength(1);
  await expect(live.until('a flying pig', () => false, 20)).rejects.toThrow('did not show "a flying pig"');
  live.close();
});

it('tells a paper that was printed: its lines, its codes and its picture', async () => {
  const { hostname, port } = new URL(String(club.addresses.printer));
  const { connect } = await import('node:net');
  const host = connect({ host: hostname, port: Number(port) });
  const code = Buffer.from('TICKET-7');
  host.write(
    Buffer.concat([
      Buffer.from('\x1b@Bonjour\n'),
      Buffer.from([0x1d, 0x28, 0x6b, code.length + 3, 0, 0x31, 0x50, 0x30]),
      code,
      Buffer.from([0x1d, 0x28, 0x6b, 3, 0, 0x31, 0x51, 0x30, 0x1d, 0x56, 0x41, 0]),
    ]),
  );
  const live = new PanelLive(server.url, systemClock);
  await live.until('a paper with a code', (view) => view.papers[0]?.codes.length === 1, 10_000);
  expect(await panel.paper(0)).toMatchObject({ index: 0, torn: false, codes: ['TICKET-7'] });
  expect((await panel.paper(0)).lines[0]).toBe('Bonjour');
  expect(await panel.paperSvg(0)).toContain('<svg');
  expect((await panel.received('printer')).length).toBeGreaterThan(0);
  expect(await panel.world('scan', { paperIndex: 0 })).toEqual({ text: 'TICKET-7' });
  await live.until('the printer is at rest', (view) => deviceIn(view, 'printer').status === 'idle', 10_000);
  expect(await panel.world('tear-paper', {})).toEqual({ paperIndex: 0 });
  await expect(panel.world('tear-paper', {})).rejects.toMatchObject({ status: 409 });
  live.close();
  host.destroy();
});

it.each([
  ['another host', { host: 'evil.example' }],
  ['another port of this host', { host: '127.0.0.1:1' }],
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page of no site', { origin: 'null' }],
])('refuses a request that names %s', async (_name, headers) => {
  expect((await ask('GET', '/api/club', headers)).status).toBe(403);
  expect((await ask('POST', '/api/world/cut-network', { ...json, ...headers }, '{}')).status).toBe(403);
  expect(deviceIn(club.view(), 'network').faults).toEqual([]);
});

it('opens no live stream to a page of another site', async () => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/live`, {
    origin: 'https://evil.example',
  });
  const outcome = await new Promise((resolve) => {
    socket.on('open', () => resolve('opened'));
    socket.on('error', (error) => resolve(error.message));
  });
  expect(outcome).toContain('403');
});

it.each([
  ['no JSON at all', json, '{', 400],
  ['a form, as any site can send', { 'content-type': 'text/plain' }, '{}', 415],
  ['a list', json, '[]', 400],
  ['too much', json, JSON.stringify({ text: 'x'.repeat(70_000) }), 413],
  ['a text beyond what a code holds', json, JSON.stringify({ text: 'x'.repeat(4_000) }), 400],
  ['a field that does not exist', json, JSON.stringify({ text: 'x', shout: true }), 400],
])('refuses %s with a sentence', async (_name, headers, body, status) => {
  const answer = await ask('POST', '/api/world/scan', headers, body);
  expect(answer.status).toBe(status);
  expect((JSON.parse(answer.body) as { error: string }).error.length).toBeGreaterThan(5);
});

it.each([
  ['/api/world/tap', { cardId: '../../etc/passwd' }],
  ['/api/world/tap', { cardId: '04AABBCCDDEEFF', holdMs: 1e12 }],
  ['/api/world/push', { direction: 'sideways' }],
  ['/api/world/constructor', {}],
  ['/api/sims/__proto__/act', { action: 'fault' }],
  ['/api/sims/dispenser/act', { action: 'toString' }],
  ['/api/sims/dispenser/act', { action: 'refill', args: { count: 1e9 } }],
  ['/api/sims/dispenser/act', { action: 'fault', args: { name: '__proto__', on: true } }],
  ['/api/sims/gate-1-reader/act', { action: 'tap', args: { card: { uid: '', ats: 1, answer: 1 } } }],
])('refuses %s %o and goes on', async (path, body) => {
  const answer = await ask('POST', path, json, JSON.stringify(body));
  expect([400, 404]).toContain(answer.status);
  expect((await panel.club()).missing).toEqual([]);
});

it('gives nothing away for other paths, and says how to build the page when it is not there', async () => {
  expect((await ask('GET', '/../club-state.json')).status).toBe(404);
  expect((await ask('GET', '/api/papers/..%2f..%2fclub-state.json')).status).toBe(404);
  expect(await ask('GET', '/')).toMatchObject({
    status: 503,
    body: expect.stringContaining('npm run build'),
  });
});

it('switches the faults of a card, which stays the same piece of plastic', async () => {
  const cardId = await dispenseCard(club);
  const cardOf = async () => (await panel.club()).cards.find((card) => card.cardId === cardId);
  await panel.world('card-fault', { cardId, name: 'other-number', on: true });
  expect(await cardOf()).toMatchObject({ place: { at: 'hand' } });
  expect((await cardOf())?.faults.filter(({ on }) => on).map(({ name }) => name)).toEqual(['other-number']);
  expect(club.world.stock().inHand.map(({ chip }) => chip.memory())).not.toHaveLength(0);
  await panel.world('card-fault', { cardId, name: 'other-number', on: false });
  await expect(panel.world('card-fault', { cardId, name: 'melted', on: true })).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('there are pulled-mid-write'),
  });
  const badge = (await panel.club()).cards.find(({ kind }) => kind !== 'club-card');
  await expect(
    panel.world('card-fault', { cardId: badge?.cardId ?? '', name: 'wrong-key', on: true }),
  ).rejects.toMatchObject({ status: 409 });
});

it('says so when its port is taken', async () => {
  const second = new PanelServer({
    club,
    clock: systemClock,
    log: silentLog,
    port: Number(new URL(server.url).port),
    pageFolder: stateFolder,
  });
  await expect(second.start()).rejects.toThrow('cannot use port');
  await second.stop();
});
