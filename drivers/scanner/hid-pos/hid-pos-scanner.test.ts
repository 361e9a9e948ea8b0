import { silentLog } from '@portillon/core/base/log.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import type { ScannedCode } from '../scanner.ts';
import { HidPosScanner } from './hid-pos-scanner.ts';
import vector from './vectors/access-is-lsr118.json' with { type: 'json' };

it('announces the recorded code once while it is held, with its symbology, and counts half a code', async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const scanner = new HidPosScanner({ transport, clock, log: silentLog });
  const codes: ScannedCode[] = [];
  scanner.onCode((code) => codes.push(code));
  scanner.start();
  await clock.advance(0);
  expect(scanner.state).toEqual({ status: 'ready' });
  const [first, second] = vector.reports.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
  if (!first || !second) throw new Error('the vector has two reports');
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
