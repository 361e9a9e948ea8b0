import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { ZvtSim, type ZvtSimOptions } from '@portillon/hardware-sims/payment-terminal/zvt/zvt-sim.ts';
import { wholePan } from '@portillon/hardware-sims/payment-terminal/zvt/zvt-sim-messages.ts';
import { transportFor } from '../../../transport/address.ts';
import type { TerminalRig } from '../../payment-terminal-contract.ts';
import { ZvtTerminal, type ZvtTerminalOptions } from '../zvt-terminal.ts';

export const zvtCapabilities = {
  canHold: true,
  canQuery: true,
  canAbort: true,
  canPrint: false,
  canRefund: true,
  canReconcile: true,
  tellsOffline: true,
};

export interface ZvtRig extends TerminalRig {
  readonly sim: ZvtSim;
  readonly terminal: ZvtTerminal;
  /** Another program over the same line; not started. */
  anotherTerminal(): ZvtTerminal;
  becomes(fits: (sim: ZvtSim) => boolean): Promise<void>;
}

/** Driver and terminal with short limits: a second where the product waits half a minute. */
export async function startZvtRig(
  line: ZvtSimOptions['line'],
  options: Partial<ZvtTerminalOptions> = {},
  simOptions: Partial<ZvtSimOptions> = {},
): Promise<ZvtRig> {
  const sim = new ZvtSim({
    name: 'terminal',
    clock: systemClock,
    line,
    inputLimitMs: 1_000,
    bankMs: 30,
    askAgainMs: 20,
    ...simOptions,
  });
  await sim.start();
  const logged: { event: string; fields: LogFields }[] = [];
  const terminalOver = (): ZvtTerminal => {
    const transport = transportFor(sim.address, { clock: systemClock });
    if (!transport.ok) throw new Error(transport.error.detail);
    return new ZvtTerminal({
      transport: transport.value,
      clock: systemClock,
      log: recordingLog(logged),
      commandLimitMs: 600,
      answerLimitMs: 2_000,
      promptLimitMs: 1_000,
      askAgainLimitMs: 1_000,
      answerLimitSeconds: 1,
      holdAnswerMs: 100,
      holdLimitMs: 5_000,
      pingEveryMs: 50,
      byteGapMs: 100,
      ackLimitMs: 200,
      ...options,
    });
  };
  const terminal = terminalOver();
  const becomes = (fits: (sim: ZvtSim) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = () => {
        if (!fits(sim)) return;
        stop();
        resolve();
      };
      const stop = sim.onChange(check);
      check();
    });
  return {
    sim,
    terminal,
    logged,
    wholePan,
    anotherTerminal: terminalOver,
    becomes,
    asksForCard: () => becomes((seen) => seen.view().phase === 'waiting-card'),
    holdLimitPasses: () => becomes((seen) => seen.view().phase === 'idle'),
    presentCard: async (bank) => {
      await sim.act('present-card', { bank });
    },
    pressRedKey: async () => {
      await sim.act('red-key');
    },
    setFault: async (name, on) => {
      await sim.act('fault', { name, on });
    },
    cutBank: async () => {
      await sim.act('fault', { name: 'bank-unreachable', on: true });
    },
    // The terminal never hears a reference of ours: all it holds as taken is of the one payment of the test.
    takenCents: (reference) => (reference === 'SALE0001A' ? sim.takenCents : 0),
    debitsReceived: () => sim.received.filter((frame) => frame.meaning.startsWith('debit')).length,
    close: async () => {
      await terminal.stop();
      await sim.stop();
    },
  };
}

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
