import { silentLog } from '@portillon/core/base/log.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import type { ScannedCode } from '../scanner.ts';
import { HidPosScanner } from './hid-pos-scanner.ts';
import vector from './vectors/access-is-lsr118.json' with { type: 'json' };

const [first, second] = vector.reports.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
if (!first || !second) throw new Error('the vector has two reports');
const reports = { first, second };

async function readyScanner() {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const scanner = new HidPosScanner({ transport, clock, log: silentLog });
  const codes: ScannedCode[] = [];
  scanner.onCode((code) => codes.push(code));
  scanner.start();
  await clock.advance(0);
  expect(scanner.state).toEqual({ status: 'ready' });
  return { clock, transport, scanner, codes };
}

it('[SC10] announces the recorded code once while it is held, with its symbology, and counts half a code', async () => {
  const { clock, transport, scanner, codes } = await readyScanner();
  for (const report of [first, second, first, second, first]) transport.writeToDriver(report);
  await clock.advance(100);
  expect(codes).toEqual([{ text: vector.text, symbology: ']Q0', arrivedMonotonicMs: 0 }]);
  transport.pull();
  await clock.advance(0);
  expect(scanner.state).toMatchObject({ status: 'disconnected', fault: { code: 'transport.pulled' } });
  expect(scanner.discardedBytes).toBe(56);
  await scanner.stop();
  expect(clock.pendingTimers).toBe(0);
});

it('[SC4] waits 250 ms for the next report of a code, and throws half a code away after that', async () => {
  const { clock, transport, scanner, codes } = await readyScanner();
  transport.writeToDriver(reports.first);
  await clock.advance(249);
  transport.writeToDriver(reports.second);
  await clock.advance(0);
  expect(codes).toHaveLength(1);
  transport.writeToDriver(reports.first);
  await clock.advance(250);
  transport.writeToDriver(reports.second);
  await clock.advance(0);
  expect(codes.map(({ text }) => text)).toEqual([vector.text, vector.text.slice(56)]);
  expect(scanner.discardedBytes).toBe(56);
  await scanner.stop();
});

it('[SC8] [SC9] sets a scanner aside whose code never ends, and uses it again after a second of silence', async () => {
  const { clock, transport, scanner, codes } = await readyScanner();
  for (let sent = 0; sent < 500; sent++) {
    transport.writeToDriver(reports.first);
    await clock.advance(1);
  }
  expect(scanner.state).toMatchObject({ status: 'faulted', fault: { code: 'scanner.babbling' } });
  await clock.advance(1_000);
  expect(scanner.state).toEqual({ status: 'ready' });
  for (const report of [first, second]) transport.writeToDriver(report);
  await clock.advance(0);
  expect(codes).toHaveLength(1);
  await scanner.stop();
  expect(clock.pendingTimers).toBe(0);
});
