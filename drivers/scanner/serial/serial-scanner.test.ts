import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@portillon/core/base/clock.ts';
import { type Log, silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { SerialScannerSim } from '@portillon/hardware-sims/scanner/serial-scanner/serial-scanner-sim.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transportFor } from '../../transport/address.ts';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import type { CodeForm } from '../code-form.ts';
import type { Unreadable } from '../scanner.ts';
import { SerialScanner } from './serial-scanner.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

async function readyScanner(form: CodeForm & { readonly gapMs?: number } = {}) {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const warnings: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_event, fields) => warnings.push(fields?.fault) };
  const scanner = new SerialScanner({ transport, clock, log, ...form });
  const codes: string[] = [];
  const unreadable: Unreadable[] = [];
  scanner.onCode(({ text }) => codes.push(text));
  scanner.onUnreadable((shown) => unreadable.push(shown));
  scanner.start();
  await clock.advance(0);
  return { clock, transport, scanner, codes, unreadable, warnings };
}

describe('a serial scanner', () => {
  it('[SC4] ends a code after 50 ms of silence when there is no suffix', async () => {
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

  it('[SC4] waits for the next piece as long as is configured, and then throws half a code away', async () => {
    const { clock, transport, codes, scanner } = await readyScanner({ suffix: '\t', gapMs: 400 });
    transport.writeToDriver(ascii('PTL1'));
    await clock.advance(399);
    transport.writeToDriver(ascii('.abc\t'));
    await clock.advance(0);
    expect(codes).toEqual(['PTL1.abc']);
    transport.writeToDriver(ascii('half'));
    await clock.advance(400);
    transport.writeToDriver(ascii('whole\t'));
    await clock.advance(0);
    expect(codes).toEqual(['PTL1.abc', 'whole']);
    expect(scanner.discardedBytes).toBe(4);
    await scanner.stop();
  });

  it('[SC4] reads what lies there unread before a silence counts, where the program was busy meanwhile', async () => {
    const clock = new VirtualClock();
    let stoodStillMs = 0;
    const busy: Clock = {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs() + stoodStillMs,
      setTimer: (delayMs, fire) => clock.setTimer(delayMs, fire),
    };
    const transport = new MemoryTransport();
    const scanner = new SerialScanner({ transport, clock: busy, log: silentLog });
    const codes: string[] = [];
    scanner.onCode(({ text }) => codes.push(text));
    scanner.start();
    await clock.advance(0);
    transport.writeToDriver(ascii('PTL1'));
    await clock.advance(49);
    stoodStillMs = 200;
    await clock.advance(1);
    transport.writeToDriver(ascii('.abc\r'));
    await clock.advance(0);
    expect(codes).toEqual(['PTL1.abc']);
    transport.writeToDriver(ascii('next'));
    await clock.advance(49);
    stoodStillMs = 400;
    await clock.advance(2);
    expect(codes).toEqual(['PTL1.abc', 'next']);
    await scanner.stop();
  });

  it('[SC10] announces a code held before it once, and again when it is shown anew', async () => {
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

  it('[SC5] tells of a code of 4 kB once while it is held, and goes on', async () => {
    const { clock, transport, codes, scanner, unreadable, warnings } = await readyScanner();
    for (const _held of [1, 2, 3]) {
      transport.writeToDriver(ascii(`${'x'.repeat(4_096)}\r`));
      await clock.advance(100);
    }
    transport.writeToDriver(ascii('PTL1\r'));
    await clock.advance(0);
    expect(unreadable).toEqual([{ why: 'too-long', byteCount: 4_096 }]);
    expect(warnings).toContain('scanner.code-too-long');
    expect([codes, scanner.discardedBytes, scanner.state.status]).toEqual([['PTL1'], 12_288, 'ready']);
    await scanner.stop();
  });

  it('[SC7] counts noise, a code cut off by a pulled cable included, and reads on when the cable is back', async () => {
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

  it('[SC7] logs noise once in ten seconds, however much there is', async () => {
    const { clock, transport, scanner, warnings } = await readyScanner();
    for (let second = 0; second < 25; second++) {
      transport.writeToDriver(Uint8Array.of(0x1b, 0x0d));
      await clock.advance(1_000);
    }
    expect(warnings).toEqual(['scanner.noise', 'scanner.noise', 'scanner.noise']);
    expect(scanner.discardedBytes).toBe(25);
    await scanner.stop();
  });

  it('[SC8] [SC9] sets a scanner aside that never stops, and uses it again after a second of silence', async () => {
    const { clock, transport, codes, scanner, warnings } = await readyScanner();
    for (let sent = 0; sent < 40; sent++) {
      transport.writeToDriver(new Uint8Array(1_024).fill(0x41));
      await clock.advance(20);
    }
    expect(scanner.state).toMatchObject({ status: 'faulted', fault: { code: 'scanner.babbling' } });
    transport.writeToDriver(ascii('\rPTL1.while\r'));
    await clock.advance(999);
    expect([codes, scanner.state.status]).toEqual([[], 'faulted']);
    await clock.advance(1);
    expect(scanner.state).toEqual({ status: 'ready' });
    transport.writeToDriver(ascii('PTL1.after\r'));
    await clock.advance(0);
    expect(codes).toEqual(['PTL1.after']);
    expect(scanner.discardedBytes).toBe(40 * 1_024 + '\rPTL1.while\r'.length);
    expect(warnings.filter((code) => code === 'scanner.babbling')).toHaveLength(1);
    expect(warnings.filter((code) => code === 'scanner.noise')).toHaveLength(1);
    await scanner.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('[SC8] [SC9] believes no more than 50 codes in a second, and is well again when it is plugged in anew', async () => {
    const { clock, transport, codes, scanner } = await readyScanner();
    transport.writeToDriver(ascii(Array.from({ length: 300 }, (_, index) => `code${index}\r`).join('')));
    await clock.advance(0);
    expect([codes.length, scanner.state.status]).toEqual([50, 'faulted']);
    transport.pull();
    await clock.advance(10);
    transport.plugIn();
    await clock.advance(5_000);
    expect(scanner.state).toEqual({ status: 'ready' });
    await scanner.stop();
  });

  it('[SC8] takes noise that comes with pauses, and one code over and over, for no babbling', async () => {
    const { clock, transport, scanner } = await readyScanner();
    for (let second = 0; second < 60; second++) {
      transport.writeToDriver(new Uint8Array(500).fill(0xff));
      await clock.advance(1_100);
    }
    for (let read = 0; read < 600; read++) {
      transport.writeToDriver(ascii(`${'x'.repeat(300)}\r`));
      await clock.advance(100);
    }
    expect(scanner.state).toEqual({ status: 'ready' });
    await scanner.stop();
  });
});

describe('a serial scanner, over a pseudo-terminal', () => {
  let folder: string;
  let sim: SerialScannerSim;
  let scanner: SerialScanner;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scanner-'));
    ({ sim, scanner } = await overPty('port'));
  });

  afterEach(async () => {
    await scanner.stop();
    await sim.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function overPty(name: string, form: CodeForm = {}) {
    const made = new SerialScannerSim({ name, clock: systemClock, path: join(folder, name), ...form });
    await made.start();
    const transport = transportFor(made.address, { clock: systemClock });
    if (!transport.ok) throw new Error(transport.error.detail);
    // The pieces of a code lie further apart where the program between the two is kept waiting.
    const options = { transport: transport.value, clock: systemClock, log: silentLog, gapMs: 1_000, ...form };
    return { sim: made, scanner: new SerialScanner(options) };
  }

  function reaches(status: string, of = scanner): Promise<void> {
    return new Promise((resolve) => {
      const stop = of.onState((state) => {
        if (state.status !== status) return;
        stop();
        resolve();
      });
    });
  }

  function nextCode(of = scanner): Promise<{ text: string; symbology: string | null }> {
    return new Promise((resolve) => {
      const stop = of.onCode(({ text, symbology }) => {
        stop();
        resolve({ text, symbology });
      });
    });
  }

  const nextText = async () => (await nextCode()).text;

  it('[SC4] reads codes that come in pieces, through noise and across a pulled cable', async () => {
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

  it('[SC8] [SC9] leaves the other scanner alone while one never stops, and uses that one again when it has', async () => {
    const dressed: CodeForm = { prefix: '\x02', suffix: '\x03', symbology: 'aim' };
    const other = await overPty('other', dressed);
    try {
      const ready = [reaches('ready'), reaches('ready', other.scanner)];
      scanner.start();
      other.scanner.start();
      await Promise.all(ready);
      const faulted = reaches('faulted');
      await sim.act('fault', { name: 'never-stops', on: true });
      await faulted;
      const heard = nextCode(other.scanner);
      await other.sim.act('scan', { text: 'PTL1.other' });
      expect(await heard).toEqual({ text: 'PTL1.other', symbology: ']Q1' });
      expect(scanner.state).toMatchObject({ status: 'faulted', fault: { code: 'scanner.babbling' } });
      const well = reaches('ready');
      await sim.act('fault', { name: 'never-stops', on: false });
      await well;
      const text = nextText();
      await sim.act('scan', { text: 'PTL1.again' });
      expect(await text).toBe('PTL1.again');
    } finally {
      await other.scanner.stop();
      await other.sim.stop();
    }
  });
});
