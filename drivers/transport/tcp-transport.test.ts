import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Clock } from '@portillon/core/base/clock.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { TcpTransport } from './tcp-transport.ts';
import { type TransportRig, transportContract } from './transport-contract.ts';

const rigs: TransportRig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.pull();
});

async function tcpRig(): Promise<TransportRig> {
  const sockets = new Set<Socket>();
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let accepted: Promise<Socket> = Promise.resolve() as Promise<never>;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // a test that closes with bytes on the way
    socket.once('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => listener(bytes));
  });
  const expectOne = () => {
    accepted = once(server, 'connection').then(([socket]: Socket[]) => {
      expectOne();
      return socket as Socket;
    });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const write = (bytes: Uint8Array) => {
    for (const socket of sockets) socket.write(bytes);
  };
  const rig: TransportRig = {
    transport: new TcpTransport({ host: '127.0.0.1', port, clock: systemClock }),
    onDriverBytes: (wanted) => {
      listener = wanted;
    },
    writeToDriver: (bytes) => {
      if (sockets.size > 0) write(bytes);
      else void accepted.then(() => write(bytes));
    },
    pull: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    plugIn: async () => {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
  expectOne();
  rigs.push(rig);
  return rig;
}

describe('tcp', () => {
  transportContract(tcpRig);

  it('takes a device that only stops sending for one that has gone', async () => {
    const server = createServer((socket) => socket.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const opened = await new TcpTransport({ host: '127.0.0.1', port, clock: systemClock }).open();
    if (!opened.ok) throw new Error(opened.error.code);
    const end = await new Promise((resolve) => opened.value.onEnd(resolve));
    expect(end).toMatchObject({ by: 'world', fault: { code: 'transport.pulled' } });
    server.close();
  });

  it('gives up on an address that does not answer within the limit', async () => {
    const impatient: Clock = {
      ...systemClock,
      setTimer: (_delayMs, fire) => {
        queueMicrotask(fire);
        return () => undefined;
      },
    };
    const rig = await tcpRig();
    const port = Number(new URL(rig.transport.address).port);
    const opened = await new TcpTransport({ host: '127.0.0.1', port, clock: impatient }).open();
    expect(opened).toMatchObject({ error: { code: 'transport.timed-out' } });
  });
});
