import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { PtyLine } from '@portillon/hardware-sims/line/pty-line.ts';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { transportFor } from './address.ts';
import type { Transport } from './transport.ts';
import { transportContract } from './transport-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'serial line '));
const lines: PtyLine[] = [];

afterEach(async () => {
  for (const line of lines.splice(0)) await line.unplug();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function serial(path: string): Transport {
  const made = transportFor(`serial://${path}?baud=115200`, { clock: systemClock });
  if (!made.ok) throw new Error(made.error.detail);
  return made.value;
}

async function pluggedIn(): Promise<PtyLine> {
  const line = new PtyLine(join(folder, 'device'));
  lines.push(line);
  await line.plugIn();
  return line;
}

describe('serial, over a pseudo-terminal', () => {
  transportContract(async () => {
    const line = await pluggedIn();
    return {
      transport: serial(line.path),
      onDriverBytes: (listener) => line.onData(listener),
      writeToDriver: (bytes) => line.write(bytes),
      pull: () => line.unplug(),
      plugIn: () => line.plugIn(),
    };
  });

  it('says that another program holds the port', async () => {
    const line = await pluggedIn();
    const first = await serial(line.path).open();
    expect(await serial(line.path).open()).toMatchObject({ ok: false, error: { code: 'transport.busy' } });
    if (first.ok) await first.value.close();
  });
});
