import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import { askDesk } from './desk-client.ts';
import type { DeskAnswer, DeskRequest } from './desk-request.ts';
import { DeskServer } from './desk-server.ts';
import { findSocketPath } from './desk-socket-path.ts';

let folder: string;
let clock: VirtualClock;
let log: RecordedLog;
let server: DeskServer;
let asked: DeskRequest[];
let serve: (request: DeskRequest) => Promise<DeskAnswer>;

const done: DeskAnswer = { outcome: 'done', text: 'Done.', value: {} };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon desk '));
  clock = new VirtualClock();
  log = new RecordedLog();
  asked = [];
  serve = async () => done;
  server = serverOf(folder);
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function serverOf(stateFolder: string): DeskServer {
  const desk = {
    answer: (request: DeskRequest) => {
      asked.push(request);
      return serve(request);
    },
    close: async () => undefined,
  };
  return new DeskServer({ stateFolder, desk, clock, log });
}

/** Sends bytes as they are, ends its side, and resolves with what comes back. */
async function said(bytes: string): Promise<string> {
  const socket = createConnection(await findSocketPath(folder));
  return new Promise((resolve, reject) => {
    let received = '';
    socket.on('data', (part) => {
      received += part.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
    socket.end(bytes);
  });
}

describe('the desk of a running till', () => {
  it('answers one request a connection, on a socket of its own account only', async () => {
    await server.listen();
    const path = join(folder, 'journal.sock');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await askDesk(path, { command: 'status' }, systemClock)).toEqual({
      kind: 'answered',
      answer: done,
    });
    expect(await said('{"command":"verify"}\n{"command":"close"}\n')).toBe(`${JSON.stringify(done)}\n`);
    expect(asked).toEqual([{ command: 'status' }, { command: 'verify' }]);
  });

  it.each([
    ['{"command":"burn"}\n', 'This cannot be asked: command: '],
    ['{"command":"ticket","no":"1"}\n', 'This cannot be asked: no: a number is a whole one.'],
    ['{"command":"status","as":"root"}\n', 'Unrecognized key'],
    [
      '{"command":"archive","from":"2026-01-01","to":"2027-01-01","folder":"here"}\n',
      'a folder is a whole path',
    ],
    ['ticket 1\n', 'This cannot be asked: '],
    [`${'x'.repeat(9_000)}\n`, 'at most 8192 bytes'],
    ['x'.repeat(9_000), 'at most 8192 bytes'],
  ])('refuses %.40s with a sentence, and tells the log', async (bytes, sentence) => {
    await server.listen();
    const answer = JSON.parse(await said(bytes));
    expect(answer).toMatchObject({ outcome: 'refused', text: expect.stringContaining(sentence) });
    expect(asked).toEqual([]);
    expect(log.entries.map(({ event }) => event)).toEqual(['desk.request-refused']);
  });

  it('drops a connection that ends without a request, and one from which none comes', async () => {
    await server.listen();
    expect(await said('')).toBe('');
    expect(await said('{"command":')).toBe('');
    const silent = createConnection(await findSocketPath(folder));
    await new Promise((resolve) => silent.once('connect', resolve));
    // The server has seen it once it has answered the one after it.
    await said('{"command":"status"}\n');
    const told = new Promise<string>((resolve) => silent.once('data', (bytes) => resolve(bytes.toString())));
    await clock.advance(5_000);
    expect(JSON.parse(await told)).toMatchObject({ outcome: 'refused', text: 'No request came.' });
    await new Promise((resolve) => silent.once('close', resolve));
    expect(clock.pendingTimers).toBe(0);
  });

  it('serves four at a time and asks the fifth to come again', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    serve = async () => {
      await released;
      return done;
    };
    await server.listen();
    const path = await findSocketPath(folder);
    const four = [1, 2, 3, 4].map(() => askDesk(path, { command: 'status' }, systemClock));
    // Each is seen before the next one comes.
    while (asked.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(await askDesk(path, { command: 'status' }, systemClock)).toMatchObject({
      answer: { outcome: 'refused', text: 'Others are being served: ask again.' },
    });
    release();
    expect((await Promise.all(four)).map(({ kind }) => kind)).toEqual(Array(4).fill('answered'));
  });

  it('tells a bug to the log and to whoever asked, and goes on', async () => {
    serve = () => Promise.reject(new Error('one archive is made at a time'));
    await server.listen();
    expect(JSON.parse(await said('{"command":"close"}\n'))).toMatchObject({
      outcome: 'refused',
      text: 'The till could not do this; its log says why.',
    });
    expect(log.entries).toMatchObject([{ level: 'error', event: 'desk.request-failed' }]);
    serve = async () => done;
    expect(JSON.parse(await said('{"command":"close"}\n'))).toEqual(done);
  });

  it('lets what it serves be answered before it closes, and leaves nothing behind', async () => {
    let release: () => void = () => undefined;
    serve = () =>
      new Promise((resolve) => {
        release = () => resolve(done);
      });
    await server.listen();
    const path = await findSocketPath(folder);
    const answer = askDesk(path, { command: 'verify' }, systemClock);
    while (asked.length < 1) await new Promise((resolve) => setImmediate(resolve));
    const closed = server.close();
    release();
    expect(await answer).toMatchObject({ kind: 'answered', answer: done });
    await closed;
    expect(await readdir(folder)).toEqual([]);
    expect(await askDesk(path, { command: 'status' }, systemClock)).toEqual({ kind: 'nobody' });
  });
});

describe('the path of the socket', () => {
  it('takes the place of one that a killed edge left', async () => {
    await writeFile(join(folder, 'journal.sock'), '');
    await server.listen();
    expect(JSON.parse(await said('{"command":"status"}\n'))).toEqual(done);
  });

  it('is a short one elsewhere where the folder is deeper than a socket may lie, and goes with the desk', async () => {
    const deep = join(folder, 'a'.repeat(60), 'é'.repeat(30));
    await mkdir(deep, { recursive: true });
    // What an edge that was killed left behind.
    const left = await mkdtemp(join(tmpdir(), 'portillon-'));
    await writeFile(join(deep, 'journal-socket-path'), join(left, 'journal.sock'));
    const deepServer = serverOf(deep);
    await deepServer.listen();
    expect(existsSync(left)).toBe(false);
    const path = await findSocketPath(deep);
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(107);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect((await stat(join(deep, 'journal-socket-path'))).mode & 0o777).toBe(0o600);
    expect(await askDesk(path, { command: 'status' }, systemClock)).toMatchObject({ kind: 'answered' });
    await deepServer.close();
    expect(existsSync(dirname(path))).toBe(false);
    expect(await readdir(deep)).toEqual([]);
  });

  it('is never believed of a file that names somebody else’s folder', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    const stateFolder = join(folder, 'state');
    await mkdir(stateFolder);
    await writeFile(join(stateFolder, 'journal-socket-path'), join(other, 'journal.sock'));
    const wary = serverOf(stateFolder);
    await wary.listen();
    expect(await findSocketPath(stateFolder)).toBe(join(stateFolder, 'journal.sock'));
    await wary.close();
    expect(existsSync(other)).toBe(true);
  });

  it('that cannot be had is told in the log, and the till goes on without a desk', async () => {
    const none = serverOf(join(folder, 'not there'));
    await none.listen();
    expect(log.entries).toMatchObject([{ level: 'error', event: 'desk.cannot-listen' }]);
    await none.close();
  });
});

describe('whoever asks', () => {
  it.each([
    ['nothing', ''],
    ['half an answer', '{"outcome":"done"'],
    ['something else', 'HTTP/1.1 400 Bad Request\n'],
    ['another shape', '{"outcome":"perhaps"}\n'],
  ])('is told when %s came back', async (_, bytes) => {
    const path = join(folder, 'odd.sock');
    const odd = createServer((socket) => socket.resume().end(bytes));
    await new Promise<void>((resolve) => odd.listen(path, resolve));
    expect(await askDesk(path, { command: 'status' }, systemClock)).toEqual({
      kind: 'failed',
      sentence: 'The till ended before it had answered: ask again.',
    });
    await new Promise<void>((resolve) => odd.close(() => resolve()));
    expect(await readFile(path).catch(() => 'gone')).toBe('gone');
  });
});
