import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NetworkCable } from './network-cable.ts';

describe('a network cable', () => {
  let target: Server;
  let cable: NetworkCable;
  let clients: Socket[];

  beforeEach(async () => {
    clients = [];
    target = createServer((socket) => {
      socket.on('error', () => undefined); // the cut
      socket.pipe(socket);
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    const { port } = target.address() as AddressInfo;
    cable = new NetworkCable({ name: 'network', clock: systemClock, listenPort: 0, targetPort: port });
    await cable.start();
  });

  afterEach(async () => {
    for (const client of clients) client.destroy();
    await cable.stop();
    await cable.stop();
    target.close();
  });

  function dial(): Socket {
    const client = connect({ host: '127.0.0.1', port: cable.port });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }

  async function echo(client: Socket, text: string): Promise<string> {
    const answer = once(client, 'data');
    client.write(text);
    return String((await answer)[0]);
  }

  function closed(client: Socket): Promise<void> {
    return new Promise((resolve) => client.once('close', () => resolve()));
  }

  const fault = (name: string, on: boolean) => cable.act('fault', { name, on });

  it('carries bytes both ways and says how many connections it carries', async () => {
    expect(await echo(dial(), 'hello')).toBe('hello');
    expect(cable.view()).toMatchObject({ port: cable.port, connections: 1 });
  });

  it('lets one side finish while the other still talks', async () => {
    const client = dial();
    const answer = once(client, 'data');
    client.end('last words');
    expect(String((await answer)[0])).toBe('last words');
    await closed(client);
  });

  it('ends connections when cut, refuses new ones, and carries again when mended', async () => {
    const before = dial();
    await echo(before, 'a');
    const ended = closed(before);
    await fault('cut', true);
    await ended;
    await closed(dial());
    expect(cable.view()).toMatchObject({ connections: 0, faults: ['cut'] });
    await fault('cut', false);
    expect(await echo(dial(), 'b')).toBe('b');
  });

  it('swallows everything when silent, and delivers what was under way when it heals', async () => {
    const before = dial();
    await echo(before, 'a');
    await fault('silent', true);
    const during = dial();
    await once(during, 'connect');
    const arrived: string[] = [];
    before.on('data', (bytes) => arrived.push(`before ${bytes}`));
    during.on('data', (bytes) => arrived.push(`during ${bytes}`));
    const written = Promise.all(
      [before, during].map((client) => new Promise((done) => client.write('late', done))),
    );
    await written;
    expect(arrived).toEqual([]);
    const delivered = Promise.all([once(before, 'data'), once(during, 'data')]);
    await fault('silent', false);
    await delivered;
    expect(arrived.sort()).toEqual(['before late', 'during late']);
  });

  it('ends a connection when nothing listens behind it', async () => {
    target.close();
    await closed(dial());
  });

  it('says that its port is taken', async () => {
    const second = new NetworkCable({
      name: 'second',
      clock: systemClock,
      listenPort: cable.port,
      targetPort: 1,
    });
    await expect(second.start()).rejects.toThrow('EADDRINUSE');
  });
});
