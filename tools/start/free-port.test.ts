import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { anyPort, freePort } from './free-port.mjs';

it('gives the next port when the wanted one is taken or promised', async () => {
  const server = createServer();
  const taken = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  const next = await freePort(taken);
  expect(next).toBeGreaterThan(taken);
  expect(await freePort(taken, [next])).toBeGreaterThan(next);
  await new Promise((resolve) => server.close(resolve));
  expect(await freePort(taken)).toBe(taken);
});

it('finds a port that no outgoing connection is given', async () => {
  const port = await anyPort();
  expect(port).toBeGreaterThanOrEqual(10_000);
  expect(port).toBeLessThan(32_768);
});

it('gives nobody a port twice that was given and is not in use yet', async () => {
  const ports = await Promise.all(Array.from({ length: 60 }, anyPort));
  expect(new Set(ports).size).toBe(60);
});
