import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { answerBytesMax, BaseClient } from './base-client.ts';

/** Answers with as many bytes as it is asked for, packed where it is told so. */
let server: Server;
let client: BaseClient;
/** The line was hung up before all of it was sent. */
let cut: boolean;

beforeEach(async () => {
  cut = false;
  server = createServer((request, response) => {
    const [, way = '', count = ''] = (request.url ?? '').split('/');
    response.on('close', () => {
      cut = !response.writableFinished;
    });
    if (way === 'packed') {
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(Number(count), 0x20)));
      return;
    }
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    let left = Number(count);
    const more = () => {
      while (left > 0 && !response.destroyed) {
        left -= piece.length;
        if (!response.write(piece)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new BaseClient(url, new MemoryAgentStore(), new VirtualClock(), new AbortController().signal);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const asked = (path: string) => client.send({ method: 'GET', path, limitMs: 60_000, answer: null }, null);

it('[W-ERR-5] reads an answer of the base no further than its bound, packed or not', async () => {
  for (const path of [`/packed/${answerBytesMax + 1}`, `/plain/${20 * answerBytesMax}`]) {
    const answer = await asked(path);
    expect(answer).toMatchObject({ ok: false, error: { final: false, fault: { code: 'sync.unreachable' } } });
  }
  await expect.poll(() => cut).toBe(true);
});
