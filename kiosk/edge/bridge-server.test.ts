import { createConnection } from 'node:net';
import { silentLog } from '@portillon/core/base/log.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ScreenMessage } from '../bridge/messages.ts';
import { BridgeServer } from './bridge-server.ts';

let bridge: BridgeServer;
let received: ScreenMessage[];
const opened: WebSocket[] = [];

beforeEach(async () => {
  received = [];
  bridge = new BridgeServer({
    port: 0,
    screenFolder: null,
    log: silentLog,
    currentView: () => null,
    receive: async (message) => {
      received.push(message);
      return { outcome: 'done' };
    },
    health: async () => ({ fine: true }),
  });
  await bridge.listen();
});

afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await bridge.close();
});

async function token(headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL('/bridge/token', bridge.url), { headers });
}

async function goodToken(): Promise<string> {
  return ((await (await token()).json()) as { token: string }).token;
}

/** Opens a socket and resolves with it, or with the status of the refusal. */
function attach(query: string, origin = new URL(bridge.url).origin): Promise<WebSocket | number> {
  const socket = new WebSocket(`${bridge.url.replace('http', 'ws')}bridge?${query}`, { origin });
  opened.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', reject);
  });
}

async function say(text: string): Promise<unknown> {
  const socket = await attach(`token=${await goodToken()}`);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  const answer = new Promise<unknown>((resolve) =>
    socket.once('message', (data) => resolve(JSON.parse(String(data)))),
  );
  socket.send(text);
  return answer;
}

it('takes a message of an attached screen and answers it by its number', async () => {
  expect(await say(JSON.stringify({ id: 7, message: { type: 'start', language: 'fr' } }))).toEqual({
    type: 'answer',
    id: 7,
    outcome: 'done',
  });
  expect(received).toEqual([{ type: 'start', language: 'fr' }]);
});

it('refuses a socket without the token of this start, or of another page', async () => {
  expect(await attach('')).toBe(403);
  expect(await attach('token=guessed')).toBe(403);
  expect(await attach(`token=${await goodToken()}`, 'http://evil.example')).toBe(403);
});

it('goes on when a line that it refuses breaks, or asks for what is no address', async () => {
  const thrown: Error[] = [];
  const caught = (error: Error) => thrown.push(error);
  process.on('uncaughtException', caught);
  const { host, port } = new URL(bridge.url);
  const asks = (path: string, more = '') =>
    new Promise<void>((done) => {
      const line = createConnection(Number(port), '127.0.0.1');
      line.on('error', () => undefined).on('close', () => done());
      line.resume();
      const upgrade = `Host: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`;
      // A screen that goes while it asks with the token of an earlier start.
      line.write(`GET ${path} HTTP/1.1\r\n${upgrade}`, () => path !== '//' && line.resetAndDestroy());
    });
  for (let times = 0; times < 5; times++) await asks('/bridge?token=old', `Origin: http://${host}\r\n`);
  await asks('//');
  expect((await token()).status).toBe(200);
  process.off('uncaughtException', caught);
  expect(thrown).toEqual([]);
});

it('tells the token to its own page only', async () => {
  expect((await token({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await token({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

it.each([
  ['not JSON', '{{{', 0],
  ['no message', '{"id":3}', 3],
  ['a message nobody knows', '{"id":4,"message":{"type":"open-gate"}}', 4],
  ['a field of the wrong kind', '{"id":5,"message":{"type":"start","language":7}}', 5],
])('rejects %s with a reason, and changes nothing', async (_case, text, id) => {
  expect(await say(text)).toMatchObject({
    type: 'answer',
    id,
    outcome: 'rejected',
    reason: expect.any(String),
  });
  expect(received).toEqual([]);
});

it('has no more than four screens', async () => {
  const query = `token=${await goodToken()}`;
  for (let screen = 0; screen < 4; screen++) expect(await attach(query)).toBeInstanceOf(WebSocket);
  expect(await attach(query)).toBe(403);
});
