import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { CaisseApSim } from '@portillon/hardware-sims/payment-terminal/caisse-ap/caisse-ap-sim.ts';
import { transportFor } from '../../transport/address.ts';
import { paymentTerminalContract, type TerminalRig } from '../payment-terminal-contract.ts';
import { CaisseApTerminal } from './caisse-ap-terminal.ts';

const capabilities = {
  canHold: false,
  canQuery: true,
  canAbort: false,
  canPrint: false,
  canRefund: true,
  canReconcile: false,
  tellsOffline: false,
};

paymentTerminalContract('caisse-ap', capabilities, async (): Promise<TerminalRig> => {
  const sim = new CaisseApSim({ name: 'terminal', clock: systemClock, inputLimitMs: 1_000, bankMs: 30 });
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  const logged: { event: string; fields: LogFields }[] = [];
  const terminal = new CaisseApTerminal({
    transport: transport.value,
    clock: systemClock,
    log: recordingLog(logged),
    answerLimitMs: 2_000,
    promptLimitMs: 1_000,
    quietMs: 60,
    pingEveryMs: 50,
    refusedRetryMs: 200,
  });
  return {
    terminal,
    logged,
    wholePan: '4970109876544869',
    asksForCard: () =>
      new Promise((resolve) => {
        const check = () => {
          if (sim.view().phase !== 'waiting-card') return;
          stop();
          resolve();
        };
        const stop = sim.onChange(check);
        check();
      }),
    presentCard: async (bank) => {
      await sim.act('present-card', { bank });
    },
    pressRedKey: async () => {
      await sim.act('red-key');
    },
    setFault: async (name, on) => {
      await sim.act('fault', { name, on });
    },
    takenCents: (reference) =>
      sim.booked.reduce((sum, entry) => {
        if (!entry.done) return sum;
        if (entry.undoes === reference) return sum - entry.amountCents;
        if (entry.reference !== reference) return sum;
        return entry.action === 'credit' ? sum - entry.amountCents : sum + entry.amountCents;
      }, 0),
    debitsReceived: () => sim.received.filter((frame) => frame.meaning.startsWith('debit')).length,
    close: async () => {
      await terminal.stop();
      await sim.stop();
    },
  };
});

function recordingLog(logged: { event: string; fields: LogFields }[], always: LogFields = {}): Log {
  const record = (event: string, fields: LogFields = {}) => {
    logged.push({ event, fields: { ...always, ...fields } });
  };
  return {
    debug: record,
    info: record,
    warn: record,
    error: record,
    child: (fields) => recordingLog(logged, { ...always, ...fields }),
  };
}
