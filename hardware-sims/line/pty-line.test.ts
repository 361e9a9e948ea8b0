import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { afterAll, afterEach, expect, it } from 'vitest';
import { PtyLine } from './pty-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'pty line, '));
const line = new PtyLine(join(folder, 'device'));

afterEach(() => line.unplug());

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('carries bytes both ways and survives a driver that closes and opens again', async () => {
  await line.plugIn();
  line.onData((bytes) => line.write(bytes.map((byte) => byte ^ 0xff)));
  for (const round of [1, 2]) {
    const port = new SerialPort({ path: line.path, baudRate: 9600 });
    const echoed = await new Promise<Buffer>((resolve) => {
      port.once('data', resolve);
      port.write(Buffer.from([round]));
    });
    expect([...echoed]).toEqual([round ^ 0xff]);
    await new Promise<void>((resolve) => port.close(() => resolve()));
  }
});

it('takes its port away when the cable is pulled, and may be pulled and plugged in any order', async () => {
  await Promise.all([line.plugIn(), line.unplug(), line.plugIn(), line.plugIn()]);
  expect([line.pluggedIn, existsSync(line.path)]).toEqual([true, true]);
  await Promise.all([line.unplug(), line.unplug()]);
  expect([line.pluggedIn, existsSync(line.path)]).toEqual([false, false]);
  line.write(Uint8Array.of(1));
});

it('says why it cannot be plugged in, and can be later', async () => {
  const nowhere = new PtyLine(join(folder, 'missing', 'device'));
  await expect(nowhere.plugIn()).rejects.toThrow(/socat ended at once: .*No such file/s);
  expect(nowhere.pluggedIn).toBe(false);
});
