import { expect, it } from 'vitest';
import type { Connection, ConnectionEnd, Transport } from './transport.ts';

/** A transport under test and the far end of its line. */
export interface TransportRig {
  readonly transport: Transport;
  /** What the driver writes, as it comes. */
  onDriverBytes(listener: (bytes: Uint8Array) => void): void;
  writeToDriver(bytes: Uint8Array): void;
  /** Resolves when the far end has gone for good. */
  pull(): Promise<void>;
  plugIn(): Promise<void>;
}

/** The promises of transport.ts, for whatever carries the bytes. `makeRig` gives a line that is plugged in. */
export function transportContract(makeRig: () => Promise<TransportRig>): void {
  it('carries bytes both ways, in order', async () => {
    const rig = await makeRig();
    const connection = await opened(rig);
    rig.onDriverBytes((bytes) => rig.writeToDriver(bytes.map((byte) => byte ^ 0xff)));
    const echoed = arriving(connection, 600);
    const sent = Uint8Array.from({ length: 600 }, (_, index) => index & 0xff);
    const writes = [sent.subarray(0, 1), sent.subarray(1, 256), sent.subarray(256)].map((part) =>
      connection.write(part),
    );
    for (const write of writes) expect(await write).toEqual({ ok: true, value: undefined });
    expect([...(await echoed)]).toEqual([...sent.map((byte) => byte ^ 0xff)]);
    await connection.close();
  });

  it('keeps what arrives before anybody listens', async () => {
    const rig = await makeRig();
    const connection = await opened(rig);
    rig.writeToDriver(Uint8Array.of(1, 2, 3));
    expect([...(await arriving(connection, 3))]).toEqual([1, 2, 3]);
    await connection.close();
  });

  it('says that we closed when we closed, at once to whoever asks later, and refuses writes', async () => {
    const rig = await makeRig();
    const connection = await opened(rig);
    const end = ending(connection);
    await connection.close();
    await connection.close();
    expect(await end).toEqual({ by: 'us' });
    expect(await ending(connection)).toEqual({ by: 'us' });
    expect(await connection.write(Uint8Array.of(1))).toMatchObject({ error: { code: 'transport.closed' } });
  });

  it('settles a write that the device does not take when we close meanwhile', async () => {
    const rig = await makeRig();
    const connection = await opened(rig);
    const pending = connection.write(new Uint8Array(32 * 1024 * 1024));
    await connection.close();
    const settled = await pending;
    expect(settled.ok || settled.error.code).toBeOneOf([true, 'transport.closed']);
  });

  it('says that the line was pulled when it was, and refuses writes for that reason', async () => {
    const rig = await makeRig();
    const connection = await opened(rig);
    const end = ending(connection);
    await rig.pull();
    expect(await end).toMatchObject({ by: 'world', fault: { code: 'transport.pulled' } });
    expect(await connection.write(Uint8Array.of(1))).toMatchObject({ error: { code: 'transport.pulled' } });
    await connection.close();
    expect(await ending(connection)).toMatchObject({ by: 'world' });
  });

  // On a pty this is the case that hang-up-read.ts repairs: without it the read after the byte never ends.
  it('notices a cable pulled right after the first byte of an answer, and does not spin', async () => {
    const rig = await makeRig();
    const connection = await opened(rig);
    const end = ending(connection);
    const first = arriving(connection, 1);
    rig.writeToDriver(Uint8Array.of(0x06));
    await first;
    await rig.pull();
    expect(await end).toMatchObject({ by: 'world', fault: { code: 'transport.pulled' } });
  });

  it('opens again after we closed, after a pull, and only when something is there', async () => {
    const rig = await makeRig();
    await (await opened(rig)).close();
    const connection = await opened(rig);
    const end = ending(connection);
    await rig.pull();
    await end;
    expect(await rig.transport.open()).toMatchObject({ error: { code: 'transport.unreachable' } });
    await rig.plugIn();
    const again = await opened(rig);
    rig.writeToDriver(Uint8Array.of(9));
    expect([...(await arriving(again, 1))]).toEqual([9]);
    await again.close();
  });

  it('calls a second opening what it is, a bug', async () => {
    const rig = await makeRig();
    const connection = await opened(rig);
    await expect((async () => rig.transport.open())()).rejects.toThrow('open already');
    await connection.close();
  });
}

async function opened(rig: TransportRig): Promise<Connection> {
  const result = await rig.transport.open();
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

/** The next `count` bytes. */
export function arriving(connection: Connection, count: number): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const got: number[] = [];
    const stop = connection.onData((bytes) => {
      got.push(...bytes);
      if (got.length < count) return;
      queueMicrotask(() => stop());
      resolve(Uint8Array.from(got));
    });
  });
}

function ending(connection: Connection): Promise<ConnectionEnd> {
  return new Promise((resolve) => connection.onEnd(resolve));
}
