import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { afterEach, expect, it } from 'vitest';
import { PtyLine } from './pty-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'pty-line-'));
const line = new PtyLine(join(folder, 'device'));

afterEach(async () => {
  await line.unplug();
  rmSync(folder, { recursive: true, force: true });
});

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
