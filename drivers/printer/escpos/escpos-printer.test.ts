import { once } from 'node:events';
import { connect } from 'node:net';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { EscPosSim } from '@portillon/hardware-sims/printer/escpos/escpos-sim.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deviceBecomes, isReady } from '../../device-becomes.ts';
import { transportFor } from '../../transport/address.ts';
import { EscPosPrinter } from './escpos-printer.ts';

let sim: EscPosSim;
let printer: EscPosPrinter;

beforeEach(async () => {
  sim = new EscPosSim({ name: 'printer', clock: systemClock, rowMs: 1, paperMm: 58 });
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  printer = new EscPosPrinter({
    transport: transport.value,
    clock: systemClock,
    log: silentLog,
    paperMm: 58,
    answerLimitMs: 200,
    pollMs: 50,
  });
});
afterEach(async () => {
  await printer.stop();
  await sim.stop();
});

it('prints after a host whose line was lost in the middle of a picture', async () => {
  const host = connect(Number(new URL(sim.address).port), '127.0.0.1');
  await once(host, 'connect');
  // GS v 0, a picture of 48 by 72 dots, and only the first of its 432 bytes.
  host.write(Uint8Array.of(0x1d, 0x76, 0x30, 0x00, 0x06, 0x00, 0x48, 0x00, 0xff));
  await new Promise<void>((resolve) => {
    const stop = sim.onChange(() => {
      if (sim.received.length === 0) return;
      stop();
      resolve();
    });
  });
  host.destroy();
  printer.start();
  await deviceBecomes(printer, isReady);
  expect(await printer.print([{ kind: 'text', text: 'Reçu' }])).toEqual({ kind: 'printed' });
  expect(sim.paper().map(({ lines }) => lines[0])).toEqual(['Reçu']);
});

it('has the columns of its paper, or those the model is said to have', () => {
  const columnsOf = (options: { paperMm?: 58 | 80; columns?: number }) => {
    const transport = transportFor(sim.address, { clock: systemClock });
    if (!transport.ok) throw new Error(transport.error.detail);
    return new EscPosPrinter({
      transport: transport.value,
      clock: systemClock,
      log: silentLog,
      ...options,
    }).columns;
  };
  expect([{}, { paperMm: 80 as const }, { paperMm: 58 as const }, { columns: 42 }].map(columnsOf)).toEqual([
    48, 48, 32, 42,
  ]);
});
