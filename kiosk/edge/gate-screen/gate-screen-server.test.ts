import { request } from 'node:http';
import { connect } from 'node:net';
import { silentLog } from '@portillon/core/base/log.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type GateSignShown, gateScreenViewSchema } from '../../bridge/gate-screen-view.ts';
import { GateScreenServer, type ScreenOfGate } from './gate-screen-server.ts';

const clock = new VirtualClock();
let changes: Listeners<[GateSignShown]>;
let now: GateSignShown;
let server: GateScreenServer;
let url: string;
const opened: AbortController[] = [];

beforeEach(async () => {
  changes = new Listeners();
  now = { name: 'idle', language: null, seq: 0 };
  const gate: ScreenOfGate = {
    gateId: 'gate-1',
    signs: {
      get now() {
        return now;
      },
      onChange: (listener) => changes.add(listener),
    },
    surroundings: {
      gateName: 'Tourniquet 1',
      brand: 'cadence',
      languages: ['fr', 'en'],
      accepts: 'both',
      sound: true,
    },
  };
  server = new GateScreenServer({
    host: '127.0.0.1',
    port: 0,
    gates: [gate],
    pageFolder: null,
    clock,
    log: silentLog,
  });
  await server.listen();
  url = server.urlOf('gate-1');
});

afterEach(async () => {
  for (const each of opened.splice(0)) each.abort();
  await server.close();
});

async function screen(): Promise<{ readonly status: number; next(): Promise<string> }> {
  const abort = new AbortController();
  opened.push(abort);
  const answer = await fetch(`${url}/events`, { signal: abort.signal });
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    status: answer.status,
    async next() {
      while (!text.includes('\n\n')) {
        const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) throw new Error('the stream has ended');
        text += decoder.decode(value, { stream: true });
      }
      const event = text.slice(0, text.indexOf('\n\n'));
      text = text.slice(event.length + 2);
      return event;
    },
  };
}

/** As no browser would send it. */
function asked(options: {
  method?: string;
  path: string;
  headers?: Record<string, string>;
}): Promise<number> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, ...options }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
      sent.destroy();
    });
    sent.on('error', reject);
    sent.end();
  });
}

it('[GS8] tells a screen the sign and what stands around it, and not one thing more', async () => {
  const { next } = await screen();
  expect(await next()).toContain('retry: 500');
  now = { name: 'see-kiosk', language: 'es', seq: 1 };
  changes.notify(now);
  const event = await next();
  const view: unknown = JSON.parse(event.replace(/^data: /, ''));
  expect(gateScreenViewSchema.parse(view)).toEqual({
    gateName: 'Tourniquet 1',
    brand: 'cadence',
    languages: ['fr', 'en'],
    accepts: 'both',
    sound: true,
    sign: { name: 'see-kiosk', language: 'es', seq: 1 },
  });
  expect(event).not.toMatch(/debt|expired|[0-9a-f]{8}-/);
});

it('[GS8] repeats it every second as a sign of life', async () => {
  const { next } = await screen();
  await next();
  for (let beat = 0; beat < 3; beat++) {
    await clock.advance(1_000);
    expect(await next()).toContain('"idle"');
  }
});

it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('[GS9] takes no %s', async (method) => {
  expect(await asked({ method, path: '/gate/gate-1/events' })).toBe(405);
});

it('[GS9] opens no socket, and knows no other gate and no other file', async () => {
  expect(await asked({ path: '/gate/gate-2' })).toBe(404);
  expect(await asked({ path: '/gate/gate-2/events' })).toBe(404);
  expect(await asked({ path: '/gate/assets/../../edge.mjs' })).toBe(404);
  expect(await asked({ path: '/health' })).toBe(404);
  expect(await asked({ path: '/bridge/token' })).toBe(404);
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
  expect(await asked({ path: '/bridge', headers: upgrade })).toBe(404);
});

it('[GS9] answers at an address only, not under a name that somebody has pointed here', async () => {
  const status = (host: string) => asked({ path: '/gate/gate-1/events', headers: { host } });
  for (const host of ['192.168.1.20:4640', '127.0.0.1', '[::1]:4640', 'localhost:4640']) {
    expect(await status(host), host).toBe(200);
  }
  for (const host of ['gym.example', 'gym.example:4640', '127.0.0.1.example']) {
    expect(await status(host), host).toBe(403);
  }
});

it('[GS9] gives no page of another origin the stream, and no page at all a way to frame it', async () => {
  expect(await asked({ path: '/gate/gate-1/events', headers: { 'sec-fetch-site': 'cross-site' } })).toBe(403);
  const abort = new AbortController();
  opened.push(abort);
  const { headers } = await fetch(`${url}/events`, { signal: abort.signal });
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
});

it('[GS9] lets in eight screens of a gate, and another once one has left', async () => {
  for (let count = 0; count < 8; count++) expect((await screen()).status).toBe(200);
  expect((await screen()).status).toBe(503);
  opened[0]?.abort();
  await expect.poll(async () => (await screen()).status).toBe(200);
});

it('[GS9] hangs up on lines beyond what its screens need, and takes others once those have gone', async () => {
  const port = Number(new URL(url).port);
  let ended = 0;
  const lines = Array.from({ length: 60 }, () => {
    const line = connect(port, '127.0.0.1');
    line.on('error', () => undefined);
    line.once('close', () => {
      ended += 1;
    });
    return line;
  });
  await expect.poll(() => ended).toBe(12);
  for (const line of lines) line.destroy();
  await expect
    .poll(() =>
      screen().then(
        ({ status }) => status,
        () => 'hung up',
      ),
    )
    .toBe(200);
});

it('[GS9] lets a screen go that takes nothing, and serves the others', async () => {
  const screenAt = (take: (text: string) => void) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.on('data', (data) => take(String(data)));
    socket.write('GET /gate/gate-1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    return { socket, ended };
  };
  let read = '';
  const well = screenAt((text) => {
    read = (read + text).slice(-1_000);
  });
  const stuck = screenAt(() => stuck.socket.pause());
  await expect.poll(() => stuck.socket.isPaused() && read.includes('idle')).toBe(true);
  // Far more than the system keeps for a line that nobody reads.
  for (let told = 0; told < 60_000; told++) {
    now = { name: 'unknown', language: null, seq: told };
    changes.notify(now);
    if (told % 50 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  stuck.socket.removeAllListeners('data').resume();
  await stuck.ended;
  now = { name: 'full-house', language: null, seq: 60_000 };
  changes.notify(now);
  await expect.poll(() => read).toContain('"full-house"');
  well.socket.destroy();
  await well.ended;
});
