import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { EscPosSim } from '@portillon/hardware-sims/printer/escpos/escpos-sim.ts';
import { simShows } from '@portillon/hardware-sims/sim-shows.ts';
import { transportFor } from '../../transport/address.ts';
import { type PrinterRig, printerContract } from '../printer-contract.ts';
import { EscPosPrinter } from './escpos-printer.ts';

printerContract('escpos', async (): Promise<PrinterRig> => {
  const sim = new EscPosSim({ name: 'printer', clock: systemClock, rowMs: 8 });
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  const printer = new EscPosPrinter({
    transport: transport.value,
    clock: systemClock,
    log: silentLog,
    answerLimitMs: 600,
    printLimitMs: 3_000,
    pollMs: 50,
  });
  return {
    printer,
    setFault: async (name, on) => {
      await sim.act('fault', { name, on });
    },
    newRoll: async () => {
      await sim.act('new-roll');
    },
    papers: () =>
      sim.paper().map((paper) => ({
        lines: paper.lines.join('\n').trimEnd().split('\n'),
        qr: paper.qr,
        cut: paper.cut,
      })),
    printedRows: (count) => simShows(sim, (view) => Number(view.rowsOnLastPaper) >= count),
    printedAll: () => simShows(sim, (view) => view.status === 'idle' && view.bytesWaiting === 0),
    close: async () => {
      await printer.stop();
      await sim.stop();
    },
  };
});
