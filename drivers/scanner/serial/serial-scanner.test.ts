import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { SerialScannerSim } from '@portillon/hardware-sims/scanner/serial-scanner/serial-scanner-sim.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transportFor } from '../../transport/address.ts';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import { SerialScanner } from './serial-scanner.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

async function readyScanner(prefix = '') {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const scanner = new SerialScanner({ transport, clock, log: silentLog, prefix });
  const codes: string[] = [];
  scanner.onCode(({ text }) => codes.push(text));
  scanner.start();
  await clock.advance(0);
  return { clock, transport, scanner, codes };
}

describe('a serial scanner', () => {
  it('ends a code after 50 ms of silence when there is no suffix', async () => {
    const { clock, transport, codes, scanner } = await readyScanner();
    transport.writeToDriver(ascii('PTL1'));
    await clock.advance(40);
    transport.writeToDriver(ascii('.abc'));
    await clock.advance(49);
    expect(codes).toEqual([]);
    await clock.advance(1);
    expect(codes).toEqual(['PTL1.abc']);
    await scanner.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('announces a code held before it once, and again when it is shown anew', async () => {
    const { clock, transport, codes, scanner } = await readyScanner();
    for (let held = 0; held < 6; held++) {
      transport.writeToDriver(ascii('same\r'));
      await clock.advance(500);
    }
    expect(codes).toEqual(['same']);
    transport.writeToDriver(ascii('other\r'));
    await clock.advance(1);
    transport.writeToDriver(ascii('same\r'));
    await clock.advance(2_000);
    transport.writeToDriver(ascii('same\r'));
    await clock.advance(0);
    expect(codes).toEqual(['same', 'other', 'same', 'same']);
    await scanner.stop();
  });

  it('says when the code arrived', async () => {
    const { clock, transport, scanner } = await readyScanner();
    await clock.advance(1_234);
    const arrived = new Promise((resolve) => scanner.onCode(resolve));
    transport.writeToDriver(ascii('now\r'));
    expect(await arrived).toEqual({ text: 'now', symbology: null, arrivedMonotonicMs: 1_234 });
    await scanner.stop();
  });

  it('counts noise, a code cut off by a pulled cable included, and reads on when the cable is back', async () => {
    const { clock, transport, scanner, codes } = await readyScanner();
    transport.writeToDriver(Uint8Array.of(0x41, 0x1b, 0x42, 0x0d));
    transport.writeToDriver(ascii('half'));
    await clock.advance(10);
    transport.pull();
    await clock.advance(100);
    expect(scanner.state).toMatchObject({ status: 'disconnected', fault: { code: 'transport.pulled' } });
    transport.plugIn();
    await clock.advance(5_000);
    transport.writeToDriver(ascii('whole\r'));
    await clock.advance(0);
    expect(codes).toEqual(['whole']);
    expect(scanner.discardedBytes).toBe(7);
    await scanner.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a serial scanner, over a pseudo-terminal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scanner-'));
  let sim: SerialScannerSim;
  let scanner: SerialScanner;

  beforeEach(async () => {
    sim = new SerialScannerSim({ name: 'scanner', clock: systemClock, path: join(folder, 'port') });
    await sim.start();
    const transport = transportFor(sim.address, { clock: systemClock });
    if (!transport.ok) throw new Error(transport.error.detail);
    scanner = new SerialScanner({ transport: transport.value, clock: systemClock, log: silentLog });
  });

  afterEach(async () => {
    await scanner.stop();
    await sim.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function reaches(status: string): Promise<void> {
    return new Promise((resolve) => {
      const stop = scanner.onState((state) => {
        if (state.status !== status) return;
        stop();
        resolve();
      });
    });
  }

  function nextText(): Promise<string> {
    return new Promise((resolve) => {
      const stop = scanner.onCode(({ text }) => {
        stop();
        resolve(text);
      });
    });
  }

  it('reads codes that come in pieces, through noise and across a pulled cable', async () => {
    const ready = reaches('ready');
    scanner.start();
    await ready;
    const first = nextText();
    await sim.act('scan', { text: 'PTL1.first' });
    expect(await first).toBe('PTL1.first');

    const second = nextText();
    await sim.act('fault', { name: 'garbled', on: true });
    await sim.act('scan', { text: 'lost' });
    await sim.act('fault', { name: 'garbled', on: false });
    await sim.act('scan', { text: 'PTL1.second' });
    expect(await second).toBe('PTL1.second');
    expect(scanner.discardedBytes).toBe('lost'.length + 1);

    const gone = reaches('disconnected');
    await sim.act('fault', { name: 'cable-pulled', on: true });
    await gone;
    await expect(sim.act('scan', { text: 'nobody hears' })).rejects.toThrow('cable');
    const back = reaches('ready');
    await sim.act('fault', { name: 'cable-pulled', on: false });
    await back;
    const third = nextText();
    await sim.act('scan', { text: 'PTL1.third' });
    expect(await third).toBe('PTL1.third');
  });
});
