import type { Log, LogFields } from '@portillon/core/base/log.ts';
import type { PaymentTerminal, TerminalCapabilities } from './payment-terminal.ts';
import type { TerminalRig } from './payment-terminal-contract.ts';

/** What a simulated terminal on a counter shows and lets be done to it, whatever line it is on. */
export interface SimulatedCounterTerminal {
  view(): Readonly<Record<string, unknown>>;
  onChange(listener: () => void): () => void;
  act(action: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  stop(): Promise<void>;
  readonly received: readonly { readonly meaning: string }[];
  readonly booked: readonly {
    readonly reference: string;
    readonly action: 'debit' | 'credit' | 'cancellation';
    readonly amountCents: number;
    readonly done: boolean;
    readonly undoes: string | null;
  }[];
}

/** What a terminal on a counter can do that charges, and can be asked about it. */
export const counterTerminalCapabilities: TerminalCapabilities = {
  canHold: false,
  canQuery: true,
  canAbort: false,
  canPrint: false,
  canRefund: true,
  canReconcile: false,
  tellsOffline: false,
};

type Logged = TerminalRig['logged'][number];

/** The rig of the contract around such a simulator; `makeTerminal` gets a log whose lines the contract reads. */
export function counterTerminalRig(
  sim: SimulatedCounterTerminal,
  makeTerminal: (log: Log) => PaymentTerminal,
): TerminalRig {
  const logged: Logged[] = [];
  const terminal = makeTerminal(recordingLog(logged));
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
}

function recordingLog(logged: Logged[], always: LogFields = {}): Log {
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
